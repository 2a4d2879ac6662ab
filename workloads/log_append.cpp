// log_append: a database's log. Records with a sequence number are gathered, and each group of them
// is one write and one fsync (group commit); the log is preallocated and written round, or grows.
#include <cstring>
#include <optional>

#include "workloads/file_content.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLogPeriod = 64 * 1024;
constexpr std::uint64_t kHeaderBytes = sizeof(std::uint64_t);

struct LogShape {
  std::uint64_t record_bytes = 0;
  std::uint64_t group = 1;
  std::uint64_t groups = 0;  // that fit into one thread's log
  bool preallocated = false;
};

// A record is its sequence number and content of that key.
class LogAppend final : public FileWorkload {
 public:
  LogAppend(const LogShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        name_(fmt::format("/log{}", position.index)),
        log_(files_),
        sequence_(std::uint64_t{position.index} << 48) {}

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kLogPeriod, shape_.record_bytes);
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    group_.resize(shape_.group * shape_.record_bytes);
    if (!good(log_.open(name_, FileInterface::kCreate), "making a log")) return broken();
    const std::uint64_t log_bytes = shape_.groups * group_.size();
    if (shape_.preallocated &&
        !good(files_.preallocate(log_.get(), log_bytes), "preallocating a log")) {
      return broken();
    }
    return {};
  }

  // If there is not much room left a log that grows begins again now, and not while timed.
  void refresh() override {
    if (!shape_.preallocated && next_group_ > shape_.groups / 2) begin_anew();
  }

  Status verify() override {
    const std::uint64_t records = next_group_ * shape_.group;
    std::vector<std::byte> found(shape_.record_bytes);
    for (std::uint64_t i = 0; i < records; ++i) {
      const std::uint64_t offset_bytes = i * found.size();
      if (!exactly(files_.read(log_.get(), offset_bytes, found), found.size(), "reading back")) {
        return broken();
      }
      if (Status same = check_record(found, first_ + i, offset_bytes); !same) return same;
    }
    return {};
  }

 private:
  bool step(Work& work) override {
    std::byte* record = group_.data() + in_group_ * shape_.record_bytes;
    std::memcpy(record, &sequence_, kHeaderBytes);
    const std::uint64_t payload_bytes = shape_.record_bytes - kHeaderBytes;
    std::memcpy(record + kHeaderBytes, content_->at(sequence_, 0, payload_bytes).data(),
                payload_bytes);
    ++sequence_;
    work.bytes += shape_.record_bytes;
    if (++in_group_ < shape_.group) return true;
    in_group_ = 0;
    return commit();
  }

  bool commit() {
    if (next_group_ == shape_.groups && !begin_anew()) return false;
    if (next_group_ == 0) first_ = sequence_ - shape_.group;
    const std::uint64_t begin_bytes = next_group_++ * group_.size();
    if (shape_.preallocated) {
      if (!exactly(files_.write(log_.get(), begin_bytes, group_), group_.size(),
                   "writing to a log")) {
        return false;
      }
    } else if (!exactly(files_.append(log_.get(), group_), begin_bytes + group_.size(),
                        "appending to a log")) {
      return false;
    }
    return good(files_.fsync(log_.get()), "fsync");
  }

  bool begin_anew() {
    next_group_ = 0;
    return shape_.preallocated || good(files_.truncate(log_.get(), 0), "cutting a log");
  }

  Status check_record(std::span<const std::byte> found, std::uint64_t sequence,
                      std::uint64_t offset_bytes) const {
    std::uint64_t number = 0;
    std::memcpy(&number, found.data(), kHeaderBytes);
    if (number != sequence) {
      return runtime_error(
          "the record of {} at offset {} has number {}, not {}; the operation did not do the work "
          "it was timed for",
          name_, offset_bytes, number, sequence);
    }
    return content_->check(name_, sequence, 0, found.subspan(kHeaderBytes));
  }

  LogShape shape_;
  std::string name_;
  Handle log_;
  std::optional<FileContent> content_;
  std::vector<std::byte> group_;
  std::uint64_t sequence_;   // of the next record
  std::uint64_t first_ = 0;  // of the record at the log's beginning
  std::uint64_t in_group_ = 0;
  std::uint64_t next_group_ = 0;
};

LogShape log_shape(const Parameters& parameters, unsigned threads) {
  LogShape shape;
  shape.record_bytes = number_of(parameters, "record_size");
  shape.group = number_of(parameters, "group");
  shape.groups = number_of(parameters, "log_size") / threads / (shape.record_bytes * shape.group);
  shape.preallocated = text_of(parameters, "preallocated") == "on";
  return shape;
}

Status check_log_append(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  if (Status fits = check_size(parameters, "record_size", 16, 1 << 20); !fits) return fits;
  if (Status fits = check_size(parameters, "group", 1, 1 << 20); !fits) return fits;
  if (log_shape(parameters, threads).groups < 2) {
    return usage_error("log_size {} has no room for two groups of {} threads",
                       number_of(parameters, "log_size"), threads);
  }
  return check_footprint(number_of(parameters, "log_size"), mount_bytes);
}

}  // namespace

WorkloadType log_append_type() {
  WorkloadType type;
  type.name = "log_append";
  type.summary = "records appended to a log, durable in groups";
  type.parameters = {
      {"record_size", ValueKind::size, "4096", {}, "bytes of one record"},
      {"group", ValueKind::count, "1", {}, "records of one write and fsync"},
      {"log_size", ValueKind::size, "16777216", {}, "bytes of all threads' logs together"},
      {"preallocated",
       ValueKind::choice,
       "off",
       {"off", "on"},
       "the log grows until it is cut, or has its size and is written round"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters& parameters) { return number_of(parameters, "group") == 1; };
  type.check = check_log_append;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<LogAppend>(log_shape(parameters, position.count), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
