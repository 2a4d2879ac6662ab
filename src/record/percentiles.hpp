// The percentiles that are reported, by name, in order.
#pragma once

#include <array>
#include <string_view>

namespace pmembench {

struct NamedPercentile {
  std::string_view name;
  double share;
};
inline constexpr std::array<NamedPercentile, 5> kPercentiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}}};

}  // namespace pmembench
