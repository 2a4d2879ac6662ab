// uniform: dependent loads of lines drawn at random, by one chain or by several at once. By no
// policy of replacement does a cache do better or worse at it than its size allows.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/loads.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kUniformLine = 64;
constexpr std::uint64_t kMostUniformChains = 64;
constexpr std::uint64_t kMostWarmLines = std::uint64_t{1}
                                         << 24;                // a pass takes a fifth of a second
constexpr std::uint64_t kMultiplier = 6364136223846793005ULL;  // Knuth's MMIX

[[gnu::always_inline]] inline std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{a} * b) >> 64);
}

// Where the lines are.
struct UniformSlots {
  const std::byte* base = nullptr;
  std::uint64_t slots = 0, spacing_bytes = kUniformLine;
  std::uint64_t lines = 1;  // of a slot; which of them is decided by a hash of the slot

  [[nodiscard, gnu::always_inline]] const std::byte* place(std::uint64_t slot) const {
    const std::uint64_t line = high_product(slot * 0x9E3779B97F4A7C15ULL, lines);
    return base + slot * spacing_bytes + line * kUniformLine;
  }
  [[nodiscard, gnu::always_inline]] const std::byte* at(std::uint64_t state) const {
    return place(high_product(state, slots));
  }
};

// The value is part of the next address, and changes nothing of it.
[[gnu::always_inline]] inline std::uint64_t next_state(std::uint64_t state, std::uint64_t value) {
  asm volatile("and $0, %0" : "+r"(value));
  return state * kMultiplier + 1442695040888963407ULL + value;
}

template <typename Loads>
class Uniform final : public Workload {
 public:
  Uniform(Loads loads, UniformSlots own, UniformSlots beside, std::uint64_t chains,
          std::uint64_t seed)
      : loads_(loads), own_(own), beside_(beside), chains_(chains) {
    for (std::uint64_t i = 0; i < chains_; ++i) state_[i] = mix_seed(seed + i);
  }

  // One pass in order: loads at random alone would leave some lines cold for very long.
  Status prepare() override {
    std::uint64_t sum = 0;
    for (std::uint64_t slot = 0; slot < std::min(own_.slots, kMostWarmLines); ++slot) {
      sum += loads_.word_beside(own_.place(slot), kMostUniformChains);
    }
    asm volatile("" : : "r"(sum));
    refresh();
    return {};
  }

  void take_turn(unsigned turn) override { turn_ = turn; }
  void refresh() override {
    start_ = state_;
    sum_ = done_ = 0;
  }

  // Operation i of an interval is a load of chain i modulo their number.
  Work run(std::uint64_t operations) override {
    const UniformSlots slots = this->slots();
    std::uint64_t left = operations;
    while (left > 0 && (done_ % chains_ != 0 || left < chains_)) {
      step(slots, state_[done_++ % chains_]);
      --left;
    }
    const std::uint64_t rounds = left / chains_;
    chains_ == 1 ? walk_one(slots, rounds) : walk_all(slots, rounds);
    done_ += rounds * chains_;
    for (left %= chains_; left > 0; --left) step(slots, state_[done_++ % chains_]);
    return {operations, operations * sizeof(std::uint64_t)};
  }

  std::string failure() const override { return {}; }

