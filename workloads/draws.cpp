#include "workloads/draws.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "workloads/shares.hpp"

namespace pmembench {
namespace {

class Zipf final : public Draws {
 public:
  Zipf(std::uint64_t slots, double alpha, std::uint64_t seed)
      : slots_(slots), alpha_(alpha), seed_(seed) {
    PMB_CHECK(alpha > 0 && alpha != 1.0, "zipf alpha above 0 and not 1");
    h_low_ = h(1.5) - 1.0;
    h_high_ = h(static_cast<double>(slots) + 0.5);
    cut_ = 2.0 - h_inverse(h(2.5) - std::exp(-alpha_ * std::log(2.0)));
  }

  [[nodiscard]] std::uint64_t slot(Random& random) const override {
    for (;;) {
      const double u = h_high_ + random.unit() * (h_low_ - h_high_);
      const double x = h_inverse(u);
      const double k = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(slots_));
      if (k - x <= cut_ || u >= h(k + 0.5) - std::exp(-alpha_ * std::log(k))) {
        return scrambled_slot(static_cast<std::uint64_t>(k) - 1, slots_, seed_);
      }
    }
  }

 private:
  // The integral of x^-alpha, and its inverse.
  [[nodiscard]] double h(double x) const { return std::pow(x, 1.0 - alpha_) / (1.0 - alpha_); }
  [[nodiscard]] double h_inverse(double x) const {
    return std::pow((1.0 - alpha_) * x, 1.0 / (1.0 - alpha_));
  }
  std::uint64_t slots_;
  double alpha_;
  std::uint64_t seed_;
  double h_low_ = 0, h_high_ = 0, cut_ = 0;
};

class Pareto final : public Draws {
 public:
  // The share u^power of the ranks takes the share u of the draws: 1 - h is taken by h.
  Pareto(std::uint64_t slots, double skew, std::uint64_t seed)
      : slots_(slots), power_(std::log(skew) / std::log(1 - skew)), seed_(seed) {
    PMB_CHECK(skew > 0 && skew < 1, "a pareto skew between 0 and 1");
  }
  [[nodiscard]] std::uint64_t slot(Random& random) const override {
    const double rank = static_cast<double>(slots_) * std::pow(random.unit(), power_);
    return scrambled_slot(std::min(static_cast<std::uint64_t>(rank), slots_ - 1), slots_, seed_);
  }

 private:
  std::uint64_t slots_;
  double power_;
  std::uint64_t seed_;
};

class Zoned final : public Draws {
 public:
  Zoned(std::uint64_t slots, const std::vector<Zone>& zones) {
    double draws = 0, range = 0;
    for (const Zone& zone : zones) {
      Part part;
      part.draws_until = (draws += zone.draws_percent) / 100;
      part.first = slot_at(range, slots);
      part.slots =
          std::max<std::uint64_t>(1, slot_at(range += zone.range_percent, slots) - part.first);
      part.first = std::min(part.first, slots - 1);
      parts_.push_back(part);
    }
  }
  [[nodiscard]] std::uint64_t slot(Random& random) const override {
    const double draw = random.unit();
    const auto part = std::find_if(parts_.begin(), parts_.end() - 1,
                                   [&](const Part& each) { return draw < each.draws_until; });
    return part->first + random.below(part->slots);
  }

 private:
  struct Part {
    double draws_until = 0;  // share of the draws, with those of the zones before
    std::uint64_t first = 0, slots = 0;
  };
  static std::uint64_t slot_at(double percent, std::uint64_t slots) {
    const double at = percent / 100 * static_cast<double>(slots);
    return std::min(slots, static_cast<std::uint64_t>(std::llround(at)));
  }
  std::vector<Part> parts_;
};

}  // namespace

// A Feistel network over the next even power of two, walked until it lands inside [0, slots).
std::uint64_t scrambled_slot(std::uint64_t rank, std::uint64_t slots, std::uint64_t seed) {
  unsigned half_bits = 1;
  while ((std::uint64_t{1} << (2 * half_bits)) < slots) ++half_bits;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits) - 1;
  std::uint64_t value = rank;
  do {
    std::uint64_t left = value >> half_bits;
    std::uint64_t right = value & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t mixed = left ^ (mix_seed(right + (round << 32) + (seed << 1)) & mask);
      left = right;
      right = mixed;
    }
    value = (left << half_bits) | right;
  } while (value >= slots);
  return value;
}

std::unique_ptr<Draws> zipf_draws(std::uint64_t slots, double alpha, std::uint64_t seed) {
  return std::make_unique<Zipf>(slots, alpha, seed);
}

std::unique_ptr<Draws> pareto_draws(std::uint64_t slots, double skew, std::uint64_t seed) {
  return std::make_unique<Pareto>(slots, skew, seed);
}

std::unique_ptr<Draws> zoned_draws(std::uint64_t slots, std::vector<Zone> zones) {
  return std::make_unique<Zoned>(slots, zones);
}

Result<std::vector<Zone>> read_zones(std::string_view text) {
  std::vector<Zone> zones;
  Zone sum;
  const auto shares = read_shares(text);
  if (!shares) return shares.error();
  for (const auto& [draws, range] : *shares) {
    const auto percent = parse_percent(draws);
    if (!percent || !(range > 0)) {
      return usage_error(
          "zone '{}:{}' is not percent of the operations, a colon, percent of the range, as in "
          "60:10+30:20+10:70",
          draws, range);
    }
    zones.push_back({*percent, range});
    sum.draws_percent += *percent;
    sum.range_percent += range;
  }
  if (std::abs(sum.draws_percent - 100) < 1e-6 && std::abs(sum.range_percent - 100) < 1e-6) {
    return zones;
  }
  return usage_error(
      "zones '{}' take {} % of the operations and {} % of the range: either must add up to 100",
      text, sum.draws_percent, sum.range_percent);
}

DrawTable::DrawTable(std::unique_ptr<Draws> draws, std::uint64_t seed)
    : draws_(std::move(draws)), seed_(seed) {
  fill(0);
}

void DrawTable::fill(std::uint64_t interval, std::uint64_t entries) {
  entries_.resize(std::clamp<std::uint64_t>(entries, 1, kMostEntries));
  Random random(mix_seed(seed_ ^ mix_seed(interval)));
  for (std::uint32_t& entry : entries_) entry = static_cast<std::uint32_t>(draws_->slot(random));
}

}  // namespace pmembench
