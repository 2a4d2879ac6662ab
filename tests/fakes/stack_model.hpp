// StackModel: several fake backends, where each byte of a stack on them ought to lie, and a random
// walk that compares the two.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "dax/dax_device.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench::fakes {

// Keeps what it was told.
struct FailureLog : DaxHolder {
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) override {
    ranges.push_back({offset_bytes, length_bytes});
    last_flags = flags;
    return 0;
  }
  std::vector<BadRange> ranges;
  int last_flags = 0;
};

class StackModel {
 public:
  struct Place {
    std::size_t device;
    std::uint64_t offset_bytes;
  };

  StackModel(std::size_t devices, std::uint64_t size_bytes) {
    for (std::size_t i = 0; i < devices; ++i) {
      backends.push_back(std::make_unique<FakeBackend>(size_bytes));
    }
  }
  std::vector<std::unique_ptr<DaxDevice>> devices() {
    std::vector<std::unique_ptr<DaxDevice>> result;
    for (std::size_t i = 0; i < backends.size(); ++i) {
      result.push_back(backends[i]->device({.name = "below" + std::to_string(i)}));
    }
    return result;
  }
  unsigned char& at(std::uint64_t offset) {
    return backends[on_top[offset].device]->bytes()[on_top[offset].offset_bytes];
  }

  // Writes, persists, zeroes, reads and maps at random, in any chunking.
  void check(std::unique_ptr<DaxDevice> top, Random& random) {
    ASSERT_EQ(top->size_bytes(), on_top.size());
    DaxReader reader = top->make_reader();
    const ReadSection section(reader);
    std::vector<unsigned char> buffer(4 * DAX_PAGE_BYTES);
    for (int step = 0; step < 60; ++step) {
      const std::uint64_t kind = random.below(5);
      const std::uint64_t size = 1 + random.below(std::min(buffer.size(), on_top.size()));
      const std::uint64_t count = 1 + random.below(std::min(on_top.size() / size, std::size_t{5}));
      const std::uint64_t offset = random.below(on_top.size() - size * count + 1);
      dax_iter iter = ranges_in_a_row(offset, buffer.data(), size, count);
      const auto all = static_cast<std::int64_t>(size * count);
      if (kind < 2) {
        for (unsigned char& byte : buffer) byte = static_cast<unsigned char>(random());
        ASSERT_EQ(
            kind == 0 ? top->copy_from_iter(section, iter) : top->persist_from_iter(section, iter),
            all);
        for (std::uint64_t i = 0; i < size * count; ++i)
          ASSERT_EQ(at(offset + i), buffer[i % size]);
      } else if (kind == 2) {
        ASSERT_EQ(top->copy_to_iter(section, iter), all);  // the last range stays in the buffer
        for (std::uint64_t i = 0; i < size; ++i) {
          ASSERT_EQ(buffer[i], at(offset + size * (count - 1) + i));
        }
      } else if (kind == 3) {
        zero_some(*top, section, random);
      } else {
        map_some(*top, section, random);
      }
      ASSERT_EQ(iter.count, kind < 3 ? 0 : count);
    }
  }

  std::vector<std::unique_ptr<FakeBackend>> backends;
  std::vector<Place> on_top;  // of every byte of the stack

 private:
  void zero_some(DaxDevice& top, const ReadSection& section, Random& random) {
    const std::uint64_t pages = on_top.size() / DAX_PAGE_BYTES;
    const std::uint64_t first = random.below(pages);
    const std::uint64_t count = 1 + random.below(pages - first);
    const unsigned char before = first == 0 ? 0 : at(first * DAX_PAGE_BYTES - 1);
    ASSERT_EQ(top.zero_page_range(section, first, count), 0);
    for (std::uint64_t i = 0; i < count * DAX_PAGE_BYTES; ++i) {
      ASSERT_EQ(at(first * DAX_PAGE_BYTES + i), 0);
    }
    if (first > 0) {
      ASSERT_EQ(at(first * DAX_PAGE_BYTES - 1), before);
    }
  }
  void map_some(DaxDevice& top, const ReadSection& section, Random& random) {
    const std::uint64_t pages = on_top.size() / DAX_PAGE_BYTES;
    const std::uint64_t first = random.below(pages);
    const std::uint64_t count = 1 + random.below(pages - first);
    for (std::uint64_t done = 0; done < count;) {
      void* address = nullptr;
      const std::int64_t got =
          top.direct_access(section, first + done, count - done, DAX_ACCESS, &address);
      ASSERT_GT(got, 0);
      for (std::int64_t i = 0; i < got * static_cast<std::int64_t>(DAX_PAGE_BYTES); ++i) {
        ASSERT_EQ(static_cast<unsigned char*>(address) + i,
                  &at((first + done) * DAX_PAGE_BYTES + static_cast<std::uint64_t>(i)));
      }
      done += static_cast<std::uint64_t>(got);
    }
    void* beyond = nullptr;
    ASSERT_EQ(top.direct_access(section, pages, 1, DAX_ACCESS, &beyond), -ERANGE);
  }
};

}  // namespace pmembench::fakes
