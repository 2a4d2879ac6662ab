// What no importer takes, and numbers with their place.
#include <nlohmann/json.hpp>

#include "import/foreign_json.hpp"
#include "import/foreign_limits.hpp"
#include "import/foreign_text.hpp"
#include "reading.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

std::string refused_text(std::string bytes) {
  const auto text = foreign_text(std::move(bytes), "f");
  return text ? "" : text.error().message;
}

TEST(ForeignText, refuses_what_is_no_text) {
  EXPECT_THAT(refused_text(""), HasSubstr("f is empty"));
  EXPECT_THAT(refused_text(" \n\t\r\n"), HasSubstr("f is empty"));
  EXPECT_THAT(refused_text(std::string("\xFF\xFE{\0}\0", 6)), HasSubstr("UTF-16"));
  EXPECT_THAT(refused_text(std::string("{\0\"\0a\0\"\0}\0", 10)), HasSubstr("UTF-16"));
  EXPECT_THAT(refused_text(std::string("abc\0def", 7)), HasSubstr("binary file (byte 3 is 0x00)"));
  EXPECT_THAT(refused_text("\x7F"
                           "ELF\x02\x01"),
              HasSubstr("binary"));
  EXPECT_THAT(refused_text(std::string(kLargestImportBytes + 1, 'x')), HasSubstr("more than"));
}

TEST(ForeignText, drops_a_byte_order_mark_and_splits_lines) {
  const auto text = foreign_text(
      "\xEF\xBB\xBF"
      "a\r\nb\n\nc",
      "f");
  ASSERT_TRUE(text);
  const auto lines = lines_of(*text);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].text, "a");
  EXPECT_EQ(lines[3].text, "c");
  EXPECT_EQ(lines[3].number, 4U);
  EXPECT_FALSE(ends_with_line_break(*text));
  EXPECT_FALSE(decimal("nan"));
  EXPECT_FALSE(decimal("1x"));
  EXPECT_FALSE(decimal(""));
}

TEST(ForeignJson, reads_what_json_has_not) {
  const auto document =
      foreign_json(R"({"a": NaN, "b": -Infinity, "c": "NaN \" inf", "d": 1})", "f");
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_TRUE(document->json()["a"].is_null());
  EXPECT_TRUE(document->json()["b"].is_null());
  EXPECT_EQ(document->json()["c"], "NaN \" inf");
}

TEST(ForeignJson, gives_the_place_of_what_is_wrong) {
  const auto cut = foreign_json("{\"a\": 1,\n \"b\": ", "f");
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("line 2"));
  const auto deep = foreign_json(std::string(1000, '[') + std::string(1000, ']'), "f");
  ASSERT_FALSE(deep);
  EXPECT_THAT(deep.error().message, HasSubstr("64 levels"));
}

TEST(ForeignJson, finds_the_first_object_among_lines) {
  std::string_view behind;
  EXPECT_EQ(first_object("note {x}\n{\"a\": \"}\"}\nend\n", &behind), "{\"a\": \"}\"}");
  EXPECT_EQ(behind, "\nend\n");
  EXPECT_EQ(first_object("no object"), "");
}

TEST(CheckedNumbers, keeps_the_first_error_with_its_place) {
  const nlohmann::json object{{"good", 3}, {"bad", -1}, {"text", "x"}};
  CheckedNumbers numbers("f");
  EXPECT_EQ(numbers.required(object, "o", "good", 10), 3);
  EXPECT_TRUE(numbers.ok());
  EXPECT_FALSE(numbers.optional(object, "o", "absent", 10));
  numbers.required(object, "o", "bad", 10);
  numbers.required(object, "o", "text", 10);
  ASSERT_FALSE(numbers.ok());
  EXPECT_THAT(numbers.status().error().message, HasSubstr("f: o.bad: -1 is negative"));
  CheckedNumbers other("f");
  other.required(object, "o", "good", 2);
  EXPECT_THAT(other.status().error().message, HasSubstr("not below 2"));
}

TEST(ForeignLimits, writes_a_time_as_utc) { EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00Z"); }

}  // namespace
}  // namespace pmembench
