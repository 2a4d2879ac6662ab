#include "workloads/lifetime.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMostSlots = 64;
constexpr std::uint64_t kWordBytes = sizeof(std::uint64_t);

std::uint64_t slots_of(const Parameters& parameters, std::uint64_t path_bytes, unsigned threads) {
  return std::min(kMostSlots,
                  path_bytes / number_of(parameters, "operation_size") / std::max(threads, 1U));
}

dax_iter range_at(std::uint64_t offset_bytes, std::uint64_t size_bytes, unsigned char* buffer) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = iter.count = 1;
  iter.offset_bytes = offset_bytes;
  iter.granule_bytes = iter.size_bytes = size_bytes;
  iter.buffer = buffer;
  return iter;
}

Status check_lifetime(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  if (size_bytes == 0 || size_bytes % kWordBytes != 0) {
    return usage_error("operation_size {} is not a multiple of 8 bytes", size_bytes);
  }
  if (number_of(parameters, "operations_before") == 0) {
    return usage_error("operations_before is 0, so the kill would meet no load; give 1 or more");
  }
  if (device_bytes == 0 || slots_of(parameters, device_bytes, threads) > 0) return {};
  return usage_error("operation_size {} leaves no slot of {} bytes to each of {} threads",
                     size_bytes, device_bytes, threads);
}

}  // namespace

void LifeUser::FreeBuffer::operator()(unsigned char* bytes) const { std::free(bytes); }

LifeUser::LifeUser(const Parameters& parameters, Path& path, const ThreadPosition& position)
    : path_(path),
      position_(position),
      size_bytes_(number_of(parameters, "operation_size")),
      writes_(text_of(parameters, "use") == "write"),
      fills_(text_of(parameters, "use") == "read"),
      last_(slots_of(parameters, path.size_bytes(), position.count)) {
  first_byte_ = position.index * last_.size() * size_bytes_;
}

Status LifeUser::prepare() {
  const std::uint64_t bytes = (size_bytes_ + 4095) / 4096 * 4096;
  buffer_ = Buffer(static_cast<unsigned char*>(std::aligned_alloc(4096, bytes)));
  PMB_CHECK(buffer_ != nullptr, "no memory for a buffer");
  if (last_.empty()) {
    return usage_error(
        "the path's {} bytes have no slot of {} for each of {} threads: use a larger "
        "life_size",
        path_.size_bytes(), size_bytes_, position_.count);
  }
  std::memset(buffer_.get(), 0, bytes);
  if (!fills_) return {};
  // What is read was written, and is known.
  for (std::uint64_t slot = 0; slot < last_.size(); ++slot) {
    stamp(slot, slot + 1);
    dax_iter iter = range_at(offset_of(slot), size_bytes_, buffer_.get());
    const std::int64_t done = path_.persist(iter);
    if (done != static_cast<std::int64_t>(size_bytes_)) {
      return runtime_error("the bytes that are to be read cannot be written ({})",
                           std::strerror(done < 0 ? static_cast<int>(-done) : EIO));
    }
    last_[slot] = slot + 1;
  }
  return {};
}

std::uint64_t LifeUser::offset_of(std::uint64_t slot) const {
  return first_byte_ + slot * size_bytes_;
}

std::uint64_t LifeUser::word(std::uint64_t slot, std::uint64_t number, std::uint64_t at) const {
  return mix_seed(mix_seed(position_.thread_seed() ^ slot) + number) + at;
}

void LifeUser::stamp(std::uint64_t slot, std::uint64_t number) {
  const std::uint64_t first = word(slot, number, 0);
  for (std::uint64_t at = 0; at < size_bytes_ / kWordBytes; ++at) {
    const std::uint64_t value = first + at;
    std::memcpy(buffer_.get() + at * kWordBytes, &value, kWordBytes);
  }
}

