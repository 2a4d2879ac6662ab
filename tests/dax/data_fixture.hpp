// Data: one device over the fake backend, one reader, one section that is always open.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <numeric>

#include "base/random.hpp"
#include "dax/dax_device.hpp"
#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::ranges_in_a_row;

inline constexpr std::uint64_t kPages = 16;

class Data : public testing::Test {
 protected:
  explicit Data() : buffer_(kPages * kPage) {
    std::iota(buffer_.begin(), buffer_.end(), static_cast<unsigned char>(1));
  }
  // The table may be changed until the first use.
  DaxDevice& device() {
    if (!device_) {
      device_ = fake_.device({.name = "d", .write_cache = true});
      reader_.emplace(device_->make_reader());
      section_.emplace(*reader_);
    }
    return *device_;
  }
  const ReadSection& section() {
    device();
    return *section_;
  }
  DaxReader& reader() {
    device();
    return *reader_;
  }
  std::int64_t access(std::uint64_t page, std::uint64_t pages, std::uint32_t mode = DAX_ACCESS) {
    address_ = nullptr;
    return device().direct_access(section(), page, pages, mode, &address_);
  }
  std::int64_t write(dax_iter& iter) { return device().copy_from_iter(section(), iter); }
  std::int64_t read(dax_iter& iter) { return device().copy_to_iter(section(), iter); }
  void bad(std::uint64_t offset, std::uint64_t length) {
    device().bad_blocks().add(offset, length);
  }

  FakeBackend fake_{kPages * kPage};
  std::vector<unsigned char> buffer_;
  void* address_ = nullptr;

 private:
  std::unique_ptr<DaxDevice> device_;
  std::optional<DaxReader> reader_;
  std::optional<ReadSection> section_;
};

}  // namespace pmembench
