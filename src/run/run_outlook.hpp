// RunOutlook: what a run still owes and expects, kept up to date cell by cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pmembench {

// What one cell adds to it.
struct CellOutlook {
  bool open = false;                // wants more replicates
  std::uint64_t owed = 0;           // replicates below the minimum
  std::optional<unsigned> to_come;  // replicates that it is expected to take; absent: not known yet
};

// A run asks at every replicate of every cell: sums, so that an answer costs the same however many
// cells there are. Used by one thread.
class RunOutlook {
 public:
  void add(const CellOutlook& cell);
  void remove(const CellOutlook& cell);
  [[nodiscard]] std::size_t open() const { return known_ + unknown_; }
  [[nodiscard]] std::uint64_t owed() const { return owed_; }
  // Replicates that the open cells will still have; those of which nothing is known as the others
  // on average. Absent while nothing is known of any.
  [[nodiscard]] std::optional<double> expected_to_come() const;

 private:
  std::size_t known_ = 0, unknown_ = 0;  // open cells
  std::uint64_t owed_ = 0, to_come_ = 0;
};

}  // namespace pmembench