int LifeUser::operate(std::uint64_t number) {
  const std::uint64_t slot = number % last_.size();
  if (writes_) stamp(slot, number);
  dax_iter iter = range_at(offset_of(slot), size_bytes_, buffer_.get());
  const std::int64_t done = writes_ ? path_.persist(iter) : path_.read(iter);
  if (done == static_cast<std::int64_t>(size_bytes_)) {
    if (writes_) last_[slot] = number;
    return 0;
  }
  if (writes_) failed_.push_back(number);
  return done < 0 ? static_cast<int>(-done) : EIO;
}

Work LifeUser::run(std::uint64_t operations) {
  Work work;
  while (work.operations < operations && failed_errno_ == 0) {
    failed_errno_ = operate(++number_);
    if (failed_errno_ != 0) break;
    ++acknowledged_;
    ++work.operations;
    work.bytes += size_bytes_;
  }
  return work;
}

int LifeUser::try_again() { return operate(++number_); }

std::string LifeUser::failure() const {
  return failed_errno_ == 0 ? std::string() : std::strerror(failed_errno_);
}

// A word is of the write that was acknowledged last, or of one that was refused later.
Status LifeUser::check(Path& path) const {
  const Buffer found(
      static_cast<unsigned char*>(std::aligned_alloc(4096, (size_bytes_ + 4095) / 4096 * 4096)));
  PMB_CHECK(found != nullptr, "no memory for a buffer");
  for (std::uint64_t slot = 0; slot < last_.size(); ++slot) {
    if (last_[slot] == 0) continue;
    dax_iter iter = range_at(offset_of(slot), size_bytes_, found.get());
    const std::int64_t done = path.read(iter);
    if (done != static_cast<std::int64_t>(size_bytes_)) {
      return runtime_error("write {} of thread {} was acknowledged and cannot be read ({})",
                           last_[slot], position_.index,
                           std::strerror(done < 0 ? static_cast<int>(-done) : EIO));
    }
    for (std::uint64_t at = 0; at < size_bytes_ / kWordBytes; ++at) {
      std::uint64_t value = 0;
      std::memcpy(&value, found.get() + at * kWordBytes, kWordBytes);
      const auto is_of = [&](std::uint64_t number) { return value == word(slot, number, at); };
      const bool known = is_of(last_[slot]) ||
                         std::any_of(failed_.begin(), failed_.end(), [&](std::uint64_t number) {
                           return number % last_.size() == slot && is_of(number);
                         });
      if (known) continue;
      return runtime_error(
          "write {} of thread {} was acknowledged and is lost: another word is at "
          "byte {} of its {}",
          last_[slot], position_.index, at * kWordBytes, size_bytes_);
    }
  }
  return {};
}

WorkloadType lifetime_type() {
  WorkloadType type;
  type.name = "lifetime";
  type.summary =
      "a device is killed while threads use it: the time until its last operation is over";
  type.parameters = {
      operation_size_spec("4096"),
      {"use",
       ValueKind::choice,
       "write",
       {"write", "read", "mount"},
       "what the threads do: durable writes, reads, or one mounts and the others read"},
      {"operations_before",
       ValueKind::count,
       "16",
       {},
       "operations that each thread does before the kill, and in each state of the write cache"},
      {"late", ValueKind::count, "4", {}, "operations that each thread tries after it was refused"},
      {"write_cache",
       ValueKind::choice,
       "toggle",
       {"toggle", "on", "off"},
       "of the device; toggle: on, off and on again before each kill"},
      {"life_size", ValueKind::size, "8388608", {}, "bytes of the medium that the device has"}};
  type.writes = [](const Parameters& parameters) { return text_of(parameters, "use") == "write"; };
  type.durable = type.writes;
  type.check = check_lifetime;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(std::make_unique<LifeUser>(parameters, path, position));
  };
  type.lives = true;
  // A life takes far longer than the kill that is timed.
  type.operations_a_slice = [](const Parameters&) { return std::uint64_t{4}; };
  return type;
}

}  // namespace pmembench
