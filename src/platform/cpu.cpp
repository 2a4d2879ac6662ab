// Reads what the CPU is from ROOT/proc/cpuinfo and ROOT/sys/devices/system/cpu.
#include "platform/cpu.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "platform/host_tree.hpp"
#include "platform/online_cpus.hpp"

namespace pmembench {
namespace {

// What decides how bytes reach memory, and how far numbers may be trusted.
constexpr std::array kFlagsOfInterest = {
    "sse2",      "avx",       "avx2",         "avx512f",     "avx512vl",
    "avx512bw",  "clflush",   "clflushopt",   "clwb",        "clzero",
    "movdiri",   "movdir64b", "enqcmd",       "erms",        "fsrm",
    "pdpe1gb",   "rdtscp",    "constant_tsc", "nonstop_tsc", "tsc_known_freq",
    "hypervisor"};

// The value of the first "key : value" line of cpuinfo, which is CPU 0's; "" where there is none.
std::string field(std::string_view cpuinfo, std::string_view key) {
  while (!cpuinfo.empty()) {
    const std::size_t length = std::min(cpuinfo.find('\n'), cpuinfo.size());
    const std::string_view line = cpuinfo.substr(0, length);
    cpuinfo.remove_prefix(std::min(length + 1, cpuinfo.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trimmed(line.substr(0, colon)) != key) continue;
    return printable(trimmed(line.substr(colon + 1)));
  }
  return {};
}

std::string field_or_unknown(std::string_view cpuinfo, std::string_view key) {
  std::string value = field(cpuinfo, key);
  return value.empty() ? "unknown" : value;
}

std::optional<int> number_field(std::string_view cpuinfo, std::string_view key) {
  const auto value = parse_number(field(cpuinfo, key));
  if (!value || *value > 0xFFFFU) return std::nullopt;
  return static_cast<int>(*value);
}

void read_threads_per_core(const HostTree& tree, const std::vector<int>& cpus, CpuFacts& facts) {
  for (const int cpu : cpus) {
    const std::string at = std::string(kCpuFolder) + "/cpu" + std::to_string(cpu) + "/topology";
    const auto siblings = tree.cpus(at + "/thread_siblings_list", at + "/thread_siblings");
    if (siblings.empty()) continue;
    const auto count = static_cast<unsigned>(siblings.size());
    facts.least_threads_per_core = std::min(facts.least_threads_per_core.value_or(count), count);
    facts.most_threads_per_core = std::max(facts.most_threads_per_core.value_or(count), count);
  }
}

}  // namespace

CpuFacts read_cpu(const std::string& root) {
  const HostTree tree(root);
  const std::string cpuinfo = tree.text("proc/cpuinfo").value_or("");
  CpuFacts facts;
  facts.vendor = field_or_unknown(cpuinfo, "vendor_id");
  facts.model_name = field_or_unknown(cpuinfo, "model name");
  facts.microcode = field_or_unknown(cpuinfo, "microcode");
  facts.family = number_field(cpuinfo, "cpu family");
  facts.model = number_field(cpuinfo, "model");
  facts.stepping = number_field(cpuinfo, "stepping");
  const auto present = split_words(field(cpuinfo, "flags"));
  for (const char* flag : kFlagsOfInterest) {
    if (std::find(present.begin(), present.end(), flag) != present.end()) {
      facts.flags.emplace_back(flag);
    }
  }
  const std::vector<int> online = online_cpus(tree);
  if (!online.empty()) facts.cpus_online = static_cast<unsigned>(online.size());
  read_threads_per_core(tree, online, facts);
  return facts;
}

}  // namespace pmembench
