// The parts of FxMark on the bytes of files: reading blocks, and cutting them off.
#include <optional>

#include "workloads/file_slots.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/fxmark.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kFxBlockBytes = 4096;
constexpr std::uint64_t kFxPeriod = 64 * 1024;

SlotShape fx_slots(const FxShape& shape, const ThreadPosition& position) {
  const std::uint64_t slots = shape.file_bytes / kFxBlockBytes;
  const std::uint64_t before =
      shape.sharing == Sharing::medium ? position.index * slots * kFxBlockBytes : 0;
  return {before, kFxBlockBytes, slots};
}

class BlockReader final : public FileWorkload {
 public:
  BlockReader(const FxShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        // What all read, all have written: the same bytes.
        slots_(fx_slots(shape, position), shape.sharing == Sharing::high ? 0 : position.index),
        visited_(shape.sharing == Sharing::high ? 1 : slots_.shape().slots),
        random_(position.thread_seed()),
        name_(shape.sharing == Sharing::low ? fmt::format("/private{}", position.index)
                                            : "/shared"),
        file_(files_),
        found_(kFxBlockBytes) {}

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kFxPeriod, kFxBlockBytes);
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    if (!good(file_.open(name_, FileInterface::kCreate), "making a file")) return broken();
    return slots_.fill(files_, file_.get(), *content_);
  }

  Status verify() override {
    if (has_read_) {
      if (Status same = slots_.check(*content_, name_, slot_, found_); !same) return same;
    }
    return slots_.verify(files_, file_.get(), *content_, name_);
  }

 private:
  bool step(Work& work) override {
    slot_ = random_.below(visited_);
    has_read_ = true;
    work.bytes += kFxBlockBytes;
    return exactly(files_.read(file_.get(), slots_.offset_of(slot_), found_), kFxBlockBytes,
                   "reading a block");
  }

  FileSlots slots_;
  std::uint64_t visited_;
  Random random_;
  std::string name_;
  Handle file_;
  std::vector<std::byte> found_;
  std::optional<FileContent> content_;
  std::uint64_t slot_ = 0;
  bool has_read_ = false;
};

class Truncater final : public FileWorkload {
 public:
  Truncater(const FxShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        blocks_(shape.file_bytes / kFxBlockBytes),
        left_(blocks_),
        name_(fmt::format("/private{}", position.index)),
        file_(files_) {}

  Status prepare() override {
    if (!good(file_.open(name_, FileInterface::kCreate), "making a file") || !give_size()) {
      return broken();
    }
    return {};
  }
  void refresh() override { give_size(); }

  Status verify() override {
    FileStat found;
    if (!good(files_.stat(name_, found), "looking at a file") ||
        !exactly(static_cast<std::int64_t>(found.size_bytes), left_ * kFxBlockBytes,
                 "looking at a file's size")) {
      return broken();
    }
    return {};
  }

 private:
  bool step(Work& work) override {
    if (left_ == 0 && !give_size()) return false;
    --left_;
    work.bytes += kFxBlockBytes;
    return good(files_.truncate(file_.get(), left_ * kFxBlockBytes), "cutting a file");
  }

  bool give_size() {
    left_ = blocks_;
    return good(files_.preallocate(file_.get(), blocks_ * kFxBlockBytes), "preallocating a file");
  }

  std::uint64_t blocks_;
  std::uint64_t left_;
  std::string name_;
  Handle file_;
};

}  // namespace

std::unique_ptr<Workload> make_block_reader(const FxShape& shape, Path& path,
                                            const ThreadPosition& position) {
  return std::make_unique<BlockReader>(shape, path, position);
}

std::unique_ptr<Workload> make_truncater(const FxShape& shape, Path& path,
                                         const ThreadPosition& position) {
  return std::make_unique<Truncater>(shape, path, position);
}

}  // namespace pmembench
