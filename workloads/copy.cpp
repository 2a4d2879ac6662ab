// copy: ranges of the lower half of a thread's region to the upper half: to the same place, or in
// a separate order.
#include <algorithm>
#include <optional>
#include <set>

#include "base/random.hpp"
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
  Copy(dax_iter from, dax_iter to, Transfer transfer, std::uint64_t batch, std::uint64_t cell_seed,
       Path& path)
      : from_(from),
        to_(to),
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
    auto found = StampedBuffer::make(from_.size_bytes, cell_seed_);
    if (!found) return found.error();
    found_.emplace(*std::move(found));
    from_.buffer = to_.buffer = buffer_->data();
    refresh();
    return {};
  }

  // The next sources get a new stamp, so that verify() can check whether it arrived.
  void refresh() override {
    start_ = to_;
    done_in_interval_ = 0;
    stamp_sources();
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

  // The interval's first ranges arrived, as far as nothing else went to the same place since; and
  // those that come next do, each looked at before another can.
  Status verify() override {
    const std::set<std::uint64_t> untouched = first_targets();
    for (const std::uint64_t offset_bytes : untouched) {
      const Status same = compare_target(offset_bytes);
      if (!same) return same;
    }
    stamp_sources();
    for (std::uint64_t i = 0; i < kStampedSources && failed_ == 0; ++i) {
      dax_iter target = to_;
      const std::uint64_t offset_bytes = dax_iter_next(&target);
      if (copy_batch(1) != 1) break;
      const Status same = compare_target(offset_bytes);
      if (!same) return same;
    }
    return failed_ == 0 ? Status() : runtime_error("{}", failure());
  }

 private:
  void stamp_sources() {
    stamp_->stamp(++stamps_);
    dax_iter sources = from_;
    sources.buffer = stamp_->data();
    sources.count = kStampedSources;
    const std::int64_t bytes = path_.write(sources);
    if (bytes < 0) failed_ = bytes;
  }

  // Where the stamped sources of the interval went, without what was written again.
  [[nodiscard]] std::set<std::uint64_t> first_targets() const {
    std::set<std::uint64_t> first;
    dax_iter target = start_;
    for (std::uint64_t i = 0; i < done_in_interval_; ++i) {
      const std::uint64_t offset_bytes = dax_iter_next(&target);
      if (i < kStampedSources) {
        first.insert(offset_bytes);
      } else {
        first.erase(offset_bytes);
      }
    }
    return first;
  }

  Status compare_target(std::uint64_t offset_bytes) {
    dax_iter one{};
    one.multiplier = one.slots = one.count = 1;
    one.offset_bytes = offset_bytes;
    one.granule_bytes = one.size_bytes = from_.size_bytes;
    one.buffer = found_->data();
    const std::int64_t bytes = path_.read(one);
    if (bytes < 0 || one.count != 0) {
      return runtime_error("{}", path_failure(bytes, "reading back"));
    }
    return compare_bytes(stamp_->bytes(), found_->bytes(), offset_bytes);
  }

  std::uint64_t copy_batch(std::uint64_t count) {
    dax_iter flushed = to_;
    flushed.count = count;
    for (std::uint64_t i = 0; i < count; ++i) {
      from_.count = to_.count = 1;
      std::int64_t bytes = path_.read(from_);
      if (bytes >= 0 && from_.count == 0) {
        bytes = transfer_ == Transfer::persist ? path_.persist(to_) : path_.write(to_);
      }
      if (bytes < 0 || to_.count != 0) return stop(bytes, i);
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

  dax_iter from_, to_;
  dax_iter start_{};  // of the interval's targets
  Transfer transfer_;
  std::uint64_t batch_;
  std::uint64_t cell_seed_;
  Path& path_;
  std::uint64_t stamps_ = 0;
  std::uint64_t done_in_interval_ = 0;
  std::int64_t failed_ = 0;
  std::optional<StampedBuffer> buffer_;
  std::optional<StampedBuffer> stamp_;
  std::optional<StampedBuffer> found_;  // what verify() reads back
};

std::unique_ptr<Workload> make_copy(const Parameters& parameters, Path& path,
                                    const ThreadPosition& position) {
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  Region region = position_region(range_bytes_of(parameters, path.size_bytes()), 2 * size_bytes,
                                  false, position.index, position.count);
  region.size_bytes /= 2;
  const Region upper{region.offset_bytes + region.size_bytes, region.size_bytes};
  const std::string& order = text_of(parameters, "order");
  const std::string& target_order = text_of(parameters, "target_order");
  const auto iter = [&](const std::string& name, Region half, std::uint64_t seed) {
    return name == "sequential" ? sequential_iter(half, size_bytes, 0)
                                : uniform_iter(half, size_bytes, seed);
  };
  const bool same = target_order == "same";
  const std::uint64_t seed = position.thread_seed();
  const dax_iter from = iter(order, region, seed);
  const dax_iter to = iter(same ? order : target_order, upper, same ? seed : mix_seed(seed));
  return std::make_unique<Copy>(from, to, transfer_of(parameters), number_of(parameters, "batch"),
                                position.cell_seed, path);
}

Status check_copy(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  Parameters disjoint = parameters;
  disjoint["range"] = "disjoint";
  return check_ranges(disjoint, 2 * number_of(parameters, "operation_size"), device_bytes, threads);
}

}  // namespace

WorkloadType copy_type() {
  WorkloadType type{
      "copy",
      "ranges from one half of each thread's region to the other",
      false,
      false,
      {operation_size_spec("4096"),
       {"order",
        ValueKind::choice,
        "sequential",
        {"random", "sequential"},
        "of the ranges that are read"},
       {"target_order",
        ValueKind::choice,
        "same",
        {"same", "random", "sequential"},
        "of the ranges that are written: to the same place of the other half, or in their own"},
       durability_spec("each"),
       batch_spec(),
       range_size_spec()},
      [](const Parameters&) { return true; },
      [](const Parameters& parameters) { return text_of(parameters, "durability") != "none"; },
      check_copy,
      make_copy};
  limit_operations(type);
  return type;
}

}  // namespace pmembench
