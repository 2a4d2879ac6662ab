// Workload: what is done. It sees a path and its parameters: no clock, no histogram, no backend.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "workloads/parameter_spec.hpp"
#include "workloads/path.hpp"

namespace pmembench {

// The place of one thread in a cell.
struct ThreadPosition {
  unsigned index = 0;
  unsigned count = 1;
  std::uint64_t cell_seed = 0;  // as in the row; each thread derives its own from it
  [[nodiscard]] std::uint64_t thread_seed() const;
};

// What one call of run() did, for proof and for reckoning.
struct Work {
  std::uint64_t operations = 0;
  std::uint64_t bytes = 0;
};

// One thread's instance. All methods on the thread that measures; prepare and verify are untimed.
class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;
  // Makes buffers, tables, fills what will be read. Once, before the first run().
  virtual Status prepare() = 0;
  // Before refresh(), of a workload with several turns: which of them the next interval is.
  virtual void take_turn(unsigned turn) { (void)turn; }
  // Before refresh(): how many operations the next interval will have, about.
  virtual void expect(std::uint64_t operations) { (void)operations; }
  // Between two timed intervals, untimed: refresh tables, stamp the buffer again.
  virtual void refresh() {}
  // Does `operations` operations. Timed: no allocation, no lock, no system call except those of the
  // path. Less than asked means that the path failed; failure() then says how.
  virtual Work run(std::uint64_t operations) = 0;
  // The path's negative errno that ended run(), as a sentence; empty while all went well.
  [[nodiscard]] virtual std::string failure() const = 0;
  // Checks the bytes that the runs since the last refresh() wrote or read, and a sample of single
  // operations. An error is a wrong byte: names offset, expected, found.
  virtual Status verify() = 0;
  // What else it found out, after verify(): summed over the threads of a cell, shares (by their
  // name, "..._share") averaged. Names are the row's.
  [[nodiscard]] virtual std::map<std::string, double> figures() const { return {}; }
};

// The figure of a workload that reads and writes: of the bytes of its operations, those that it
// wrote. What is stored for a byte asked counts by it.
inline constexpr const char* kWrittenShare = "written_share";
[[nodiscard]] inline std::map<std::string, double> written_share_of(std::uint64_t written_bytes,
                                                                    std::uint64_t read_bytes) {
  if (written_bytes + read_bytes == 0) return {};
  return {{kWrittenShare,
           static_cast<double>(written_bytes) / static_cast<double>(written_bytes + read_bytes)}};
}

// What `list workloads` shows and how an instance is made.
struct WorkloadType {
  std::string_view name;
  std::string_view summary;
  bool needs_mapping =
      false;  // works on addresses (of files where it needs those): only paths that have them
  bool dependent = false;  // each operation waits for the one before: latency = time / operations
  std::vector<ParameterSpec> parameters;
  // Does the cell write, and is each operation durable when it returns?
  std::function<bool(const Parameters&)> writes;
  std::function<bool(const Parameters&)> durable;
  // Refuses parameters that do not fit together or do not fit `range_bytes` (usage error).
  std::function<Status(const Parameters&, std::uint64_t device_bytes, unsigned threads)> check;
  std::function<std::unique_ptr<Workload>(const Parameters&, Path&, const ThreadPosition&)> make;
  bool needs_files = false;  // works on path.files(): only paths that lead through a file system
  // Thread 0 probes by addresses while the others load by the path, all for a stated time and at a
  // stated pace (src/run/loaded_session).
  bool paced = false;
  // Thread 0 kills the device while the others use it, again and again (src/run/life_trial).
  bool lives = false;
  // Each thread does what its group does until the slice is over (workloads/groups.hpp).
  bool groups = false;
  // Uses path.zero(), as far as its parameters say.
  std::function<bool(const Parameters&)> zeroes = nullptr;
  // Moves single words: no path or backend of whole sectors.
  bool moves_words = false;
  // Thread 0 prepares what the others are timed with, in refresh(): its own operations are not
  // counted. A cell has two threads or more.
  bool first_serves = false;
  // Operations of a slice and thread, where the workload says how many there are; 0 or null: as
  // many as fit the time.
  std::function<std::uint64_t(const Parameters&)> operations_a_slice = nullptr;
  // Operations of a round: as many as fit the time are rounded up to whole ones, so that each slice
  // has the same of every kind. Null: 1.
  std::function<std::uint64_t(const Parameters&)> operations_a_round = nullptr;
  // Variants whose slices take turns on one mapping, so that they differ in nothing else: slice i
  // of a replicate is of turn i modulo their number. Null: one.
  std::function<unsigned(const Parameters&)> turns = nullptr;
  // Are its writes names alone (files made, removed, renamed), so that they are durable when they
  // return on a path whose file system commits names before it returns? Null: they are not.
  std::function<bool(const Parameters&)> only_names = nullptr;
  // Is all that it does at addresses of its own reported to a simulated memory, and does no thread
  // wait for another? Null: it is not.
  std::function<bool(const Parameters&)> simulated = nullptr;
};

// How many of a cell's threads have operations that count: where one probes, kills or loads what
// another has, it is one.
[[nodiscard]] unsigned counted_threads(std::string_view workload, unsigned threads);

// All workloads, in the order of `list workloads`: workload_list.cpp, one line each.
const std::vector<WorkloadType>& workload_list();
// Null where there is none of that name.
const WorkloadType* find_workload(std::string_view name);

}  // namespace pmembench
