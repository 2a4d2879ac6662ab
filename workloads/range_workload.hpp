// RangeWorkload: reads or writes ranges in the order of an iterator. Most workloads are one of
// these.
#pragma once

#include <memory>
#include <optional>

#include "workloads/access_pattern.hpp"
#include "workloads/stamped_buffer.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// What a batch does. load: into registers, no buffer is written. write_batch: copy all, flush all,
// drain once. persist: each range in turn.
enum class Transfer { read, load, load_nontemporal, write, write_batch, persist };
[[nodiscard]] Transfer transfer_of(const Parameters& parameters);

class RangeWorkload final : public Workload {
 public:
  struct Plan {
    dax_iter iter{};  // order and size; its buffer is filled in by prepare()
    Transfer transfer = Transfer::read;
    std::uint64_t batch = 1;
    bool shared = false;               // other threads may change what this one read
    std::uint64_t cell_seed = 0;       // stamps are equal in all threads of a cell
    std::unique_ptr<DrawTable> table;  // that iter walks over `region`, or null
    Region region;
  };
  RangeWorkload(Plan plan, Path& path) : plan_(std::move(plan)), path_(path), iter_(plan_.iter) {}

  Status prepare() override;
  void expect(std::uint64_t operations) override { expected_ = operations; }
  void refresh() override;
  Work run(std::uint64_t operations) override;
  std::string failure() const override;
  Status verify() override;

 private:
  [[nodiscard]] bool loads() const {
    return plan_.transfer == Transfer::load || plan_.transfer == Transfer::load_nontemporal;
  }
  Work run_batch(std::uint64_t operations);
  Work run_batches(std::uint64_t operations);
  std::int64_t transfer_batch();
  std::int64_t write_flush_drain();
  Status verify_writes();
  Status verify_reads();
  Status verify_loads();
  Status check_slot(std::uint64_t offset_bytes, std::span<const unsigned char> expected);
  Status check_batch_of_reads(dax_iter at, std::uint64_t count);
  Status check_batch_of_loads(dax_iter at, std::uint64_t count, std::uint64_t changed_byte);
  Result<std::uint64_t> stamp_last(dax_iter at, std::uint64_t count);
  [[nodiscard]] std::uint64_t sum_of(dax_iter at, std::uint64_t count);
  Status check_count_of_writes();
  [[nodiscard]] Status check_count(std::int64_t bytes, std::uint64_t count) const;

  Plan plan_;
  Path& path_;
  dax_iter iter_;
  dax_iter start_{};  // where the interval since the last refresh() began
  std::uint64_t interval_ = 0;
  std::uint64_t expected_ = DrawTable::kEntries;  // operations of the next interval
  std::uint64_t done_in_interval_ = 0;
  std::int64_t failed_ = 0;
  std::uint64_t loaded_ = 0;  // what load() computed in the interval (line_load.hpp)
  std::optional<StampedBuffer> buffer_;
  std::optional<StampedBuffer> found_;  // what verify() reads back
};

// The sentence for a path's negative errno.
[[nodiscard]] std::string path_failure(std::int64_t code, std::string_view what);

}  // namespace pmembench
