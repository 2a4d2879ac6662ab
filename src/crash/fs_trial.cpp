#include "crash/fs_trial.hpp"

#include <fmt/core.h>

#include <array>
#include <map>
#include <memory>

#include "base/check.hpp"
#include "base/random.hpp"
#include "crash/cut_subject.hpp"
#include "crash/fs_rig.hpp"
#include "crash/fs_shadow.hpp"
#include "crash/fs_work.hpp"
#include "fs/file_system.hpp"

namespace pmembench {
namespace {

using Image = std::vector<std::byte>;

std::string expectation(const FsTrialOptions& options) {
  return fmt::format(
      "after any crash it mounts, is clean, has every fsynced byte and whole names only{}",
      options.options.journal.empty() ? "" : " (with another journal procedure)");
}

// One sequence until the cut, and what must be there after it.
struct Crash {
  FsShadow shadow;
  ShadowNames before;
  Resize resize;
  std::uint64_t events = 0;
};

class Trial {
 public:
  Trial(const FsTrialOptions& options, CrashOutcome& outcome)
      : options_(options), outcome_(outcome), random_(mix_seed(options.seed)) {}

  Status prepare() {
    auto rig = FsRig::make(rig_options(), Image(FsRig::kDeviceBytes));
    if (!rig) return rig.error();
    FormatOptions format;
    format.inodes = 40;
    if (Status made = FileSystem::format(rig->source, format); !made) return made;
    empty_ = rig->memory->image(random_);
    return {};
  }

  // The same `seed` does the same work. Cut at event `cut`.
  Result<FsRig> work_until(std::uint64_t seed, std::uint64_t cut, Crash& crash) {
    auto rig = FsRig::make(rig_options(), empty_);
    if (!rig) return rig;
    auto mounted = FileSystem::mount(rig->source, options_.options);
    if (!mounted) return mounted.error();
    CrashDevice& memory = *rig->memory;
    const std::uint64_t start = memory.events();
    if (cut != UINT64_MAX) memory.cut_power_at(start + cut);
    Random random(seed);
    auto files = (*mounted)->thread();
    FsWork work(*files, crash.shadow, random);
    for (std::uint32_t i = 0; i < options_.operations; ++i) {
      work.acknowledge = nullptr;
      if (!work.step()) return runtime_error("operation {} of seed {} fails", i, seed);
      crash.before = work.before;
      crash.resize = work.resize;
      if (memory.events() - start > cut) break;  // the operation in flight
      if (work.acknowledge) work.acknowledge();
      crash.before = crash.shadow.names;
      crash.resize = {};
    }
    crash.events = memory.events() - start;
    return rig;
  }

  // Before the power can go: the first operations up to `last`, which returned or is in flight.
  Status replay(std::uint64_t seed, std::uint64_t last, bool returned, std::uint64_t largest_write,
                Crash& crash) {
    auto rig = FsRig::make(rig_options(), empty_);
    if (!rig) return rig.error();
    auto mounted = FileSystem::mount(rig->source, options_.options);
    if (!mounted) return mounted.error();
    Random random(seed);
    auto files = (*mounted)->thread();
    FsWork work(*files, crash.shadow, random);
    work.largest_write = largest_write;
    for (std::uint64_t i = 0; i <= last; ++i) {
      work.acknowledge = nullptr;
      if (!work.step()) return runtime_error("operation {} of seed {} fails", i, seed);
      crash.before = work.before;
      crash.resize = work.resize;
      if (i == last && !returned) break;
      if (work.acknowledge) work.acknowledge();
      crash.before = crash.shadow.names;
      crash.resize = {};
    }
    return {};
  }

  // What is there after the reboot.
  void look_at(const Image& image, const Crash& crash, bool cut_again) {
    ++outcome_.crashes;
    const Image rest = cut_again ? after_another_cut(image) : image;
    auto rig = FsRig::make(rig_options(), rest);
    if (!rig) return broken(rig.error().message);
    auto mounted = FileSystem::mount(rig->source, {});
    if (!mounted) return broken(mounted.error().message);
    auto files = (*mounted)->thread();
    const Expected expected{crash.before, crash.shadow.names, crash.resize, options_.whole_blocks};
    if (!look_at_files(*files, expected, outcome_)) return;
    const int file = files->open("/after", FileSystemThread::kCreate);
    const std::array<std::byte, 100> some{};
    if (file < 0 || files->append(file, some) != 100 || files->fsync(file) < 0) {
      return broken("it cannot be written to after the crash");
    }
    files.reset();
    if (const Status done = (*mounted)->unmount(); !done) return broken(done.error().message);
    const auto problems = check_file_system(rig->source);
    if (!problems) return broken(problems.error().message);
    if (!problems->empty()) broken(problems->front());
  }

  Random& random() { return random_; }

