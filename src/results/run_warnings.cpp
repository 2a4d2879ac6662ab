#include "results/run_warnings.hpp"

#include <nlohmann/json.hpp>

#include "record/limits.hpp"

#include "record/warning_types.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// A busy host takes tenths; daemons and timers of a quiet one stay below a hundredth.

// "cause: remedy", with what was found in front.
Warning warning_of(std::string_view name, const std::string& found) {
  const WarningType* type = find_warning_type(name);
  PMB_CHECK(type != nullptr, "every warning is in the catalogue");
  return {std::string(name), fmt::format("{}: {}; {}", found, type->cause, type->remedy)};
}

}  // namespace

std::vector<Warning> run_warnings(const RunConditions& conditions) {
  const EnvironmentFacts& facts = conditions.environment;
  std::vector<Warning> warnings;
  if (facts.governor != "performance" && facts.governor != "unknown") {
    warnings.push_back(warning_of("governor", "the governor is " + facts.governor));
  }
  if (facts.turbo == "on") warnings.push_back(warning_of("turbo", "turbo is on"));
  if (facts.thp_enabled == "never") warnings.push_back(warning_of("thp", "THP is set to never"));
  const bool moves = facts.numa_balancing == "on" || facts.numa_balancing == "tiering";
  if (moves && conditions.nodes > 1) {
    warnings.push_back(warning_of("numa_balancing", "numa_balancing is " + facts.numa_balancing));
  }
  const auto& load = conditions.other_load;
  if (load && load->share > limits::kOtherLoadShare) {
    const std::string found = fmt::format("others kept {:.1f} CPUs busy, {:.0f} % of the host's",
                                          load->cpus_taken, 100 * load->share);
    warnings.push_back(warning_of("other_load", found));
  }
  return warnings;
}

json to_json(const RunConditions& conditions) {
  const EnvironmentFacts& facts = conditions.environment;
  json load = nullptr;
  if (const auto& other = conditions.other_load) {
    load = {{"cpus_taken", other->cpus_taken},
            {"share", other->share},
            {"waiting_share", other->waiting_share ? json(*other->waiting_share) : json(nullptr)}};
  }
  return {{"schema", "pmembench-conditions"},
          {"version", 1},
          {"prefetchers", facts.prefetchers},
          {"weighted_interleave", facts.weighted_interleave},
          {"thp_enabled", facts.thp_enabled},
          {"governor", facts.governor},
          {"turbo", facts.turbo},
          {"smt", facts.smt},
          {"numa_balancing", facts.numa_balancing},
          {"nodes", conditions.nodes},
          {"other_load", load}};
}

}  // namespace pmembench
