#include "workloads/durability.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/random.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/sample.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSampledSteps = 256;
constexpr std::uint64_t kSampledStepBytes = 8 << 20;

// What a call on the path came to: 0, or why it did not do the `iter.count` ranges it was given.
std::int64_t outcome(std::int64_t result, const dax_iter& iter) {
  if (result < 0) return result;
  return iter.count == 0 ? 0 : -EIO;
}

}  // namespace

Status DurabilityWorkload::prepare() {
  const std::uint64_t size_bytes = plan_.iter.size_bytes;
  auto buffer = StampedBuffer::make(size_bytes + plan_.source_offset, plan_.cell_seed);
  if (!buffer) return buffer.error();
  auto found = StampedBuffer::make(size_bytes, plan_.cell_seed);
  if (!found) return found.error();
  buffer_.emplace(*std::move(buffer));
  found_.emplace(*std::move(found));
  touched_ = flushed_ = read_ = plan_.iter;
  before_ = plan_.before;
  touched_.buffer = buffer_->data() + plan_.source_offset;
  read_.buffer = before_.buffer = found_->data();
  if (plan_.line == LineState::shared) {
    const std::span<std::byte> mapping = path_.mapping();
    if (mapping.empty()) {
      return environment_error(
          "line: shared needs addresses, and this path gives none: use a backend and a path with "
          "direct access");
    }
    lockstep_.emplace(mapping, plan_.index, plan_.count);
    lockstep_->begin();
  }
  if (plan_.line == LineState::clean) return fill_range();
  refresh();
  return {};
}

// Loads need something to find.
Status DurabilityWorkload::fill_range() {
  dax_iter all = plan_.iter;
  all.buffer = touched_.buffer;
  all.state = 0;
  all.multiplier = 1;
  all.increment = all.slots <= 1 ? 0 : ~std::uint64_t{0} / all.slots + 1;
  all.count = all.slots;
  dax_iter flushed = all;
  std::int64_t status = outcome(path_.write(all), all);
  if (status == 0) status = outcome(path_.flush(flushed), flushed);
  if (status == 0) status = path_.drain();
  if (status < 0) return runtime_error("{}", path_failure(status, "filling the range"));
  touched_.buffer = found_->data();
  refresh();
  return {};
}

void DurabilityWorkload::refresh() {
  // What the cadence left over belongs to the interval that has ended.
  if (failed_ == 0 && unflushed_ > 0 && plan_.step >= DurableStep::flush) {
    flushed_.count = unflushed_;
    failed_ = outcome(path_.flush(flushed_), flushed_);
  }
  if (failed_ == 0 && unfenced_ > 0) failed_ = path_.drain();
  unflushed_ = unfenced_ = repeated_ = 0;
  flushed_.state = read_.state = touched_.state;
  start_state_ = touched_.state;
  done_in_interval_ = 0;
  ++interval_;
  if (plan_.line != LineState::clean) buffer_->stamp(interval_);
  // What an earlier interval loaded must not pass for what this one did.
  if (loads()) std::memset(found_->data(), 0, plan_.iter.size_bytes);
}

bool DurabilityWorkload::loads() const {
  return plan_.read_after || plan_.line == LineState::clean || plan_.line == LineState::shared;
}

Work DurabilityWorkload::run(std::uint64_t operations) {
  Work work;
  for (; work.operations < operations && failed_ == 0; ++work.operations) {
    failed_ = operate();
    if (failed_ != 0) [[unlikely]]
      break;
  }
  if (failed_ != 0 && lockstep_) lockstep_->leave();
  work.bytes = work.operations * plan_.iter.size_bytes;
  done_in_interval_ += work.operations;
  return work;
}

std::int64_t DurabilityWorkload::operate() {
  const States here = states();
  std::int64_t status = touch_range();
  if (status != 0) return status;
  status = finish_steps();
  if (status != 0) return status;
  if (plan_.read_after) {
    read_.count = 1;
    status = outcome(path_.read(read_), read_);
    if (status != 0) return status;
  }
  if (++repeated_ < plan_.repeat) {
    go_back_to(here);
  } else {
    repeated_ = 0;
  }
  return 0;
}

