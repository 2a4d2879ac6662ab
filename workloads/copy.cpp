// copy: ranges of the lower half of a thread's region to the same place of the upper half.
#include <algorithm>
#include <optional>

#include "workloads/access_pattern.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/stamped_buffer.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kStampedSources = 16;

// One operation is one range read into a buffer and written from it: both count as bytes moved
// once. The buffer is the thread's and stays in its caches for small ranges.
class Copy final : public Workload {
 public:
  Copy(dax_iter from, std::uint64_t distance_bytes, Transfer transfer, std::uint64_t batch,
       std::uint64_t cell_seed, Path& path)
      : from_(from),
        distance_bytes_(distance_bytes),
        transfer_(transfer),
        batch_(batch),
        cell_seed_(cell_seed),
        path_(path) {}

  Status prepare() override {
    auto buffer = StampedBuffer::make(from_.size_bytes, cell_seed_);
    if (!buffer) return buffer.error();
    buffer_.emplace(*std::move(buffer));
    auto stamp = StampedBuffer::make(from_.size_bytes, cell_seed_);
    if (!stamp) return stamp.error();
    stamp_.emplace(*std::move(stamp));
    from_.buffer = buffer_->data();
    refresh();
    return {};
  }

  // The next sources get a new stamp, so that verify() can check whether it arrived.
  void refresh() override {
    start_ = from_;
    done_in_interval_ = 0;
    stamp_->stamp(++interval_);
    dax_iter sources = from_;
    sources.buffer = stamp_->data();
    sources.count = kStampedSources;
    const std::int64_t bytes = path_.write(sources);
    if (bytes < 0) failed_ = bytes;
  }

  Work run(std::uint64_t operations) override {
    Work work;
    while (work.operations < operations && failed_ == 0) {
      const std::uint64_t asked = std::min(batch_, operations - work.operations);
      const std::uint64_t did = copy_batch(asked);
      work.operations += did;
      work.bytes += did * from_.size_bytes;
      if (did != asked) break;
    }
    done_in_interval_ += work.operations;
    return work;
  }

  std::string failure() const override {
    return failed_ == 0 ? std::string() : path_failure(failed_, "copying");
  }

  Status verify() override {
    auto found = StampedBuffer::make(from_.size_bytes, cell_seed_);
    if (!found) return found.error();
    dax_iter target = target_of(start_);
    for (std::uint64_t i = 0; i < std::min(done_in_interval_, kStampedSources); ++i) {
      dax_iter offset = target;
      target.buffer = found->data();
      target.count = 1;
      const std::int64_t bytes = path_.read(target);
      if (bytes < 0 || target.count != 0) {
        return runtime_error("{}", path_failure(bytes, "reading back"));
      }
      const Status same = compare_bytes(stamp_->bytes(), found->bytes(), dax_iter_next(&offset));
      if (!same) return same;
    }
    return {};
  }

 private:
  [[nodiscard]] dax_iter target_of(dax_iter from) const {
    from.offset_bytes += distance_bytes_;
    return from;
  }

  std::uint64_t copy_batch(std::uint64_t count) {
    dax_iter flushed = target_of(from_);
    flushed.count = count;
    for (std::uint64_t i = 0; i < count; ++i) {
      dax_iter target = target_of(from_);
      from_.count = target.count = 1;
      std::int64_t bytes = path_.read(from_);
      if (bytes >= 0 && from_.count == 0) {
        bytes = transfer_ == Transfer::persist ? path_.persist(target) : path_.write(target);
      }
      if (bytes < 0 || target.count != 0) return stop(bytes, i);
    }
    if (transfer_ != Transfer::write_batch) return count;
    const std::int64_t lines = path_.flush(flushed);
    const std::int64_t drained = lines < 0 ? lines : path_.drain();
    return drained < 0 ? stop(drained, 0) : count;
  }

  std::uint64_t stop(std::int64_t code, std::uint64_t done) {
    failed_ = code < 0 ? code : -EIO;
    return done;
  }

  dax_iter from_;
  dax_iter start_{};
  std::uint64_t distance_bytes_;
  Transfer transfer_;
  std::uint64_t batch_;
  std::uint64_t cell_seed_;
  Path& path_;
  std::uint64_t interval_ = 0;
  std::uint64_t done_in_interval_ = 0;
  std::int64_t failed_ = 0;
  std::optional<StampedBuffer> buffer_;
  std::optional<StampedBuffer> stamp_;
};

std::unique_ptr<Workload> make_copy(const Parameters& parameters, Path& path,
                                    const ThreadPosition& position) {
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  Region region = position_region(range_bytes_of(parameters, path.size_bytes()), 2 * size_bytes,
                                  false, position.index, position.count);
  region.size_bytes /= 2;
  const dax_iter from = text_of(parameters, "order") == "sequential"
                            ? sequential_iter(region, size_bytes, 0)
                            : uniform_iter(region, size_bytes, position.thread_seed());
  return std::make_unique<Copy>(from, region.size_bytes, transfer_of(parameters),
                                number_of(parameters, "batch"), position.cell_seed, path);
}

Status check_copy(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  Parameters disjoint = parameters;
  disjoint["range"] = "disjoint";
  return check_ranges(disjoint, 2 * number_of(parameters, "operation_size"), device_bytes, threads);
}

}  // namespace

WorkloadType copy_type() {
  return {"copy",
          "ranges from one half of each thread's region to the other",
          false,
          false,
          {operation_size_spec("4096"),
           {"order", ValueKind::choice, "sequential", {"random", "sequential"}, "of the ranges"},
           durability_spec("each"),
           batch_spec(),
           range_size_spec()},
          [](const Parameters&) { return true; },
          [](const Parameters& parameters) { return text_of(parameters, "durability") != "none"; },
          check_copy,
          make_copy};
}

}  // namespace pmembench
