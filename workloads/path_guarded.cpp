#include "workloads/path_guarded.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include "base/random.hpp"
#include "block/raw_block.hpp"
#include "workloads/parameters.hpp"
#include "workloads/path_direct.hpp"

namespace pmembench {
namespace {

enum class ErrorPolicy { fail, device_fallback, io_fallback, recovery };

ErrorPolicy policy_of(const Parameters& parameters) {
  const std::string& text = text_of(parameters, "error_policy");
  if (text == "io-fallback") return ErrorPolicy::io_fallback;
  if (text == "device-fallback") return ErrorPolicy::device_fallback;
  return text == "recovery" ? ErrorPolicy::recovery : ErrorPolicy::fail;
}

Status check_bad_blocks(std::uint64_t count, std::uint64_t device_bytes) {
  const std::uint64_t pages = device_bytes / DAX_PAGE_BYTES;
  if (count <= pages / 2) return {};
  return usage_error("bad_blocks {} is more than half of the medium's {} pages: use fewer", count,
                     pages);
}

Status check_guarded(const Parameters& parameters, std::uint64_t device_bytes) {
  if (device_bytes == 0) return {};
  return check_bad_blocks(number_of(parameters, "bad_blocks"), device_bytes);
}

// The bad pages, made bad again for each interval, and what the threads count.
class GuardedFixture final : public PathFixture {
 public:
  GuardedFixture(DaxDevice& device, ErrorPolicy policy, bool poisons)
      : device_(device), policy_(policy), poisons_(poisons) {}

  ~GuardedFixture() override {
    // The next cell finds the device as this one did.
    device_.end_poison();
    for (const std::uint64_t page : pages_) {
      device_.bad_blocks().clear(page * DAX_PAGE_BYTES, DAX_PAGE_BYTES);
    }
  }

  // One page in each of `count` equal parts of the device.
  Status choose_pages(std::uint64_t count) {
    const std::uint64_t pages = device_.size_bytes() / DAX_PAGE_BYTES;
    if (const Status fits = check_bad_blocks(count, device_.size_bytes()); !fits) return fits;
    Random random(mix_seed(count));
    const std::uint64_t part = count == 0 ? 0 : pages / count;
    for (std::uint64_t i = 0; i < count; ++i) pages_.push_back(i * part + random.below(part));
    return spoil();
  }

  Status open_block_layer() {
    if (policy_ != ErrorPolicy::io_fallback && policy_ != ErrorPolicy::device_fallback) return {};
    auto block = make_raw_block(device_);
    if (!block) return block.error();
    block_ = *std::move(block);
    return {};
  }

  void refresh() override {
    ++interval_;
    spoiled_ = spoil();
  }
  [[nodiscard]] std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const override {
    return {{"failed_operations", failed_.load()}, {"mended_operations", mended_.load()}};
  }

  // Which of the bad pages is in the range; pages_.size() if none is.
  [[nodiscard]] std::size_t bad_page_in(std::uint64_t offset_bytes,
                                        std::uint64_t size_bytes) const {
    const std::uint64_t first = offset_bytes / DAX_PAGE_BYTES;
    const auto at = std::lower_bound(pages_.begin(), pages_.end(), first);
    const bool inside = at != pages_.end() && *at * DAX_PAGE_BYTES < offset_bytes + size_bytes;
    return inside ? static_cast<std::size_t>(at - pages_.begin()) : pages_.size();
  }
  [[nodiscard]] std::size_t bad_pages() const { return pages_.size(); }
  [[nodiscard]] std::uint64_t interval() const { return interval_; }
  [[nodiscard]] ErrorPolicy policy() const { return policy_; }
  [[nodiscard]] const Status& spoiled() const { return spoiled_; }
  [[nodiscard]] BlockDevice* block() const { return block_.get(); }
  void count(bool mended) { (mended ? mended_ : failed_).fetch_add(1, std::memory_order_relaxed); }

 private:
  Status spoil() {
    for (const std::uint64_t page : pages_) {
      if (!poisons_) {
        device_.bad_blocks().add(page * DAX_PAGE_BYTES, DAX_PAGE_BYTES);
        continue;
      }
      // One that was met and not repaired is known already, and stays so.
      if (const Status poisoned = device_.poison_page(page); !poisoned) return poisoned;
    }
    return {};
  }

