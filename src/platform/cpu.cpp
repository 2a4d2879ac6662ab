// Reads what the CPU is from ROOT/proc/cpuinfo and ROOT/sys/devices/system/cpu.
#include "platform/cpu.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "platform/host_tree.hpp"

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

std::vector<CpuCache> read_caches(const HostTree& tree) {
  const std::string at = std::string(kCpuFolder) + "/cpu0/cache";
  std::vector<CpuCache> caches;
  for (const std::string& name : tree.numbered(at, "index")) {
    const std::string index = at + "/" + name;
    const auto level = tree.number(index + "/level");
    const auto size_bytes = parse_kernel_size(tree.line_or_unknown(index + "/size"));
    if (!level || *level > 9 || !size_bytes || *size_bytes == 0) continue;
    CpuCache cache;
    cache.level = static_cast<unsigned>(*level);
    cache.type = tree.line_or_unknown(index + "/type");
    cache.size_bytes = *size_bytes;
    cache.line_bytes = tree.number(index + "/coherency_line_size");
    cache.shared_cpus = parse_cpu_list(tree.line(index + "/shared_cpu_list").value_or(""));
    caches.push_back(std::move(cache));
  }
  return caches;
}

std::optional<unsigned> count_of(const std::vector<int>& cpus) {
  if (cpus.empty()) return std::nullopt;
  return static_cast<unsigned>(cpus.size());
}

std::optional<unsigned> read_cpus_online(const HostTree& tree, const std::string& cpuinfo) {
  const auto list = tree.line(std::string(kCpuFolder) + "/online");
  if (const auto count = count_of(parse_cpu_list(list.value_or("")))) return count;
  unsigned processors = 0;
  std::size_t at = 0;
  while ((at = cpuinfo.find("processor", at)) != std::string::npos) {
    if (at == 0 || cpuinfo[at - 1] == '\n') ++processors;
    ++at;
  }
  if (processors == 0) return std::nullopt;
  return processors;
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
  facts.caches = read_caches(tree);
  facts.cpus_online = read_cpus_online(tree, cpuinfo);
  const std::string siblings = std::string(kCpuFolder) + "/cpu0/topology/thread_siblings_list";
  facts.threads_per_core = count_of(parse_cpu_list(tree.line(siblings).value_or("")));
  return facts;
}

std::uint64_t last_level_cache_bytes(const CpuFacts& facts) {
  const auto last = std::max_element(
      facts.caches.begin(), facts.caches.end(), [](const CpuCache& a, const CpuCache& b) {
        return std::pair(a.level, a.size_bytes) < std::pair(b.level, b.size_bytes);
      });
  return last == facts.caches.end() ? 0 : last->size_bytes;
}

}  // namespace pmembench
