#include "cluster/host_part.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <exception>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "base/units.hpp"
#include "cluster/clock_exchange.hpp"
#include "cluster/identity.hpp"
#include "cluster/visibility_part.hpp"
#include "platform/boot_id.hpp"
#include "platform/cpu.hpp"
#include "platform/environment.hpp"
#include "platform/executable.hpp"
#include "record/codec.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::int64_t kSpin_ns = 300'000;  // before the agreed time: a sleep wakes up late
constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr std::uint64_t kFollowersPatience_ms = 5'000;  // beyond rank 0's own limit

// Sleeps until shortly before the time, then spins.
void wait_until(const Clock& clock, std::int64_t time_ns) {
  const std::int64_t wake_ns = time_ns - kSpin_ns;
  const timespec wake{wake_ns / kSecond_ns, wake_ns % kSecond_ns};
  if (wake_ns > 0) {
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nullptr) == EINTR) continue;
  }
  while (static_cast<std::int64_t>(clock.now_ns()) < time_ns) continue;
}

}  // namespace

std::string command_verb(const json& command) {
  const json verb = command.is_object() ? command.value("do", json()) : json();
  return verb.is_string() ? verb.get<std::string>() : std::string();
}

json error_answer(const Error& error) {
  return {{"error", error.message}, {"kind", static_cast<int>(error.kind)}};
}

std::optional<Error> error_in(const json& answer) {
  if (!answer.is_object() || !answer.contains("error")) return std::nullopt;
  const json kind = answer.value("kind", json(4));
  Error error{ErrorKind::runtime,
              answer["error"].is_string() ? answer["error"].get<std::string>() : "unknown error",
              0};
  for (const ErrorKind each : {ErrorKind::usage, ErrorKind::environment, ErrorKind::interrupted}) {
    if (kind == static_cast<int>(each)) error.kind = each;
  }
  return error;
}

HostPart::HostPart(ClusterLink& link, HostPartSettings settings)
    : link_(link),
      settings_(std::move(settings)),
      topology_(read_topology("/")),
      launcher_(settings_.worker) {
  if (settings_.logs_folder.empty()) return;
  mkdir(settings_.logs_folder.c_str(), 0777);
  const std::string path = fmt::format("{}/rank{}.jsonl", settings_.logs_folder, link_.rank());
  log_ = std::fopen(path.c_str(), "ae");
}

HostPart::~HostPart() {
  if (log_ != nullptr) std::fclose(log_);
}

void HostPart::log(const json& line) {
  if (log_ == nullptr) return;
  const std::string text = json_text(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), log_);
  std::fflush(log_);
}

json HostPart::handle(const json& command) {
  const std::string verb = command_verb(command);
  log({{"phase", verb}});
  if (settings_.drill_signal != 0 && verb == settings_.drill_command &&
      link_.rank() == settings_.drill_rank && drills_++ >= settings_.drill_after) {
    raise(settings_.drill_signal);
  }
  try {
    const Result<json> answer = dispatch(verb, command);
    return answer ? *answer : error_answer(answer.error());
  } catch (const std::exception& error) {
    return error_answer(runtime_error("an unexpected error in rank {}: {}", link_.rank(),
                                      without_library(error.what())));
  }
}

Result<json> HostPart::dispatch(const std::string& verb, const json& command) {
  if (verb == "hello") return hello();
  if (verb == "identity") return identity_step(command, kept_);
  if (verb == "open") return open(command);
  if (verb == "begin") return begin(command);
  if (verb == "clocks") return clocks(command);
  if (verb == "slices") return take_slices(command);
  if (verb == "end") return end();
  if (verb == "visibility") {
    auto side = visibility_part(link_, command, clock_, *settings_.worker.interrupted);
    if (!side && side.error().code == ETIMEDOUT) link_status_ = side.error();
    return side;
  }
  if (verb == "close") {
    worker_.reset();
    return json::object();
  }
  if (verb == "quit") return json::object();
  return runtime_error("rank {} knows no command '{}'", link_.rank(), verb);
}

// What is compared between the hosts.
Result<json> HostPart::hello() const {
  const EnvironmentFacts facts = read_environment("/");
  const CpuFacts cpu = read_cpu("/");
  const auto binary = own_content_hash();
  return json{{"host", facts.host_name},
              {"software", fmt::format("pmembench {} ({})", settings_.version,
                                       binary ? *binary : std::string("unreadable"))},
              {"kernel", facts.kernel},
              {"boot", boot_id("/")},
              {"cpu", cpu.model_name},
              {"cpus", topology_.usable_cpus},
              {"cpu_features", settings_.cpu_features},
              {"page_bytes", sysconf(_SC_PAGESIZE)},
              {"fingerprint", machine_fingerprint("/")}};
}

