// From the YAML tree to a Campaign. What a key means is in settings and cell_values; this file
// decides where each is allowed.
#include "config/campaign_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "base/unique_fd.hpp"
#include "config/cell_values.hpp"
#include "config/constants.hpp"
#include "config/expectation.hpp"
#include "config/settings.hpp"
#include "config/yaml_tree.hpp"

namespace pmembench {
namespace {

std::string kind_name(const YamlNode& node) {
  return node.kind == YamlNode::Kind::map ? "a map" : "a list";
}

// Reads one document; holds what all of its parts need.
class Reader {
 public:
  Reader(std::string file, const CampaignSchema& schema) : schema_(schema) {
    campaign_.file = std::move(file);
  }

  Result<Campaign> read(const YamlNode& root) {
    if (root.kind != YamlNode::Kind::map) {
      return error_at(at(root), "a campaign is a map of keys such as name, media and cells");
    }
    campaign_.name = std::filesystem::path(campaign_.file).stem().string();
    const YamlNode* cells = nullptr;
    if (const Status status = read_top_level(root, cells); !status) return status.error();
    if (cells == nullptr) {
      return error_at(at(root), "the campaign has no 'cells': add a list of groups");
    }
    if (const Status status = read_cells(*cells); !status) return status.error();
    if (const Status status = check_settings(campaign_); !status) return status.error();
    return std::move(campaign_);
  }

 private:
  [[nodiscard]] SourcePosition at(const YamlNode& node) const {
    return {campaign_.file, node.line, node.column};
  }

  // Every map goes through here: doubled keys and merge keys are errors everywhere.
  Status check_keys(const YamlNode& map) const {
    std::set<std::string_view> seen;
    for (const YamlNode& key : map.keys) {
      if (key.text == "<<") {
        return error_at(at(key),
                        "campaigns have no merge keys (<<): write the keys out, or alias "
                        "the whole map");
      }
      if (!seen.insert(key.text).second) {
        return error_at(at(key), fmt::format("'{}' is here twice: remove one", key.text));
      }
    }
    return {};
  }

  [[nodiscard]] Error unknown_key(const YamlNode& key, std::vector<std::string> known,
                                  std::string_view where) const {
    return error_at(at(key), fmt::format("unknown key '{}' {}{}", key.text, where,
                                         did_you_mean(key.text, known)));
  }

  Result<std::string> scalar(const YamlNode& key, const YamlNode& value) const {
    if (value.kind == YamlNode::Kind::empty) {
      return error_at(at(value), fmt::format("'{}' has no value", key.text));
    }
    if (value.kind != YamlNode::Kind::scalar) {
      return error_at(at(value), fmt::format("'{}' takes one value, and this is {}", key.text,
                                             kind_name(value)));
    }
    return value.text;
  }

  Status read_top_level(const YamlNode& root, const YamlNode*& cells) {
    if (const Status status = check_keys(root); !status) return status;
    for (std::size_t i = 0; i < root.keys.size(); ++i) {
      const YamlNode& key = root.keys[i];
      const YamlNode& value = root.values[i];
      if (key.text == "cells") {
        cells = &value;
        continue;
      }
      if (key.text == "expect") {
        if (const Status read = read_expect(value, expected_); !read) return read;
        continue;
      }
      const CellKey* cell_key = find_cell_key(schema_, key.text);
      const Status status =
          cell_key != nullptr ? add_axis(defaults_, *cell_key, key, value) : read_fact(key, value);
      if (!status) return status;
    }
    for (CampaignAxis& axis : defaults_) axis.inherited = true;
    return {};
  }

  // Where a text of the top level is kept; null: the key is not one.
  std::string* text_of(const YamlNode& key) {
    if (key.text == "name") return &campaign_.name;
    if (key.text == "description") return &campaign_.description;
    if (key.text == "answers") return &campaign_.answers;
    if (key.text == "takes") return &campaign_.takes;
    return nullptr;
  }

  // A key of the top level that no cell has: name, description, a setting.
  Status read_fact(const YamlNode& key, const YamlNode& value) {
    std::string* const target = text_of(key);
    const bool is_text = target != nullptr;
    if (!is_text && !is_setting(key.text)) return unknown_top_level_key(key);
    const auto text = scalar(key, value);
    if (!text) return text.error();
    if (!is_text) {
      campaign_.setting_positions[key.text] = at(value);
      return read_setting(campaign_.settings, key.text, *text, at(value));
    }
    if (key.text != "name") {
      *target = *text;
      return {};
    }
    const auto name = read_values({"name", ValueKind::text, {}, false}, *text, at(value));
    if (!name) return name.error();
    *target = name->front().text;
    return {};
  }

