#include "workloads/range_workload.hpp"

#include <algorithm>
#include <cstring>

#include "base/random.hpp"
#include "workloads/line_load.hpp"
#include "workloads/parameters.hpp"
#include "workloads/sample.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSampledOperations = 256;
constexpr std::uint64_t kSampledBytes = 8 << 20;
constexpr std::uint64_t kSampledReads = 16;

}  // namespace

Transfer transfer_of(const Parameters& parameters) {
  const std::string access =
      parameters.count("access") != 0 ? text_of(parameters, "access") : "write";
  if (access == "read") return Transfer::read;
  if (access == "load") return Transfer::load;
  if (access == "load-nt") return Transfer::load_nontemporal;
  const std::string& durability = text_of(parameters, "durability");
  if (durability == "each") return Transfer::persist;
  return durability == "batch" ? Transfer::write_batch : Transfer::write;
}

std::string path_failure(std::int64_t code, std::string_view what) {
  if (code >= 0) return fmt::format("{} stopped short", what);
  return fmt::format("{} failed: {}", what, std::strerror(static_cast<int>(-code)));
}

Status RangeWorkload::prepare() {
  auto buffer = StampedBuffer::make(plan_.iter.size_bytes, plan_.cell_seed);
  if (!buffer) return buffer.error();
  auto found = StampedBuffer::make(plan_.iter.size_bytes, plan_.cell_seed);
  if (!found) return found.error();
  buffer_.emplace(*std::move(buffer));
  found_.emplace(*std::move(found));
  iter_.buffer = buffer_->data();
  refresh();
  return {};
}

void RangeWorkload::refresh() {
  ++interval_;
  done_in_interval_ = 0;
  loaded_ = 0;
  if (plan_.table) {
    plan_.table->fill(interval_, expected_);
    iter_ = table_iter(plan_.region, plan_.iter.size_bytes, *plan_.table);
    iter_.buffer = buffer_->data();
  }
  start_ = iter_;
  if (plan_.transfer != Transfer::read && !loads()) {
    buffer_->stamp(interval_);
  }
}

std::int64_t RangeWorkload::write_flush_drain() {
  dax_iter flushed = iter_;
  const std::int64_t bytes = path_.write(iter_);
  if (bytes < 0) return bytes;
  const std::int64_t lines = path_.flush(flushed);
  if (lines < 0) return lines;
  const int status = path_.drain();
  return status < 0 ? status : bytes;
}

// Inline, because a batch of one is how an operation is timed.
inline std::int64_t RangeWorkload::transfer_batch() {
  switch (plan_.transfer) {
    case Transfer::read:
      return path_.read(iter_);
    case Transfer::load:
      return path_.load(iter_, loaded_);
    case Transfer::load_nontemporal:
      return path_.load_nontemporal(iter_, loaded_);
    case Transfer::write:
      return path_.write(iter_);
    case Transfer::persist:
      return path_.persist(iter_);
    case Transfer::write_batch:
      break;
  }
  return write_flush_drain();
}

inline Work RangeWorkload::run_batch(std::uint64_t operations) {
  iter_.count = operations;
  const std::int64_t bytes = transfer_batch();
  if (bytes < 0 || iter_.count != 0) [[unlikely]] {
    failed_ = bytes < 0 ? bytes : -EIO;
    return {};
  }
  done_in_interval_ += operations;
  return {operations, static_cast<std::uint64_t>(bytes)};
}

// One operation that is timed is one batch, and the code around it is timed too: so the loop is in
// a separate function, with the registers that it has to save.
Work RangeWorkload::run(std::uint64_t operations) {
  if (operations - 1 < plan_.batch) [[likely]]
    return run_batch(operations);
  return run_batches(operations);
}

[[gnu::noinline]] Work RangeWorkload::run_batches(std::uint64_t operations) {
  Work work;
  while (work.operations < operations) {
    const std::uint64_t asked = std::min(plan_.batch, operations - work.operations);
    const Work batch = run_batch(asked);
    if (batch.operations != asked) break;
    work.operations += asked;
    work.bytes += batch.bytes;
  }
  return work;
}

