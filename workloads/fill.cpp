// fill: memory set to one value, in order: by the device's own zero_page_range, or by copies of a
// buffer of that value.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "workloads/access_pattern.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

struct FreeFillBuffer {
  void operator()(unsigned char* bytes) const { std::free(bytes); }
};

class Fill final : public Workload {
 public:
  Fill(const dax_iter& iter, bool zeroes, unsigned char value, Path& path)
      : iter_(iter), zeroes_(zeroes), value_(value), path_(path) {}

  Status prepare() override {
    const std::uint64_t bytes =
        (iter_.size_bytes + DAX_PAGE_BYTES - 1) / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
    buffer_.reset(static_cast<unsigned char*>(std::aligned_alloc(DAX_PAGE_BYTES, bytes)));
    if (buffer_ == nullptr) return environment_error("{} bytes of memory are missing", bytes);
    std::memset(buffer_.get(), value_, bytes);
    iter_.buffer = buffer_.get();
    start_ = iter_;
    return {};
  }

  // What the first range holds is changed, so that it shows whether it is filled again.
  void refresh() override {
    std::memset(buffer_.get(), static_cast<unsigned char>(~value_), iter_.size_bytes);
    dax_iter first = iter_;
    first.count = 1;
    spoiled_ = path_.write(first) >= 0 && path_.drain() == 0;
    std::memset(buffer_.get(), value_, iter_.size_bytes);
    start_ = iter_;
    done_ = 0;
  }

  Work run(std::uint64_t operations) override {
    Work work;
    iter_.count = operations;
    const std::int64_t bytes = zeroes_ ? path_.zero(iter_) : path_.write(iter_);
    const int drained = bytes < 0 ? 0 : path_.drain();
    if (bytes < 0 || iter_.count != 0 || drained < 0) {
      failed_ = bytes < 0 ? bytes : drained < 0 ? drained : -EIO;
      return work;
    }
    done_ += operations;
    return {operations, static_cast<std::uint64_t>(bytes)};
  }

  std::string failure() const override {
    return failed_ < 0 ? path_failure(failed_, "filling") : std::string();
  }

  Status verify() override {
    if (!spoiled_) return runtime_error("the bytes that are to be filled cannot be written");
    dax_iter at = start_;
    std::uint64_t offset = 0;
    for (std::uint64_t i = 0; i < done_; ++i) {
      offset = dax_iter_next(&at);
      if (i != 0 && i + 1 != done_) continue;
      if (const Status filled = check_range(offset); !filled) return filled;
    }
    return {};
  }

 private:
  Status check_range(std::uint64_t offset) {
    const std::unique_ptr<unsigned char, FreeFillBuffer> found(
        static_cast<unsigned char*>(std::malloc(iter_.size_bytes)));
    dax_iter read = iter_;
    read.state = 0;
    read.slots = read.count = 1;
    read.offset_bytes = offset;
    read.buffer = found.get();
    const std::int64_t bytes = path_.read(read);
    if (bytes < 0 || read.count != 0) {
      return runtime_error("{}", path_failure(bytes, "reading back"));
    }
    const auto* const end = found.get() + iter_.size_bytes;
    const auto* const wrong = std::find_if(static_cast<const unsigned char*>(found.get()), end,
                                           [&](unsigned char byte) { return byte != value_; });
    if (wrong == end) return {};
    return runtime_error("byte {} holds {} after it was filled with {}",
                         offset + static_cast<std::uint64_t>(wrong - found.get()), *wrong, value_);
  }

  dax_iter iter_;
  dax_iter start_{};
  bool zeroes_;
  unsigned char value_;
  Path& path_;
  std::unique_ptr<unsigned char, FreeFillBuffer> buffer_;
  bool spoiled_ = true;
  std::uint64_t done_ = 0;
  std::int64_t failed_ = 0;
};

bool fills_by_zero(const Parameters& parameters) { return text_of(parameters, "by") == "zero"; }

Status check_fill(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  if (fills_by_zero(parameters) && size_bytes % DAX_PAGE_BYTES != 0) {
    return usage_error("operation_size {} is not whole pages of 4096 bytes, which by: zero zeroes",
                       size_bytes);
  }
  if (number_of(parameters, "value") > 255 ||
      (fills_by_zero(parameters) && number_of(parameters, "value") != 0)) {
    return usage_error(
        "value {} is not a byte that is filled here: use 0 to 255 by copy, 0 by zero",
        number_of(parameters, "value"));
  }
  Parameters full = parameters;
  full["range"] = "disjoint";
  return check_ranges(full, size_bytes, device_bytes, threads);
}

}  // namespace

WorkloadType fill_type() {
  WorkloadType type;
  type.name = "fill";
  type.summary = "memory set to one value: by zero_page_range, or by copies, as memset";
  type.parameters = {operation_size_spec("4096"),
                     {"by",
                      ValueKind::choice,
                      "copy",
                      {"copy", "zero"},
                      "copies of a buffer of the value, or the device's own zero_page_range"},
                     {"value", ValueKind::count, "0", {}, "the byte: 0 to 255; 0 by zero"},
                     range_size_spec()};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.check = check_fill;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const std::uint64_t size_bytes = number_of(parameters, "operation_size");
    const Region region = position_region(range_bytes_of(parameters, path.size_bytes()), size_bytes,
                                          false, position.index, position.count);
    return std::unique_ptr<Workload>(
        std::make_unique<Fill>(sequential_iter(region, size_bytes, 0), fills_by_zero(parameters),
                               static_cast<unsigned char>(number_of(parameters, "value")), path));
  };
  type.zeroes = fills_by_zero;
  return type;
}

}  // namespace pmembench
