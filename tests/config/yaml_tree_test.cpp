#include "config/yaml_tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pmembench {
namespace {

std::string yaml_refusal(const std::string& yaml) {
  const auto tree = parse_yaml(yaml, "t.yaml");
  return tree ? "no error" : tree.error().message;
}

const YamlNode& value_of(const YamlNode& map, const std::string& key) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text == key) return map.values[i];
  }
  static const YamlNode kNone;
  ADD_FAILURE() << "no key " << key;
  return kNone;
}

TEST(YamlTree, keeps_the_order_and_the_place_of_every_word) {
  const auto tree = parse_yaml("b: 1\na:\n  - x\n  - [y, \"z\"]\n", "t.yaml");
  ASSERT_TRUE(tree) << tree.error().message;
  ASSERT_EQ(tree->kind, YamlNode::Kind::map);
  ASSERT_EQ(tree->keys.size(), 2U);
  EXPECT_EQ(tree->keys[0].text, "b");
  EXPECT_EQ(tree->keys[1].line, 2);
  const YamlNode& list = tree->values[1];
  ASSERT_EQ(list.kind, YamlNode::Kind::list);
  const YamlNode& z = list.values[1].values[1];
  EXPECT_EQ(z.text, "z");
  EXPECT_EQ(z.line, 4);
  EXPECT_EQ(z.column, 9);
}

TEST(YamlTree, keeps_doubled_keys_for_the_reader_to_refuse) {
  const auto tree = parse_yaml("a: 1\na: 2\n", "t.yaml");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->keys.size(), 2U);
}

TEST(YamlTree, reads_a_plain_null_as_the_word_that_was_written) {
  const auto tree = parse_yaml(
      "a: [movnt, null, ~, \"null\",null]\nb: null # floor\nc: NULL\nd: &x Null\ne: *x\nf: null",
      "t.yaml");
  ASSERT_TRUE(tree) << tree.error().message;
  const YamlNode& list = value_of(*tree, "a");
  EXPECT_EQ(list.values[1].text, "null");
  EXPECT_EQ(list.values[2].text, "~");
  EXPECT_EQ(list.values[3].text, "null");
  EXPECT_EQ(list.values[4].text, "null");
  EXPECT_EQ(value_of(*tree, "b").text, "null");
  EXPECT_EQ(value_of(*tree, "c").text, "NULL");
  EXPECT_EQ(value_of(*tree, "d").text, "Null");
  EXPECT_EQ(value_of(*tree, "e").text, "Null");
  EXPECT_EQ(value_of(*tree, "f").text, "null");
}

TEST(YamlTree, tells_nothing_from_a_null_that_stands_next) {
  const auto tree = parse_yaml("a:\nnull: 3\nb:\n", "t.yaml");
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(tree->keys[1].text, "null");
  EXPECT_EQ(tree->values[0].kind, YamlNode::Kind::empty);
  EXPECT_EQ(tree->values[1].text, "3");
  EXPECT_EQ(tree->values[2].kind, YamlNode::Kind::empty);
}

TEST(YamlTree, puts_an_empty_value_where_its_key_stands) {
  const auto tree = parse_yaml("x: 1\n  \na:\n\nb: 2\n", "t.yaml");
  ASSERT_TRUE(tree);
  EXPECT_EQ(value_of(*tree, "a").line, 3);
  EXPECT_EQ(value_of(*tree, "a").column, 1);
}

TEST(YamlTree, replaces_an_alias_by_a_copy_that_points_to_the_anchor) {
  const auto tree = parse_yaml("a: &sizes [64, 256]\nb: *sizes\n", "t.yaml");
  ASSERT_TRUE(tree) << tree.error().message;
  const YamlNode& copy = value_of(*tree, "b");
  ASSERT_EQ(copy.values.size(), 2U);
  EXPECT_EQ(copy.values[1].text, "256");
  EXPECT_EQ(copy.values[1].line, 1);
}

TEST(YamlTree, reads_windows_line_ends_and_a_byte_order_mark) {
  const auto tree = parse_yaml(
      "\xEF\xBB\xBF"
      "a: null\r\nb: 2\r\n",
      "t.yaml");
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(value_of(*tree, "a").text, "null");
  EXPECT_EQ(value_of(*tree, "b").text, "2");
  EXPECT_EQ(tree->keys[0].column, 1);
}