std::string RangeWorkload::failure() const {
  if (failed_ == 0) return {};
  switch (plan_.transfer) {
    case Transfer::read:
      return path_failure(failed_, "reading");
    case Transfer::load:
    case Transfer::load_nontemporal:
      return path_failure(failed_, "loading");
    default:
      return path_failure(failed_, "writing");
  }
}

Status RangeWorkload::verify() {
  if (loads()) return verify_loads();
  return plan_.transfer == Transfer::read ? verify_reads() : verify_writes();
}

// The bytes of the device, by its addresses where it has them (another way than the one that is
// tested), else by the path.
Status RangeWorkload::check_slot(std::uint64_t offset_bytes,
                                 std::span<const unsigned char> expected) {
  const std::span<std::byte> mapping = path_.mapping();
  if (!mapping.empty()) {
    const void* at = mapping.data() + offset_bytes;
    return compare_bytes(expected, {static_cast<const unsigned char*>(at), expected.size()},
                         offset_bytes);
  }
  dax_iter one = plan_.iter;
  one.state = 0;
  one.slots = 1;
  one.table = nullptr;
  one.offset_bytes = offset_bytes;
  one.count = 1;
  one.buffer = found_->data();
  const std::int64_t bytes = path_.read(one);
  if (bytes < 0 || one.count != 0) return runtime_error("{}", path_failure(bytes, "reading back"));
  return compare_bytes(expected, found_->bytes(), offset_bytes);
}

// The batch of before once more, the same bytes to the same places: not timed, and its count is
// looked at. In a timed batch that would be an instruction more.
Status RangeWorkload::check_count_of_writes() {
  if (done_in_interval_ == 0) return {};
  const std::uint64_t count = std::min(plan_.batch, done_in_interval_);
  dax_iter again = start_;
  again.buffer = buffer_->data();
  again.count = count;
  const std::int64_t bytes =
      plan_.transfer == Transfer::persist ? path_.persist(again) : path_.write(again);
  if (bytes < 0 || again.count != 0) return runtime_error("{}", path_failure(bytes, "writing"));
  return check_count(bytes, count);
}

Status RangeWorkload::check_count(std::int64_t bytes, std::uint64_t count) const {
  const std::uint64_t asked_bytes = count * plan_.iter.size_bytes;
  if (static_cast<std::uint64_t>(bytes) <= asked_bytes) return {};
  return runtime_error(
      "the backend or the path counted {} bytes for a batch of {}: the bandwidth would be wrong; "
      "check the backend with `pmembench check`",
      bytes, asked_bytes);
}

Status RangeWorkload::verify_writes() {
  dax_iter replay = start_;
  const std::uint64_t affordable =
      std::clamp<std::uint64_t>(kSampledBytes / plan_.iter.size_bytes, 1, kSampledOperations);
  Sample sample(done_in_interval_, affordable,
                plan_.cell_seed ^ mix_seed(start_.state + interval_));
  for (std::uint64_t i = 0; i < done_in_interval_; ++i) {
    const std::uint64_t offset_bytes = dax_iter_next(&replay);
    if (!sample.next() && i + 1 != done_in_interval_) continue;
    if (path_.lost(offset_bytes, plan_.iter.size_bytes)) continue;
    const Status same = check_slot(offset_bytes, buffer_->bytes());
    if (!same) return same;
  }
  return check_count_of_writes();
}

// Writes its own stamp to the slot of the last of `count` ranges. Returns its offset.
Result<std::uint64_t> RangeWorkload::stamp_last(dax_iter at, std::uint64_t count) {
  for (std::uint64_t i = 1; i < count; ++i) (void)dax_iter_next(&at);
  dax_iter write = at;
  write.count = 1;
  write.buffer = found_->data();
  const std::int64_t bytes = path_.persist(write);
  if (bytes < 0 || write.count != 0) return runtime_error("{}", path_failure(bytes, "writing"));
  return dax_iter_next(&at);
}

