#include "run/run_outlook.hpp"

namespace pmembench {

void RunOutlook::add(const CellOutlook& cell) {
  owed_ += cell.owed;
  if (!cell.open) return;
  ++(cell.to_come ? known_ : unknown_);
  to_come_ += cell.to_come.value_or(0);
}

void RunOutlook::remove(const CellOutlook& cell) {
  owed_ -= cell.owed;
  if (!cell.open) return;
  --(cell.to_come ? known_ : unknown_);
  to_come_ -= cell.to_come.value_or(0);
}

std::optional<double> RunOutlook::expected_to_come() const {
  if (open() == 0) return 0;
  if (known_ == 0) return std::nullopt;
  return static_cast<double>(to_come_) * static_cast<double>(open()) / static_cast<double>(known_);
}

}  // namespace pmembench
