#include "audit/case_sample.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPage = DAX_PAGE_BYTES;
constexpr std::uint64_t kLineBytes = DAX_LINE_BYTES;
constexpr std::uint64_t kMmixMultiplier = 6364136223846793005ULL;

// The ranges of each thread: more than a page apart, with room before and after each.
constexpr std::array<std::uint64_t, 2> kThreadBegin = {kPage, 9 * kPage};
constexpr std::uint64_t kThreadBytes = 5 * kPage;
constexpr std::uint64_t kPublishOffset = 7 * kPage;

enum class Order { sequential, strided, random, table };

struct Shape {
  std::uint64_t size_bytes = 64;
  std::uint64_t offset_bytes = 0;  // in the thread's part
  std::uint64_t count = 1;
  std::uint64_t slots = 1;
  std::uint64_t gap_bytes = 0;  // between two slots
  Order order = Order::sequential;
};

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

AuditCase make_case(const CaseSpace& space, std::span<const AuditCall> calls, Shape shape,
                    unsigned thread, Random& random) {
  AuditCase made;
  std::copy(calls.begin(), calls.end(), made.calls.begin());
  made.call_count = static_cast<std::uint32_t>(calls.size());
  made.thread = thread;
  const std::uint64_t unit = space.granule_bytes;
  shape.size_bytes = round_up(shape.size_bytes, unit);
  shape.gap_bytes = round_up(shape.gap_bytes, unit);
  dax_iter& iter = made.iter;
  iter.size_bytes = shape.size_bytes;
  iter.granule_bytes = shape.size_bytes + shape.gap_bytes;
  const std::uint64_t room = kThreadBytes - std::min(kThreadBytes, shape.offset_bytes);
  iter.slots = std::clamp<std::uint64_t>(room / iter.granule_bytes, 1, shape.slots);
  iter.count = shape.count;
  iter.offset_bytes = kThreadBegin[thread] + shape.offset_bytes / unit * unit;
  iter.multiplier = 1;
  iter.increment = (UINT64_MAX / iter.slots + 1) * (shape.order == Order::strided ? 3 : 1);
  if (iter.slots == 1) iter.increment = 0;
  if (shape.order == Order::random) {
    iter.multiplier = kMmixMultiplier;
    iter.increment = random() | 1;
    iter.state = random();
  }
  if (shape.order == Order::table) made.table_seed = random() | 1;
  made.content_seed = random();
  made.buffer_shift = random.below(4) == 0 ? random.below(64) : 0;
  made.publish_offset_bytes = kPublishOffset + random.below(8) * kPublishBytes;
  return made;
}

using Calls = std::vector<AuditCall>;

// What can be asked of this backend, and how often (a weight).
struct CaseKind {
  Calls calls;
  unsigned weight = 1;
  bool whole_pages = false;
};

std::vector<CaseKind> kinds_of(const CaseSpace& space) {
  std::vector<CaseKind> kinds;
  const auto written = [&](AuditCall first) {
    return space.needs_flush ? Calls{first, AuditCall::flush, AuditCall::drain}
                             : Calls{first, AuditCall::drain};
  };
  kinds.push_back({written(AuditCall::copy), 20});
  // The flush of a backend that needs none is still called by the host.
  kinds.push_back({{AuditCall::copy, AuditCall::flush, AuditCall::drain}, 15});
  if (space.has_persist) {
    kinds.push_back({{AuditCall::persist}, 30});
    kinds.push_back({{AuditCall::persist_skip}, 5});
  }
  kinds.push_back({written(AuditCall::zero), 2, true});
  if (space.has_recovery) kinds.push_back({written(AuditCall::recovery), 3, true});
  kinds.push_back({{AuditCall::read}, 5});
  if (space.addressed) {
    kinds.push_back({{AuditCall::store, AuditCall::flush_stored, AuditCall::drain}, 12});
    Calls publish = written(AuditCall::copy);
    publish.insert(publish.end(), {AuditCall::publish, AuditCall::flush_stored, AuditCall::drain});
    kinds.push_back({publish, 8});
  }
  return kinds;
}

std::uint64_t random_size(Random& random) {
  const std::uint64_t dice = random.below(100);
  if (dice < 25) return kLineBytes * (1 + random.below(4));
  if (dice < 75) return 1 + random.below(130);
  if (dice < 85) return 255 + random.below(3);
  if (dice < 96) return 131 + random.below(600);
  if (dice < 99) return 4095 + random.below(3);
  return 8192;
}

