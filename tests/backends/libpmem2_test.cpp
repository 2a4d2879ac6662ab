#include <cerrno>

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

class Libpmem2 : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_usable(table_)) GTEST_SKIP() << "built without libpmem2";
  }
  std::string refusal(const dax_media_info& media, int error) {
    const dax_host_info host = host_info();
    std::array<char, 512> reason{};
    void* handle = nullptr;
    std::uint64_t size = 0;
    EXPECT_EQ(table_.open(&host, &media, &handle, &size, reason.data(), reason.size()), error);
    return reason.data();
  }
  static std::string facts(const OpenBackend& device) {
    std::array<char, 256> text{};
    EXPECT_EQ(device.table().describe(device.handle(), text.data(), text.size()), 0);
    return text.data();
  }
  const dax_operations& table_ = *builtin("libpmem2");
};

TEST_F(Libpmem2, maps_anonymous_memory_without_need_to_flush) {
  const OpenBackend device(table_);
  ASSERT_EQ(device.error(), 0) << device.reason();
  EXPECT_EQ(facts(device), "granularity=byte");
  dax_iter iter = one_range(3, 300, nullptr);
  EXPECT_EQ(table_.flush(device.handle(), &iter), 0);
  EXPECT_EQ(iter.count, 0U);
}

TEST_F(Libpmem2, keeps_what_it_wrote_in_a_file) {
  const TemporaryFile file("/dev/shm", OpenBackend::kSize);
  std::mt19937_64 random(4);
  const Bytes data = random_bytes(OpenBackend::kSize, random);
  {
    const OpenBackend device(table_, 16, file.path());
    ASSERT_EQ(device.error(), 0) << device.reason();
    EXPECT_EQ(facts(device), "granularity=page");
    device.fill(data);
    dax_iter iter = one_range(3, 300, nullptr);
    EXPECT_EQ(table_.flush(device.handle(), &iter), 5);
  }
  EXPECT_EQ(file.read(), data);
}

TEST_F(Libpmem2, tells_the_environment_that_changes_its_ways) {
  const OpenBackend device(table_);
  ASSERT_EQ(::setenv("PMEM_MOVNT_THRESHOLD", "512", 1), 0);
  EXPECT_EQ(facts(device), "granularity=byte PMEM_MOVNT_THRESHOLD=512");
  std::array<char, 8> cut{};
  EXPECT_EQ(table_.describe(device.handle(), cut.data(), cut.size()), 0);
  EXPECT_STREQ(cut.data(), "granula");
  ::unsetenv("PMEM_MOVNT_THRESHOLD");
  EXPECT_EQ(table_.describe(device.handle(), nullptr, 0), -EINVAL);
}

TEST_F(Libpmem2, refuses_what_it_cannot_serve) {
  dax_media_info media{};
  media.kind = DAX_MEDIA_DRAM;
  EXPECT_EQ(refusal(media, -EINVAL),
            "libpmem2 cannot map 0 bytes of anonymous memory; give a size");
  media.size_bytes = 4096;
  media.options = "granularity=page";
  EXPECT_EQ(refusal(media, -EINVAL),
            "libpmem2 knows no option 'granularity=page'; it has none at all");
  media.options = "";
  media.kind = DAX_MEDIA_DEVDAX;
  media.path = "/dev/dax0.0";
  media.persistence_domain = DAX_DOMAIN_UNKNOWN;
  EXPECT_EQ(
      refusal(media, -EINVAL),
      "libpmem2 maps a dax device only where the kernel reports its persistence domain, as of "
      "NVDIMMs, since it crashes on others; use devdax");
  media.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  media.path = "/dev/no_such_dax";
  EXPECT_EQ(refusal(media, -ENOENT),
            "libpmem2 cannot open /dev/no_such_dax: No such file or directory; check the path and "
            "that you may read and write it");
  media.kind = DAX_MEDIA_BLOCK;
  EXPECT_EQ(refusal(media, -EINVAL),
            "libpmem2 maps anonymous memory, a file or a dax device itself and was given another "
            "kind of medium; use block for block devices");
  media.kind = DAX_MEDIA_FILE;
  media.path = "/dev/shm/no_such_file";
  EXPECT_EQ(refusal(media, -ENOENT),
            "libpmem2 cannot open /dev/shm/no_such_file: No such file or directory; check the path "
            "and that you may read and write it");
}

TEST_F(Libpmem2, passes_on_what_the_library_says) {
  const TemporaryFile file("/dev/shm", 4096);
  dax_media_info media{};
  media.kind = DAX_MEDIA_FILE;
  media.path = file.path().c_str();
  media.size_bytes = 8192;
  const std::string reason = refusal(media, -EINVAL);
  EXPECT_EQ(reason.find("libpmem2 cannot map " + file.path() + ": "), 0U) << reason;
  EXPECT_NE(reason.find("; check its size and that you may read and write it"), std::string::npos)
      << reason;
  media.path = "/dev/shm";
  EXPECT_NE(refusal(media, -EISDIR).find("Is a directory"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
