#include "cli/fleet_runs.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/units.hpp"
#include "cli/cluster_text.hpp"
#include "cli/run_number.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

struct FileAndNumber {
  std::string file, number;
};

// What is not a run's number, with or without a file before it, names a file.
FileAndNumber file_and_number(const std::string& word, const std::string& database) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(word, ignored)) return {word, "latest"};
  const std::size_t colon = word.rfind(':');
  const bool has_file = colon != std::string::npos && colon > 0;
  const std::string number = has_file ? word.substr(colon + 1) : word;
  if (!run_number(number)) return {word, "latest"};
  return {has_file ? word.substr(0, colon) : database, number};
}

}  // namespace

Result<std::vector<FleetRun>> load_fleet(const std::vector<std::string>& words,
                                         const std::string& database) {
  std::vector<FleetRun> runs;
  for (const std::string& word : words) {
    const auto [file, number] = file_and_number(word, database);
    const auto id = run_number(number);
    if (!id) return id.error();
    const auto store = Store::open(file, Store::Mode::read);
    if (!store) return store.error();
    auto run = load_fleet_run(*store, *id, word);
    if (!run) return run.error();
    runs.push_back(*std::move(run));
  }
  return runs;
}

std::string fleet_text(const std::vector<FleetCell>& cells) {
  TextTable table({{"host"},
                   {"time/op", Align::right},
                   {"against the rest", Align::right},
                   {"p", Align::right},
                   {"verdict"}});
  std::string slower, unknown;
  for (const FleetCell& cell : cells) {
    table.add_heading(cell.cell);
    for (const HostStanding& host : cell.hosts) {
      const std::string verdict(name_of(host.verdict));
      table.add({host.host, format_duration_ns(host.median), standing_text(host.ratio, verdict),
                 fmt::format("{:.2g}", host.adjusted), verdict});
      if (host.verdict == HostVerdict::unknown) {
        unknown +=
            fmt::format("host {} may be slower in {}: too few processes, or they differ too much\n",
                        host.host, cell.cell);
      }
      if (host.verdict != HostVerdict::slower) continue;
      slower += fmt::format("host {} is {:.0f} % slower [{:.0f}, {:.0f}] in {}\n", host.host,
                            100 * (host.ratio.estimate - 1), 100 * (host.ratio.low - 1),
                            100 * (host.ratio.high - 1), cell.cell);
    }
  }
  const std::string found = slower + unknown;
  return table.text() + "\n" + (found.empty() ? "no host is slower than the rest\n" : found);
}

}  // namespace pmembench