 private:
  [[nodiscard]] FsRigOptions rig_options() const {
    return {options_.mount, options_.sector_bytes, options_.needs_flush, options_.stack};
  }
  // The power goes again in the middle of the recovery.
  Image after_another_cut(const Image& image) {
    auto rig = FsRig::make(rig_options(), image);
    if (!rig) return image;
    CrashDevice& memory = *rig->memory;
    memory.cut_power_at(memory.events() + random_.below(12));
    static_cast<void>(FileSystem::mount(rig->source, {}));
    return memory.image(random_);
  }
  void broken(const std::string& why) {
    ++outcome_.broken_invariants;
    if (outcome_.example.empty()) outcome_.example = why;
  }
  const FsTrialOptions& options_;
  CrashOutcome& outcome_;
  Random random_;
  Image empty_;
};

CrashOutcome new_outcome(const FsTrialOptions& options) {
  static constexpr std::array<const char*, 3> kNames = {"fs-dax", "fs-block", "fs-mixed"};
  CrashOutcome outcome;
  outcome.target = kNames[static_cast<std::size_t>(options.mount)];
  outcome.expected = expectation(options);
  return outcome;
}

void conclude(CrashOutcome& outcome) {
  outcome.holds = outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged +
                      outcome.broken_invariants ==
                  0;
}

// Each instruction of it is watched, so it is short.
class FsSubject final : public CutSubject {
 public:
  explicit FsSubject(std::uint64_t seed) : seed_(mix_seed(seed)) {}
  [[nodiscard]] std::uint64_t device_bytes() const override { return FsRig::kDeviceBytes; }
  Status prepare(DaxDevice& device) override {
    MountSource source;
    source.dax = &device;
    FormatOptions format;
    format.inodes = 40;
    return FileSystem::format(source, format);
  }
  Status work(DaxDevice& device, const Mark& before, const Mark& after) override {
    MountSource source;
    source.dax = &device;
    auto mounted = FileSystem::mount(source, {});
    if (!mounted) return mounted.error();
    FsShadow shadow;
    Random random(seed_);
    auto files = (*mounted)->thread();
    FsWork work(*files, shadow, random);
    work.largest_write = kLargestWrite;
    for (std::uint64_t i = 0; i < kOperations; ++i) {
      work.acknowledge = nullptr;
      before(i);
      const bool done = work.step();
      after(i);
      if (!done) return runtime_error("operation {} of the file system fails", i);
      if (work.acknowledge) work.acknowledge();
    }
    return {};
  }
  void look_at(std::span<const std::byte> image, std::uint64_t operation, bool returned,
               CrashOutcome& outcome) override {
    Trial trial(options_, outcome);
    const auto key = std::pair(operation, returned);
    auto found = crashes_.find(key);
    if (found == crashes_.end()) {
      found = crashes_.try_emplace(key).first;
      Status ready = trial.prepare();
      if (ready) ready = trial.replay(seed_, operation, returned, kLargestWrite, found->second);
      PMB_CHECK(ready.has_value(), "what ran on the device runs in memory too");
    }
    trial.look_at(Image(image.begin(), image.end()), found->second, false);
  }

 private:
  static constexpr std::uint64_t kOperations = 12;
  static constexpr std::uint64_t kLargestWrite = 400;
  std::uint64_t seed_;
  FsTrialOptions options_;
  std::map<std::pair<std::uint64_t, bool>, Crash> crashes_;
};

}  // namespace

std::unique_ptr<CutSubject> make_fs_subject(std::uint64_t seed) {
  return std::make_unique<FsSubject>(seed);
}

Result<CrashOutcome> try_fs_crashes(const FsTrialOptions& options) {
  CrashOutcome outcome = new_outcome(options);
  Trial trial(options, outcome);
  if (Status ready = trial.prepare(); !ready) return ready.error();
  for (std::uint64_t i = 0; i < options.crashes; ++i) {
    const std::uint64_t seed = mix_seed(options.seed + i);
    Crash whole, crash;
    const auto all = trial.work_until(seed, UINT64_MAX, whole);
    if (!all) return all.error();
    const std::uint64_t cut = trial.random().below(whole.events + 1);
    const auto rig = trial.work_until(seed, cut, crash);
    if (!rig) return rig.error();
    const bool clean = outcome.example.empty();
    trial.look_at(rig->memory->image(trial.random()), crash, trial.random().below(3) == 0);
    if (clean && !outcome.example.empty()) {
      outcome.example = fmt::format("seed {}, sequence {}, event {} of {}: {}", options.seed, i,
                                    cut, whole.events, outcome.example);
    }
  }
  conclude(outcome);
  return outcome;
}

Result<CrashOutcome> try_every_fs_crash(const FsTrialOptions& options, std::uint64_t images) {
  CrashOutcome outcome = new_outcome(options);
  Trial trial(options, outcome);
  if (Status ready = trial.prepare(); !ready) return ready.error();
  Crash whole;
  if (const auto all = trial.work_until(options.seed, UINT64_MAX, whole); !all) return all.error();
  for (std::uint64_t cut = 0; cut <= whole.events; ++cut) {
    Crash crash;
    const auto rig = trial.work_until(options.seed, cut, crash);
    if (!rig) return rig.error();
    const auto look = [&](std::span<const std::byte> image) {
      trial.look_at(Image(image.begin(), image.end()), crash, false);
      return true;
    };
    if (rig->memory->for_each_image(images, look)) continue;
    for (std::uint64_t i = 0; i < images; ++i) look(rig->memory->image(trial.random()));
  }
  conclude(outcome);
  return outcome;
}

}  // namespace pmembench
