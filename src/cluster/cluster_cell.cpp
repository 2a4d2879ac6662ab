#include "cluster/cluster_cell.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "cluster/roll_call.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::uint64_t kNsPerMs = 1'000'000;
// Between the command and the agreed start: it reaches every rank and wakes it.
constexpr std::uint64_t kStartMargin_ms = 20;
constexpr std::uint64_t kStartMarginOfRank_ms = 2;

class ClusterCell {
 public:
  ClusterCell(Conductor& conductor, const ClusterPlace& place, const ClusterOrder& order,
              std::vector<std::uint64_t>& operations, std::vector<CoreWatch>& cores)
      : conductor_(conductor),
        place_(place),
        order_(order),
        operations_(operations),
        cores_(cores) {
    operations_.resize(conductor.size());
    parts_.resize(conductor.size());
  }

  std::variant<ClusterReplicates, ClusterFailure> run() {
    auto made = steps();
    if (made) return *std::move(made);
    // The ranks that are well end their workers; after a run is over no rank is asked.
    if (!of_run_) (void)conductor_.all({{"do", "close"}}, "ending its worker");
    return ClusterFailure{made.error(), of_run_};
  }

 private:
  Result<ClusterReplicates> steps() {
    if (const Status made = make_commands(); !made) return made.error();
    if (const Status done = open(); !done) return done.error();
    if (const Status done = begin(); !done) return done.error();
    const auto before = offsets();
    if (!before) return before.error();
    if (const Status done = take_slices(*before); !done) return done.error();
    const auto after = offsets();
    if (!after) return after.error();
    for (unsigned rank = 1; rank < conductor_.size(); ++rank) {
      parts_[rank].clock = ClockMap((*before)[rank], (*after)[rank]);
    }
    if (const Status done = end(); !done) return done.error();
    const auto closed = ask({{"do", "close"}}, "ending its worker", conductor_.limits().open_ms);
    if (!closed) return closed.error();
    return cluster_replicates(*order_.cell, order_.replicate, order_.seed, parts_,
                              conductor_.hosts(), static_cast<double>(start_ns_), cores_);
  }

  // One for each rank: the cell with its medium, CPUs and seed.
  Status make_commands() {
    const Cell& cell = *order_.cell;
    const auto size = place_.size_bytes.find(cell.media);
    const auto ordinals = cpu_ordinals(cell, place_.hellos, order_.replicate);
    for (unsigned rank = 0; rank < conductor_.size(); ++rank) {
      const auto media =
          media_of_rank(cell.media, place_.ranges, cell_writes(cell), rank, conductor_.size(),
                        size == place_.size_bytes.end() ? 0 : size->second);
      if (!media) return media.error();
      Cell own = cell;
      // Every process draws its own addresses.
      own.seed = mix_seed(mix_seed(cell.seed + order_.replicate) + rank);
      commands_.push_back({{"cell", to_json(own)},
                           {"media", *media},
                           {"used_bytes", cell.used_bytes},
                           {"does_work", cell.capabilities.does_work},
                           {"cpu_ordinals", ordinals[rank]}});
    }
    return {};
  }

  // A command for all ranks; an error of one of them names its host.
  Result<std::vector<json>> ask(const json& command, const std::string& what,
                                std::uint64_t more_ms) {
    return ask_each(std::vector<json>(conductor_.size(), command), what, more_ms);
  }
  Result<std::vector<json>> ask_each(const std::vector<json>& commands, const std::string& what,
                                     std::uint64_t more_ms) {
    auto answers = conductor_.each(commands, what, more_ms);
    if (!answers) {
      of_run_ = true;
      return answers;
    }
    for (unsigned rank = 0; rank < answers->size(); ++rank) {
      const auto failed = error_in((*answers)[rank]);
      if (!failed) continue;
      if (failed->kind == ErrorKind::interrupted) of_run_ = true;
      return failed->with_context("host " + conductor_.hosts()[rank]);
    }
    return answers;
  }

  Status open() {
    std::vector<json> commands = commands_;
    for (json& command : commands) command["do"] = "open";
    const auto answers = ask_each(commands, "opening its medium", conductor_.limits().open_ms);
    if (!answers) return answers.error();
    if (const Status same = require_same_media(*answers, conductor_.hosts()); !same) return same;
    for (unsigned rank = 0; rank < answers->size(); ++rank) {
      auto opened = opened_reply_from_json((*answers)[rank]);
      if (!opened) return opened.error().with_context("host " + conductor_.hosts()[rank]);
      parts_[rank].opened = *std::move(opened);
    }
    return {};
  }

