#include "cli/visibility_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

// The ways that `words` name, or all of them.
template <typename Way, std::size_t count>
Result<std::vector<Way>> ways_of(const std::vector<std::string>& words,
                                 const std::array<Way, count>& all, std::string_view option) {
  if (words.empty()) return std::vector<Way>(all.begin(), all.end());
  std::vector<std::string> names;
  for (const Way way : all) names.emplace_back(name_of(way));
  std::vector<Way> ways;
  for (const std::string& word : words) {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) {
      const std::string near = nearest(word, names);
      return usage_error("{}: there is no '{}'{}; there are: {}", option, word,
                         near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                         fmt::join(names, ", "));
    }
    const Way way = all[static_cast<std::size_t>(found - names.begin())];
    if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(way);
  }
  return ways;
}

std::string sight_text(const std::optional<VisibilityCell::Sight>& sight, double ns) {
  return sight ? format_duration_ns(ns) : "";
}

}  // namespace

void VisibilityOptions::add_to(CLI::App& command, bool with_limit) {
  command.add_option("--media", media, "Test on this medium: dram, file or devdax.")
      ->type_name("MEDIUM")
      ->capture_default_str();
  command
      .add_option("--host-memory", host_memory_file,
                  "Let this plugin stand between a host and the memory, such as a model.")
      ->type_name("FILE");
  command.add_option("--host-memory-options", host_memory_options, "Options of the plugin.")
      ->type_name("KEY=VALUE,...");
  command
      .add_option("--store", store_words,
                  "How the writer stores: none, clwb, clflushopt, clflush, movnt, movdir64b. "
                  "Without it: all.")
      ->delimiter(',')
      ->type_name("LIST");
  command
      .add_option("--load", load_words,
                  "How the reader loads: plain, clflush, nontemporal. Without it: all.")
      ->delimiter(',')
      ->type_name("LIST");
  command.add_option("--tries", tries, "Messages for each sequence.")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
  command.add_option("--payload-lines", payload_lines, "Lines of a message, besides its flag.")
      ->capture_default_str()
      ->check(CLI::Range(1, 31));
  if (with_limit) {
    command.add_option("--limit", limit, "Longest wait for the other side.")
        ->type_name("TIME")
        ->capture_default_str();
  }
  command.add_flag("--destroy", destroy, "Allow existing content of the medium to be overwritten.");
}

Status VisibilityOptions::read() {
  auto stores = ways_of(store_words, kStoreWays, "--store");
  if (!stores) return stores.error();
  auto loads = ways_of(load_words, kLoadWays, "--load");
  if (!loads) return loads.error();
  const auto limit_ns = parse_duration_ns(limit);
  if (!limit_ns) return limit_ns.error().with_context("--limit");
  if (*limit_ns < kNsPerMs) return usage_error("--limit {}: give 1ms or more", limit);
  if (host_memory_file.empty() && !host_memory_options.empty()) {
    return usage_error("--host-memory-options are those of a plugin: name it with --host-memory");
  }
  stores_ = *std::move(stores);
  loads_ = *std::move(loads);
  limit_ms_ = *limit_ns / kNsPerMs;
  return {};
}

std::vector<VisibilityCell> VisibilityOptions::cells(std::uint64_t cpu_features) const {
  std::vector<VisibilityCell> cells;
  for (const StoreWay store : stores_) {
    for (const LoadWay load : loads_) {
      VisibilityCell cell;
      cell.store = store;
      cell.load = load;
      // A plugin models the instructions, so that the CPU need not have them.
      if (host_memory_file.empty() && !is_available(store, cpu_features)) {
        cell.skip_reason = fmt::format("this CPU has no {}", name_of(store));
      } else if (host_memory_file.empty() && !is_available(load, cpu_features)) {
        cell.skip_reason = fmt::format("this CPU has no {} for a reader", name_of(load));
      }
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

Result<std::unique_ptr<HostMemory>> VisibilityOptions::host_memory(unsigned char* home,
                                                                   unsigned host) const {
  if (host_memory_file.empty()) return mapped_host_memory(home);
  return plugin_host_memory(host_memory_file, host_memory_options, home, layout().size_bytes(),
                            host);
}

std::string visibility_text(const std::vector<VisibilityPair>& pairs) {
  std::string text;
  for (const VisibilityPair& pair : pairs) {
    TextTable table({{"writer"},
                     {"reader"},
                     {"messages", Align::right},
                     {"stale", Align::right},
                     {"torn", Align::right},
                     {"reordered", Align::right},
                     {"wrong, at most", Align::right},
                     {"store", Align::right},
                     {"load", Align::right},
                     {"sight p50", Align::right},
                     {"p99", Align::right},
                     {"clock +-", Align::right},
                     {"not tried"}});
    for (const VisibilityCell& cell : pair.cells) {
      const VisibilityCounts& counts = cell.counts;
      if (!cell.skip_reason.empty()) {
        table.add({std::string(name_of(cell.store)), std::string(name_of(cell.load)), "", "", "",
                   "", "", "", "", "", "", "", cell.skip_reason});
        continue;
      }
      const auto& sight = cell.sight;
      table.add(
          {std::string(name_of(cell.store)), std::string(name_of(cell.load)),
           std::to_string(counts.tries), std::to_string(counts.stale), std::to_string(counts.torn),
           std::to_string(counts.reordered),
           fmt::format("{:.2g}", upper_share(counts.wrong(), counts.tries)),
           format_duration_ns(cell.publish_ns),
           cell.load_ns > 0 ? format_duration_ns(cell.load_ns) : "",
           sight_text(sight, sight ? sight->p50_ns : 0),
           sight_text(sight, sight ? sight->p99_ns : 0),
           sight && sight->clock_error_ns > 0 ? format_duration_ns(sight->clock_error_ns) : "",
           ""});
    }
    text +=
        fmt::format("{} -> {}\n{}{}\n\n", pair.writer, pair.reader, table.text(), pair.sentence);
  }
  if (text.ends_with("\n\n")) text.pop_back();
  return text;
}

int visibility_status(const std::vector<VisibilityPair>& pairs) {
  const bool unsafe = std::any_of(pairs.begin(), pairs.end(), [](const VisibilityPair& pair) {
    return pair.verdict == PairVerdict::none_safe;
  });
  return unsafe ? kStatusFound : kStatusDone;
}

}  // namespace pmembench