// The cell that rank 0 sent, with this host's medium and CPUs.
Result<Cell> HostPart::own_cell(const json& command) const {
  auto cell = cell_from_json(command.at("cell"));
  if (!cell) return cell;
  cell->media = command.at("media").get<std::string>();
  cell->used_bytes = command.at("used_bytes").get<std::uint64_t>();
  cell->capabilities.does_work = command.at("does_work").get<bool>();
  // CPUs by their place among those that a process may use: hosts number them differently, and
  // ranks of one host are given different ones.
  const std::vector<int>& usable = topology_.usable_cpus;
  std::vector<int> cpus;
  for (const std::size_t ordinal : command.at("cpu_ordinals").get<std::vector<std::size_t>>()) {
    const std::size_t place = ordinal % std::max<std::size_t>(1, usable.size());
    if (usable.empty() || std::find(cpus.begin(), cpus.end(), usable[place]) != cpus.end()) {
      return environment_error(
          "the cell has {} threads and this host {} usable CPUs: ask for "
          "fewer threads, or bind ranks to more CPUs",
          cell->threads, usable.size());
    }
    cpus.push_back(usable[place]);
  }
  cell->placement.cpus = cpus;
  return cell;
}

Result<json> HostPart::open(const json& command) {
  worker_.reset();
  const auto cell = own_cell(command);
  if (!cell) return cell.error();
  auto worker = launcher_.start(*cell);
  if (!worker) return worker.error();
  if (const Status opened = (*worker)->await_open(); !opened) return opened.error();
  worker_ = *std::move(worker);
  return to_json(worker_->opened());
}

Result<json> HostPart::begin(const json& command) {
  const auto cell = own_cell(command);
  if (!cell) return cell.error();
  if (!worker_) return runtime_error("rank {} has no worker for the cell", link_.rank());
  CellRequest request{*cell, command.at("slice_ns").get<std::uint64_t>(),
                      command.at("operations").get<std::uint64_t>()};
  if (command.contains("slowdown") && !command["slowdown"].is_null()) {
    request.slowdown = command["slowdown"].get<double>();
  }
  const auto operations = worker_->begin_cell(request);
  if (!operations) return operations.error();
  const auto warm_up = command.at("warm_up").get<unsigned>();
  std::vector<double> times;
  for (unsigned taken = 0; taken < warm_up && !is_steady(times); ++taken) {
    const auto slice = worker_->take_slice(taken == 0);
    if (!slice) return slice.error();
    times.push_back(slice->ns_per_operation);
  }
  return json{{"operations", *operations}};
}

// Rank 0 measures, the others answer: what goes wrong here is the link's.
Result<json> HostPart::clocks(const json& command) {
  if (link_.rank() == 0) return json::object();
  link_status_ = answer_clock(link_, clock_, command.at("limit_ms").get<std::uint64_t>());
  if (!link_status_) return link_status_.error();
  return json::object();
}

// From the agreed start on, one slice after the other, until the agreed end.
Result<json> HostPart::take_slices(const json& command) {
  if (!worker_) return runtime_error("rank {} has no worker for the cell", link_.rank());
  const auto start_ns = command.at("start_ns").get<std::int64_t>();
  const auto end_ns = command.at("end_ns").get<std::int64_t>();
  const auto before = read_cpu_times("/");
  wait_until(clock_, start_ns);
  json slices = json::array();
  do {
    const std::uint64_t asked_ns = clock_.now_ns();
    auto slice = worker_->take_slice(slices.empty());
    if (!slice) return slice.error();
    if (!slice->begun_ns) slice->begun_ns = asked_ns;
    if (!slice->ended_ns) slice->ended_ns = clock_.now_ns();
    slices.push_back(to_json(*slice));
  } while (static_cast<std::int64_t>(clock_.now_ns()) < end_ns);
  const auto after = read_cpu_times("/");
  double steal = 0;
  if (before && after && after->total > before->total) {
    steal = static_cast<double>(after->steal - before->steal) /
            static_cast<double>(after->total - before->total);
  }
  json answer{{"slices", std::move(slices)}, {"steal_share", steal}};
  log({{"cell", command.value("name", "")},
       {"replicate", command.value("replicate", 0)},
       {"start_ns", start_ns},
       {"slices", answer["slices"]}});
  return answer;
}

Result<json> HostPart::end() {
  if (!worker_) return runtime_error("rank {} has no worker for the cell", link_.rank());
  const auto done = worker_->end_cell();
  if (!done) return done.error();
  return to_json(*done);
}

Status serve_rank(ClusterLink& link, HostPart& part, std::uint64_t patience_ms) {
  for (;;) {
    auto text = link.receive(0, patience_ms);
    if (!text && text.error().code == ETIMEDOUT) {
      return runtime_error(
          "rank 0 gave no command for {} s: its host died, was stopped, or the network to it is "
          "cut",
          patience_ms / 1000);
    }
    if (!text) return text.error();
    const json command = json::parse(*text, nullptr, false);
    const std::string verb = command_verb(command);
    const json answer = part.handle(command);
    if (!part.link_status()) return part.link_status();
    // Rank 0 says with each command how long the next one can take at most.
    if (command.is_object() && command.contains("next_within_ms")) {
      patience_ms = command["next_within_ms"].get<std::uint64_t>() + kFollowersPatience_ms;
    }
    if (const Status sent = link.send(0, json_text(answer), patience_ms); !sent) return sent;
    if (verb == "quit") return {};
  }
}

}  // namespace pmembench
