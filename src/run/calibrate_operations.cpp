#include "run/calibrate_operations.hpp"

#include <algorithm>

#include "run/checks.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOperationsLimit = std::uint64_t{1} << 40;
constexpr unsigned kGrowthAttempts = 8;
constexpr std::uint64_t kLongGrowthStep_ns = 20'000'000;  // much longer than a thread's wait

}  // namespace

Result<std::uint64_t> calibrate_operations(std::uint64_t slice_ns,
                                           const TimeOfOperations& time_of) {
  const auto wanted = static_cast<double>(slice_ns);
  std::uint64_t operations = 1;
  Result<double> time = time_of(operations);
  while (time && operations < kOperationsLimit) {
    if (*time >= wanted / 8) {
      // A long time is believed when it comes again: a first run may be long for other reasons.
      const Result<double> again = time_of(operations);
      if (!again) return again.error();
      *time = std::min(*time, *again);
      if (*time >= wanted / 8) break;
    }
    operations *= 2;
    time = time_of(operations);
  }
  if (!time) return time.error();
  const double scaled = static_cast<double>(operations) * wanted / std::max(*time, 1.0);
  auto wanted_operations = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(scaled));
  // A fixed cost of a slice (threads that wake, a lock that changes hands) can hide that time
  // grows. It does not at a count that takes long enough.
  const auto long_enough = std::max(wanted, static_cast<double>(kLongGrowthStep_ns));
  std::uint64_t tried = wanted_operations;
  Status grows;
  for (unsigned attempt = 0; attempt < kGrowthAttempts; ++attempt) {
    const Result<double> once = time_of(tried);
    if (!once) return once.error();
    const Result<double> twice = time_of(2 * tried);
    if (!twice) return twice.error();
    grows = check_time_grows(tried, *once, *twice);
    if (grows) break;
    if (*twice < long_enough) tried = std::min(4 * tried, kOperationsLimit);
    // Twice the work in less than one slice: what was taken for its time was time off the CPU.
    if (*twice < wanted) wanted_operations = tried;
  }
  if (!grows) return grows.error();
  return wanted_operations;
}

}  // namespace pmembench