// Brings the range's lines into their state.
std::int64_t DurabilityWorkload::touch_range() {
  touched_.count = 1;
  if (plan_.line == LineState::clean) return outcome(path_.read(touched_), touched_);
  const std::int64_t stored = outcome(path_.write(touched_), touched_);
  if (stored != 0 || plan_.line == LineState::dirty) return stored;
  if (plan_.line == LineState::shared) return share_range();
  const std::uint64_t here = flushed_.state;
  flushed_.count = 1;
  const std::int64_t flushed = outcome(path_.flush(flushed_), flushed_);
  flushed_.state = here;
  return flushed != 0 ? flushed : path_.drain();
}

std::int64_t DurabilityWorkload::share_range() {
  lockstep_->stored();
  before_.count = 1;
  const std::int64_t loaded = outcome(path_.read(before_), before_);
  lockstep_->read();
  return loaded;
}

std::int64_t DurabilityWorkload::finish_steps() {
  ++unflushed_;
  ++unfenced_;
  if (plan_.step >= DurableStep::flush && unflushed_ >= plan_.flush_every) {
    flushed_.count = unflushed_;
    unflushed_ = 0;
    const std::int64_t status = outcome(path_.flush(flushed_), flushed_);
    if (status != 0) return status;
  }
  if (plan_.step < DurableStep::fence || unfenced_ < plan_.fence_every) return 0;
  unfenced_ = 0;
  const int status = path_.drain();
  if (plan_.step == DurableStep::barrier) _mm_mfence();
  return status;
}

DurabilityWorkload::States DurabilityWorkload::states() const {
  return {touched_.state, flushed_.state, read_.state, before_.state};
}

void DurabilityWorkload::go_back_to(const States& states) {
  touched_.state = states.touched;
  flushed_.state = states.flushed;
  read_.state = states.read;
  before_.state = states.before;
}

std::string DurabilityWorkload::failure() const {
  return failed_ == 0 ? std::string() : path_failure(failed_, "making bytes durable");
}

Status DurabilityWorkload::check_slot(std::uint64_t offset_bytes) {
  const auto expected = buffer_->bytes().subspan(plan_.source_offset, plan_.iter.size_bytes);
  const std::span<std::byte> mapping = path_.mapping();
  if (!mapping.empty()) {
    const void* at = mapping.data() + offset_bytes;
    return compare_bytes(expected, {static_cast<const unsigned char*>(at), expected.size()},
                         offset_bytes);
  }
  auto found = StampedBuffer::make(expected.size(), plan_.cell_seed);
  if (!found) return found.error();
  dax_iter one = plan_.iter;
  one.state = 0;
  one.slots = 1;
  one.offset_bytes = offset_bytes;
  one.count = 1;
  one.buffer = found->data();
  const std::int64_t status = outcome(path_.read(one), one);
  if (status != 0) return runtime_error("{}", path_failure(status, "reading back"));
  return compare_bytes(expected, found->bytes(), offset_bytes);
}

Status DurabilityWorkload::verify() {
  if (failed_ != 0) return runtime_error("{}", failure());
  if (done_in_interval_ == 0) return {};
  const std::uint64_t ranges = (done_in_interval_ + plan_.repeat - 1) / plan_.repeat;
  const std::uint64_t affordable =
      std::clamp<std::uint64_t>(kSampledStepBytes / plan_.iter.size_bytes, 1, kSampledSteps);
  Sample sample(ranges, affordable, plan_.cell_seed ^ mix_seed(start_state_ + ranges));
  dax_iter replay = plan_.iter;
  replay.state = start_state_;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < ranges; ++i) {
    last = dax_iter_next(&replay);
    if (!sample.next() && i + 1 != ranges) continue;
    if (path_.lost(last, plan_.iter.size_bytes)) continue;
    const Status same = check_slot(last);
    if (!same) return same;
  }
  if (!loads() || path_.lost(last, plan_.iter.size_bytes)) return {};
  // All threads store the same stamp, so that what another stored is known too.
  const auto expected = buffer_->bytes().subspan(plan_.source_offset, plan_.iter.size_bytes);
  return compare_bytes(expected, found_->bytes(), last);
}

}  // namespace pmembench
