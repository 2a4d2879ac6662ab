#include "run/layers.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "block/btt.hpp"
#include "block/btt_layout.hpp"
#include "block/kernel_block.hpp"
#include "block/partition.hpp"
#include "block/raw_block.hpp"
#include "block/rmw.hpp"
#include "dax/audit_book.hpp"
#include "dax/char_view.hpp"
#include "dax/one_range.hpp"
#include "fs/file_system.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr int kLayersVersion = 1;

bool by_kernel(const DaxDevice& device) {
  return (device.operations()->capabilities & DAX_CAP_EMULATED) != 0;
}

// The whole device as one mapping.
std::string char_refusal(DaxDevice& device) {
  DaxReader reader = device.make_reader();
  const ReadSection section(reader);
  MapRequest request;
  request.length_bytes = device.size_bytes();
  const auto mapped = CharView(device).map(section, request);
  return mapped ? std::string() : mapped.error().message;
}

// Is there a btt arena? Its info block is only read.
BttInfo btt_info(DaxDevice& device) {
  BttInfoBlock block{};
  if (device.size_bytes() < block.size()) return {};
  DaxReader reader = device.make_reader();
  dax_iter iter = one_range(0, block.data(), block.size());
  const ReadSection section(reader);
  if (device.copy_to_iter(section, iter) < 0 || iter.count != 0) return {};
  return decode_info(block, device.size_bytes());
}

json lookup_json(const Result<Lookup>& found) {
  if (!found) return {{"possible", false}, {"reason", found.error().message}};
  json answer = {{"possible", true}, {"reason", found->refusal}};
  if (found->refusal.empty()) answer["dax_offset_bytes"] = found->offset_bytes;
  return answer;
}

json presentations_of(DaxDevice& device, bool read_geometry) {
  json list = json::array();
  const std::string refused = char_refusal(device);
  json character = {{"name", "char"}, {"possible", refused.empty()}, {"reason", refused}};
  if (refused.empty()) character["dax_offset_bytes"] = 0;
  list.push_back(std::move(character));
  for (const std::string& layer : block_layers()) {
    const bool kernel = layer == "kernel";
    if (kernel != by_kernel(device) && (kernel || layer == "block-raw")) continue;
    BlockWindow window;
    window.layer = layer;
    window.read_geometry = read_geometry;
    if (layer == "block-partition") window.start_bytes = device.size_bytes() / 2;
    json one = lookup_json(look_up(device, window));
    one["name"] = layer;
    list.push_back(std::move(one));
  }
  return list;
}

// The small file system, if the medium carries one.
json mounts_of(DaxDevice& device) {
  if (by_kernel(device)) return json::array();
  MountSource source;
  source.dax = &device;
  const auto problems = check_file_system(source);
  if (!problems && problems.error().kind == ErrorKind::usage) return json::array();
  const std::string state =
      !problems           ? problems.error().message
      : problems->empty() ? std::string("clean")
                          : fmt::format("{} problems: {}", problems->size(), problems->front());
  return json::array({{{"file_system", "the small file system"}, {"state", state}}});
}

json backend_of(const BaseDevice& base) {
  const dax_operations& table = *base.device->operations();
  return {{"name", table.name},
          {"summary", table.summary},
          {"origin", base.backend == nullptr ? "" : base.backend->origin}};
}

json flags_of(const DaxDevice& device) {
  return {{"alive", device.alive()},
          {"write_cache", device.write_cache()},
          {"synchronous", device.synchronous()},
          {"direct_access", (device.operations()->capabilities & DAX_CAP_DIRECT_ACCESS) != 0},
          {"guard", device.asymmetric_guard() ? "membarrier" : "fence"}};
}

json bad_blocks_of(DaxDevice& device) {
  json list = json::array();
  for (const BadRange& range : device.bad_blocks().list()) {
    list.push_back({{"offset_bytes", range.offset_bytes}, {"length_bytes", range.length_bytes}});
  }
  return list;
}

json device_json(DaxDevice& device, const std::string& kind, const std::string& stack) {
  return {{"name", device.name()},
          {"kind", kind},
          {"size_bytes", device.size_bytes()},
          {"alignment_bytes", device.facts().alignment_bytes},
          {"persistence_domain", domain_word(device.facts().persistence_domain)},
          {"node", device.facts().node},
          {"beneath", stack},
          {"flags", flags_of(device)},
          {"bad_blocks", bad_blocks_of(device)}};
}

}  // namespace

