#include "dax/linear.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/stack_model.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::StackModel;

std::string refusal(const std::vector<LinearSegment>& segments) {
  FakeBackend one(4 * kPage);
  FakeBackend two(4 * kPage);
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(one.device());
  devices.push_back(two.device());
  const auto made = make_linear("l", std::move(devices), segments);
  EXPECT_FALSE(made.has_value());
  if (made.has_value()) return "";
  EXPECT_EQ(made.error().code, EINVAL);
  return made.error().message;
}

TEST(Linear, refuses_segments_that_cannot_be) {
  EXPECT_EQ(refusal({}), "linear dax device 'l' has no segments; give at least one");
  EXPECT_EQ(refusal({{0, 0, kPage}, {2, 0, kPage}}),
            "segment 1 of linear dax device 'l' names no device; count devices from 0");
  const std::string pages =
      "segment 0 of linear dax device 'l' is not made of whole pages; use multiples of 4096 bytes";
  EXPECT_EQ(refusal({{0, 0, 0}}), pages);
  EXPECT_EQ(refusal({{0, 0, kPage + 512}}), pages);
  EXPECT_EQ(refusal({{0, 512, kPage}}), pages);
  const std::string beyond =
      "segment 0 of linear dax device 'l' ends beyond its device; make it shorter";
  EXPECT_EQ(refusal({{0, kPage, 4 * kPage}}), beyond);
  EXPECT_EQ(refusal({{0, 4 * kPage, kPage}}), beyond);
  EXPECT_EQ(refusal({{0, kPage, UINT64_MAX / kPage * kPage}}), beyond);
  EXPECT_EQ(refusal({{0, 0, 2 * kPage}, {1, 0, kPage}, {0, kPage, kPage}}),
            "segment 2 of linear dax device 'l' overlaps an earlier one; take other bytes");
}

TEST(Linear, joins_whole_devices_in_their_order) {
  FakeBackend one(2 * kPage);
  FakeBackend two(3 * kPage);
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(one.device());
  devices.push_back(two.device());
  const auto top = std::move(make_linear("l", std::move(devices))).value();
  EXPECT_EQ(top->size_bytes(), 5 * kPage);
  EXPECT_STREQ(top->operations()->name, "linear");
  DaxReader reader = top->make_reader();
  const ReadSection section(reader);
  void* address = nullptr;
  EXPECT_EQ(top->direct_access(section, 0, 5, DAX_ACCESS, &address), 2);  // short: row 35
  EXPECT_EQ(address, one.bytes());
  EXPECT_EQ(top->direct_access(section, 3, 5, DAX_ACCESS, &address), 2);
  EXPECT_EQ(address, two.bytes() + kPage);
}

// Row 34: every byte lies where the segments say, for any segments. Row 35: in any chunking.
TEST(Linear, places_every_byte_as_its_segments_say) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::size_t count = 1 + random.below(4);
    StackModel model(count, 24 * kPage);
    std::vector<LinearSegment> segments;
    // Disjoint segments: cut each device in steps, keep some of the steps, and shuffle.
    for (std::size_t device = 0; device < count; ++device) {
      for (std::uint64_t page = 0; page < 24;) {
        const std::uint64_t length = std::min(1 + random.below(6), 24 - page);
        if (random.below(3) != 0) segments.push_back({device, page * kPage, length * kPage});
        page += length;
      }
    }
    if (segments.empty()) continue;
    std::shuffle(segments.begin(), segments.end(), random);
    for (const LinearSegment& segment : segments) {
      for (std::uint64_t i = 0; i < segment.length_bytes; ++i) {
        model.on_top.push_back({segment.device, segment.offset_bytes + i});
      }
    }
    model.check(std::move(make_linear("l", model.devices(), segments)).value(), random);
  }
}

// Row 28: what fails below is told above, at the place it has there.
TEST(Linear, passes_failures_up_with_their_place) {
  FakeBackend one(4 * kPage);
  FakeBackend two(4 * kPage);
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(one.device());
  devices.push_back(two.device());
  DaxDevice& below = *devices[0];
  const auto top = std::move(make_linear("l", std::move(devices),
                                         {{1, 0, kPage}, {0, 2 * kPage, 2 * kPage}, {0, 0, kPage}}))
                       .value();
  EXPECT_EQ(below.notify_failure(0, kPage, 0), -EOPNOTSUPP);  // nobody holds the top
  fakes::FailureLog log;
  ASSERT_EQ(top->hold(&log), 0);
  EXPECT_EQ(below.notify_failure(2 * kPage + 512, 512, 0), 0);
  EXPECT_EQ(below.notify_failure(kPage, kPage, 0), 0);  // used by no segment
  EXPECT_EQ(below.notify_failure(0, UINT64_MAX, 0), 0);
  EXPECT_EQ(log.ranges,
            (std::vector<BadRange>{{kPage + 512, 512}, {kPage, 2 * kPage}, {3 * kPage, kPage}}));
  EXPECT_EQ(top->release(&log), 0);
}

}  // namespace
}  // namespace pmembench
