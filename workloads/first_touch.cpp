// first_touch: the first store to each page of a mapped file, as Kara measured it for MAP_SYNC
// (v4 of the series, 2017): a fault, and with MAP_SYNC the file's metadata made durable in it where
// blocks are not there yet.
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

struct FirstTouchShape {
  std::uint64_t pages = 0;  // of one thread's file
  bool preallocated = false;
  bool synchronous = false;
};

class FirstTouch final : public FileWorkload {
 public:
  FirstTouch(const FirstTouchShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        name_(fmt::format("/touched{}", position.index)),
        file_(files_) {}
  ~FirstTouch() override {
    if (!mapping_.empty()) files_.unmap(file_.get(), mapping_);
  }

  Status prepare() override {
    if (!good(file_.open(name_, FileInterface::kCreate), "making a file") || !map_anew()) {
      return broken();
    }
    return {};
  }
  // Untimed. An interval of more pages than the file has maps the file again within the interval
  // too.
  void refresh() override { map_anew(); }

  Status verify() override {
    std::byte found{};
    for (std::uint64_t page = 0; page < touched_; ++page) {
      if (!exactly(files_.read(file_.get(), page * kPageBytes, {&found, 1}), 1, "reading back")) {
        return broken();
      }
      if (found == stamp(page)) continue;
      return runtime_error("page {} of {} lost what was stored to it: expected {}, found {}", page,
                           name_, std::to_integer<unsigned>(stamp(page)),
                           std::to_integer<unsigned>(found));
    }
    return {};
  }

 private:
  bool step(Work& work) override {
    if (touched_ == shape_.pages && !map_anew()) return false;
    volatile std::byte* to = mapping_.data() + touched_ * kPageBytes;
    *to = stamp(touched_);
    ++touched_;
    ++work.bytes;
    return true;
  }

  // Never zero, which is the content of a page before its first store.
  [[nodiscard]] std::byte stamp(std::uint64_t page) const {
    return static_cast<std::byte>(1 + ((page + round_) & 0x7F));
  }

  bool map_anew() {
    touched_ = 0;
    ++round_;
    const std::uint64_t file_bytes = shape_.pages * kPageBytes;
    if (!mapping_.empty()) {
      const int unmapped = files_.unmap(file_.get(), std::exchange(mapping_, {}));
      if (!good(unmapped, "unmapping a file")) return false;
    }
    if (!good(files_.truncate(file_.get(), 0), "cutting a file")) return false;
    const int sized = shape_.preallocated ? files_.preallocate(file_.get(), file_bytes)
                                          : files_.truncate(file_.get(), file_bytes);
    std::byte first{1};
    if (!good(sized, "giving a file its size") || !good(files_.fsync(file_.get()), "fsync") ||
        !exactly(files_.read(file_.get(), 0, {&first, 1}), 1, "reading a new file") ||
        !exactly(std::to_integer<std::int64_t>(first), 0, "reading a new file, whose first byte")) {
      return false;
    }
    const char* action =
        shape_.synchronous ? "mapping a file synchronously (MAP_SYNC)" : "mapping a file";
    return good(files_.map(file_.get(), file_bytes, shape_.synchronous, &mapping_), action);
  }

  FirstTouchShape shape_;
  std::string name_;
  Handle file_;
  std::span<std::byte> mapping_;
  std::uint64_t touched_ = 0;
  std::uint64_t round_ = 0;
};

FirstTouchShape first_touch_shape(const Parameters& parameters, unsigned threads) {
  return {number_of(parameters, "file_size") / threads / kPageBytes,
          text_of(parameters, "preallocated") == "on", text_of(parameters, "synchronous") == "on"};
}

Status check_first_touch(const Parameters& parameters, std::uint64_t mount_bytes,
                         unsigned threads) {
  if (first_touch_shape(parameters, threads).pages == 0) {
    return usage_error("file_size {} has no page for each of {} threads",
                       number_of(parameters, "file_size"), threads);
  }
  return check_footprint(number_of(parameters, "file_size"), mount_bytes);
}

}  // namespace

WorkloadType first_touch_type() {
  WorkloadType type;
  type.name = "first_touch";
  type.summary = "the first store to each page of a mapped file";
  type.parameters = {
      {"file_size", ValueKind::size, "8388608", {}, "bytes of all threads' files together"},
      {"preallocated",
       ValueKind::choice,
       "on",
       {"off", "on"},
       "the file's blocks are there, or come with the touch"},
      {"synchronous",
       ValueKind::choice,
       "off",
       {"off", "on"},
       "map with MAP_SYNC, so that a touch makes durable what is needed to find the page"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.check = check_first_touch;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(std::make_unique<FirstTouch>(
        first_touch_shape(parameters, position.count), path, position));
  };
  type.needs_files = true;
  type.needs_mapping = true;
  return type;
}

}  // namespace pmembench