  [[nodiscard]] Error unknown_top_level_key(const YamlNode& key) const {
    if (key.text == "matrix") {
      return error_at(at(key), "'matrix' belongs to a group of 'cells', not to the top level");
    }
    std::vector<std::string> known = setting_names();
    known.insert(known.end(), {"name", "description", "answers", "takes", "expect", "constants", "cells"});
    for (std::string& name : cell_key_names(schema_)) known.push_back(std::move(name));
    return unknown_key(key, std::move(known), "at the campaign's top level");
  }

  // Adds the axis `key` with all that `value` holds: a scalar, a range, or a list of those.
  Status add_axis(std::vector<CampaignAxis>& axes, const CellKey& cell_key, const YamlNode& key,
                  const YamlNode& value) const {
    CampaignAxis axis{cell_key.name, at(key), {}, false};
    const bool is_list = value.kind == YamlNode::Kind::list;
    if (is_list && value.values.empty()) {
      return error_at(at(value), fmt::format("'{}' has an empty list: give it a value", key.text));
    }
    const std::size_t count = is_list ? value.values.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const YamlNode& item = is_list ? value.values[i] : value;
      const auto text = scalar(key, item);
      if (!text) return text.error();
      auto values = read_values(cell_key, *text, at(item));
      if (!values) return values.error();
      if (axis.values.size() + values->size() > kMaximumAxisValues) {
        return error_at(at(item),
                        fmt::format("'{}' has more than {} values", key.text, kMaximumAxisValues));
      }
      axis.values.insert(axis.values.end(), values->begin(), values->end());
    }
    axes.push_back(std::move(axis));
    return {};
  }

  Status read_cells(const YamlNode& cells) {
    if (cells.kind != YamlNode::Kind::list) {
      return error_at(at(cells), "'cells' is a list of groups: begin each with '- '");
    }
    if (cells.values.empty()) {
      return error_at(at(cells), "'cells' is empty: add a group, such as '- workload: random'");
    }
    std::size_t cells_left = kMaximumCells;
    for (const YamlNode& node : cells.values) {
      CellGroup group;
      group.at = at(node);
      if (const Status status = read_group(node, group); !status) return status;
      if (const Status status = take_cells(group, group.at, cells_left); !status) return status;
      campaign_.groups.push_back(std::move(group));
    }
    return {};
  }

  Status read_group(const YamlNode& node, CellGroup& group) const {
    if (node.kind != YamlNode::Kind::map) {
      return error_at(at(node), "a group of 'cells' is a map of cell keys, such as workload");
    }
    if (const Status status = check_keys(node); !status) return status;
    std::vector<CampaignAxis> own;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const YamlNode& key = node.keys[i];
      const YamlNode& value = node.values[i];
      const Status status = key.text == "matrix"   ? read_matrix(value, own)
                            : key.text == "expect" ? read_expect(value, group.expectations)
                                                   : read_single(key, value, own);
      if (!status) return status;
    }
    for (const CampaignAxis& axis : defaults_) {
      if (find_axis(own, axis.key) == nullptr) group.axes.push_back(axis);
    }
    group.axes.insert(group.axes.end(), own.begin(), own.end());
    add_expected(group.expectations);
    return {};
  }