const std::vector<std::string>& block_layers() {
  static const std::vector<std::string> kLayers{"block-raw", "block-partition", "block-btt",
                                                "block-rmw", "kernel"};
  return kLayers;
}

Result<Lookup> look_up(DaxDevice& device, const BlockWindow& window) {
  SliceOptions slice;
  slice.sector_bytes = window.sector_bytes;
  Result<std::unique_ptr<BlockDevice>> block = std::unique_ptr<BlockDevice>();
  std::unique_ptr<BlockDevice> whole;
  if (window.layer == "block-raw") {
    block = make_raw_block(device, slice);
  } else if (window.layer == "kernel") {
    block = make_kernel_block(device, slice);
  } else if (window.layer == "block-rmw") {
    block = make_rmw(device, {slice, 64 * 1024, true});
  } else if (window.layer == "block-btt") {
    const BttInfo info = window.read_geometry ? btt_info(device) : BttInfo{};
    auto geometry = info.state == BttInfoState::good
                        ? Result<BttGeometry>(info.geometry)
                        : btt_geometry(device.size_bytes(), window.sector_bytes, 0);
    if (!geometry) return geometry.error();
    // An open btt completes what a crash interrupted, so none is opened to ask.
    return Lookup{no_dax_of_btt(device).message, nullptr, 0,
                  std::uint64_t{geometry->external} * geometry->sector_bytes};
  } else if (window.layer == "block-partition") {
    auto raw = make_raw_block(device, slice);
    if (!raw) return raw.error();
    whole = *std::move(raw);
    const std::uint64_t sector = whole->sector_bytes();
    if (window.start_bytes % sector != 0 || window.size_bytes % sector != 0) {
      return usage_error(
          "a partition from byte {} on with {} bytes is not made of sectors of {}; "
          "use multiples, or another sector",
          window.start_bytes, window.size_bytes, sector);
    }
    const std::uint64_t all = whole->size_bytes() / sector;
    const std::uint64_t start = window.start_bytes / sector;
    const std::uint64_t sectors = window.size_bytes != 0 ? window.size_bytes / sector
                                  : all > start          ? all - start
                                                         : 0;
    block = make_partition(*whole, start, sectors);
  } else {
    return usage_error("there is no block layer '{}'; there are: {}", window.layer,
                       fmt::join(block_layers(), ", "));
  }
  if (!block) return block.error();
  Lookup found;
  found.size_bytes = (*block)->size_bytes();
  const auto beneath = (*block)->dax();
  if (!beneath) {
    found.refusal = beneath.error().message;
    return found;
  }
  found.device = beneath->device;
  found.offset_bytes = beneath->offset_bytes;
  return found;
}

json layers_of(const OpenedDevice& opened, const MediaSpec& spec, unsigned id,
               bool look_for_mounts) {
  DaxDevice& top = *opened.device;
  json document = device_json(top, opened.facts.kind, opened.facts.stack);
  document["id"] = id;
  document["page_bytes"] = opened.facts.page_bytes;
  document["in_use"] = "";
  if (top.alive()) {
    document["presentations"] = presentations_of(top, look_for_mounts);
    document["mounts"] = look_for_mounts ? mounts_of(top) : json::array();
  } else {
    document["presentations"] = document["mounts"] = json::array();
  }
  document["parts"] = json::array();
  if (spec.parts.empty()) {
    document["backend"] = backend_of(opened.bases.front());
    return document;
  }
  const dax_operations& table = *top.operations();
  document["backend"] = {{"name", table.name}, {"summary", table.summary}, {"origin", "made here"}};
  for (std::size_t i = 0; i < opened.bases.size(); ++i) {
    const std::string kind(media_kind_name(spec.parts[i].kind));
    json part = device_json(*opened.bases[i].device, kind, "");
    part["backend"] = backend_of(opened.bases[i]);
    part["held_by"] = top.name();
    document["parts"].push_back(std::move(part));
  }
  return document;
}

json layers_document(std::vector<json> devices) {
  return {{"schema", "pmembench-layers"}, {"version", kLayersVersion}, {"devices", devices}};
}

}  // namespace pmembench
