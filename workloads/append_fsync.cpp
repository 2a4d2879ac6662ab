// append_fsync: a file grows by equal pieces, and every k-th is made durable with all before it.
#include <optional>

#include "workloads/file_content.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kAppendPeriod = 64 * 1024;

struct AppendShape {
  std::uint64_t append_bytes = 0;
  std::uint64_t sync_every = 1;
  std::uint64_t limit_bytes = 0;  // of one thread's file
};

class AppendFsync final : public FileWorkload {
 public:
  AppendFsync(const AppendShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        name_(fmt::format("/append{}", position.index)),
        file_(files_) {}

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kAppendPeriod, shape_.append_bytes);
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    return good(file_.open(name_, FileInterface::kCreate), "making a file") ? Status{} : broken();
  }

  // If there is not much room left the file begins again now, and not in a timed interval.
  void refresh() override {
    if (size_bytes_ > shape_.limit_bytes / 2) begin_anew();
  }

  Status verify() override {
    FileStat found;
    if (!good(files_.stat(name_, found), "looking at a file") ||
        !exactly(static_cast<std::int64_t>(found.size_bytes), size_bytes_,
                 "looking at a file's size")) {
      return broken();
    }
    std::vector<std::byte> bytes(shape_.append_bytes);
    for (std::uint64_t at = 0; at < size_bytes_; at += bytes.size()) {
      if (!exactly(files_.read(file_.get(), at, bytes), bytes.size(), "reading back")) {
        return broken();
      }
      if (Status same = content_->check(name_, key_, at, bytes); !same) return same;
    }
    return {};
  }

 private:
  bool step(Work& work) override {
    if (size_bytes_ + shape_.append_bytes > shape_.limit_bytes && !begin_anew()) return false;
    const auto data = content_->at(key_, size_bytes_, shape_.append_bytes);
    size_bytes_ += data.size();
    work.bytes += data.size();
    if (!exactly(files_.append(file_.get(), data), size_bytes_, "appending to a file")) {
      return false;
    }
    if (shape_.sync_every == 0 || ++since_sync_ < shape_.sync_every) return true;
    since_sync_ = 0;
    return good(files_.fsync(file_.get()), "fsync");
  }

  bool begin_anew() {
    size_bytes_ = 0;
    ++key_;
    return good(files_.truncate(file_.get(), 0), "cutting a file");
  }

  AppendShape shape_;
  std::string name_;
  Handle file_;
  std::optional<FileContent> content_;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t key_ = 1;
  std::uint64_t since_sync_ = 0;
};

AppendShape append_shape(const Parameters& parameters, unsigned threads) {
  return {number_of(parameters, "append_size"), number_of(parameters, "fsync_every"),
          number_of(parameters, "file_size") / threads};
}

Status check_append_fsync(const Parameters& parameters, std::uint64_t mount_bytes,
                          unsigned threads) {
  if (Status fits = check_size(parameters, "append_size", 1, 16 << 20); !fits) return fits;
  if (Status fits = check_size(parameters, "fsync_every", 0, 1'000'000'000); !fits) return fits;
  const AppendShape shape = append_shape(parameters, threads);
  if (shape.limit_bytes < 2 * shape.append_bytes) {
    return usage_error("file_size {} has no room for two appends of {} threads",
                       number_of(parameters, "file_size"), threads);
  }
  return check_footprint(number_of(parameters, "file_size"), mount_bytes);
}

}  // namespace

WorkloadType append_fsync_type() {
  WorkloadType type;
  type.name = "append_fsync";
  type.summary = "a file grows by equal pieces, with fsync after every k of them";
  type.parameters = {{"append_size", ValueKind::size, "4096", {}, "bytes of one append"},
                     {"fsync_every",
                      ValueKind::count,
                      "1",
                      {},
                      "appends that one fsync makes durable; 0: no fsync"},
                     {"file_size",
                      ValueKind::size,
                      "16777216",
                      {},
                      "bytes to which all threads' files together grow before they are cut"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters& parameters) {
    return number_of(parameters, "fsync_every") == 1;
  };
  type.check = check_append_fsync;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<AppendFsync>(append_shape(parameters, position.count), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
