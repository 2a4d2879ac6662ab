// A btt over a dax device in plain memory, and one session of it.
#pragma once

#include "block/btt.hpp"
#include "block/btt_layout.hpp"
#include "block_fixture.hpp"

namespace pmembench {

inline constexpr std::uint64_t kBytes = 64 * kPage;

class Btt : public testing::Test {
 protected:
  Btt() {
    options_.lanes = 2;
    device_ = fake_.device();
  }
  void format() {
    const Status made = format_btt(*device_, options_);
    ASSERT_TRUE(made) << made.error().message;
  }
  void open() {
    session_.reset();
    btt_.reset();
    auto opened = open_btt(*device_, options_);
    ASSERT_TRUE(opened) << opened.error().message;
    btt_ = *std::move(opened);
    session_ = btt_->session();
  }
  std::string refusal() { return message_of(open_btt(*device_, options_)); }
  void start() {
    format();
    open();
  }
  BttGeometry geometry() const {
    return *btt_geometry(kBytes - options_.slice.offset_bytes, options_.slice.sector_bytes,
                         options_.lanes);
  }
  int write(std::uint64_t sector, std::uint64_t version) {
    const std::uint64_t bytes = btt_->sector_bytes();
    return session_->write_at(sector * bytes, sector_content(sector, version, bytes));
  }
  // The version that the sector holds, -1 for none of the first 100, or the errno.
  int version(std::uint64_t sector) {
    const std::uint64_t bytes = btt_->sector_bytes();
    std::vector<std::byte> found(bytes);
    const int status = session_->read_at(sector * bytes, found);
    if (status < 0) return status;
    for (int candidate = 0; candidate < 100; ++candidate) {
      const auto known = static_cast<std::uint64_t>(candidate);
      if (found == sector_content(sector, known, bytes)) return candidate;
    }
    return -1;
  }
  template <typename T>
  void poke(std::uint64_t offset, T value) {
    std::memcpy(fake_.bytes() + options_.slice.offset_bytes + offset, &value, sizeof value);
  }

  FakeBackend fake_{kBytes};
  std::unique_ptr<DaxDevice> device_;
  BttOptions options_;
  std::unique_ptr<BttDevice> btt_;
  std::unique_ptr<BlockSession> session_;
};

}  // namespace pmembench
