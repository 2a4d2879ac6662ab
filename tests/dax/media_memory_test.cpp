// media_memory: what would be a SIGBUS is an error before anything is touched.
#include "dax/media_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kBytes = std::uint64_t{6} << 20;

// A mapped file that ends before its mapping does: what lies behind its last page raises SIGBUS.
class CutFile {
 public:
  explicit CutFile(std::uint64_t file_bytes) {
    char name[] = "/dev/shm/pmembench-test-XXXXXX";
    const UniqueFd fd(mkstemp(name));
    unlink(name);
    EXPECT_EQ(ftruncate(fd.get(), static_cast<off_t>(file_bytes)), 0);
    void* address = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    EXPECT_NE(address, MAP_FAILED);
    mapping_ = Mapping(address, kBytes);
  }
  [[nodiscard]] MemoryRange range() const { return {mapping_.address(), kBytes}; }

 private:
  Mapping mapping_;
};

TEST(MediaMemory, names_the_first_page_that_cannot_be_touched) {
  const CutFile whole(kBytes);
  const CutFile cut(kBytes - 3 * 4096);
  for (const bool write : {false, true}) {
    const MemoryRange good = whole.range();
    EXPECT_TRUE(require_memory({&good, 1}, write));
    const MemoryRange both[] = {whole.range(), cut.range()};
    const Status failed = require_memory(both, write);
    ASSERT_FALSE(failed) << "this kernel is older than 5.14";
    EXPECT_EQ(failed.error().kind, ErrorKind::runtime);
    EXPECT_EQ(failed.error().message,
              "its memory at offset 12570624 raises SIGBUS: it failed, or there is no room for it "
              "in its file system; see its health (ndctl list --media-errors), or use another");
  }
}

TEST(MediaMemory, changes_no_byte_that_it_brings_in) {
  const CutFile whole(kBytes);
  whole.range().address[kBytes - 1] = 7;
  const MemoryRange range = whole.range();
  ASSERT_TRUE(require_memory({&range, 1}, true));
  EXPECT_EQ(range.address[kBytes - 1], 7);
  EXPECT_EQ(range.address[0], 0);
}

}  // namespace
}  // namespace pmembench
