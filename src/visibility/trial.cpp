#include "visibility/trial.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "measure/quantile_interval.hpp"

namespace pmembench {
namespace {

constexpr double kConfidence = 0.95;
constexpr std::size_t kSampledMessages = 4096;
constexpr unsigned kLooksBetweenSignals = 16;
// So many looks take far longer than a message does: the writer has no CPU.
constexpr unsigned kLooksBeforePause = 512;

// Every so many messages one is kept, so that a series of any length gives a few thousand.
class SampledTimes {
 public:
  explicit SampledTimes(std::uint64_t tries)
      : every_(std::max<std::uint64_t>(1, tries / kSampledMessages)) {}
  void add(std::uint64_t message, double value) {
    if (message % every_ == 0) values_.push_back(value);
  }
  std::vector<double> take() { return std::move(values_); }

 private:
  std::uint64_t every_;
  std::vector<double> values_;
};

double difference_ns(std::uint64_t later, std::uint64_t earlier) {
  return later >= earlier ? static_cast<double>(later - earlier)
                          : -static_cast<double>(earlier - later);
}

}  // namespace

void VisibilityCounts::add(Sight sight) {
  ++tries;
  stale += sight == Sight::stale ? 1 : 0;
  torn += sight == Sight::torn ? 1 : 0;
  reordered += sight == Sight::reordered ? 1 : 0;
}

double upper_share(std::uint64_t wrong, std::uint64_t tries) {
  if (tries == 0) return 1;
  if (wrong == 0) return -std::expm1(std::log(1 - kConfidence) / static_cast<double>(tries));
  // One-sided: the upper end of the two-sided interval with twice the share outside.
  return rate_interval(wrong, tries, 2 * kConfidence - 1).high;
}

Result<WriterSide> run_writer(HostMemory& memory, StoreWay way, const WriterProgram& program,
                              const MessageLayout& layout, std::uint64_t tries, TrialSignal& signal,
                              const ReadClock& clock) {
  MessageWriter writer(memory, program, way, layout);
  SampledTimes publish_ns(tries);
  for (std::uint64_t message = 1; message <= tries; ++message) {
    // The reader posts the message that it is ready for.
    if (const Status ready = signal.await(message); !ready) return ready.error();
    writer.begin(message);
    const std::uint64_t begin_ns = clock();
    for (bool more = true; more;) more = writer.step(writer.flag_is_next() ? clock() : 0);
    publish_ns.add(message, difference_ns(clock(), begin_ns));
    if (const Status posted = signal.post(message); !posted) return posted.error();
  }
  return WriterSide{publish_ns.take()};
}

Result<ReaderSide> run_reader(HostMemory& memory, const ReaderProgram& program,
                              const MessageLayout& layout, std::uint64_t tries, TrialSignal& signal,
                              const ReadClock& clock) {
  MessageReader reader(memory, program, layout);
  ReaderSide side;
  SampledTimes load_ns(tries), sight_ns(tries);
  for (std::uint64_t message = 1; message <= tries; ++message) {
    reader.begin(message);
    if (const Status ready = signal.post(message); !ready) return ready.error();
    bool published = false, seen = false;
    std::uint64_t seen_ns = 0;
    for (unsigned looks = 1;; ++looks) {
      const std::uint64_t look_ns = clock();
      if (!seen && !published && looks % kLooksBetweenSignals == 0) {
        const Result<bool> posted = signal.posted(message);
        if (!posted) return posted.error();
        published = *posted;
        if (!published && looks % kLooksBeforePause == 0) signal.rest();
      }
      const bool done = reader.step(published);
      if (!seen && reader.saw_flag()) {
        seen = true;
        seen_ns = look_ns;
        sight_ns.add(message, difference_ns(clock(), reader.flag_time_ns()));
      }
      if (done) break;
    }
    if (seen) load_ns.add(message, difference_ns(clock(), seen_ns));
    side.counts.add(reader.sight());
    if (const Status ended = signal.await(message); !ended) return ended.error();
  }
  side.load_ns = load_ns.take();
  side.sight_ns = sight_ns.take();
  return side;
}

VisibilityCounts run_interleaved(HostMemory& writer_memory, HostMemory& reader_memory, StoreWay way,
                                 const WriterProgram& writer_program,
                                 const ReaderProgram& reader_program, const MessageLayout& layout,
                                 std::uint64_t tries, std::uint64_t seed) {
  MessageWriter writer(writer_memory, writer_program, way, layout);
  MessageReader reader(reader_memory, reader_program, layout);
  VisibilityCounts counts;
  Random random(seed);
  for (std::uint64_t message = 1; message <= tries; ++message) {
    reader.begin(message);
    writer.begin(message);
    // From a reader that looks all the time to one that comes when all is over.
    const double writer_share = random.unit();
    bool writing = true, reading = true;
    while (writing || reading) {
      const bool write = writing && (!reading || random.unit() < writer_share);
      if (write) {
        reader_memory.idle();
        writing = writer.step(message);
      } else {
        writer_memory.idle();
        reading = !reader.step(!writing);
      }
    }
    counts.add(reader.sight());
  }
  return counts;
}

}  // namespace pmembench