  DaxDevice& device_;
  ErrorPolicy policy_;
  bool poisons_;
  std::vector<std::uint64_t> pages_;  // sorted
  std::uint64_t interval_ = 0;
  Status spoiled_;
  std::unique_ptr<BlockDevice> block_;  // for both fallbacks
  std::atomic<std::uint64_t> failed_{0}, mended_{0};
};

class GuardedPath final : public Path {
 public:
  GuardedPath(DaxDevice& device, GuardedFixture& fixture)
      : device_(device), fixture_(fixture), reader_(device.make_reader()) {
    if (fixture.block() != nullptr) session_ = fixture.block()->session();
    lost_.resize(fixture.bad_pages());
  }

  std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  std::int64_t read(dax_iter& iter) override {
    if (falls_back()) {
      return by_block(iter, false, [&](dax_iter& part) { return session_->read(part); });
    }
    return past_bad_blocks(iter, false, [&](const ReadSection& section) {
      return device_.copy_to_iter(section, iter);
    });
  }
  std::int64_t write(dax_iter& iter) override {
    if (falls_back()) {
      return by_block(iter, true, [&](dax_iter& part) { return session_->write(part); });
    }
    return past_bad_blocks(iter, true, [&](const ReadSection& section) {
      return device_.copy_from_iter(section, iter);
    });
  }
  std::int64_t persist(dax_iter& iter) override {
    if (falls_back()) {
      return by_block(iter, true, [&](dax_iter& part) { return session_->write_fua(part); });
    }
    return past_bad_blocks(iter, true, [&](const ReadSection& section) {
      return device_.persist_from_iter(section, iter);
    });
  }
  std::int64_t flush(dax_iter& iter) override { return device_.flush(reader_, iter); }
  int drain() override { return device_.drain(reader_); }
  std::span<std::byte> mapping() override { return whole_mapping(device_, reader_); }
  bool lost(std::uint64_t offset_bytes, std::uint64_t size_bytes) const override {
    const std::size_t bad = fixture_.bad_page_in(offset_bytes, size_bytes);
    return interval_ == fixture_.interval() && bad < lost_.size() && lost_[bad];
  }

 private:
  // The first form of 2016: while any bad block is known, the whole device is used as a block
  // device; DAX goes on when the last one is repaired.
  [[nodiscard]] bool falls_back() {
    return fixture_.policy() == ErrorPolicy::device_fallback && !device_.bad_blocks().empty();
  }

  // The whole batch; what the block device cannot read is counted as failed. A write repairs what
  // it meets, and is counted as repaired if it met something.
  template <typename Request>
  std::int64_t by_block(dax_iter& iter, bool writes, Request request) {
    if (!fixture_.spoiled()) return -EIO;
    std::int64_t bytes = 0;
    while (iter.count > 0) {
      dax_iter one = iter;
      one.count = 1;
      const std::uint64_t offset = dax_iter_next(&iter);
      --iter.count;
      const bool bad = device_.bad_blocks().first_in(offset, iter.size_bytes) != BadBlocks::kNone;
      const std::int64_t done = request(one);
      if (done > 0 && one.count == 0) {
        bytes += done;
        if (bad) fixture_.count(true);
        continue;
      }
      if (!device_.alive()) return -ENXIO;
      if (!bad || (writes && done != -EIO)) return done < 0 ? done : -EIO;
      lose(offset, iter.size_bytes);
    }
    return bytes;
  }

  // The operation on this range failed, and is counted.
  void lose(std::uint64_t offset, std::uint64_t size_bytes) {
    fixture_.count(false);
    if (std::exchange(interval_, fixture_.interval()) != fixture_.interval()) {
      std::fill(lost_.begin(), lost_.end(), false);
    }
    const std::size_t bad = fixture_.bad_page_in(offset, size_bytes);
    if (bad < lost_.size()) lost_[bad] = true;
  }

