// reload: one line, or a pair of lines, flushed from the caches and loaded again, so that each load
// reaches the memory: refreshes and rows that conflict.
#include <array>
#include <cstring>
#include <utility>

#include "base/pair_block.hpp"
#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/loads.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kReloadLine = 64;

template <typename Loads>
class Reload final : public Workload {
 public:
  Reload(Loads loads, std::span<const std::byte> bytes, bool pairs, std::uint64_t seed)
      : loads_of_(loads),
        bytes_(bytes),
        pairs_(pairs),
        lines_(bytes.size() / kReloadLine),
        random_(seed) {}

  Status prepare() override {
    refresh();
    return {};
  }
  void refresh() override {
    begun_at_ = random_;
    sum_ = done_ = 0;
  }

  Work run(std::uint64_t operations) override {
    for (std::uint64_t i = 0; i < operations; ++i) {
      pairs_ ? reload_pair(done_) : reload_one();
      ++done_;
    }
    return {operations, operations * sizeof(std::uint64_t) * loads()};
  }

  std::string failure() const override { return {}; }

  Status verify() override {
    Random random = begun_at_;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < done_; ++i) {
      if (!pairs_) {
        sum += word_at(0);
        continue;
      }
      const auto [a, b] = pair_of(i, random);
      sum += kLoadsOfAPair / 2 * (word_at(a) + word_at(b));
    }
    if (sum == sum_) return {};
    return runtime_error("{} reloads added up to {} where the same words add up to {}", done_, sum_,
                         sum);
  }

 private:
  [[nodiscard]] std::uint64_t loads() const { return pairs_ ? kLoadsOfAPair : 1; }
  [[nodiscard]] std::uint64_t word_at(std::uint64_t line) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + line * kReloadLine, sizeof value);
    return value;
  }
  // The value is part of the next address, and changes nothing of it.
  std::uint64_t load_after(const std::byte* at, std::uint64_t zero) {
    std::uint64_t value = loads_of_.word_flushed(at + zero);
    sum_ += value;
    asm volatile("and $0, %0" : "+r"(value));
    return value;
  }
  void reload_one() {
    loads_of_.flush(bytes_.data());
    loads_of_.flush_fence();
    load_after(bytes_.data(), 0);
  }
  // Of an operation: new pairs in the first round of a block.
  std::pair<std::uint64_t, std::uint64_t> pair_of(std::uint64_t operation, Random& random) {
    const std::uint64_t at = operation % kTimesOfABlock;
    auto& own = block_[at % kPairsOfABlock];
    if (at < kPairsOfABlock) {
      own.first = random.below(lines_);
      own.second = random.below(lines_);
    }
    return own;
  }
  void reload_pair(std::uint64_t operation) {
    const auto [first, second] = pair_of(operation, random_);
    const std::byte* const a = bytes_.data() + first * kReloadLine;
    const std::byte* const b = bytes_.data() + second * kReloadLine;
    for (std::uint64_t i = 0; i < kLoadsOfAPair / 2; ++i) {
      loads_of_.flush(a);
      loads_of_.flush(b);
      loads_of_.flush_fence();
      load_after(b, load_after(a, 0));
    }
  }

  [[no_unique_address]] Loads loads_of_;
  std::span<const std::byte> bytes_;
  bool pairs_;
  std::uint64_t lines_;
  std::array<std::pair<std::uint64_t, std::uint64_t>, kPairsOfABlock> block_{};
  Random random_, begun_at_{0};
  std::uint64_t sum_ = 0, done_ = 0;
};

Region reload_region(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                     unsigned count) {
  return position_region(range_bytes_of(parameters, device_bytes), kReloadLine, false, index,
                         count);
}

Status check_reload(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  const Region region = reload_region(parameters, device_bytes, 0, threads);
  if (region.size_bytes >= 2 * kReloadLine) return {};
  return usage_error("each thread needs two lines: use a larger range_size");
}

}  // namespace

WorkloadType reload_type() {
  WorkloadType type;
  type.name = "reload";
  type.summary = "a line, or a random pair, flushed and loaded again: each load reaches the memory";
  type.needs_mapping = true;
  type.parameters = {{"lines",
                      ValueKind::choice,
                      "one",
                      {"one", "pair"},
                      "pair: of random pairs of lines, one each operation, 64 times; blocks of eight pairs are "
       "timed three times"},
                     range_size_spec()};
  type.writes = type.durable = [](const Parameters&) { return false; };
  type.check = check_reload;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const Region region =
        reload_region(parameters, path.size_bytes(), position.index, position.count);
    const std::span<const std::byte> bytes =
        path.mapping().subspan(region.offset_bytes, region.size_bytes);
    return with_loads(path, [&](auto loads) -> std::unique_ptr<Workload> {
      return std::make_unique<Reload<decltype(loads)>>(
          loads, bytes, text_of(parameters, "lines") == "pair", position.thread_seed());
    });
  };
  type.simulated = [](const Parameters&) { return true; };
  return type;
}

}  // namespace pmembench
