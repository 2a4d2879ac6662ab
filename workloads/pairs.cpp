// pairs: a cold line, and a batch later its partner: a given distance away, or elsewhere in the
// same block. Where the memory moves more than a line at once, near partners take less time.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/loads.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPairLine = 64;
constexpr std::size_t kPairBatch = 32;  // pages of a batch fit a first-level TLB

struct PairPlan {
  Region region;
  std::uint64_t distance_bytes = 64, block_bytes = 4096;
  bool stores = false;
  std::uint64_t seed = 0;
};

template <typename Loads>
class Pairs final : public Workload {
 public:
  Pairs(Loads loads, const PairPlan& plan, Path& path)
      : loads_(loads),
        plan_(plan),
        path_(path),
        bytes_(path.mapping().subspan(plan.region.offset_bytes, plan.region.size_bytes)),
        random_(plan.seed) {}

  Status prepare() override {
    refresh();
    return {};
  }
  void take_turn(unsigned turn) override { near_ = turn == 0; }
  void refresh() override {
    begun_at_ = random_;
    sum_ = done_ = 0;
    for (std::uint64_t& word : line_) word = random_();
    random_ = begun_at_;
  }

  Work run(std::uint64_t operations) override {
    Work work;
    while (work.operations < operations && failed_ == 0) {
      const std::size_t count = std::min<std::uint64_t>(kPairBatch, operations - work.operations);
      draw(random_, count);
      plan_.stores ? store_batch(count) : load_batch(count);
      if (failed_ != 0) break;
      work.operations += count;
      work.bytes += count * 2 * (plan_.stores ? kPairLine : sizeof(std::uint64_t));
      sizes_ = count;
    }
    done_ += work.operations;
    return work;
  }

  std::string failure() const override {
    return failed_ == 0 ? std::string() : path_failure(failed_, "a pair");
  }

  Status verify() override { return plan_.stores ? verify_stores() : verify_loads(); }

 private:
  // A base and its partner for each pair of the batch.
  void draw(Random& random, std::size_t count) {
    const std::uint64_t blocks = plan_.region.size_bytes / plan_.block_bytes;
    const std::uint64_t half = plan_.block_bytes / 2;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t drawn = random();
      const std::uint64_t base = random.below(blocks) * plan_.block_bytes +
                                 drawn % (plan_.block_bytes / kPairLine) * kPairLine;
      const std::uint64_t elsewhere = half ^ (drawn >> 32) % (half / kPairLine) * kPairLine;
      at_[i] = base;
      at_[count + i] = base ^ (near_ ? plan_.distance_bytes : elsewhere);
    }
  }

  // Each load waits for the one before.
  void load_batch(std::size_t count) {
    std::uint64_t zero = 0;
    for (std::size_t i = 0; i < 2 * count; ++i) {
      const std::byte* const at = bytes_.data() + at_[i] + zero;
      std::uint64_t value = loads_.word(at);
      sum_ += value;
      asm volatile("and $0, %0" : "+r"(value));
      zero = value;
    }
  }

  void store_batch(std::size_t count) {
    for (std::size_t i = 0; i < 2 * count && failed_ == 0; ++i) {
      dax_iter iter{};
      iter.multiplier = 1;
      iter.slots = iter.count = 1;
      iter.offset_bytes = plan_.region.offset_bytes + at_[i];
      iter.granule_bytes = iter.size_bytes = kPairLine;
      iter.buffer = reinterpret_cast<unsigned char*>(line_.data());
      const std::int64_t bytes = path_.write(iter);
      if (bytes < 0) failed_ = bytes;
    }
    if (failed_ == 0) failed_ = path_.drain();
  }

  Status verify_stores() {
    if (done_ == 0) return {};
    for (std::size_t i = 0; i < 2 * sizes_; ++i) {
      if (std::memcmp(bytes_.data() + at_[i], line_.data(), kPairLine) == 0) continue;
      return runtime_error("the line at byte {} does not hold what was stored there",
                           plan_.region.offset_bytes + at_[i]);
    }
    return {};
  }

  // The same pairs again, by copies of their words.
  Status verify_loads() {
    Random random = begun_at_;
    std::uint64_t sum = 0;
    for (std::uint64_t left = done_; left > 0;) {
      const std::size_t count = std::min<std::uint64_t>(kPairBatch, left);
      draw(random, count);
      for (std::size_t i = 0; i < 2 * count; ++i) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes_.data() + at_[i], sizeof value);
        sum += value;
      }
      left -= count;
    }
    if (sum == sum_) return {};
    return runtime_error("{} pairs of loads added up to {} where the same words add up to {}",
                         done_, sum_, sum);
  }

  [[no_unique_address]] Loads loads_;
  PairPlan plan_;
  Path& path_;
  std::span<std::byte> bytes_;
  Random random_, begun_at_{0};
  bool near_ = true;
  std::array<std::uint64_t, 2 * kPairBatch> at_{};
  alignas(kPairLine) std::array<std::uint64_t, kPairLine / 8> line_{};
  std::size_t sizes_ = 0;  // of the last batch
  std::uint64_t sum_ = 0, done_ = 0;
  std::int64_t failed_ = 0;
};

bool pairs_store(const Parameters& parameters) { return text_of(parameters, "access") == "store"; }

bool is_power(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

Region pairs_region(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                    unsigned count) {
  return position_region(range_bytes_of(parameters, device_bytes), number_of(parameters, "block"),
                         false, index, count);
}

Status check_pairs(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t distance = number_of(parameters, "distance");
  const std::uint64_t block = number_of(parameters, "block");
  if (!is_power(distance) || distance < kPairLine) {
    return usage_error("distance {} is not a power of two from 64", distance);
  }
  if (!is_power(block) || block < 4 * distance) {
    return usage_error("block {} is not a power of two of four times the distance {} or more",
                       block, distance);
  }
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  if (pairs_region(parameters, device_bytes, 0, threads).size_bytes >= 2 * block) return {};
  return usage_error("each thread needs two blocks of {} bytes: use a larger range_size", block);
}

}  // namespace

WorkloadType pairs_type() {
  WorkloadType type;
  type.name = "pairs";
  type.summary =
      "a cold line and its partner near or elsewhere, in turns: how many bytes a memory moves at "
      "once";
  type.needs_mapping = true;
  type.parameters = {
      {"distance", ValueKind::size, "64", {}, "from a line to its near partner, a power of two"},
      {"block", ValueKind::size, "4096", {}, "bytes in which a line has both of its partners"},
      {"access", ValueKind::choice, "load", {"load", "store"}, "of both lines"},
      range_size_spec()};
  type.writes = pairs_store;
  type.durable = [](const Parameters&) { return false; };
  type.turns = [](const Parameters&) { return 2U; };
  type.check = check_pairs;
  type.moves_words = true;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    PairPlan plan;
    plan.region = pairs_region(parameters, path.size_bytes(), position.index, position.count);
    plan.distance_bytes = number_of(parameters, "distance");
    plan.block_bytes = number_of(parameters, "block");
    plan.stores = pairs_store(parameters);
    plan.seed = position.thread_seed();
    return with_loads(path, [&](auto loads) -> std::unique_ptr<Workload> {
      return std::make_unique<Pairs<decltype(loads)>>(loads, plan, path);
    });
  };
  type.simulated = [](const Parameters&) { return true; };
  return type;
}

}  // namespace pmembench
