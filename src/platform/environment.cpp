// The conditions of a measurement, from ROOT/proc and ROOT/sys.
#include "platform/environment.hpp"

#include <fmt/format.h>

#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "platform/host_tree.hpp"
#include "platform/interleave_weights.hpp"
#include "platform/prefetchers.hpp"
#include "platform/virtualisation.hpp"

namespace pmembench {
namespace {

// "always [madvise] never" -> "madvise".
std::string chosen_of(const HostTree& tree, std::string_view path) {
  const std::string line = tree.line_or_unknown(path);
  const std::size_t open = line.find('[');
  const std::size_t close = line.find(']', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return "unknown";
  return line.substr(open + 1, close - open - 1);
}

// The text for a small number, "unknown" for any other.
std::string named(const HostTree& tree, std::string_view path,
                  std::initializer_list<const char*> names) {
  const auto value = tree.number(path);
  if (!value || *value >= names.size()) return "unknown";
  return names.begin()[*value];
}

std::string read_turbo(const HostTree& tree) {
  const std::string intel =
      named(tree, "sys/devices/system/cpu/intel_pstate/no_turbo", {"on", "off"});
  if (intel != "unknown") return intel;
  return named(tree, "sys/devices/system/cpu/cpufreq/boost", {"off", "on"});
}

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" of os-release, which quotes as a shell does.
std::string read_distribution(const HostTree& tree) {
  const std::string content = tree.text("etc/os-release").value_or("");
  constexpr std::string_view kKey = "PRETTY_NAME=";
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    if (!line.starts_with(kKey)) continue;
    line = trimmed(line.substr(kKey.size()));
    const bool quoted = line.size() >= 2 && (line.front() == '"' || line.front() == '\'') &&
                        line.back() == line.front();
    if (quoted) line = line.substr(1, line.size() - 2);
    return line.empty() ? "unknown" : printable(line);
  }
  return "unknown";
}

std::string read_architecture(const HostTree& tree) {
  if (const auto arch = tree.line("proc/sys/kernel/arch")) return *arch;
  utsname name{};  // kernels before 6.1 have no such file
  return tree.live() && ::uname(&name) == 0 ? name.machine : "unknown";
}

std::optional<double> read_load(const HostTree& tree) {
  const auto words = split_words(tree.line("proc/loadavg").value_or(""));
  if (words.empty()) return std::nullopt;
  double load = 0;
  const char* end = words[0].data() + words[0].size();
  const auto [rest, error] = std::from_chars(words[0].data(), end, load);
  if (error != std::errc() || rest != end || !(load >= 0 && load < 1e9)) return std::nullopt;
  return load;
}

// "no", or "yes" with the weight of each node, and whether the kernel computes them itself.
std::string read_weights(const HostTree& tree) {
  const std::string folder = kInterleaveWeights;
  const std::vector<std::string> names = tree.names(folder);
  if (names.empty()) return "no";
  std::string text = "yes";
  for (const std::string& name : names) {
    const auto weight = tree.number(folder + "/" + name);
    if (name.starts_with("node") && weight) {
      text += fmt::format("{} {} {}", text == "yes" ? ":" : ",", name, *weight);
    }
  }
  const std::string computed = tree.line_or_unknown(folder + "/auto");
  if (computed == "1" || computed == "Y" || computed == "true") text += "; auto";
  return text;
}

}  // namespace

EnvironmentFacts read_environment(const std::string& root) {
  const HostTree tree(root);
  const std::string thp = "sys/kernel/mm/transparent_hugepage/";
  EnvironmentFacts facts;
  facts.kernel = tree.line_or_unknown("proc/sys/kernel/osrelease");
  facts.distribution = read_distribution(tree);
  facts.architecture = read_architecture(tree);
  facts.host_name = tree.line_or_unknown("proc/sys/kernel/hostname");
  facts.thp_enabled = chosen_of(tree, thp + "enabled");
  facts.thp_defrag = chosen_of(tree, thp + "defrag");
  facts.governor = tree.line_or_unknown("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  facts.turbo = read_turbo(tree);
  facts.smt = tree.line_or_unknown("sys/devices/system/cpu/smt/control");
  facts.aslr = named(tree, "proc/sys/kernel/randomize_va_space", {"off", "partial", "full"});
  facts.virtualisation = read_virtualisation(tree);
  facts.clock_source =
      tree.line_or_unknown("sys/devices/system/clocksource/clocksource0/current_clocksource");
  facts.prefetchers = read_prefetchers(tree);
  facts.weighted_interleave = read_weights(tree);
  facts.command_line = tree.line_or_unknown("proc/cmdline");
  facts.numa_balancing = named(tree, "proc/sys/kernel/numa_balancing", {"off", "on", "tiering"});
  facts.load_1min = read_load(tree);
  return facts;
}

std::optional<CpuTimes> read_cpu_times(const std::string& root) {
  const auto line = HostTree(root).line("proc/stat");
  if (!line) return std::nullopt;
  // cpu user nice system idle iowait irq softirq steal guest guest_nice, in jiffies. The guest
  // times are contained in user and nice already.
  const auto words = split_words(*line);
  if (words.size() < 9 || words[0] != "cpu") return std::nullopt;
  CpuTimes times;
  for (std::size_t i = 1; i <= 8; ++i) {
    const auto jiffies = parse_number(words[i]);
    if (!jiffies) return std::nullopt;
    times.total += *jiffies;
    if (i == 4 || i == 5) times.idle += *jiffies;
    if (i == 8) times.steal = *jiffies;
  }
  return times;
}

}  // namespace pmembench
