#include "cli/cluster_visibility.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cluster/ranges.hpp"
#include "cluster/roll_call.hpp"
#include "dax/media_spec.hpp"
#include "measure/clock_offset.hpp"
#include "results/store.hpp"
#include "visibility/verdict.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// A message there and back takes far less, also on a busy host: what a cell of many may take.
constexpr std::uint64_t kMessagesInMs = 5;

// The reader's clock less the writer's, and how far that can be off.
struct ClockDifference {
  double offset_ns = 0, bound_ns = 0;
};

ClockDifference between(const std::vector<ClockOffset>& before,
                        const std::vector<ClockOffset>& after, unsigned writer, unsigned reader) {
  ClockDifference difference;
  for (const auto& [rank, sign] : {std::pair{reader, 1.0}, std::pair{writer, -1.0}}) {
    if (rank == 0) continue;
    const ClockMap map(before[rank], after[rank]);
    difference.offset_ns += sign * map.offset_ns();
    // In the middle of the two comparisons; the drift until either of them comes on top.
    difference.bound_ns +=
        map.bound_ns() + std::abs(after[rank].offset_ns - before[rank].offset_ns) / 2;
  }
  return difference;
}

}  // namespace

void ClusterVisibility::add_to(CLI::App& command) {
  options_.media = "";
  options_.add_to(command, false);
  command.add_option("--pairs", pairs_, "Each writer with all other hosts, or with the next one.")
      ->check(CLI::IsMember({"all", "ring"}))
      ->capture_default_str();
  command.add_option("--db", database_, "Store the outcome in this results file, for reports.")
      ->type_name("FILE");
  command.add_flag("--json", as_json_, "Print the outcome as one JSON document.");
}

Status ClusterVisibility::read() {
  if (options_.media.empty()) {
    return usage_error(
        "visibility takes the medium that the hosts share: --media file:PATH or devdax:PATH");
  }
  if (!options_.destroy) {
    return usage_error(
        "the hosts store messages into {}: give --destroy to allow that its content is overwritten",
        options_.media);
  }
  return options_.read();
}

Result<VisibilityPair> ClusterVisibility::test_pair(Conductor& conductor, unsigned writer,
                                                    unsigned reader,
                                                    std::vector<VisibilityCell> cells) {
  VisibilityPair pair{
      conductor.hosts()[writer], conductor.hosts()[reader], {}, PairVerdict::not_tested, {}, {}};
  for (VisibilityCell& cell : cells) {
    if (!cell.skip_reason.empty()) {
      pair.cells.push_back(std::move(cell));
      continue;
    }
    say(stderr, fmt::format("{} -> {}: {} with {}, {} messages\n", pair.writer, pair.reader,
                            name_of(cell.store), name_of(cell.load), options_.tries));
    const auto before = conductor.clock_offsets();
    if (!before) return before.error();
    const std::uint64_t takes_ms = options_.tries / kMessagesInMs;
    const json command{{"do", "visibility"},
                       {"writer", writer},
                       {"reader", reader},
                       {"store", static_cast<std::uint32_t>(cell.store)},
                       {"load", static_cast<std::uint32_t>(cell.load)},
                       {"tries", options_.tries},
                       {"payload_lines", options_.payload_lines},
                       {"media", options_.media},
                       {"destroy", options_.destroy},
                       {"plugin", options_.host_memory_file},
                       {"plugin_options", options_.host_memory_options},
                       {"limit_ms", conductor.limits().wait_ms}};
    const auto answers = conductor.all(command, "testing visibility", takes_ms);
    if (!answers) return answers.error();
    for (const unsigned rank : {writer, reader}) {
      if (const auto failed = error_in((*answers)[rank])) {
        return failed->with_context("host " + conductor.hosts()[rank]);
      }
    }
    const auto after = conductor.clock_offsets();
    if (!after) return after.error();
    const auto writer_side = writer_side_from_json((*answers)[writer]);
    if (!writer_side) return writer_side.error();
    auto reader_side = reader_side_from_json((*answers)[reader]);
    if (!reader_side) return reader_side.error();
    const ClockDifference clocks = between(*before, *after, writer, reader);
    for (double& sight_ns : reader_side->sight_ns) sight_ns -= clocks.offset_ns;
    pair.cells.push_back(
        make_visibility_cell(cell.store, cell.load, *writer_side, *reader_side, clocks.bound_ns));
  }
  judge(pair);
  return pair;
}

Result<int> ClusterVisibility::lead(Conductor& conductor, std::uint64_t cpu_features) {
  if (conductor.size() < 2) {
    return usage_error(
        "visibility is between hosts: start two ranks or more, or use pmembench "
        "visibility for two processes");
  }
  std::optional<Store> store;
  if (!database_.empty()) {
    const auto spec = parse_media(options_.media);
    const NamedPath medium[] = {{"--media", spec ? spec->path : ""}};
    if (Status apart = keep_results_apart(database_, medium); !apart) return apart.error();
    auto opened = Store::open(database_, Store::Mode::write);
    if (!opened) return opened.error();
    store.emplace(*std::move(opened));
  }
  const auto hellos = conductor.say_hello();
  if (!hellos) return hellos.error();
  const auto roll = call_roll(*hellos, conductor.hosts());
  if (!roll) return roll.error();
  for (const std::string& sentence : roll->differences) say(stderr, sentence + "\n");
  const auto proof = prove_identity(conductor, {options_.media}, Ranges::shared, options_.destroy,
                                    static_cast<std::uint64_t>(std::random_device{}()));
  if (!proof) return proof.error();
  for (const json& hello : *hellos) cpu_features &= hello.value("cpu_features", std::uint64_t{0});
  std::vector<VisibilityPair> pairs;
  for (unsigned writer = 0; writer < conductor.size(); ++writer) {
    for (unsigned step = 1; step < conductor.size(); ++step) {
      if (pairs_ == "ring" && step > 1) break;
      auto pair = test_pair(conductor, writer, (writer + step) % conductor.size(),
                            options_.cells(cpu_features));
      if (!pair) return pair.error();
      pairs.push_back(*std::move(pair));
    }
  }
  json document =
      visibility_document(pairs, options_.media, options_.host_memory_file, options_.layout());
  document["identity"] = *proof;
  as_json_ ? print_json(document, 2) : print_text(visibility_text(pairs));
  if (store) {
    const auto kept = store->save_document(
        {0, "", "visibility", std::nullopt, std::string(name_of(pairs.front().verdict)), document});
    if (!kept) return kept.error();
  }
  return visibility_status(pairs);
}

}  // namespace pmembench
