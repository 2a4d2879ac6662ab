// The events of yaml-cpp's parser are used, not its nodes: those drop doubled keys, tags, the text
// of nulls and the place of aliases.
#include "config/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <sstream>
#include <utility>

#include "base/utf8.hpp"
#include "config/campaign.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kMaximumDepth = 16;
constexpr std::size_t kMaximumNodes = 100'000;
constexpr std::size_t kMaximumScalarBytes = 4096;

// Our own reason to stop, so that it is not mistaken for a syntax error.
class Refusal : public YAML::ParserException {
 public:
  using YAML::ParserException::ParserException;
};

std::size_t count_nodes(const YamlNode& node) {
  std::size_t count = 1 + node.keys.size();
  for (const YamlNode& value : node.values) count += count_nodes(value);
  return count;
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t deepest = 0;
  for (const YamlNode& value : node.values) deepest = std::max(deepest, depth_of(value));
  return deepest + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view source) : source_(source) {}
  [[nodiscard]] YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Refusal(mark, "a second document: a file holds one campaign");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node = node_at(mark, YamlNode::Kind::empty);
    node.text = null_text(mark);
    if (!node.text.empty()) node.kind = YamlNode::Kind::scalar;
    add(mark, std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (value.size() > kMaximumScalarBytes) {
      throw Refusal(mark, fmt::format("a word of {} bytes: at most {} are read", value.size(),
                                      kMaximumScalarBytes));
    }
    YamlNode node = node_at(mark, YamlNode::Kind::scalar);
    node.text = value;
    add(mark, std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refusal(mark, "the alias is inside its own anchor");
    if (stack_.size() + depth_of(found->second) > kMaximumDepth) refuse_depth(mark);
    nodes_ += count_nodes(found->second);
    add(mark, found->second, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    YamlNode node;
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
  };

  static YamlNode node_at(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw Refusal(mark, fmt::format("the tag '{}': campaigns use no tags, remove it", tag));
  }

  [[noreturn]] static void refuse_depth(const YAML::Mark& mark) {
    throw Refusal(mark, fmt::format("more than {} levels of nesting", kMaximumDepth));
  }

  [[nodiscard]] bool wants_key() const {
    if (stack_.empty()) return false;
    const YamlNode& top = stack_.back().node;
    return top.kind == YamlNode::Kind::map && top.keys.size() == top.values.size();
  }

  // yaml-cpp reports `null`, `~` and an absent value by the same event; an absent value has the
  // position of the next token. The source text distinguishes them.
  [[nodiscard]] std::string null_text(const YAML::Mark& mark) const {
    static constexpr std::array<std::string_view, 4> kWords{"null", "Null", "NULL", "~"};
    std::string_view rest =
        source_.substr(std::min(source_.size(), static_cast<std::size_t>(std::max(mark.pos, 0))));
    if (rest.starts_with('&')) {
      rest.remove_prefix(std::min(rest.size(), rest.find_first_of(" \t\r\n")));
      rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t\r\n")));
    }
    for (const std::string_view word : kWords) {
      if (!rest.starts_with(word)) continue;
      rest.remove_prefix(word.size());
      const bool ends = rest.empty() || std::string_view(" \t\r\n,]}:").find(rest.front()) !=
                                            std::string_view::npos;
      rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
      const bool is_key = rest.starts_with(':');
      return ends && is_key == wants_key() ? std::string(word) : std::string();
    }
    return {};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    refuse_tag(mark, tag);
    if (wants_key()) throw Refusal(mark, "a key must be one word");
    if (stack_.size() == kMaximumDepth) refuse_depth(mark);
    stack_.push_back({node_at(mark, kind), mark, anchor});
  }

  void close() {
    Level level = std::move(stack_.back());
    stack_.pop_back();
    add(level.mark, std::move(level.node), level.anchor);
  }

  void add(const YAML::Mark& mark, YamlNode node, YAML::anchor_t anchor) {
    if (++nodes_ > kMaximumNodes) {
      throw Refusal(mark, fmt::format("more than {} nodes, aliases included", kMaximumNodes));
    }
    if (anchor != 0) anchors_[anchor] = node;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = stack_.back().node;
    if (wants_key()) {
      if (node.kind != YamlNode::Kind::scalar) throw Refusal(mark, "a key must be one word");
      parent.keys.push_back(std::move(node));
      return;
    }
    if (node.kind == YamlNode::Kind::empty && parent.kind == YamlNode::Kind::map) {
      node.line = parent.keys.back().line;
      node.column = parent.keys.back().column;
    }
    parent.values.push_back(std::move(node));
  }

  std::string_view source_;
  int documents_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Level> stack_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  YamlNode root_;
};

// yaml-cpp guesses encodings and reads on through control bytes; a campaign is UTF-8 text or
// nothing.
Status check_is_text(std::string_view text, const std::string& file) {
  SourcePosition at{file, 1, 1};
  if (text.size() > kMaximumCampaignBytes) return error_at(at, "the file is larger than 1 MiB");
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(text);
    const bool control =
        (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
    if (length == 0 || control) {
      return error_at(at, fmt::format("byte 0x{:02X} is not text: a campaign is YAML in UTF-8",
                                      static_cast<unsigned>(byte)));
    }
    at.column = byte == '\n' ? 1 : at.column + static_cast<int>(length);
    at.line += byte == '\n' ? 1 : 0;
    text.remove_prefix(length);
  }
  return {};
}

SourcePosition position_of(const YAML::Mark& mark, const std::string& file) {
  if (mark.is_null()) return {file, 1, 1};
  return {file, mark.line + 1, mark.column + 1};
}

}  // namespace

Result<YamlNode> parse_yaml(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const Status status = check_is_text(text, file); !status) return status.error();
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(text);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refusal& refusal) {
    return error_at(position_of(refusal.mark, file), refusal.msg);
  } catch (const YAML::Exception& exception) {
    return error_at(position_of(exception.mark, file),
                    fmt::format("this is not YAML: {}", exception.msg));
  } catch (const std::exception& exception) {
    return error_at({file, 1, 1}, fmt::format("this is not YAML: {}", exception.what()));
  }
}

}  // namespace pmembench
