#include "crash/replay_trial.hpp"

#include <fmt/core.h>

#include <memory>
#include <vector>

#include "base/random.hpp"
#include "crash/fs_rig.hpp"
#include "crash/fs_shadow.hpp"
#include "crash/fs_work.hpp"
#include "dax/crash_device.hpp"
#include "dax/logwrites.hpp"
#include "fs/file_system.hpp"

namespace pmembench {
namespace {

constexpr std::uint32_t kOperationsOfReplay = 30;
constexpr std::uint64_t kLogBytes = std::uint64_t{8} << 20;

// A crash device whose power never goes, as a device that can be owned.
struct OwnedMemory final : DeviceBacking {
  explicit OwnedMemory(CrashDevice with) : memory(std::move(with)) {}
  CrashDevice memory;
};

Result<std::unique_ptr<DaxDevice>> plain_memory(std::uint64_t size_bytes) {
  auto made = CrashDevice::make({.size_bytes = size_bytes, .needs_flush = false});
  if (!made) return made.error();
  auto owned = std::make_unique<OwnedMemory>(*std::move(made));
  DaxDevice& inner = owned->memory.device();
  DeviceFacts facts = inner.facts();
  return DaxDevice::allocate(std::move(facts), inner.operations(), inner.handle(),
                             std::move(owned));
}

class ReplayTrial {
 public:
  ReplayTrial(const ReplayTrialOptions& options, CrashOutcome& outcome)
      : options_(options), outcome_(outcome) {}

  // One sequence of operations; after each of them the marks that it made.
  Status sequence(std::uint64_t seed) {
    auto device = plain_memory(FsRig::kDeviceBytes);
    auto log = plain_memory(kLogBytes);
    if (!device) return device.error();
    if (!log) return log.error();
    DaxDevice& log_device = **log;
    auto top = make_logwrites("logwrites", *std::move(device), *std::move(log));
    if (!top) return top.error();
    auto replayed = CrashDevice::make({.size_bytes = FsRig::kDeviceBytes, .needs_flush = false});
    if (!replayed) return replayed.error();
    MountSource source;
    source.dax = top->get();
    FormatOptions format;
    format.inodes = 40;
    if (Status made = FileSystem::format(source, format); !made) return made;
    auto mounted = FileSystem::mount(source, {});
    if (!mounted) return mounted.error();
    auto files = (*mounted)->thread();
    FsShadow shadow;
    Random random(seed);
    FsWork work(*files, shadow, random);
    // A replay begins with an empty device each time a log is read: the marks are looked at in
    // their order, so each is replayed once.
    std::uint64_t seen = (*top)->counters().drains;
    for (std::uint32_t i = 0; i < kOperationsOfReplay && outcome_.crashes < options_.marks; ++i) {
      work.acknowledge = nullptr;
      if (!work.step()) return runtime_error("operation {} of seed {} fails", i, seed);
      auto read = WriteLog::read(log_device);
      if (!read) return read.error();
      const std::uint64_t marks = read->marks();
      for (std::uint64_t mark = seen + 1; mark <= marks; ++mark) {
        // The last mark of an operation is there before it returns: it may still be in flight.
        const Expected expected{work.before, shadow.names, work.resize, false};
        look_at_mark(*read, mark, *replayed, expected, i);
      }
      seen = marks;
      if (work.acknowledge) work.acknowledge();
      if (marks == 0 || outcome_.crashes >= options_.marks) continue;
      const Expected expected{shadow.names, shadow.names, {}, false};
      look_at_mark(*read, marks, *replayed, expected, i);
    }
    return {};
  }

 private:
  void look_at_mark(WriteLog& log, std::uint64_t mark, CrashDevice& replayed,
                    const Expected& expected, std::uint32_t operation) {
    if (outcome_.crashes >= options_.marks) return;
    ++outcome_.crashes;
    const bool clean = outcome_.example.empty();
    look(log, mark, replayed, expected);
    if (!clean || outcome_.example.empty()) return;
    outcome_.example = fmt::format("seed {}, operation {}, mark {} of {}: {}", options_.seed,
                                   operation, mark, log.marks(), outcome_.example);
  }

  void look(WriteLog& log, std::uint64_t mark, CrashDevice& replayed, const Expected& expected) {
    if (const Status done = log.replay(mark, replayed.device()); !done) {
      return broken(done.error().message);
    }
    // A mount writes, so it has a copy.
    Random nothing_random(1);
    FsRigOptions options;
    options.needs_flush = false;
    auto rig = FsRig::make(options, replayed.image(nothing_random));
    if (!rig) return broken(rig.error().message);
    auto mounted = FileSystem::mount(rig->source, {});
    if (!mounted) return broken(mounted.error().message);
    auto files = (*mounted)->thread();
    if (!look_at_files(*files, expected, outcome_)) return;
    files.reset();
    if (const Status done = (*mounted)->unmount(); !done) return broken(done.error().message);
    const auto problems = check_file_system(rig->source);
    if (!problems) return broken(problems.error().message);
    if (!problems->empty()) broken(problems->front());
  }

  void broken(const std::string& why) {
    ++outcome_.broken_invariants;
    if (outcome_.example.empty()) outcome_.example = why;
  }

  const ReplayTrialOptions& options_;
  CrashOutcome& outcome_;
};

}  // namespace

Result<CrashOutcome> try_replays(const ReplayTrialOptions& options) {
  CrashOutcome outcome;
  outcome.target = "fs-logwrites";
  outcome.expected =
      "the log replayed to any mark mounts, is clean, has every fsynced byte and whole names only";
  ReplayTrial trial(options, outcome);
  for (std::uint64_t i = 0; outcome.crashes < options.marks; ++i) {
    if (Status done = trial.sequence(mix_seed(options.seed + i)); !done) return done.error();
  }
  outcome.holds = outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged +
                      outcome.broken_invariants ==
                  0;
  return outcome;
}

}  // namespace pmembench
