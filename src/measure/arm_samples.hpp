// ArmSamples: what a comparison measured of one cell, from the runner to the verdict. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/histogram.hpp"

namespace pmembench {

// The arms of a comparison: the base, the base once more as a control, and what is judged.
enum class Arm : std::uint8_t { base, control, head };
inline constexpr std::size_t kArms = 3;

// What the worker of one arm measured in one replicate.
struct ArmReplicate {
  std::vector<double> slice_ns_per_operation;  // slice i of all arms belongs to block i
  std::vector<bool> slice_disturbed;
  std::uint64_t involuntary_switches = 0;
  double steal_share = 0;
  double huge_share = 0;               // of the mapping, as verified
  double bytes_per_operation = 0;      // of all slices; 0: its operations move none
  std::string unaudited;               // the command that would prove its claim; empty: none is due
  std::optional<Histogram> histogram;  // in ticks, where operations are timed
  double ns_per_tick = 0;
};

// One fresh process for each arm, on the same CPUs, one active at a time, slices interleaved.
struct ArmTriple {
  unsigned index = 0;      // which replicate, from 0
  std::uint64_t seed = 0;  // of the orders
  ArmReplicate arms[kArms];
};

// A cell and its available three-arm blocks.
struct ArmSamples {
  std::string cell;
  std::vector<ArmTriple> triples;
  // Why an arm has nothing: the cell is not declared there, was skipped, or failed. Empty: it ran.
  std::string missing[kArms];
};

}  // namespace pmembench
