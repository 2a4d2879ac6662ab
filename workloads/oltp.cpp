// oltp: Filebench's database (oltp.f, version 3.0). There, 200 readers of 2 KiB wake 10 writers,
// which write 100 times 2 KiB for every 1,000 reads, and a log writer, which writes 256 KiB for
// every 3,200; all writes are O_DSYNC. Here each thread does all three in these proportions: one
// operation is ten random reads and one durable random write, and each 320th also the log's.
#include <array>
#include <optional>

#include "workloads/file_slots.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOltpPeriod = 256 * 1024;
constexpr unsigned kReads = 10;
constexpr unsigned kOperationsALog = 320;

struct OltpShape {
  std::uint64_t files = 0;
  std::uint64_t io_bytes = 0;
  std::uint64_t slots = 0;  // of one file and one thread
  std::uint64_t log_io_bytes = 0;
  std::uint64_t log_slots = 0;
};

// Each file is shared by all threads, and each thread has its part of it.
class Oltp final : public FileWorkload {
 public:
  Oltp(const OltpShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        random_(position.thread_seed()),
        log_({position.index * shape.log_slots * shape.log_io_bytes, shape.log_io_bytes,
              shape.log_slots},
             ~std::uint64_t{position.index}),
        log_file_(files_) {
    for (std::uint64_t i = 0; i < shape.files; ++i) {
      const SlotShape slots{position.index * shape.slots * shape.io_bytes, shape.io_bytes,
                            shape.slots};
      data_.emplace_back(slots, i << 16 | position.index);
      handles_.push_back(std::make_unique<Handle>(files_));
    }
  }

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kOltpPeriod,
                                     std::max(shape_.io_bytes, shape_.log_io_bytes));
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    read_.resize(shape_.io_bytes);
    for (std::uint64_t i = 0; i < shape_.files; ++i) {
      const int made = handles_[i]->open(fmt::format("/data{}", i), FileInterface::kCreate);
      if (!good(made, "making a data file")) return broken();
      const Status full = data_[i].fill(files_, made, *content_);
      if (!full) return full;
    }
    if (!good(log_file_.open("/log", FileInterface::kCreate), "making the log")) return broken();
    return log_.fill(files_, log_file_.get(), *content_);
  }

  Status verify() override {
    if (has_read_) {
      const Status same = data_[read_file_].check(*content_, "/data", read_slot_, read_);
      if (!same) return same;
    }
    for (std::uint64_t i = 0; i < shape_.files; ++i) {
      const Status same = data_[i].verify(files_, handles_[i]->get(), *content_, "/data");
      if (!same) return same;
    }
    return log_.verify(files_, log_file_.get(), *content_, "/log");
  }

  [[nodiscard]] std::map<std::string, double> figures() const override {
    return written_share_of(written_bytes_, read_bytes_);
  }

 private:
  bool step(Work& work) override {
    has_read_ = false;
    for (unsigned i = 0; i < kReads; ++i) {
      next_file();
      read_slot_ = random_.below(shape_.slots);
      const std::uint64_t offset_bytes = data_[read_file_].offset_of(read_slot_);
      if (!exactly(files_.read(handles_[read_file_]->get(), offset_bytes, read_), read_.size(),
                   "reading a data file")) {
        return false;
      }
    }
    has_read_ = true;
    const std::uint64_t written = read_file_ + 1 < shape_.files ? read_file_ + 1 : 0;
    // Where there is one file, the slot that was read last keeps its content for verify().
    std::uint64_t slot = random_.below(shape_.slots);
    if (written == read_file_ && slot == read_slot_) slot = slot + 1 < shape_.slots ? slot + 1 : 0;
    if (slot == read_slot_ && written == read_file_) has_read_ = false;
    work.bytes += (kReads + 1) * shape_.io_bytes;
    read_bytes_ += kReads * shape_.io_bytes;
    written_bytes_ += shape_.io_bytes;
    if (!write(data_[written], handles_[written]->get(), slot)) return false;
    if (++since_log_ < kOperationsALog) return true;
    since_log_ = 0;
    work.bytes += shape_.log_io_bytes;
    written_bytes_ += shape_.log_io_bytes;
    return write(log_, log_file_.get(), random_.below(shape_.log_slots));
  }

  void next_file() { read_file_ = read_file_ + 1 < shape_.files ? read_file_ + 1 : 0; }

  bool write(FileSlots& slots, int file, std::uint64_t slot) {
    const auto data = slots.renew(*content_, slot);
    return exactly(files_.write(file, slots.offset_of(slot), data), data.size(),
                   "writing a data file") &&
           good(files_.fsync(file), "fsync");
  }

  OltpShape shape_;
  Random random_;
  std::vector<FileSlots> data_;
  std::vector<std::unique_ptr<Handle>> handles_;
  FileSlots log_;
  Handle log_file_;
  std::optional<FileContent> content_;
  std::vector<std::byte> read_;
  std::uint64_t read_file_ = 0, read_slot_ = 0;
  std::uint64_t read_bytes_ = 0, written_bytes_ = 0;  // so far
  bool has_read_ = false;
  unsigned since_log_ = 0;
};

OltpShape oltp_shape(const Parameters& parameters, unsigned threads) {
  OltpShape shape;
  const double files =
      static_cast<double>(number_of(parameters, "files")) * real_of(parameters, "scale");
  shape.files = static_cast<std::uint64_t>(files);
  shape.io_bytes = number_of(parameters, "io_size");
  shape.slots = number_of(parameters, "file_size") / threads / shape.io_bytes;
  shape.log_io_bytes = number_of(parameters, "log_io_size");
  shape.log_slots = number_of(parameters, "log_size") / threads / shape.log_io_bytes;
  return shape;
}

Status check_oltp(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  const double scale = real_of(parameters, "scale");
  if (!(scale > 0) || scale > 1000) return usage_error("scale {} is outside (0, 1000]", scale);
  for (const char* size : {"io_size", "log_io_size"}) {
    if (Status fits = check_size(parameters, size, 1, 16 << 20); !fits) return fits;
  }
  const OltpShape shape = oltp_shape(parameters, threads);
  if (shape.files == 0) {
    return usage_error("scale {} leaves no file of {}: give more", scale,
                       number_of(parameters, "files"));
  }
  if (shape.slots == 0 || shape.log_slots == 0) {
    return usage_error(
        "file_size and log_size leave less than one io_size and log_io_size to each "
        "of {} threads",
        threads);
  }
  return check_footprint(
      shape.files * number_of(parameters, "file_size") + number_of(parameters, "log_size"),
      mount_bytes);
}

}  // namespace

WorkloadType oltp_type() {
  WorkloadType type;
  type.name = "oltp";
  type.summary = "Filebench: ten random reads and a durable random write of 2 KiB, and a log";
  type.parameters = {
      {"scale", ValueKind::real, "0.3", {}, "factor on the number of data files"},
      {"files",
       ValueKind::count,
       "10",
       {},
       "data files of all threads before scaling; Filebench ran 211 threads"},
      {"file_size", ValueKind::size, "10485760", {}, "bytes of a data file"},
      {"io_size", ValueKind::size, "2048", {}, "bytes of a read or write"},
      {"log_size", ValueKind::size, "10485760", {}, "bytes of the log of all threads"},
      {"log_io_size", ValueKind::size, "262144", {}, "bytes of a write to the log"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return true; };
  type.check = check_oltp;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<Oltp>(oltp_shape(parameters, position.count), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
