#include "cluster/identity.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/random.hpp"
#include "base/units.hpp"
#include "dax/media_claim.hpp"
#include "dax/media_spec.hpp"
#include "platform/medium_uuid.hpp"
#include "run/host_info.hpp"
#include "visibility/shared_area.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::uint64_t kNonceLines = kNonceBytes / kLineBytes;

std::vector<MemoryLine> nonce_of(std::uint64_t seed) {
  Random random(seed);
  std::vector<MemoryLine> lines(kNonceLines);
  for (MemoryLine& line : lines) {
    for (std::uint64_t& word : line) word = random();
  }
  return lines;
}

StoreWay best_way() {
  const auto host = host_info("");
  for (const StoreWay way : {StoreWay::clwb, StoreWay::clflushopt, StoreWay::clflush}) {
    if (host && is_available(way, host->cpu_features)) return way;
  }
  return StoreWay::none;
}

void store_lines(HostMemory& memory, const std::vector<MemoryLine>& lines) {
  const StoreWay way = best_way();
  for (std::size_t i = 0; i < lines.size(); ++i) memory.store(i * kLineBytes, lines[i], way);
  for (std::size_t i = 0; i < lines.size(); ++i) memory.write_back(i * kLineBytes, way);
  memory.fence();
}

std::vector<MemoryLine> load_lines(HostMemory& memory) {
  std::vector<MemoryLine> lines;
  for (std::uint64_t i = 0; i < kNonceLines; ++i) {
    lines.push_back(memory.load(i * kLineBytes, LoadWay::clflush));
  }
  return lines;
}

// Made by every rank for itself, a file would be as many media as there are ranks.
Status require_existing(const MediaSpec& spec) {
  if (medium_identity(spec.path) != "nothing") return {};
  return usage_error(
      "{} does not exist: hosts share a medium that is there; make it on one of them first, as by "
      "truncate -s 1G {}",
      spec.path, spec.path);
}

}  // namespace

Result<json> identity_step(const json& command, std::vector<MemoryLine>& kept) {
  const auto step = command.at("step").get<std::string>();
  const auto media = command.at("media").get<std::string>();
  const auto spec = parse_media(media);
  if (!spec) return spec.error();
  if (const Status there = require_existing(*spec); !there) return there.error();
  const auto area = SharedArea::open(media, kNonceBytes, command.at("destroy").get<bool>(), true);
  if (!area) return area.error();
  const std::unique_ptr<HostMemory> memory = mapped_host_memory(area->address());
  if (step == "restore") {
    store_lines(*memory, kept);
    kept.clear();
    return json::object();
  }
  const std::vector<MemoryLine> nonce =
      nonce_of(std::stoull(command.at("seed").get<std::string>()));
  json answer{{"uuid", medium_uuid("/", spec->path)}, {"identity", medium_identity(spec->path)}};
  if (step == "write") {
    kept = load_lines(*memory);
    store_lines(*memory, nonce);
  } else {
    answer["same"] = load_lines(*memory) == nonce;
  }
  return answer;
}

}  // namespace pmembench