  Status begin() {
    std::vector<json> commands = commands_;
    for (unsigned rank = 0; rank < commands.size(); ++rank) {
      json& command = commands[rank];
      command["do"] = "begin";
      command["slice_ns"] = order_.slice_ns;
      command["operations"] = operations_[rank];
      command["warm_up"] = warm_up_limit(order_.slices);
      if (place_.slowdowns.empty()) continue;
      // The barriers alone in the others, so that only the injected work is the difference.
      const auto found = place_.slowdowns.find(rank);
      command["slowdown"] = found == place_.slowdowns.end() ? 0.0 : found->second;
    }
    const auto answers = ask_each(commands, "preparing the cell", conductor_.limits().open_ms);
    if (!answers) return answers.error();
    for (unsigned rank = 0; rank < answers->size(); ++rank) {
      operations_[rank] = (*answers)[rank].value("operations", std::uint64_t{0});
    }
    return {};
  }

  Result<std::vector<ClockOffset>> offsets() {
    auto offsets = conductor_.clock_offsets();
    if (!offsets) of_run_ = true;
    return offsets;
  }

  Status take_slices(const std::vector<ClockOffset>& before) {
    const MonotonicClock clock;
    const std::uint64_t margin_ns =
        (kStartMargin_ms + kStartMarginOfRank_ms * conductor_.size()) * kNsPerMs;
    start_ns_ = static_cast<std::int64_t>(clock.now_ns() + margin_ns);
    const std::uint64_t length_ns = order_.slices * order_.slice_ns;
    std::vector<json> commands;
    for (unsigned rank = 0; rank < conductor_.size(); ++rank) {
      const ClockMap map = rank == 0 ? ClockMap() : ClockMap(before[rank], before[rank]);
      commands.push_back(
          {{"do", "slices"},
           {"name", order_.cell->name},
           {"replicate", order_.replicate},
           {"start_ns", map.remote_ns(start_ns_)},
           {"end_ns", map.remote_ns(start_ns_ + static_cast<std::int64_t>(length_ns))}});
    }
    // A slice may take several times as long as it should on a host that is busy.
    const std::uint64_t more_ms = (margin_ns + 4 * length_ns) / kNsPerMs;
    const auto answers = ask_each(commands, "taking slices", more_ms);
    if (!answers) return answers.error();
    for (unsigned rank = 0; rank < answers->size(); ++rank) {
      const json& answer = (*answers)[rank];
      parts_[rank].steal_share = answer.value("steal_share", 0.0);
      for (const json& each : answer.value("slices", json::array())) {
        auto slice = slice_reply_from_json(each);
        if (!slice) return slice.error().with_context("host " + conductor_.hosts()[rank]);
        parts_[rank].slices.push_back(*std::move(slice));
      }
    }
    return {};
  }

  // Ranks that share bytes check them one after the other: a check stores into them.
  Status end() {
    const std::string what = "checking the bytes";
    std::vector<json> answers;
    if (place_.ranges == Ranges::shared || place_.ranges == Ranges::neighbour) {
      for (unsigned rank = 0; rank < conductor_.size(); ++rank) {
        auto answer =
            conductor_.one(rank, {{"do", "end"}, {"next_takes_ms", conductor_.limits().open_ms}},
                           what, conductor_.limits().open_ms);
        if (!answer) {
          of_run_ = true;
          return answer.error();
        }
        answers.push_back(*std::move(answer));
      }
    } else {
      auto all = ask({{"do", "end"}}, what, conductor_.limits().open_ms);
      if (!all) return all.error();
      answers = *std::move(all);
    }
    for (unsigned rank = 0; rank < answers.size(); ++rank) {
      if (const auto failed = error_in(answers[rank])) {
        return failed->with_context("host " + conductor_.hosts()[rank]);
      }
      auto done = cell_done_reply_from_json(answers[rank]);
      if (!done) return done.error().with_context("host " + conductor_.hosts()[rank]);
      parts_[rank].done = *std::move(done);
    }
    return {};
  }

  Conductor& conductor_;
  const ClusterPlace& place_;
  const ClusterOrder& order_;
  std::vector<std::uint64_t>& operations_;
  std::vector<CoreWatch>& cores_;
  std::vector<json> commands_;
  std::vector<RankPart> parts_;
  std::int64_t start_ns_ = 0;
  bool of_run_ = false;
};

}  // namespace

std::variant<ClusterReplicates, ClusterFailure> measure_on_all(
    Conductor& conductor, const ClusterPlace& place, const ClusterOrder& order,
    std::vector<std::uint64_t>& operations, std::vector<CoreWatch>& cores) {
  return ClusterCell(conductor, place, order, operations, cores).run();
}

}  // namespace pmembench