Shape random_shape(const CaseKind& kind, Random& random) {
  Shape shape;
  if (kind.whole_pages) {
    const bool zero = kind.calls.front() == AuditCall::zero;
    shape.size_bytes = kPage;
    // recovery_write of part of a page may refuse it by returning 0.
    if (!zero && random.below(4) == 0) shape.size_bytes = 1 + random.below(300);
    shape.offset_bytes = random.below(3) * kPage;
    return shape;
  }
  shape.size_bytes = random_size(random);
  shape.offset_bytes = random.below(5) < 2 ? 0 : random.below(64);
  if (shape.size_bytes > 600 || random.below(10) < 5) return shape;
  shape.count = 1 + random.below(4);
  shape.slots = shape.count + random.below(4);
  shape.gap_bytes = random.below(3) == 0 ? random.below(100) : 0;
  if (random.below(2) == 0) {  // whole lines, as benchmarks ask for
    shape.size_bytes = round_up(shape.size_bytes, kLineBytes);
    shape.offset_bytes = 0;
    shape.gap_bytes = round_up(shape.gap_bytes, kLineBytes);
  }
  shape.order = static_cast<Order>(random.below(4));
  return shape;
}

// Each kind on sizes and alignments that reach every kernel: one line, four lines, many lines,
// bytes; with and without a table.
std::vector<CaseGroup> core_cases(const CaseSpace& space, Random& random) {
  constexpr std::array<Shape, 12> kShapes = {{{1, 0},
                                              {8, 0},
                                              {64, 0},
                                              {100, 60},
                                              {65, 63},
                                              {256, 0},
                                              {320, 0},
                                              {127, 1},
                                              {64, 0, 3, 4, 0, Order::table},
                                              {256, 0, 3, 4, 0, Order::table},
                                              {192, 0, 3, 4, 64, Order::table},
                                              {100, 7, 4, 6, 3, Order::table}}};
  std::vector<CaseGroup> groups;
  for (const CaseKind& kind : kinds_of(space)) {
    if (kind.whole_pages) {
      groups.push_back({make_case(space, kind.calls, {kPage, 0}, 0, random)});
      continue;
    }
    for (const Shape& shape : kShapes) {
      groups.push_back({make_case(space, kind.calls, shape, 0, random)});
    }
  }
  return groups;
}

const CaseKind& draw(const std::vector<CaseKind>& kinds, Random& random) {
  unsigned total = 0;
  for (const CaseKind& kind : kinds) total += kind.weight;
  std::uint64_t dice = random.below(total);
  for (const CaseKind& kind : kinds) {
    if (dice < kind.weight) return kind;
    dice -= kind.weight;
  }
  return kinds.front();
}

}  // namespace

std::vector<CaseGroup> sample_cases(const CaseSpace& space, std::uint64_t count,
                                    std::uint64_t seed) {
  constexpr std::uint64_t kPairsInHundred = 6;
  Random random(seed);
  std::vector<CaseGroup> groups = core_cases(space, random);
  const std::vector<CaseKind> kinds = kinds_of(space);
  while (groups.size() < count) {
    const CaseKind& kind = draw(kinds, random);
    CaseGroup group{make_case(space, kind.calls, random_shape(kind, random), 0, random)};
    if (space.two_threads && random.below(100) < kPairsInHundred) {
      const CaseKind& other = draw(kinds, random);
      group.push_back(make_case(space, other.calls, random_shape(other, random), 1, random));
      // One word to publish by: it is the first thread's.
      group.back().publish_offset_bytes = kPublishOffset + kPage;
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<CaseGroup> warm_up_cases(const CaseSpace& space) {
  std::vector<CaseGroup> groups;
  Random random(1);
  for (unsigned thread = 0; thread < (space.two_threads ? 2U : 1U); ++thread) {
    for (const CaseKind& kind : kinds_of(space)) {
      for (const std::uint64_t size : {std::uint64_t{100}, kPage}) {
        groups.push_back(
            {make_case(space, kind.calls, {kind.whole_pages ? kPage : size, 0}, thread, random)});
      }
    }
  }
  return groups;
}

}  // namespace pmembench
