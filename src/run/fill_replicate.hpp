// What a worker's closing answer says of a replicate: histogram, floor, details.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "record/replicate.hpp"
#include "plan/plan.hpp"
#include "run/protocol.hpp"

namespace pmembench {

// Of the kept slices, in order, where a cell has such: what the load moved, how late an open loop
// was at its end, and by what its slowest core was slower than at its best.
struct SliceNotes {
  std::vector<double> load_bytes_per_s, backlog_ns, core_slowdown;
};

// After the replicate's slices and their median are known. Error (runtime): a histogram that is
// damaged.
Status fill_from_worker(const CellDoneReply& done, const OpenedReply& opened, const Cell& cell,
                        const SliceNotes& notes, Replicate& replicate);

}  // namespace pmembench
