// YamlNode: a YAML document as plain data, with the place of every word. Only its .cpp knows
// yaml-cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

inline constexpr std::size_t kMaximumCampaignBytes = std::size_t{1} << 20;

struct YamlNode {
  // empty: a key with nothing behind it. A plain `null` or `~` is a scalar of that text, because
  // the null backend is called so.
  enum class Kind { empty, scalar, list, map };
  Kind kind = Kind::empty;
  std::string text;              // of a scalar
  int line = 1;                  // from 1; an empty value has the line of its key
  int column = 1;                // from 1, in bytes
  std::vector<YamlNode> keys;    // of a map, as written, doubles included
  std::vector<YamlNode> values;  // of a map: one a key; of a list: its items
};

// Parses one document; aliases are replaced by copies. Refuses what campaigns have no use for, and
// what would let a small file grow without bound: tags, a second document, a key that is not one
// word, binary content, more than 1 MiB, 16 levels, 100,000 nodes or 4096 bytes in one scalar.
// Errors (usage) begin with "file:line:column: ". An empty text gives a node of kind empty.
Result<YamlNode> parse_yaml(std::string_view text, const std::string& file);

}  // namespace pmembench
