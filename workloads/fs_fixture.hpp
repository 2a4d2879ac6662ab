// FsFixture: a formatted and mounted small file system, for the paths of one cell.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "block/block_device.hpp"
#include "fs/file_system.hpp"
#include "workloads/file_interface.hpp"
#include "workloads/path.hpp"

namespace pmembench {

enum class FsKind { dax, block, mixed };

struct FsFixtureOptions {
  FsKind kind = FsKind::dax;
  bool copy_on_write = false;
  bool range_locks = false;
  bool btt = false;    // kind block: on a block translation table, else on plain sectors
  bool format = true;  // false: what an earlier one made is mounted
};

class FsFixture final : public PathFixture {
 public:
  static constexpr std::string_view kRange = "/range";  // the file of the range workloads

  // Loses what is on the device, which outlives it.
  static Result<std::unique_ptr<FsFixture>> make(OpenedDevice& opened,
                                                 const FsFixtureOptions& options);
  ~FsFixture() override;
  [[nodiscard]] std::uint64_t size_bytes() const override { return size_bytes_; }
  // Of the block device where there is one; of the second dax device of a mixed mount by the
  // device's own names, to be added to those of the first.
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const override;
  [[nodiscard]] FileSystem& file_system() { return *file_system_; }
  [[nodiscard]] bool copies_on_write() const { return copies_on_write_; }
  // Makes kRange, of size_bytes(), once; 0 or a negative errno. Any thread.
  int make_range(FileInterface& files);

 private:
  FsFixture();
  Status make_block(OpenedDevice& opened, const FsFixtureOptions& options);
  Status split(OpenedDevice& opened);
  Status mount(MountSource source, const FsFixtureOptions& options);

  class EndsWithWhole;
  std::unique_ptr<DaxDevice> data_;                 // of a mixed mount: the rest of the device
  std::unique_ptr<EndsWithWhole> ends_with_whole_;  // goes before data_, which it kills
  std::unique_ptr<BlockDevice> block_;
  std::unique_ptr<FileSystem> file_system_;
  std::uint64_t size_bytes_ = 0;
  bool copies_on_write_ = false;
  std::mutex range_mutex_;
  bool range_made_ = false;
};

}  // namespace pmembench
