#include "record/describe.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

namespace pmembench {
namespace {

using nlohmann::json;

enum class Colour { red, green };
std::string_view name_of(Colour colour) { return colour == Colour::red ? "red" : "green"; }
void from_name(const std::string& name, Colour& colour) {
  colour = name == "red" ? Colour::red : Colour::green;
}

struct Inner {
  int depth = 0;
  bool deep = false;
};

struct Everything {
  std::string text;
  bool flag = false;
  std::uint64_t count = 0;
  int number = 0;
  double real = 0;
  Colour colour = Colour::red;
  std::optional<double> maybe;
  std::optional<Inner> part;
  std::vector<double> reals;
  std::vector<Inner> parts;
  std::map<std::string, double> named;
  std::map<int, double> numbered;
  std::pair<int, std::string> pair;
  Histogram histogram;
  int later = 7;  // documents of older versions lack it
  std::string rare;
  std::optional<Inner> level;  // its members are at this level
};

template <typename T, typename V>
requires IsOf<T, Inner>
void describe(T& inner, V&& members) {
  members.field("depth", inner.depth);
  members.field("deep", inner.deep);
}

template <typename T, typename V>
requires IsOf<T, Everything>
void describe(T& all, V&& members) {
  members.field("text", all.text);
  members.field("flag", all.flag);
  members.field("count", all.count);
  members.field("number", all.number);
  members.field("real", all.real);
  members.field("colour", all.colour);
  members.field("maybe", all.maybe);
  members.field("part", all.part);
  members.field("reals", all.reals);
  members.field("parts", all.parts);
  members.field("named", all.named);
  members.field("numbered", all.numbered);
  members.field("pair", all.pair);
  members.field("histogram", all.histogram);
  members.added("later", all.later);
  members.unless_empty("rare", all.rare);
  members.inlined("depth", all.level);
}

Everything filled() {
  Everything all;
  all.text = "t";
  all.flag = true;
  all.count = ~std::uint64_t{0};
  all.number = -3;
  all.real = 1.0 / 3;
  all.colour = Colour::green;
  all.maybe = 2.5;
  all.part = Inner{4, true};
  all.reals = {1, std::nan(""), 3};
  all.parts = {{1, false}, {2, true}};
  all.named = {{"a", 1}, {"b", std::nan("")}};
  all.numbered = {{-1, 0.25}, {10, 0.75}};
  all.pair = {5, "five"};
  all.histogram.record_many(200, 7);
  all.later = 8;
  all.rare = "seen";
  all.level = Inner{9, true};
  return all;
}

// The message with which `changed` is refused.
std::string refusal(const json& changed) {
  Everything all;
  try {
    decode(changed, all);
  } catch (const json::exception& error) {
    return error.what();
  }
  return "it was accepted";
}

TEST(Describe, writes_every_kind_of_member) {
  EXPECT_EQ(encode(filled()), json::parse(R"({
      "text":"t","flag":true,"count":18446744073709551615,"number":-3,
      "real":0.3333333333333333,"colour":"green","maybe":2.5,
      "part":{"depth":4,"deep":true},"reals":[1.0,null,3.0],
      "parts":[{"depth":1,"deep":false},{"depth":2,"deep":true}],
      "named":{"a":1.0,"b":null},"numbered":{"-1":0.25,"10":0.75},"pair":[5,"five"],
      "histogram":[[200,7]],"later":8,"rare":"seen","depth":9,"deep":true})"));
}

TEST(Describe, reads_what_it_wrote) {
  const json written = json::parse(encode(filled()).dump());
  Everything back;
  decode(written, back);
  EXPECT_EQ(encode(back), written);
  EXPECT_EQ(back.count, ~std::uint64_t{0});
  EXPECT_EQ(back.colour, Colour::green);
  EXPECT_TRUE(std::isnan(back.reals.at(1)));
  EXPECT_EQ(back.numbered.at(-1), 0.25);
  EXPECT_EQ(back.histogram.count(), 7U);
  ASSERT_TRUE(back.level);
  EXPECT_EQ(back.level->depth, 9);
}

TEST(Describe, leaves_out_what_is_empty_and_writes_null_for_what_is_absent) {
  const json plain = encode(Everything{});
  EXPECT_FALSE(plain.contains("rare"));
  EXPECT_FALSE(plain.contains("depth"));
  EXPECT_TRUE(plain["maybe"].is_null());
  EXPECT_TRUE(plain["part"].is_null());
  Everything back = filled();
  decode(plain, back);
  EXPECT_FALSE(back.maybe);
  EXPECT_FALSE(back.part);
  EXPECT_TRUE(back.reals.empty() && back.named.empty() && back.parts.empty());
}

TEST(Describe, takes_the_default_of_what_was_added_and_is_missing) {
  json older = encode(filled());
  for (const char* key : {"later", "rare", "depth"}) older.erase(key);
  Everything back;
  decode(older, back);
  EXPECT_EQ(back.later, 7);
  EXPECT_EQ(back.rare, "");
  EXPECT_FALSE(back.level);
}

TEST(Describe, refuses_a_missing_key_by_name) {
  for (const char* key : {"text", "real", "maybe", "parts", "numbered", "histogram"}) {
    json changed = encode(filled());
    changed.erase(key);
    EXPECT_THAT(refusal(changed), testing::HasSubstr(std::string("key '") + key + "'"));
  }
  json changed = encode(filled());
  changed["parts"][1].erase("deep");
  EXPECT_THAT(refusal(changed), testing::HasSubstr("parts: key 'deep' not found"));
}

TEST(Describe, refuses_a_value_of_another_type_by_its_keys) {
  const std::vector<std::pair<const char*, json>> wrong{{"text", 1},
                                                        {"flag", "yes"},
                                                        {"count", "many"},
                                                        {"number", nullptr},
                                                        {"real", "fast"},
                                                        {"colour", 3},
                                                        {"maybe", "no"},
                                                        {"part", 1},
                                                        {"reals", 2},
                                                        {"parts", json{{"a", 1}}},
                                                        {"named", json::array()},
                                                        {"numbered", 7},
                                                        {"pair", json::array()},
                                                        {"histogram", "x"},
                                                        {"later", "x"},
                                                        {"rare", 1}};
  for (const auto& [key, value] : wrong) {
    json changed = encode(filled());
    changed[key] = value;
    EXPECT_THAT(refusal(changed), testing::HasSubstr(std::string("] ") + key + ": ")) << value;
  }
  json deep = encode(filled());
  deep["part"]["depth"] = "very";
  EXPECT_THAT(refusal(deep), testing::HasSubstr("] part.depth: type must be a whole number"));
  deep = encode(filled());
  deep["named"]["a"] = "x";
  EXPECT_THAT(refusal(deep), testing::HasSubstr("] named.a: type must be number"));
}

TEST(Describe, refuses_a_whole_number_that_does_not_fit) {
  for (const char* value : {"-1", "1.5", "18446744073709551616", "true", "null"}) {
    json changed = encode(filled());
    changed["count"] = json::parse(value);
    EXPECT_THAT(refusal(changed), testing::HasSubstr("] count: type must be a whole number"));
  }
  json changed = encode(filled());
  changed["number"] = std::int64_t{1} << 31;
  EXPECT_THAT(refusal(changed), testing::HasSubstr("] number: "));
  changed["number"] = -7.0;
  EXPECT_EQ(refusal(changed), "it was accepted");
}

TEST(Describe, refuses_a_key_that_is_not_a_number_where_keys_are) {
  for (const char* key : {"x", "", "1x", "99999999999999999999"}) {
    json changed = encode(filled());
    changed["numbered"] = json{{key, 1}};
    EXPECT_THAT(refusal(changed), testing::HasSubstr("numbered: key")) << key;
  }
}

TEST(Describe, refuses_what_is_not_an_object) {
  for (const json& value : {json(), json(1), json::array(), json("text")}) {
    EXPECT_THAT(refusal(value), testing::HasSubstr("type must be object")) << value;
  }
}

TEST(Describe, refuses_a_damaged_histogram) {
  json changed = encode(filled());
  changed["histogram"] = json::parse("[[3841,1]]");
  EXPECT_THAT(refusal(changed), testing::HasSubstr("histogram: histogram bucket 3841 is out"));
  changed["histogram"] = json::parse("[[4294967301,1]]");  // 5, if 32 bits were taken of it
  EXPECT_THAT(refusal(changed), testing::HasSubstr("histogram: type must be a whole number"));
}

}  // namespace
}  // namespace pmembench
