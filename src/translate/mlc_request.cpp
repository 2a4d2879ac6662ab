#include "translate/mlc_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/units.hpp"
#include "import/foreign_text.hpp"
#include "translate/campaign_words.hpp"

namespace pmembench {
namespace {

struct ModeWord {
  std::string_view word;
  MlcMode mode;
};
constexpr std::array<ModeWord, 8> kModes{
    {{"loaded_latency", MlcMode::loaded_latency},
     {"idle_latency", MlcMode::idle_latency},
     {"latency_matrix", MlcMode::latency_matrix},
     {"bandwidth_matrix", MlcMode::bandwidth_matrix},
     {"peak_injection_bandwidth", MlcMode::peak_injection_bandwidth},
     {"max_bandwidth", MlcMode::peak_injection_bandwidth},
     {"c2c_latency", MlcMode::c2c_latency},
     {"memory_bandwidth_scan", MlcMode::memory_bandwidth_scan}}};

constexpr std::uint64_t kScannedBytes = std::uint64_t{1} << 30;  // without -b

// -W of MLC: the reads of a hundred operations, and whether writes are non-temporal.
struct TrafficWord {
  std::string_view number, name;
  unsigned read_share;
  bool non_temporal;
};
constexpr std::array<TrafficWord, 7> kTraffics{{{"2", "2:1 Reads-Writes", 67, false},
                                                {"3", "3:1 Reads-Writes", 75, false},
                                                {"5", "1:1 Reads-Writes", 50, false},
                                                {"6", "non-temporal writes", 0, true},
                                                {"7", "2:1 Reads-Non-temporal", 67, true},
                                                {"8", "1:1 Reads-Non-temporal", 50, true},
                                                {"10", "2:1 Stream-triad like", 67, true}}};

// In the order of MLC's table.
constexpr std::array<const char*, 19> kDelays{
    "0",   "2",    "8",    "15",   "50",   "100",  "200",  "300",  "400",  "500",
    "700", "1000", "1300", "1700", "2500", "3500", "5000", "9000", "20000"};

std::string mode_list() {
  std::string text;
  for (const ModeWord& each : kModes)
    text += fmt::format("{}--{}", text.empty() ? "" : ", ", each.word);
  return text;
}

Result<MlcMode> mode_of(std::string_view word) {
  for (const ModeWord& each : kModes) {
    if (each.word == word) return each.mode;
  }
  return usage_error("mlc has no mode --{}; there are {}", word, mode_list());
}

// "200m", "2g", "4096" (KiB) -> a size of a campaign.
Result<std::string> buffer_of(const std::string& value) {
  std::string text = value;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (!text.empty() && text.back() >= '0' && text.back() <= '9') text += 'K';
  const auto bytes = parse_size(text);
  if (!bytes || *bytes == 0) return usage_error("mlc -b{}: it is not a size such as 200m", value);
  return format_size_short(*bytes);
}

// Options with a value, joined to it ("-d0") or apart ("-d 0").
constexpr std::string_view kWithValue = "dWbtlkmgcijwxKo";

Status take_option(char option, const std::string& value, MlcRequest& request) {
  const auto count = parse_count(value);
  switch (option) {
    case 'd':
      if (!count) return usage_error("mlc -d{}: it is not a delay", value);
      request.delays = {std::to_string(*count)};
      return {};
    case 'W': {
      const auto* found =
          std::find_if(kTraffics.begin(), kTraffics.end(),
                       [&](const TrafficWord& each) { return each.number == value; });
      if (found == kTraffics.end())
        return usage_error("mlc -W{}: this traffic is not known", value);
      request.traffic = {std::string(found->name), found->read_share, found->non_temporal};
      return {};
    }
    case 'b': {
      auto buffer = buffer_of(value);
      if (!buffer) return buffer.error();
      request.buffer = *std::move(buffer);
      return {};
    }
    case 'l':
      if (!count || *count == 0) return usage_error("mlc -l{}: it is not a stride", value);
      request.stride = value;
      return {};
    case 't':
      if (!count || *count == 0) return usage_error("mlc -t{}: it is not a time in seconds", value);
      request.seconds = value;
      return {};
    case 'k':
    case 'm':
      request.cpus = value;
      if (value.find_first_not_of("0123456789,-") == std::string::npos && option == 'k') return {};
      request.cpus.clear();
      break;
    default:
      break;
  }
  request.missing.push_back(fmt::format("-{}{}: no key of a campaign", option, value));
  return {};
}

void take_flag(std::string_view flag, MlcRequest& request) {
  if (flag == "-R") {
    request.traffic = {"Read-only", 100, false};
  } else if (flag == "-r") {
    request.sequential = false;
  } else if (flag == "-e" || flag == "-X" || flag == "-T" || flag == "-Z" || flag == "-Y" ||
             flag == "-a" || flag == "-n" || flag == "-p" || flag == "-U" || flag == "-D") {
    request.missing.push_back(fmt::format("{}: no key of a campaign", flag));
  } else {
    request.missing.push_back(fmt::format("{}: pmembench does not know it", quoted_part(flag)));
  }
}

// "dram:auto", "dram:200M,node=each": with the buffer that was asked for.
std::string mlc_medium(const MlcRequest& request, std::string_view more) {
  return fmt::format("dram:{}{}", request.buffer.empty() ? "auto" : request.buffer, more);
}

// A line that another CPU has written, or read: every two CPUs.
GroupDraft transfer_group() {
  GroupDraft group;
  group.set("media", "dram:auto");
  group.set("workload", "handover");
  group.set("path", "mapped");
  group.set("backend", words::kNonTemporal);
  group.set("threads", "2");
  group.set("placement", "pair=each");
  group.set("state", "clean, dirty");
  return group;
}

GroupDraft scan_group(const MlcRequest& request) {
  const std::uint64_t asked = request.buffer.empty() ? kScannedBytes : *parse_size(request.buffer);
  // Whole pages of 2 MiB, so that no region begins within one.
  constexpr std::uint64_t kUnit = std::uint64_t{2} << 20;
  const std::uint64_t region = std::max(asked / kMlcRegions / kUnit, std::uint64_t{1}) * kUnit;
  GroupDraft group;
  group.set("media", fmt::format("dram:{}", format_size_short(kMlcRegions * region)));
  group.set("workload", "sequential");
  group.set("access", "load");
  group.set("operation_size", "16K");
  group.set("backend", words::kNonTemporal);
  group.set("threads", "all");
  if (!request.cpus.empty()) group.set("placement", "cpus=" + request.cpus);
  group.set("range_size", format_size_short(region));
  group.set("range_offset", fmt::format("0:+{}:{}", format_size_short(region),
                                        format_size_short((kMlcRegions - 1) * region)));
  return group;
}

void set_writes(const MlcTraffic& traffic, GroupDraft& group) {
  const bool cached = traffic.read_share < 100 && !traffic.non_temporal;
  group.set("backend", cached ? words::kCached : words::kNonTemporal);
  if (traffic.read_share < 100) group.set("durability", "none");
}

GroupDraft loaded_group(const MlcRequest& request) {
  GroupDraft group;
  group.set("media", mlc_medium(request, ""));
  group.set("workload", "loaded");
  set_writes(request.traffic, group);
  group.set("threads", "all");
  group.set("read_share", std::to_string(request.traffic.read_share));
  std::string pauses;
  for (const std::string& delay : request.delays) {
    pauses += fmt::format("{}{}", pauses.empty() ? "" : ", ", delay);
  }
  group.set("pause", pauses);
  if (!request.cpus.empty()) group.set("placement", "cpus=" + request.cpus);
  return group;
}

GroupDraft chase_group(const MlcRequest& request, bool each_node) {
  GroupDraft group;
  group.set("media", mlc_medium(request, each_node ? ",node=each" : ""));
  group.set("workload", "chase");
  group.set("path", "mapped");
  group.set("backend", words::kNonTemporal);
  if (each_node) group.set("placement", "cpu_node=each");
  if (!request.stride.empty()) group.set("stride", request.stride);
  return group;
}

GroupDraft bandwidth_group(const MlcRequest& request, const MlcTraffic& traffic, bool each_node) {
  GroupDraft group;
  group.set("media", mlc_medium(request, each_node ? ",node=each" : ""));
  group.set("threads", "all");
  group.set("operation_size", "16K");
  if (each_node) {
    group.set("placement", "cpu_node=each");
  } else if (!request.cpus.empty()) {
    group.set("placement", "cpus=" + request.cpus);
  }
  if (traffic.read_share == 100 || traffic.read_share == 0) {
    group.set("workload", "sequential");
    group.set("access", traffic.read_share == 100 ? "load" : "write");
  } else {
    group.set("workload", "mix");
    group.set("order", "sequential");
    group.set("read_share", std::to_string(traffic.read_share));
  }
  set_writes(traffic, group);
  return group;
}

}  // namespace

std::string_view name_of(MlcMode mode) {
  for (const ModeWord& each : kModes) {
    if (each.mode == mode) return each.word;
  }
  return "";
}

const std::vector<MlcTraffic>& mlc_peaks() {
  static const std::vector<MlcTraffic> kPeaks{{"ALL Reads", 100, false},
                                              {"3:1 Reads-Writes", 75, false},
                                              {"2:1 Reads-Writes", 67, false},
                                              {"1:1 Reads-Writes", 50, false},
                                              {"Stream-triad like", 67, true}};
  return kPeaks;
}

Result<MlcRequest> mlc_request(const std::vector<std::string>& words) {
  MlcRequest request;
  request.delays.assign(kDelays.begin(), kDelays.end());
  std::optional<MlcMode> mode;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.starts_with("--")) {
      const auto found = mode_of(std::string_view(word).substr(2));
      if (!found) return found.error();
      if (mode && *mode != *found) {
        return usage_error("mlc takes one mode, and --{} and {} are two", name_of(*mode), word);
      }
      mode = *found;
    } else if (word.size() >= 2 && word[0] == '-' && kWithValue.find(word[1]) != kWithValue.npos) {
      const bool apart = word.size() == 2 && i + 1 < words.size() && !words[i + 1].starts_with('-');
      const Status taken = take_option(word[1], apart ? words[++i] : word.substr(2), request);
      if (!taken) return taken.error();
    } else {
      take_flag(word, request);
    }
  }
  if (!mode) return usage_error("mlc needs a mode: one of {}", mode_list());
  request.mode = *mode;
  return request;
}

