// The self-test: the inferences on simulated devices, and how often they are right of each
// property.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "characterize/inference.hpp"
#include "sim/model.hpp"

namespace pmembench {

// A line that was wrong: of which device, by its number.
struct Mistake {
  unsigned device = 0;
  std::string simulated, inferred;
};

struct PropertyScore {
  std::string property;
  unsigned right = 0, wrong = 0, not_determined = 0;
  std::vector<Mistake> mistakes{};  // each wrong one
  [[nodiscard]] unsigned devices() const { return right + wrong + not_determined; }
};

struct SelfTestSpec {
  unsigned devices = 1000;
  std::uint64_t seed = 1;
  SimNoise noise;
  std::vector<std::string> only;               // properties; empty: all
  std::function<bool(unsigned done)> goes_on;  // after each device; false ends it. May be null.
};

// A device drawn at random: what it consists of is decided by the seed alone.
[[nodiscard]] SimModel draw_device(std::uint64_t seed, const SimNoise& noise);

// The noise that the figures are stated at: slices of that deviation, 15 % of them 1 to 4 times as
// long, processes 1 % apart.
[[nodiscard]] SimNoise stated_noise(double slice);

// Every property of it that was tested, in the order of property_list().
[[nodiscard]] std::vector<PropertyScore> self_test(const SelfTestSpec& spec);

// What can be asked for by name.
[[nodiscard]] const std::vector<std::string>& property_list();

}  // namespace pmembench
