// Symbols: a function of this program is found by an address in it.
#include "audit/symbols.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace pmembench {

[[gnu::noinline]] int function_to_find(int number) {
  asm volatile("" : "+r"(number));
  return number + 1;
}

namespace {

TEST(Symbols, an_address_has_its_function_and_line) {
  if (!Symbols::available()) GTEST_SKIP() << "built without libdw";
  EXPECT_EQ(function_to_find(1), 2);
  const Symbols symbols(getpid());
  const CodePlace place = symbols.find(reinterpret_cast<std::uint64_t>(&function_to_find));
  EXPECT_EQ(place.symbol, "function_to_find");
  EXPECT_EQ(place.module, "test_audit");
  EXPECT_EQ(place.line.rfind("symbols_test.cpp:", 0), 0U) << place.line;
  EXPECT_EQ(place.text().rfind("function_to_find+0x0", 0), 0U);
}

TEST(Symbols, an_address_of_nothing_has_no_name) {
  EXPECT_EQ(Symbols(getpid()).find(1).symbol, "");
}

}  // namespace
}  // namespace pmembench
