#include "cluster/roll_call.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/random.hpp"
#include "record/codec.hpp"
#include "run/protocol.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// Rank 0 and the first rank whose value differs; nothing if none does.
struct Difference {
  std::size_t rank;
  std::string here, there;
};

std::string text_of_value(const json& value) {
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

std::optional<Difference> difference_in(const std::vector<json>& facts, const char* key) {
  for (std::size_t rank = 1; rank < facts.size(); ++rank) {
    const json here = facts[0].value(key, json()), there = facts[rank].value(key, json());
    if (here != there) return Difference{rank, text_of_value(here), text_of_value(there)};
  }
  return std::nullopt;
}

std::uint64_t mix_text(std::uint64_t hash, const std::string& text) {
  for (const char c : text) hash = mix_seed(hash ^ static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

Result<RollCall> call_roll(const std::vector<json>& hellos, const std::vector<std::string>& hosts) {
  if (const auto other = difference_in(hellos, "software")) {
    return environment_error(
        "host {} runs {} and host {} {}: their numbers would be of two programs; install the same "
        "one on all hosts",
        hosts[0], other->here, hosts[other->rank], other->there);
  }
  if (const auto other = difference_in(hellos, "page_bytes")) {
    return environment_error(
        "host {} has pages of {} bytes and host {} of {}: use hosts with the same kernel "
        "configuration",
        hosts[0], other->here, hosts[other->rank], other->there);
  }
  RollCall roll;
  for (const char* key : {"kernel", "cpu"}) {
    if (const auto other = difference_in(hellos, key)) {
      roll.differences.push_back(fmt::format("host {} has the {} {} and host {} {}", hosts[0], key,
                                             other->here, hosts[other->rank], other->there));
    }
  }
  std::uint64_t hash = hellos.size();
  for (const json& hello : hellos) hash = mix_text(hash, hello.value("fingerprint", ""));
  roll.fingerprint = fmt::format("{:016x}", hash);
  return roll;
}

Status require_same_media(const std::vector<json>& opened, const std::vector<std::string>& hosts) {
  std::vector<json> media;
  for (const json& each : opened) media.push_back(each.value("medium", json::object()));
  for (const auto& [key, words] :
       std::map<const char*, const char*>{{"size_bytes", "bytes"},
                                          {"page_bytes", "bytes a page"},
                                          {"persistence_domain", "as persistence domain"}}) {
    const auto other = difference_in(media, key);
    if (!other) continue;
    return environment_error(
        "the medium has {} {} on host {} and {} on host {}: hosts that measure together need the "
        "same medium; give size= and pages=, or measure the hosts apart and use pmembench fleet",
        other->here, words, hosts[0], other->there, hosts[other->rank]);
  }
  return {};
}

Result<json> prove_identity(Conductor& conductor, const std::vector<std::string>& media,
                            Ranges ranges, bool destroy, std::uint64_t seed) {
  json proofs = json::array();
  for (std::size_t at = 0; at < media.size(); ++at) {
    const std::string what = "proving which bytes it maps";
    json command{{"do", "identity"},
                 {"media", media[at]},
                 {"destroy", destroy},
                 {"seed", std::to_string(mix_seed(seed + at))},
                 {"step", "write"}};
    const auto written = conductor.one(0, command, what);
    if (!written) return written.error();
    if (const auto failed = error_in(*written)) return *failed;
    command["step"] = "read";
    auto found = conductor.all(command, what);
    command["step"] = "restore";
    const auto restored = conductor.one(0, command, what);
    if (!found) return found.error();
    if (!restored) return restored.error();
    json hosts = json::array();
    for (unsigned rank = 0; rank < conductor.size(); ++rank) {
      const json& answer = (*found)[rank];
      if (const auto failed = error_in(answer)) {
        return failed->with_context("host " + conductor.hosts()[rank]);
      }
      const bool same = answer.value("same", false);
      hosts.push_back({{"host", conductor.hosts()[rank]},
                       {"identity", answer.value("identity", "")},
                       {"uuid", answer.value("uuid", "")}});
      if (rank > 0 && same != is_one_memory(ranges)) {
        return same ? environment_error(
                          "hosts {} and {} map the same bytes as {}, and with --ranges own each "
                          "would overwrite the other's: use --ranges disjoint, shared or neighbour",
                          conductor.hosts()[0], conductor.hosts()[rank], media[at])
                    : environment_error(
                          "host {} does not see what host {} wrote to {}: they are two media of "
                          "one name, or one that needs another way to be shared; use --ranges own "
                          "if each host is to have its own",
                          conductor.hosts()[rank], conductor.hosts()[0], media[at]);
      }
    }
    proofs.push_back({{"media", media[at]},
                      {"uuid", (*written).value("uuid", "")},
                      {"same_bytes", is_one_memory(ranges)},
                      {"hosts", hosts}});
  }
  return proofs;
}

std::vector<std::vector<std::size_t>> cpu_ordinals(const Cell& cell,
                                                   const std::vector<json>& hellos,
                                                   unsigned replicate) {
  const auto usable = hellos[0].value("cpus", std::vector<int>());
  std::vector<std::size_t> places;
  for (const int cpu : cell.placement.cpus) {
    const auto found = std::find(usable.begin(), usable.end(), cpu);
    places.push_back(static_cast<std::size_t>(found - usable.begin()));
  }
  std::map<std::string, std::vector<std::size_t>> neighbours;  // of the same kernel and CPUs
  for (std::size_t rank = 0; rank < hellos.size(); ++rank) {
    const json& hello = hellos[rank];
    neighbours[hello.value("boot", "") + json_text(hello.value("cpus", json()))].push_back(rank);
  }
  std::vector<std::vector<std::size_t>> ordinals(hellos.size(), places);
  for (const auto& [machine, ranks] : neighbours) {
    // Blocks of a Latin square: each rank is once at each place.
    std::vector<std::size_t> order(ranks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(order, mix_seed(cell.seed + replicate / ranks.size()));
    for (std::size_t at = 0; at < ranks.size(); ++at) {
      const std::size_t shift = order[(at + replicate) % ranks.size()] * places.size();
      for (std::size_t& place : ordinals[ranks[at]]) place += shift;
    }
  }
  return ordinals;
}

}  // namespace pmembench