// Reads `count` ranges as a batch by the path, and finds the stamp of the last in the buffer.
Status RangeWorkload::check_batch_of_reads(dax_iter at, std::uint64_t count) {
  found_->stamp(interval_ + at.state + count);
  const auto offset_bytes = stamp_last(at, count);
  if (!offset_bytes) return offset_bytes.error();
  dax_iter read = at;
  read.count = count;
  std::memset(read.buffer, 0, read.size_bytes);
  const std::int64_t bytes = path_.read(read);
  if (bytes < 0 || read.count != 0) return runtime_error("{}", path_failure(bytes, "reading"));
  if (const Status counted = check_count(bytes, count); !counted) return counted;
  if (path_.lost(*offset_bytes, at.size_bytes)) return {};
  return compare_bytes(found_->bytes(), buffer_->bytes(), *offset_bytes);
}

// What load() must find in `count` ranges, by another way: one word after the other.
std::uint64_t RangeWorkload::sum_of(dax_iter at, std::uint64_t count) {
  const auto* bytes =
      static_cast<const unsigned char*>(static_cast<const void*>(path_.mapping().data()));
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    sum += sum_of_words(bytes + dax_iter_next(&at), at.size_bytes);
  }
  return sum;
}

// Loads `count` ranges as a batch, of which the last has a new stamp with one byte changed: a load
// that leaves out that byte finds another sum.
Status RangeWorkload::check_batch_of_loads(dax_iter at, std::uint64_t count,
                                           std::uint64_t changed_byte) {
  found_->stamp(interval_ + at.state + count);
  found_->data()[changed_byte] ^= 0xFF;
  const auto offset_bytes = stamp_last(at, count);
  if (!offset_bytes) return offset_bytes.error();
  dax_iter load = at;
  load.count = count;
  std::uint64_t sum = 0;
  const std::int64_t bytes = plan_.transfer == Transfer::load_nontemporal
                                 ? path_.load_nontemporal(load, sum)
                                 : path_.load(load, sum);
  if (bytes < 0 || load.count != 0) return runtime_error("{}", path_failure(bytes, "loading"));
  if (const Status counted = check_count(bytes, count); !counted) return counted;
  if (sum == sum_of(at, count)) return {};
  return runtime_error("{} loads of {} bytes, the last at offset {}, did not load every byte",
                       count, at.size_bytes, *offset_bytes);
}

Status RangeWorkload::verify_loads() {
  // Another thread may have written since into a range that is shared.
  if (!plan_.shared && loaded_ != sum_of(start_, done_in_interval_)) {
    return runtime_error("{} timed loads of {} bytes did not load every byte", done_in_interval_,
                         plan_.iter.size_bytes);
  }
  Random random(mix_seed(plan_.cell_seed ^ mix_seed(iter_.state + interval_)));
  dax_iter at = iter_;
  for (std::uint64_t i = 0; i < kSampledReads; ++i) {
    const Status same = check_batch_of_loads(at, 1 + random.below(plan_.batch),
                                             random.below(plan_.iter.size_bytes));
    if (!same) return same;
    dax_iter_next(&at);
  }
  return {};
}

Status RangeWorkload::verify_reads() {
  if (done_in_interval_ > 0 && !plan_.shared) {
    dax_iter replay = start_;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < done_in_interval_; ++i) last = dax_iter_next(&replay);
    const bool lost = path_.lost(last, plan_.iter.size_bytes);
    const Status same = lost ? Status() : check_slot(last, buffer_->bytes());
    if (!same) return same;
  }
  // Batches of every length, so that each place in a batch is the last one of some.
  Random random(mix_seed(plan_.cell_seed ^ mix_seed(iter_.state + interval_)));
  dax_iter at = iter_;
  for (std::uint64_t i = 0; i < kSampledReads; ++i) {
    const Status same = check_batch_of_reads(at, 1 + random.below(plan_.batch));
    if (!same) return same;
    dax_iter_next(&at);
  }
  return {};
}

}  // namespace pmembench
