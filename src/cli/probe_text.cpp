// The page of `pmembench probe`.
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/probe_parts.hpp"
#include "cli/probe_report.hpp"

namespace pmembench {
namespace {

using namespace probe;
using nlohmann::json;

std::string host_section(const json& host) {
  const json load = member(host, "load_1min");
  return section("Host", {{"name", text(host, "name")},
                          {"kernel", text(host, "kernel") + " " + text(host, "architecture")},
                          {"distribution", text(host, "distribution")},
                          {"virtualisation", text(host, "virtualisation")},
                          {"memory available", size(host, "memory_available_bytes")},
                          {"load, 1 minute", text_of(load)},
                          {"fingerprint", text(host, "fingerprint")},
                          {"command line", text(host, "command_line")}});
}

std::string features_of(const json& features) {
  if (!features.is_object()) return kUnknown;
  std::string result;
  for (const auto& [name, present] : features.items()) {
    if (present == true) result += (result.empty() ? "" : " ") + name;
  }
  return result.empty() ? "none" : result;
}

std::string threads_per_core(const json& cpu) {
  const std::string most = text(cpu, "threads_per_core");
  const std::string least = text(cpu, "least_threads_per_core");
  return least == most ? most : least + " to " + most;
}

std::string cpu_section(const json& cpu) {
  return section("CPU", {{"model", text(cpu, "model_name")},
                         {"vendor", fmt::format("{}, family {}, model {}, stepping {}",
                                                text(cpu, "vendor"), text(cpu, "family"),
                                                text(cpu, "model"), text(cpu, "stepping"))},
                         {"microcode", text(cpu, "microcode")},
                         {"CPUs online", text(cpu, "cpus_online")},
                         {"CPUs usable", cpu_list(member(cpu, "cpus_usable"), kUnknown)},
                         {"threads per core", threads_per_core(cpu)},
                         {"widest vectors", size(cpu, "vector_bytes")},
                         {"features", features_of(member(cpu, "features"))},
                         {"flags", joined(member(cpu, "flags"), " ", kUnknown)}});
}

std::string settings_section(const json& settings) {
  return section(
      "Settings",
      {{"huge pages", fmt::format("{} (defrag: {})", text(settings, "thp_enabled"),
                                  text(settings, "thp_defrag"))},
       {"governor", text(settings, "governor")},
       {"turbo", text(settings, "turbo")},
       {"SMT", text(settings, "smt")},
       {"prefetchers", text(settings, "prefetchers")},
       {"interleave", "weighted by the kernel: " + text(settings, "weighted_interleave")},
       {"NUMA balancing", text(settings, "numa_balancing")},
       {"ASLR", text(settings, "aslr")},
       {"clock source", text(settings, "clock_source")}});
}

std::string timer_section(const json& timer) {
  if (!timer.is_object()) return section("Timer", {{"TSC", text_of(timer)}});
  const auto rounded = [&](const char* key, const char* unit) {
    const json value = member(timer, key);
    return value.is_number() ? fmt::format("{:.4g} {}", value.get<double>(), unit)
                             : std::string(kUnknown);
  };
  const json invariant = member(timer, "invariant");
  const char* rate = invariant == true ? ", invariant" : ", not invariant";
  return section("Timer", {{"TSC", rounded("ghz", "GHz") + (invariant.is_boolean() ? rate : "")},
                           {"step", rounded("step_ns", "ns")},
                           {"floor of issue", rounded("floor_issue_ns", "ns")},
                           {"floor of durable", rounded("floor_durable_ns", "ns")}});
}

}  // namespace

std::string probe_text(const json& facts) {
  const json nodes = member(facts, "nodes");
  std::string page = host_section(member(facts, "host")) + cpu_section(member(facts, "cpu")) +
                     cache_section(member(facts, "caches")) + node_section(nodes) +
                     rated_section(nodes) + dax_section(member(facts, "dax")) +
                     nd_section(member(facts, "nd")) + cxl_section(member(facts, "cxl")) +
                     block_section(member(facts, "block")) +
                     settings_section(member(facts, "settings"));
  if (facts.contains("timer")) page += timer_section(facts["timer"]);
  page.pop_back();  // the blank line behind the last section
  return page;
}

}  // namespace pmembench
