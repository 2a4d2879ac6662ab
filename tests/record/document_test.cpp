#include "record/document.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

using nlohmann::json;

TEST(DocumentValue, is_null_when_it_is_new) { EXPECT_TRUE(Document().json().is_null()); }

TEST(DocumentValue, holds_the_json_that_it_is_made_of) {
  const Document document = json{{"a", 1}};
  EXPECT_EQ(document.json(), (json{{"a", 1}}));
}

TEST(DocumentValue, shares_nothing_with_its_copies) {
  Document first = json{{"a", 1}};
  Document second = first;
  second.json()["a"] = 2;
  EXPECT_EQ(first.json()["a"], 1);
  first = second;
  second.json()["a"] = 3;
  EXPECT_EQ(first.json()["a"], 2);
}

TEST(DocumentValue, may_be_moved_and_given_another_value) {
  Document first = json{{"a", 1}};
  const Document second = std::move(first);
  EXPECT_EQ(second.json()["a"], 1);
  first = json("b");
  EXPECT_EQ(first.json(), "b");
}

}  // namespace
}  // namespace pmembench