TEST(YamlTree, gives_nothing_for_an_empty_text) {
  for (const char* text : {"", "\n\n", "# only a comment\n"}) {
    const auto tree = parse_yaml(text, "t.yaml");
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->kind, YamlNode::Kind::empty);
  }
}

TEST(YamlTree, refuses_what_campaigns_have_no_use_for) {
  EXPECT_EQ(yaml_refusal("a: 1\nb: !!int 2\n"),
            "t.yaml:2:4: the tag 'tag:yaml.org,2002:int': campaigns use no tags, remove it");
  EXPECT_EQ(yaml_refusal("a: !mine [1]\n"),
            "t.yaml:1:4: the tag '!mine': campaigns use no tags, remove it");
  EXPECT_EQ(yaml_refusal("a: 1\n---\nb: 2\n"),
            "t.yaml:2:1: a second document: a file holds one campaign");
  EXPECT_EQ(yaml_refusal("[a, b]: 1\n"), "t.yaml:1:1: a key must be one word");
  EXPECT_EQ(yaml_refusal("? {a: b}\n: 1\n"), "t.yaml:1:3: a key must be one word");
  EXPECT_EQ(yaml_refusal("a: &x [1, *x]\n"), "t.yaml:1:11: the alias is inside its own anchor");
}

TEST(YamlTree, names_the_place_of_a_syntax_error) {
  EXPECT_EQ(yaml_refusal("a:\n  - b\n c: d\n"),
            "t.yaml:3:2: this is not YAML: end of map not found");
  EXPECT_EQ(yaml_refusal("a: [1, 2\n"),
            "t.yaml:2:1: this is not YAML: end of sequence flow not found");
  EXPECT_EQ(yaml_refusal("a: *nowhere\n"),
            "t.yaml:1:4: this is not YAML: the referenced anchor is not defined");
}

TEST(YamlTree, refuses_bytes_that_are_not_text_at_their_place) {
  EXPECT_EQ(yaml_refusal(std::string("a: 1\nb\0: 2\n", 11)),
            "t.yaml:2:2: byte 0x00 is not text: a campaign is YAML in UTF-8");
  EXPECT_EQ(yaml_refusal("a: \xFF\xFE"),
            "t.yaml:1:4: byte 0xFF is not text: a campaign is YAML in UTF-8");
  EXPECT_EQ(yaml_refusal("\x7F"
                         "ELF"),
            "t.yaml:1:1: byte 0x7F is not text: a campaign is YAML in UTF-8");
  EXPECT_EQ(yaml_refusal("\xC3\xA9: \xE2\x82"),
            "t.yaml:1:5: byte 0xE2 is not text: a campaign is YAML in UTF-8");
  EXPECT_EQ(yaml_refusal("\xC3\xA9: \xE2\x82\xAC"), "no error");
}

TEST(YamlTree, bounds_what_a_small_file_can_ask_for) {
  EXPECT_EQ(yaml_refusal(std::string((1U << 20) + 1, '#')),
            "t.yaml:1:1: the file is larger than 1 MiB");
  EXPECT_EQ(yaml_refusal("a: " + std::string(16, '[') + std::string(16, ']')),
            "t.yaml:1:19: more than 16 levels of nesting");
  EXPECT_TRUE(yaml_refusal(std::string(500'000, '[')).starts_with("t.yaml:1:"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "- ";
  EXPECT_EQ(yaml_refusal(deep), "t.yaml:1:33: more than 16 levels of nesting");
  EXPECT_EQ(yaml_refusal("a: &a [[[[[[[[1]]]]]]]]\nb: [[[[[[[[*a]]]]]]]]\n"),
            "t.yaml:2:12: more than 16 levels of nesting");
  EXPECT_EQ(yaml_refusal("a: " + std::string(5000, 'x')),
            "t.yaml:1:4: a word of 5000 bytes: at most 4096 are read");
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'h'; ++name) {
    bomb += fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", name,
                        static_cast<char>(name - 1));
  }
  EXPECT_EQ(yaml_refusal(bomb), "t.yaml:5:29: more than 100000 nodes, aliases included");
}

}  // namespace
}  // namespace pmembench