  // The same addresses again, by copies of their words: both sums are of all that was loaded.
  Status verify() override {
    const UniformSlots slots = this->slots();
    std::array<std::uint64_t, kMostUniformChains> state = start_;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < done_; ++i) {
      std::uint64_t& own = state[i % chains_];
      std::uint64_t value = 0;
      std::memcpy(&value, slots.at(own), sizeof value);
      sum += value;
      own = next_state(own, 0);
    }
    if (sum == sum_ && state == state_) return {};
    return runtime_error("{} loads added up to {} where the same words add up to {}", done_, sum_,
                         sum);
  }

 private:
  [[nodiscard]] UniformSlots slots() const { return turn_ == 0 ? own_ : beside_; }
  void step(const UniformSlots& slots, std::uint64_t& state) {
    const std::uint64_t value = loads_.word_beside(slots.at(state), chains_);
    sum_ += value;
    state = next_state(state, value);
  }
  void walk_one(const UniformSlots& slots, std::uint64_t loads) {
    std::uint64_t state = state_[0], sum = sum_;
    for (std::uint64_t i = 0; i < loads; ++i) {
      const std::uint64_t value = loads_.word(slots.at(state));
      sum += value;
      state = next_state(state, value);
    }
    state_[0] = state;
    sum_ = sum;
  }
  void walk_all(const UniformSlots& slots, std::uint64_t rounds) {
    std::uint64_t sum = sum_;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      for (std::uint64_t i = 0; i < chains_; ++i) {
        const std::uint64_t value = loads_.word_beside(slots.at(state_[i]), chains_);
        sum += value;
        state_[i] = next_state(state_[i], value);
      }
    }
    sum_ = sum;
  }

  [[no_unique_address]] Loads loads_;
  UniformSlots own_, beside_;
  std::uint64_t chains_;
  unsigned turn_ = 0;
  std::array<std::uint64_t, kMostUniformChains> state_{}, start_{};
  std::uint64_t sum_ = 0, done_ = 0;
};

Region uniform_region(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                      unsigned count) {
  return position_region(range_bytes_of(parameters, device_bytes), number_of(parameters, "spacing"),
                         false, index, count);
}

Status check_uniform(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t spacing = number_of(parameters, "spacing");
  const std::uint64_t chains = number_of(parameters, "chains");
  if (spacing < kUniformLine || spacing % kUniformLine != 0) {
    return usage_error("spacing {} is not a multiple of 64 bytes", spacing);
  }
  if (chains == 0 || chains > kMostUniformChains) {
    return usage_error("chains {} is not 1 to {}", chains, kMostUniformChains);
  }
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  if (uniform_region(parameters, device_bytes, 0, threads).size_bytes >= 2 * spacing) return {};
  return usage_error("each thread needs two lines {} bytes apart: use a larger range_size",
                     spacing);
}

bool has_two_turns(const Parameters& parameters) {
  return text_of(parameters, "turns_with") == "lines";
}

}  // namespace

WorkloadType uniform_type() {
  WorkloadType type;
  type.name = "uniform";
  type.summary =
      "dependent loads of lines drawn at random: a cache of C bytes has C / R of them of R bytes";
  type.needs_mapping = true;
  type.parameters = {
      {"spacing",
       ValueKind::size,
       "64",
       {},
       "bytes from one place to the next; one line is loaded"},
      {"line",
       ValueKind::choice,
       "first",
       {"first", "hashed"},
       "which line of a place; hashed: such that places a page apart use all sets of a cache"},
      {"chains", ValueKind::count, "1", {}, "independent chains of each thread, 1 to 64"},
      {"turns_with",
       ValueKind::choice,
       "none",
       {"none", "lines"},
       "lines: slices take turns with slices of as many random lines of the same range"},
      range_size_spec()};
  type.writes = type.durable = [](const Parameters&) { return false; };
  type.turns = [](const Parameters& parameters) { return has_two_turns(parameters) ? 2U : 1U; };
  type.check = check_uniform;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const Region region =
        uniform_region(parameters, path.size_bytes(), position.index, position.count);
    UniformSlots own;
    own.base = path.mapping().data() + region.offset_bytes;
    own.spacing_bytes = number_of(parameters, "spacing");
    own.slots = region.size_bytes / own.spacing_bytes;
    // Of as many places: a cache holds the same share of both.
    UniformSlots beside = own;
    beside.lines = own.spacing_bytes / kUniformLine;
    if (text_of(parameters, "line") == "hashed") own.lines = beside.lines;
    return with_loads(path, [&](auto loads) -> std::unique_ptr<Workload> {
      return std::make_unique<Uniform<decltype(loads)>>(
          loads, own, beside, number_of(parameters, "chains"), position.thread_seed());
    });
  };
  type.simulated = [](const Parameters&) { return true; };
  return type;
}

}  // namespace pmembench