  // A map of names to what the rows must show.
  Status read_expect(const YamlNode& node, std::vector<Expectation>& expectations) const {
    if (node.kind != YamlNode::Kind::map || node.keys.empty()) {
      return error_at(at(node),
                      "'expect' is a map such as {page_bytes: 2M, bandwidth: \">= 20G\"}");
    }
    if (const Status status = check_keys(node); !status) return status;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const auto text = scalar(node.keys[i], node.values[i]);
      if (!text) return text.error();
      auto read = read_expectation(node.keys[i].text, *text, at(node.keys[i]), at(node.values[i]));
      if (!read) return read.error();
      expectations.push_back(*std::move(read));
    }
    return {};
  }

  // Those of the top level, where the group has none of that name.
  void add_expected(std::vector<Expectation>& own) const {
    for (const Expectation& each : expected_) {
      const bool has = std::any_of(own.begin(), own.end(),
                                   [&](const Expectation& one) { return one.name == each.name; });
      if (!has) own.push_back(each);
    }
  }

  static const CampaignAxis* find_axis(const std::vector<CampaignAxis>& axes,
                                       const std::string& key) {
    const auto found = std::find_if(axes.begin(), axes.end(),
                                    [&](const CampaignAxis& axis) { return axis.key == key; });
    return found == axes.end() ? nullptr : &*found;
  }

  Result<const CellKey*> cell_key(const YamlNode& key, const std::vector<CampaignAxis>& own,
                                  bool in_matrix) const {
    static constexpr std::array<std::string_view, 5> kTopLevelOnly{"name", "description", "answers",
                                                                   "takes", "cells"};
    const CellKey* found = find_cell_key(schema_, key.text);
    if (found != nullptr && find_axis(own, key.text) == nullptr) return found;
    if (found != nullptr) {
      return error_at(at(key),
                      fmt::format("'{}' is in the group and in its matrix: remove one", key.text));
    }
    const bool top_level_only =
        std::find(kTopLevelOnly.begin(), kTopLevelOnly.end(), key.text) != kTopLevelOnly.end();
    if (is_setting(key.text) || top_level_only) {
      return error_at(at(key), fmt::format("'{}' belongs to the campaign's top level", key.text));
    }
    std::vector<std::string> known = cell_key_names(schema_);
    if (!in_matrix) known.insert(known.end(), {"matrix", "expect"});
    return unknown_key(key, std::move(known), in_matrix ? "in a matrix" : "in a group of cells");
  }

  Status read_single(const YamlNode& key, const YamlNode& value,
                     std::vector<CampaignAxis>& own) const {
    const auto found = cell_key(key, own, false);
    if (!found) return found.error();
    if (value.kind == YamlNode::Kind::list) {
      return error_at(at(value), fmt::format("'{}' has a list: move it under 'matrix'", key.text));
    }
    if (const Status status = add_axis(own, **found, key, value); !status) return status;
    if (own.back().values.size() > 1) {
      return error_at(at(value), fmt::format("'{}' has a range: move it under 'matrix'", key.text));
    }
    return {};
  }

  Status read_matrix(const YamlNode& matrix, std::vector<CampaignAxis>& own) const {
    if (matrix.kind != YamlNode::Kind::map) {
      return error_at(at(matrix), "'matrix' is a map of cell keys to lists or ranges");
    }
    if (matrix.keys.empty()) {
      return error_at(at(matrix), "'matrix' is empty: its product has no cell");
    }
    if (const Status status = check_keys(matrix); !status) return status;
    for (std::size_t i = 0; i < matrix.keys.size(); ++i) {
      const auto found = cell_key(matrix.keys[i], own, true);
      if (!found) return found.error();
      const Status status = add_axis(own, **found, matrix.keys[i], matrix.values[i]);
      if (!status) return status;
    }
    return {};
  }

  const CampaignSchema& schema_;
  Campaign campaign_;
  std::vector<CampaignAxis> defaults_;
  std::vector<Expectation> expected_;  // of every group
};

// At most one byte more than the limit, so that /dev/zero is refused and not read for ever.
Result<std::string> read_text(const std::string& path) {
  constexpr std::size_t kEnough = kMaximumCampaignBytes + 1;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(fd ? kEnough : 0, '\0');
  std::size_t length = 0;
  ssize_t got = fd ? 1 : -1;
  while (got > 0 && length < kEnough) {
    got = ::read(fd.get(), text.data() + length, kEnough - length);
    if (got < 0 && errno == EINTR)
      got = 1;
    else if (got > 0)
      length += static_cast<std::size_t>(got);
  }
  if (got < 0) {
    return error_at({path, 1, 1}, fmt::format("the campaign cannot be read: {}; name a YAML file",
                                              std::strerror(errno)));
  }
  text.resize(length);
  return text;
}

}  // namespace

Result<Campaign> read_campaign_text(std::string_view yaml, const std::string& file,
                                    const CampaignSchema& schema) {
  auto tree = parse_yaml(yaml, file);
  if (!tree) return tree.error();
  if (const Status named = apply_constants(*tree, file); !named) return named.error();
  return Reader(file, schema).read(*tree);
}

Result<Campaign> read_campaign(const std::string& path, const CampaignSchema& schema) {
  const auto text = read_text(path);
  if (!text) return text.error();
  return read_campaign_text(*text, path, schema);
}

}  // namespace pmembench