Translation mlc_translation(const MlcRequest& request) {
  Translation translation;
  translation.what = mlc_translator().what;
  TranslatedPart part;
  part.name = fmt::format("mlc --{}", name_of(request.mode));
  part.missing = request.missing;
  part.notes = request.notes;
  switch (request.mode) {
    case MlcMode::loaded_latency:
      part.groups.push_back(loaded_group(request));
      part.notes.emplace_back(
          "a delay is ticks of the time-stamp counter, and about a cycle in MLC");
      translation.settings = {{"slice", "50ms"}, {"slices", "5"}, {"budget", "5m"}};
      break;
    case MlcMode::idle_latency:
      part.groups.push_back(chase_group(request, false));
      part.notes.emplace_back("the chain is in random order, which prefetchers do not help");
      break;
    case MlcMode::latency_matrix:
      part.groups.push_back(chase_group(request, true));
      break;
    case MlcMode::bandwidth_matrix:
      part.groups.push_back(bandwidth_group(request, request.traffic, true));
      break;
    case MlcMode::peak_injection_bandwidth:
      for (const MlcTraffic& each : mlc_peaks()) {
        part.groups.push_back(bandwidth_group(request, each, false));
      }
      part.notes.emplace_back("bytes that a cached store fetches first are not counted");
      break;
    case MlcMode::c2c_latency:
      part.groups.push_back(transfer_group());
      part.notes.emplace_back("every two CPUs, one of each core, and not one pair of a socket");
      break;
    case MlcMode::memory_bandwidth_scan:
      part.groups.push_back(scan_group(request));
      part.notes.emplace_back("the buffer of -b is scanned, and not all memory of the host");
      break;
  }
  if (!request.seconds.empty()) {
    const std::size_t points =
        request.mode == MlcMode::loaded_latency ? request.delays.size() : mlc_peaks().size();
    const auto seconds = parse_count(request.seconds);
    std::erase_if(translation.settings, [](const auto& entry) { return entry.first == "budget"; });
    translation.settings.emplace_back(
        "budget", fmt::format("{}s", std::min<std::uint64_t>(*seconds, 86400) * points));
  }
  translation.parts.push_back(std::move(part));
  return translation;
}

}  // namespace pmembench
