#include "base/plain_text.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

TEST(PlainText, has_no_control_characters_and_no_bytes_that_are_not_utf8) {
  EXPECT_EQ(plain_text("a\x1b[31mb\n\x7f"), "a [31mb  ");
  EXPECT_EQ(plain_text("\xff\xc3x\xed\xa0\x80"), "??x???");
  EXPECT_EQ(plain_text("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(plain_text("\xef\xbf\xbf"), "???") << "XML has no U+FFFF";
}

TEST(PlainText, is_escaped_for_xml) {
  EXPECT_EQ(xml_text("<a href=\"x\">'&'\x01"), "&lt;a href=&quot;x&quot;&gt;&apos;&amp;&apos; ");
}

TEST(PlainText, leaves_a_librarys_own_name_out) {
  EXPECT_EQ(without_library("[json.exception.type_error.302] type must be string"),
            "type must be string");
  EXPECT_EQ(without_library("[json.exception"), "[json.exception");
  EXPECT_EQ(without_library("[else] what"), "[else] what");
}

}  // namespace
}  // namespace pmembench
