#include "dax/conformance.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "../fakes/fake_backend.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;

std::vector<std::string> failures(FakeBackend& fake) {
  const auto device = fake.device();
  std::vector<std::string> names;
  for (const ConformanceCheck& check : check_conformance(*device, 1)) {
    if (check.verdict == "fail") names.push_back(check.name + ": " + check.detail);
  }
  return names;
}

bool any_begins_with(const std::vector<std::string>& names, const std::string& beginning) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.rfind(beginning, 0) == 0; });
}

TEST(Conformance, passes_a_backend_that_keeps_its_promises) {
  FakeBackend fake(2 << 20);
  EXPECT_EQ(failures(fake), std::vector<std::string>());
}

TEST(Conformance, finds_a_copy_that_drops_the_last_byte) {
  FakeBackend fake(2 << 20);
  fake.operations.copy_from_iter = [](void* handle, dax_iter* iter) {
    auto& backend = *static_cast<FakeBackend*>(handle);
    std::int64_t done = 0;
    for (; iter->count > 0; --iter->count) {
      std::memcpy(backend.bytes() + dax_iter_next(iter), iter->buffer, iter->size_bytes - 1);
      done += static_cast<std::int64_t>(iter->size_bytes);
    }
    return done;
  };
  EXPECT_TRUE(any_begins_with(failures(fake), "written ranges read back"));
}

TEST(Conformance, finds_a_read_that_writes_too_far) {
  FakeBackend fake(2 << 20);
  fake.operations.copy_to_iter = [](void* handle, dax_iter* iter) {
    auto& backend = *static_cast<FakeBackend*>(handle);
    std::int64_t done = 0;
    for (; iter->count > 0; --iter->count) {
      const std::uint64_t offset = dax_iter_next(iter);
      std::memcpy(iter->buffer, backend.bytes() + offset, iter->size_bytes);
      if (iter->size_bytes < 65536) iter->buffer[iter->size_bytes] = 0;
      done += static_cast<std::int64_t>(iter->size_bytes);
    }
    return done;
  };
  EXPECT_TRUE(any_begins_with(failures(fake), "a read writes nothing outside its buffer"));
}

TEST(Conformance, finds_a_batch_that_does_only_its_first_range) {
  FakeBackend fake(2 << 20);
  fake.operations.copy_from_iter = [](void* handle, dax_iter* iter) {
    auto& backend = *static_cast<FakeBackend*>(handle);
    const auto done = static_cast<std::int64_t>(iter->count * iter->size_bytes);
    std::memcpy(backend.bytes() + dax_iter_next(iter), iter->buffer, iter->size_bytes);
    while (--iter->count > 0) dax_iter_next(iter);
    return done;
  };
  EXPECT_TRUE(any_begins_with(failures(fake), "a batch does every range of its generator"));
}

TEST(Conformance, finds_zeroing_of_the_wrong_pages) {
  FakeBackend fake(2 << 20);
  fake.operations.zero_page_range = [](void* handle, std::uint64_t page, std::uint64_t pages) {
    auto& backend = *static_cast<FakeBackend*>(handle);
    std::memset(backend.bytes() + (page + 1) * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
    return 0;
  };
  EXPECT_TRUE(any_begins_with(failures(fake), "zeroed pages are zero"));
}

TEST(Conformance, finds_a_flush_that_counts_too_many_lines) {
  FakeBackend fake(2 << 20);
  fake.operations.flush = [](void*, dax_iter* iter) {
    iter->count = 0;
    return std::int64_t{65};
  };
  EXPECT_TRUE(any_begins_with(failures(fake), "flush and drain succeed"));
}

TEST(Conformance, finds_addresses_that_hold_other_bytes) {
  FakeBackend fake(2 << 20);
  fake.operations.direct_access = [](void* handle, std::uint64_t page, std::uint64_t pages,
                                     std::uint32_t, void** address) {
    auto& backend = *static_cast<FakeBackend*>(handle);
    *address = backend.bytes() + (page ^ 1) * DAX_PAGE_BYTES;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(pages, 1));
  };
  EXPECT_TRUE(any_begins_with(failures(fake), "addresses hold what copies wrote"));
}

TEST(Conformance, skips_what_a_backend_does_not_claim_and_says_so) {
  FakeBackend fake(2 << 20);
  fake.operations.capabilities &= ~DAX_CAP_DIRECT_ACCESS;
  const auto device = fake.device();
  const auto checks = check_conformance(*device, 1);
  const auto skipped =
      std::find_if(checks.begin(), checks.end(), [](const ConformanceCheck& check) {
        return check.name == "addresses hold what copies wrote";
      });
  ASSERT_NE(skipped, checks.end());
  EXPECT_EQ(skipped->verdict, "skipped");
  EXPECT_EQ(skipped->detail, "the backend declares no direct access");
}

}  // namespace
}  // namespace pmembench
