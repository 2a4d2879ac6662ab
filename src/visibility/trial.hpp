// Visibility trials: how many of N messages were seen wrong, and how long they took.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "measure/histogram.hpp"
#include "visibility/message.hpp"

namespace pmembench {

struct VisibilityCounts {
  std::uint64_t tries = 0, stale = 0, torn = 0, reordered = 0;
  [[nodiscard]] std::uint64_t wrong() const { return stale + torn + reordered; }
  void add(Sight sight);
};

// Of which none was seen in n tries: the largest share that 95 % of such series would still have
// shown (1 - 0.05^(1/n), the rule of three); of `wrong`, the upper end of Clopper and Pearson's
// one-sided interval.
[[nodiscard]] double upper_share(std::uint64_t wrong, std::uint64_t tries);

// The other side of a trial, outside of the memory that is tested: what is posted before it is
// waited for is ordered like a message of the network.
class TrialSignal {
 public:
  TrialSignal() = default;
  TrialSignal(const TrialSignal&) = delete;
  TrialSignal& operator=(const TrialSignal&) = delete;
  virtual ~TrialSignal() = default;
  virtual Status post(std::uint64_t message) = 0;
  // Has the other side posted this message, or a later one? Does not wait. The value is an error
  // if the other side is gone.
  virtual Result<bool> posted(std::uint64_t message) = 0;
  // Gives the CPU away for a moment: the other side may be waiting for it.
  virtual void rest() = 0;
  // Waits for it. Error (runtime): not within the limit, or the other side is gone.
  virtual Status await(std::uint64_t message) = 0;
};

using ReadClock = std::function<std::uint64_t()>;  // nanoseconds

struct WriterSide {
  std::vector<double> publish_ns;  // a sample of what one message takes to publish
};

struct ReaderSide {
  VisibilityCounts counts;
  std::vector<double> load_ns;   // a sample of what one message takes to load, once it is there
  std::vector<double> sight_ns;  // a sample: from the store of the flag to its sight, by two clocks
};

// `tries` messages, numbered from 1. Each waits until the reader is ready for the next message.
Result<WriterSide> run_writer(HostMemory& memory, StoreWay way, const WriterProgram& program,
                              const MessageLayout& layout, std::uint64_t tries, TrialSignal& signal,
                              const ReadClock& clock);
Result<ReaderSide> run_reader(HostMemory& memory, const ReaderProgram& program,
                              const MessageLayout& layout, std::uint64_t tries, TrialSignal& signal,
                              const ReadClock& clock);

// Both sides in one thread, their steps in an order that the seed draws: for models of memory,
// where all that matters is which step comes before which.
[[nodiscard]] VisibilityCounts run_interleaved(HostMemory& writer_memory, HostMemory& reader_memory,
                                               StoreWay way, const WriterProgram& writer,
                                               const ReaderProgram& reader,
                                               const MessageLayout& layout, std::uint64_t tries,
                                               std::uint64_t seed);

}  // namespace pmembench
