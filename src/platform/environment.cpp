// What stands around a measurement, from ROOT/proc and ROOT/sys.
#include "platform/environment.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "platform/cpu.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {

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
