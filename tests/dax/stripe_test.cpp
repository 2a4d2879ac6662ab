#include "dax/stripe.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/stack_model.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::StackModel;

std::string refusal(std::size_t devices, std::uint64_t chunk_bytes) {
  StackModel model(devices, 4 * kPage);
  const auto made = make_stripe("s", model.devices(), chunk_bytes);
  EXPECT_FALSE(made.has_value());
  if (made.has_value()) return "";
  EXPECT_EQ(made.error().code, EINVAL);
  return made.error().message;
}

TEST(Stripe, refuses_what_cannot_be) {
  EXPECT_EQ(refusal(1, kPage), "striped dax device 's' has 1 device(s); give at least 2");
  const std::string end = " bytes; give a power of two of at least 4096";
  EXPECT_EQ(refusal(2, 0), "striped dax device 's' has chunks of 0" + end);
  EXPECT_EQ(refusal(2, 2048), "striped dax device 's' has chunks of 2048" + end);
  EXPECT_EQ(refusal(2, 3 * kPage), "striped dax device 's' has chunks of 12288" + end);
  EXPECT_EQ(refusal(2, 8 * kPage),
            "striped dax device 's' has chunks of 32768 bytes, but its smallest device has 16384; "
            "make the chunks smaller");
  EXPECT_EQ(refusal(65, kPage), "dax device 's' cannot be made of 65 devices; give 1 to 64");
}

TEST(Stripe, uses_as_much_of_each_device_as_the_smallest_has) {
  FakeBackend one(5 * kPage);
  FakeBackend two(9 * kPage);
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(one.device());
  devices.push_back(two.device());
  const auto top = std::move(make_stripe("s", std::move(devices), 2 * kPage)).value();
  EXPECT_EQ(top->size_bytes(), 8 * kPage);
  EXPECT_STREQ(top->operations()->name, "stripe");
  DaxReader reader = top->make_reader();
  const ReadSection section(reader);
  void* address = nullptr;
  EXPECT_EQ(top->direct_access(section, 3, 5, DAX_ACCESS, &address), 1);  // short: row 35
  EXPECT_EQ(address, two.bytes() + kPage);
}

// Row 34, with every number of devices that may be, since a division hides in it. Row 35.
TEST(Stripe, places_every_byte_in_turn) {
  for (std::size_t count = 2; count <= 64; count = count < 8 ? count + 1 : count * 2 - 3) {
    SCOPED_TRACE("devices " + std::to_string(count));
    Random random(count);
    const std::uint64_t chunk = kPage << random.below(2);
    StackModel model(count, 4 * kPage);
    for (std::uint64_t i = 0; i < count * 4 * kPage; ++i) {
      const std::uint64_t number = i / chunk;
      model.on_top.push_back({number % count, number / count * chunk + i % chunk});
    }
    model.check(std::move(make_stripe("s", model.devices(), chunk)).value(), random);
  }
}

// Row 28.
TEST(Stripe, passes_failures_up_with_their_place) {
  StackModel model(3, 4 * kPage);
  auto devices = model.devices();
  DaxDevice& below = *devices[1];
  const auto top = std::move(make_stripe("s", std::move(devices), 2 * kPage)).value();
  fakes::FailureLog log;
  ASSERT_EQ(top->hold(&log), 0);
  EXPECT_EQ(below.notify_failure(kPage, 512, 0), 0);
  EXPECT_EQ(below.notify_failure(2 * kPage + 512, 512, 0), 0);
  EXPECT_EQ(below.notify_failure(kPage, 2 * kPage, 0), 0);  // two chunks: all between them, too
  EXPECT_EQ(below.notify_failure(kPage, UINT64_MAX, 0), 0);
  EXPECT_EQ(log.ranges, (std::vector<BadRange>{{3 * kPage, 512},
                                               {8 * kPage + 512, 512},
                                               {3 * kPage, 6 * kPage},
                                               {3 * kPage, 7 * kPage}}));
  EXPECT_EQ(top->release(&log), 0);
}

}  // namespace
}  // namespace pmembench
