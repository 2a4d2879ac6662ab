#include "cli/layers_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/units.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// A line and what hangs below it.
struct Branch {
  std::string text;
  std::vector<Branch> below = {};
};

void draw(const std::vector<Branch>& branches, const std::string& indent, std::string& text) {
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const bool last = i + 1 == branches.size();
    text += fmt::format("{}{} {}\n", indent, last ? "`-" : "|-", branches[i].text);
    draw(branches[i].below, indent + (last ? "   " : "|  "), text);
  }
}

std::string size_of(const json& device, const char* key) {
  return format_size(device.value(key, std::uint64_t{0}));
}

std::string medium_text(const json& device) {
  std::string text =
      fmt::format("medium: {}, {}", device.value("kind", ""), size_of(device, "size_bytes"));
  if (device.value("page_bytes", std::uint64_t{0}) != 0) {
    text += fmt::format(", pages of {}", size_of(device, "page_bytes"));
  }
  if (device.value("node", -1) >= 0) text += fmt::format(", node {}", device.value("node", -1));
  text += fmt::format(", durable in: {}", device.value("persistence_domain", ""));
  const std::string beneath = device.value("beneath", "");
  return beneath.empty() || device.value("kind", "") == "linear" ? text : text + ", on " + beneath;
}

std::string flags_text(const json& flags) {
  return fmt::format("flags: {}, write cache {}, {}, {}, guard by {}",
                     flags.value("alive", false) ? "alive" : "dead",
                     flags.value("write_cache", false) ? "on" : "off",
                     flags.value("synchronous", false) ? "synchronous" : "not synchronous",
                     flags.value("direct_access", false) ? "direct access" : "no direct access",
                     flags.value("guard", ""));
}

std::string bad_blocks_text(const json& ranges) {
  if (ranges.empty()) return "bad blocks: none";
  std::string text = "bad blocks:";
  for (const json& range : ranges) {
    text += fmt::format(" [{}, +{})", range.value("offset_bytes", std::uint64_t{0}),
                        range.value("length_bytes", std::uint64_t{0}));
  }
  return text;
}

Branch presentations_branch(const json& list) {
  Branch branch{"presentations"};
  for (const json& one : list) {
    const std::string name = one.value("name", "");
    const std::string reason = one.value("reason", "");
    if (one.contains("dax_offset_bytes")) {
      branch.below.push_back({fmt::format("{}: this device from byte {}", name,
                                          one.value("dax_offset_bytes", std::uint64_t{0}))});
    } else {
      const bool possible = one.value("possible", false);
      branch.below.push_back(
          {fmt::format("{}: {}{}", name, possible ? "sectors; " : "not here: ", reason)});
    }
  }
  return branch;
}

Branch device_branch(const json& device);

std::vector<Branch> branches_of(const json& device) {
  std::vector<Branch> branches;
  const json& backend = device.at("backend");
  branches.push_back({medium_text(device)});
  branches.push_back(
      {fmt::format("backend: {} ({})", backend.value("name", ""), backend.value("summary", ""))});
  branches.push_back({flags_text(device.at("flags"))});
  branches.push_back({bad_blocks_text(device.at("bad_blocks"))});
  if (device.contains("held_by")) {
    branches.push_back({"holder: " + device.value("held_by", "")});
    return branches;
  }
  branches.push_back(presentations_branch(device.at("presentations")));
  for (const json& mount : device.at("mounts")) {
    branches.push_back(
        {fmt::format("carries: {}, {}", mount.value("file_system", ""), mount.value("state", ""))});
  }
  const std::string in_use = device.value("in_use", "");
  branches.push_back({in_use.empty() ? "in use: no" : "in use: " + in_use});
  for (const json& part : device.at("parts")) branches.push_back(device_branch(part));
  return branches;
}

Branch device_branch(const json& device) {
  return {"part " + device.value("name", ""), branches_of(device)};
}

}  // namespace

std::string layers_text(const json& document) {
  std::string text;
  for (const json& device : document.at("devices")) {
    text += fmt::format("#{} {}", device.value("id", 0), device.value("name", ""));
    if (device.contains("process")) text += fmt::format(", process {}", device.value("process", 0));
    text += "\n";
    draw(branches_of(device), "", text);
  }
  if (!document.contains("found")) return text;
  for (const json& found : document.at("found")) {
    text += found.at("id").is_null()
                ? fmt::format("{}: none of these devices\n", found.value("name", ""))
                : fmt::format("{}: device #{}\n", found.value("name", ""), found.value("id", 0));
  }
  return text;
}

}  // namespace pmembench