  // The whole batch; each range that met a bad block as the policy says.
  template <typename Operation>
  std::int64_t past_bad_blocks(dax_iter& iter, bool writes, Operation operation) {
    if (!fixture_.spoiled()) return -EIO;
    std::int64_t bytes = 0;
    while (iter.count > 0) {
      const std::uint64_t before = iter.count;
      {
        const ReadSection section(reader_);
        const std::int64_t done = operation(section);
        if (done < 0) return bytes > 0 ? bytes : done;
      }
      bytes += static_cast<std::int64_t>((before - iter.count) * iter.size_bytes);
      if (iter.count == 0) break;
      if (!device_.alive()) return -ENXIO;
      bytes += meet(iter, writes);
    }
    return bytes;
  }

  // The current range of `iter` met a bad block: returns its bytes if it was repaired, or 0.
  std::int64_t meet(dax_iter& iter, bool writes) {
    dax_iter one = iter;
    one.count = 1;
    const std::uint64_t offset = dax_iter_next(&iter);
    --iter.count;
    if (writes && mend(one)) {
      fixture_.count(true);
      return static_cast<std::int64_t>(iter.size_bytes);
    }
    lose(offset, iter.size_bytes);
    return 0;
  }

  bool mend(dax_iter one) {
    dax_iter flushed = one;
    switch (fixture_.policy()) {
      case ErrorPolicy::fail:
        return false;
      case ErrorPolicy::device_fallback:  // it was bad without being known
      case ErrorPolicy::io_fallback:
        return session_->write(one) > 0 && one.count == 0 && session_->flush() == 0;
      case ErrorPolicy::recovery:
        break;
    }
    {
      const ReadSection section(reader_);
      if (device_.recovery_write(section, one) <= 0 || one.count != 0) return false;
    }
    return device_.flush(reader_, flushed) >= 0 && device_.drain(reader_) == 0;
  }

  DaxDevice& device_;
  GuardedFixture& fixture_;
  DaxReader reader_;
  std::unique_ptr<BlockSession> session_;  // null except for the fallbacks
  std::uint64_t interval_ = 0;             // to which lost_ belongs
  std::vector<bool> lost_;                 // by bad page: an operation on it failed
};

}  // namespace

Result<std::unique_ptr<PathFixture>> prepare_guarded_path(OpenedDevice& opened,
                                                          const Parameters& parameters) {
  auto fixture = std::make_unique<GuardedFixture>(*opened.device, policy_of(parameters),
                                                  text_of(parameters, "poison") == "userfaultfd");
  if (const Status open = fixture->open_block_layer(); !open) return open.error();
  const Status chosen = fixture->choose_pages(number_of(parameters, "bad_blocks"));
  if (!chosen) return chosen.error();
  return std::unique_ptr<PathFixture>(std::move(fixture));
}

Result<std::unique_ptr<Path>> make_guarded_path(DaxDevice& device, PathFixture* fixture) {
  return std::unique_ptr<Path>(
      std::make_unique<GuardedPath>(device, static_cast<GuardedFixture&>(*fixture)));
}

std::uint64_t guarded_path_granule(const Parameters& parameters) {
  switch (policy_of(parameters)) {
    case ErrorPolicy::fail:
      break;
    case ErrorPolicy::device_fallback:
    case ErrorPolicy::io_fallback:
    case ErrorPolicy::recovery:
      return number_of(parameters, "bad_blocks") == 0 ? 1 : DAX_PAGE_BYTES;
  }
  return 1;
}

PathType guarded_path() {
  PathType type{"guarded", "the device's own operations, over bad blocks", false, make_guarded_path,
                prepare_guarded_path};
  type.parameters = {{"bad_blocks", ValueKind::count, "0", {}, "bad pages of 4 KiB in the medium"},
                     {"error_policy",
                      ValueKind::choice,
                      "fail",
                      {"fail", "device-fallback", "io-fallback", "recovery"},
                      "what a write does that meets a bad block"},
                     {"poison",
                      ValueKind::choice,
                      "list",
                      {"list", "userfaultfd"},
                      "bad blocks that are listed, or pages that raise SIGBUS when touched"}};
  type.check = check_guarded;
  type.granule_bytes = guarded_path_granule;
  type.is_layer = false;
  return type;
}

}  // namespace pmembench
