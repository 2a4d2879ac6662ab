#include "config/constants.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "config/campaign.hpp"

namespace pmembench {
namespace {

using Constants = std::map<std::string, std::string>;

Result<Constants> read_constants(const std::string& path, const SourcePosition& at) {
  const std::filesystem::path name(path);
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(name, ignored);
  if (!is_file || std::filesystem::file_size(name, ignored) > kMaximumCampaignBytes) {
    return error_at(at, fmt::format("constants: {} is not a file of constants that can be read: write "
                                    "one with pmembench characterize --constants",
                                    path));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto tree = parse_yaml(text.str(), path);
  if (!tree) return tree.error();
  if (tree->kind != YamlNode::Kind::map && tree->kind != YamlNode::Kind::empty) {
    return error_at({path, tree->line, tree->column}, "constants are a map of names to values");
  }
  Constants constants;
  for (std::size_t i = 0; i < tree->keys.size(); ++i) {
    const YamlNode& key = tree->keys[i];
    if (tree->values[i].kind != YamlNode::Kind::scalar) {
      return error_at({path, key.line, key.column},
                      fmt::format("the constant '{}' has no single value", key.text));
    }
    constants[key.text] = tree->values[i].text;
  }
  return constants;
}

Status replace_names(YamlNode& node, const Constants& constants, const std::string& file) {
  for (YamlNode& each : node.values) {
    if (const Status done = replace_names(each, constants, file); !done) return done;
  }
  for (std::size_t at = node.text.find("${"); at != std::string::npos;
       at = node.text.find("${", at)) {
    const std::size_t end = node.text.find('}', at);
    const std::string name = end == std::string::npos ? node.text.substr(at + 2)
                                                      : node.text.substr(at + 2, end - at - 2);
    const auto found = constants.find(name);
    if (end == std::string::npos || found == constants.end()) {
      return error_at({file, node.line, node.column},
                      fmt::format("there is no constant '{}': the file that `constants` names does "
                                  "not have it, because it was not determined or is called "
                                  "something else",
                                  name));
    }
    node.text.replace(at, end - at + 1, found->second);
    at += found->second.size();
  }
  return {};
}

}  // namespace

Status apply_constants(YamlNode& root, const std::string& campaign_file) {
  for (std::size_t i = 0; i < root.keys.size(); ++i) {
    if (root.keys[i].text != "constants") continue;
    const YamlNode value = root.values[i];
    const SourcePosition at{campaign_file, value.line, value.column};
    if (value.kind != YamlNode::Kind::scalar) {
      return error_at(at, "'constants' takes one value, the name of a file");
    }
    const std::filesystem::path folder = std::filesystem::path(campaign_file).parent_path();
    const auto constants = read_constants((folder / value.text).string(), at);
    if (!constants) return constants.error();
    root.keys.erase(root.keys.begin() + static_cast<std::ptrdiff_t>(i));
    root.values.erase(root.values.begin() + static_cast<std::ptrdiff_t>(i));
    return replace_names(root, *constants, campaign_file);
  }
  return {};
}

}  // namespace pmembench
