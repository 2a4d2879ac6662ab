#include "block/partition.hpp"

#include <cerrno>
#include <utility>

#include "block/requests.hpp"
#include "block/session_counts.hpp"

namespace pmembench {
namespace {

struct Extent {
  std::uint64_t offset_bytes;
  std::uint64_t size_bytes;
  std::uint32_t sector_bytes;
};

class PartitionSession final : public BlockSession {
 public:
  PartitionSession(std::unique_ptr<BlockSession> whole, const Extent& extent, SessionCount& count)
      : whole_(std::move(whole)), extent_(extent), count_(count) {}

  std::int64_t read(dax_iter& iter) override {
    return inside(iter, count_.sectors_read,
                  [this](dax_iter& moved) { return whole_->read(moved); });
  }
  std::int64_t write(dax_iter& iter) override {
    return inside(iter, count_.sectors_written,
                  [this](dax_iter& moved) { return whole_->write(moved); });
  }
  std::int64_t write_fua(dax_iter& iter) override {
    const std::uint64_t asked = iter.count;
    const std::int64_t done = inside(iter, count_.sectors_written,
                                     [this](dax_iter& moved) { return whole_->write_fua(moved); });
    SessionCount::bump(count_.flushes, asked - iter.count);
    return done;
  }
  int flush() override {
    const int status = whole_->flush();
    if (status == 0) SessionCount::bump(count_.flushes, 1);
    return status;
  }

 private:
  // The batch at the offsets of the whole device; one by one if it could reach beyond the end of
  // the partition, where the sectors of others begin.
  template <typename Transfer>
  std::int64_t inside(dax_iter& iter, std::atomic<std::uint64_t>& counter, Transfer transfer) {
    std::int64_t done = 0;
    if (lies_within(iter, extent_.size_bytes)) {
      iter.offset_bytes += extent_.offset_bytes;
      done = transfer(iter);
      iter.offset_bytes -= extent_.offset_bytes;
    } else {
      done = each_request(iter, extent_.sector_bytes, extent_.size_bytes,
                          [&](std::uint64_t offset) { return single(iter, offset, transfer); });
    }
    if (done > 0) {
      SessionCount::bump(counter,
                         static_cast<std::uint64_t>(done) >> __builtin_ctz(extent_.sector_bytes));
    }
    return done;
  }
  template <typename Transfer>
  int single(const dax_iter& iter, std::uint64_t offset, Transfer transfer) {
    dax_iter one = iter;
    one.slots = 1;
    one.table = nullptr;
    one.count = 1;
    one.offset_bytes = extent_.offset_bytes + offset;
    const std::int64_t done = transfer(one);
    return done < 0 ? static_cast<int>(done) : 0;
  }

  std::unique_ptr<BlockSession> whole_;
  Extent extent_;
  SessionCount& count_;
};

class Partition final : public BlockDevice {
 public:
  Partition(BlockDevice& whole, const Extent& extent) : whole_(whole), extent_(extent) {}

  std::uint32_t sector_bytes() const override { return extent_.sector_bytes; }
  std::uint64_t size_bytes() const override { return extent_.size_bytes; }
  bool atomic_sectors() const override { return whole_.atomic_sectors(); }
  std::unique_ptr<BlockSession> session() override {
    return std::make_unique<PartitionSession>(whole_.session(), extent_, *counts_.add().count);
  }
  std::map<std::string, std::uint64_t> counters() const override {
    std::map<std::string, std::uint64_t> counters = counts_.sum();
    counters.merge(whole_.counters());  // what it counts beyond sectors and flushes
    return counters;
  }
  DaxDevice& below() override { return whole_.below(); }
  Result<DaxBeneath> dax() override {
    Result<DaxBeneath> beneath = whole_.dax();
    if (!beneath) return beneath;
    if (extent_.offset_bytes % DAX_PAGE_BYTES != 0 || extent_.size_bytes % DAX_PAGE_BYTES != 0) {
      return usage_error(
          "the partition gives no dax device: its {} bytes from byte {} on are not whole pages of "
          "{} bytes; align both",
          extent_.size_bytes, extent_.offset_bytes, DAX_PAGE_BYTES);
    }
    beneath->offset_bytes += extent_.offset_bytes;
    return beneath;
  }

 private:
  BlockDevice& whole_;
  Extent extent_;
  SessionCounts counts_;
};

}  // namespace

Result<std::unique_ptr<BlockDevice>> make_partition(BlockDevice& whole, std::uint64_t start_sector,
                                                    std::uint64_t sectors) {
  const std::uint32_t sector = whole.sector_bytes();
  const std::uint64_t all = whole.size_bytes() / sector;
  if (sectors == 0 || start_sector > all || sectors > all - start_sector) {
    return usage_error(
        "a partition of {} sectors from sector {} on is not inside a block device of {}; give "
        "others",
        sectors, start_sector, all);
  }
  const Extent extent{start_sector * sector, sectors * sector, sector};
  return std::unique_ptr<BlockDevice>(std::make_unique<Partition>(whole, extent));
}

}  // namespace pmembench
