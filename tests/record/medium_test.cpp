#include "record/medium.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(StoresFetchLines, unless_they_go_past_the_caches) {
  EXPECT_TRUE(stores_fetch_lines({true, true, 0}, 64)) << "stored into caches, then flushed";
  EXPECT_TRUE(stores_fetch_lines({true, false, 0}, 1 << 20));
  EXPECT_FALSE(stores_fetch_lines({true, false, 1}, 64)) << "every size goes past them";
}

TEST(StoresFetchLines, below_the_size_from_which_copies_go_past_the_caches) {
  EXPECT_TRUE(stores_fetch_lines({true, false, 256}, 255));
  EXPECT_FALSE(stores_fetch_lines({true, false, 256}, 256));
}

TEST(StoresFetchLines, never_if_nothing_is_stored) {
  EXPECT_FALSE(stores_fetch_lines({false, false, 0}, 64));
}

}  // namespace
}  // namespace pmembench
