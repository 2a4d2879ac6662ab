#include "record/warning_types.hpp"

#include <algorithm>
#include <array>

namespace pmembench {
namespace {

constexpr auto kRow = WarningScope::row;
constexpr auto kRun = WarningScope::run;
constexpr auto kComparison = WarningScope::comparison;

constexpr std::array kTypes{
    WarningType{"autocorrelation", kRow, Light::noise,
                "the speed drifts within a process: frequency, heat, or caches filling up",
                "look at the slices; fix the frequency, or take more slices"},
    WarningType{"below_floor", kRow, Light::precision,
                "an operation takes less time than the clock or the harness around it",
                "make operations larger, or time whole slices"},
    WarningType{
        "cached", kRow, Light::medium,
        "the medium is not four times as large as the last-level caches that the cell's CPUs "
        "use and the memory-side cache of its node, which answer part of the loads, or "
        "keep the stores that nothing flushes",
        "use a larger medium, or name a range_size where the cache is what is measured"},
    WarningType{
        "clock", kRow, Light::precision,
        "the time-stamp counter is not invariant, and kept its pace only where it was looked "
        "at",
        "measure on a host, or a hypervisor's CPU model, that has an invariant counter"},
    WarningType{"disturbed", kRow, Light::noise,
                "more than a tenth of the slices were preempted, stopped or ran unevenly",
                "stop the other work on these CPUs, or place the cell on idle ones"},
    WarningType{
        "failed_operations", kRow, Light::claim,
        "part of the operations met a bad block and failed: the rate is of the others, times "
        "are of all",
        "compare policies by rows in which none fails"},
    WarningType{"known_wrong_source", kRow, Light::claim,
                "the row was imported, and its tool is known to measure something else with these "
                "options",
                "measure it again without the options that the row names"},
    WarningType{
        "host_slower", kRow, Light::noise,
        "one of the hosts that measured the cell together is slower than the rest",
        "look for what that host has less of: memory channels, link width, a busy neighbour"},
    WarningType{"idle_in_window", kRow, Light::noise,
                "a host was between slices for half of the time in which all hosts ran: the hosts "
                "disturbed each other less than a row of all of them says",
                "ask for longer slices, such as --set slice=20ms"},
    WarningType{"late_start", kRow, Light::noise,
                "a host began more than a hundredth of the common window after the agreed start",
                "give each rank separate CPUs, or measure for longer"},
    WarningType{"no_slots", kRow, Light::precision,
                "no slice lasted as long as a slot, so none was measured",
                "make slots shorter, or slices longer than many of them"},
    WarningType{"not_converged", kRow, Light::precision,
                "the interval is missing or wider than asked: processes differ, the machine is "
                "noisy, or the budget ended",
                "give a larger --budget, or ask for less precision"},
    WarningType{"not_steady", kRow, Light::noise,
                "bandwidth or latency still changed when the time of this point was over",
                "give a larger --budget"},
    WarningType{"overflow", kRow, Light::precision,
                "operations took longer than the histogram reaches (2^36 ticks)",
                "look for a stalled device; their time is known only from below"},
    WarningType{"page_faults", kRow, Light::noise,
                "pages were missing while operations were timed: swapped out, or taken by a memory "
                "limit",
                "use a medium that fits the memory and its limits, and turn swap off"},
    WarningType{"page_size", kRow, Light::medium,
                "transparent huge pages were asked for, and part of the bytes are in small pages",
                "free memory, or reserve hugetlb pages and ask for pages=2m"},
    WarningType{"periodic_stalls", kRow, Light::noise,
                "the slowest operations come back at a period: refresh, wear levelling, a timer or "
                "another program",
                "compare with null, and look at the time slots"},
    WarningType{"placement", kRow, Light::placement, "bytes are on another node than was asked for",
                "free memory on that node, and turn numa_balancing off"},
    WarningType{"placement_not_proved", kRow, Light::placement,
                "the host forbids move_pages, so that it is unknown on which node the bytes are",
                "allow move_pages (and mbind) in the container's seccomp profile"},
    WarningType{"quantised", kRow, Light::precision, "the median is a few steps of the clock",
                "compare ns_per_operation of whole slices instead"},
    WarningType{
        "rate_not_kept", kRow, Light::precision,
        "an open loop did not go at its rate; where it fell behind, its queue grows for as long as "
        "it goes on",
        "ask for a lower rate"},
    WarningType{
        "shared_core", kRow, Light::noise,
        "work in registers took longer than it can next to more than a tenth of the slices: "
        "a hardware sibling was busy, of another guest of this host perhaps, or the clock "
        "slowed down",
        "idle the CPU's sibling, or use a host that shares no core"},
    WarningType{"simulated", kRow, Light::claim, "the bad blocks of the path are made, not found",
                "poison real memory to see how that fails"},
    WarningType{"smt_siblings", kRow, Light::placement,
                "threads of the cell share a core with each other",
                "use fewer threads, or name one CPU of each core with placement: cpus=..."},
    WarningType{"source_warns", kRow, Light::claim,
                "the row was imported, and its tool warned when it measured",
                "read what the row quotes, and measure again without that cause"},
    WarningType{"steal", kRow, Light::noise,
                "the hypervisor took CPU time away: the host is overcommitted",
                "use a quieter or dedicated host"},
    WarningType{"traced", kRow, Light::noise,
                "a debugger or a tracer held the process that measured", "measure without it"},
    WarningType{"unaudited", kRow, Light::claim,
                "no audit shows that this backend's code makes bytes durable on this CPU",
                "run the command that the row names (pmembench audit), and measure again"},
    WarningType{"virtual_time", kRow, Light::claim,
                "the row is of a model in virtual time: no hardware was measured",
                "measure the memory that is meant"},
    WarningType{"governor", kRun, Light::noise,
                "the frequency governor changes the CPUs' speed with their load",
                "as root: cpupower frequency-set -g performance"},
    WarningType{"numa_balancing", kRun, Light::noise,
                "the kernel moves pages between nodes while they are used",
                "as root: echo 0 > /proc/sys/kernel/numa_balancing"},
    WarningType{"other_load", kRun, Light::noise, "other work used the CPUs during the run",
                "stop it, or measure when the host is quiet"},
    WarningType{"thp", kRun, Light::medium,
                "transparent huge pages are off: memory is in small pages",
                "as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; or ask for "
                "pages=2m"},
    WarningType{"turbo", kRun, Light::noise,
                "turbo changes the CPUs' speed with heat and with what others do",
                "as root, in /sys/devices/system/cpu: echo 1 > intel_pstate/no_turbo, or echo 0 > "
                "cpufreq/boost"},
    WarningType{"bad_samples", kComparison, Light::precision, "some times are zero or not a number",
                "look at the worker's and the workload's own warnings"},
    WarningType{"other_pages", kComparison, Light::medium,
                "the head's memory was in other pages than the base's, as the base's own was",
                "reserve hugetlb pages and ask for pages=2m, so that all arms have the same"},
    WarningType{"quick_operations", kComparison, Light::precision,
                "the median is a handful of clock steps and is not judged",
                "judge the time per operation instead"},
};

}  // namespace

std::span<const WarningType> warning_types() { return kTypes; }

const WarningType* find_warning_type(std::string_view name) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const WarningType& type) { return type.name == name; });
  return found == kTypes.end() ? nullptr : found;
}

}  // namespace pmembench
