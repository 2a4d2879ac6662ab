// Addresses, pages and recovery, the same for all backends that have an address.
#include "backends/mapped.h"

#include <cerrno>

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPages = OpenBackend::kPages;

class EveryMapped : public testing::TestWithParam<const char*> {
 protected:
  EveryMapped() : device_(*builtin(GetParam()), 16, path()) {}
  void SetUp() override {
    if (!is_usable(device_.table())) GTEST_SKIP() << "cannot run here";
    ASSERT_EQ(device_.error(), 0) << device_.reason();
  }
  static std::string path() { return std::string_view(GetParam()) == "devdax" ? "/dev/zero" : ""; }
  OpenBackend device_;
};

TEST_P(EveryMapped, reaches_all_pages_from_each) {
  void* first = nullptr;
  ASSERT_EQ(device_.table().direct_access(device_.handle(), 0, 1, DAX_ACCESS, &first), 1);
  for (const std::uint64_t page : {std::uint64_t{0}, std::uint64_t{7}, kPages - 1}) {
    void* address = nullptr;
    EXPECT_EQ(device_.table().direct_access(device_.handle(), page, 1000, DAX_ACCESS, &address),
              static_cast<std::int64_t>(kPages - page));
    EXPECT_EQ(static_cast<unsigned char*>(address),
              static_cast<unsigned char*>(first) + page * DAX_PAGE_BYTES);
  }
  void* address = nullptr;
  EXPECT_EQ(device_.table().direct_access(device_.handle(), kPages, 1, DAX_ACCESS, &address),
            -ERANGE);
}

TEST_P(EveryMapped, zeroes_pages_and_nothing_around_them) {
  std::mt19937_64 random(2);
  Bytes expected = random_bytes(OpenBackend::kSize, random);
  device_.fill(expected);
  ASSERT_EQ(device_.table().zero_page_range(device_.handle(), 3, 2), 0);
  ASSERT_EQ(device_.table().drain(device_.handle()), 0);
  std::memset(expected.data() + 3 * DAX_PAGE_BYTES, 0, 2 * DAX_PAGE_BYTES);
  EXPECT_EQ(device_.contents(), expected);
}

TEST_P(EveryMapped, refuses_pages_beyond_the_end) {
  const auto zero = device_.table().zero_page_range;
  EXPECT_EQ(zero(device_.handle(), kPages, 1), -ERANGE);
  EXPECT_EQ(zero(device_.handle(), kPages - 1, 2), -ERANGE);
  EXPECT_EQ(zero(device_.handle(), 1, ~std::uint64_t{0}), -ERANGE);
  EXPECT_EQ(zero(device_.handle(), 0, 0), -EINVAL);
}

TEST_P(EveryMapped, recovers_whole_pages_alone) {
  if (device_.table().recovery_write == nullptr) GTEST_SKIP() << "has no recovery_write";
  std::mt19937_64 random(9);
  Bytes expected = random_bytes(OpenBackend::kSize, random);
  device_.fill(expected);
  Bytes data = random_bytes(DAX_PAGE_BYTES, random);
  dax_iter part = one_range(64, DAX_PAGE_BYTES, data.data());
  EXPECT_EQ(device_.table().recovery_write(device_.handle(), &part), 0);
  EXPECT_EQ(device_.contents(), expected);
  dax_iter page = one_range(2 * DAX_PAGE_BYTES, DAX_PAGE_BYTES, data.data());
  EXPECT_EQ(device_.table().recovery_write(device_.handle(), &page),
            static_cast<std::int64_t>(DAX_PAGE_BYTES));
  std::memcpy(expected.data() + 2 * DAX_PAGE_BYTES, data.data(), DAX_PAGE_BYTES);
  EXPECT_EQ(device_.contents(), expected);
}

INSTANTIATE_TEST_SUITE_P(Backends, EveryMapped,
                         testing::Values("movnt", "movdir64b", "clwb", "clflushopt", "clflush",
                                         "eadr", "libpmem2", "devdax"));

}  // namespace
}  // namespace pmembench
