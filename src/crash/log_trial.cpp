#include "crash/log_trial.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/checksum.hpp"
#include "base/random.hpp"
#include "crash/cut_subject.hpp"

namespace pmembench {
namespace {

using Image = std::vector<std::byte>;

constexpr const char* kLog = "/log";

// Record number `sequence`: its number, its checksum, and what follows from the number. Numbers
// begin with 1, so that zeroes are not a record.
void write_record(std::uint64_t sequence, std::span<std::byte> record) {
  Random random(mix_seed(sequence));
  for (std::byte& byte : record) byte = static_cast<std::byte>(random());
  const std::uint64_t check = checksum(record.subspan(16), sequence);
  std::memcpy(record.data(), &sequence, sizeof sequence);
  std::memcpy(record.data() + sizeof sequence, &check, sizeof check);
}

// Its number where it is whole; 0: no record.
std::uint64_t read_record(std::span<const std::byte> record) {
  std::uint64_t sequence = 0, check = 0;
  std::memcpy(&sequence, record.data(), sizeof sequence);
  std::memcpy(&check, record.data() + sizeof sequence, sizeof check);
  return sequence != 0 && check == checksum(record.subspan(16), sequence) ? sequence : 0;
}

class LogTrial {
 public:
  LogTrial(const LogTrialOptions& options, CrashOutcome& outcome)
      : options_(options), outcome_(outcome), random_(mix_seed(options.seed)) {}

  Status prepare() {
    auto rig = FsRig::make(options_.rig, Image(FsRig::kDeviceBytes));
    if (!rig) return rig.error();
    FormatOptions format;
    format.inodes = 40;
    if (Status made = FileSystem::format(rig->source, format); !made) return made;
    empty_ = rig->memory->image(random_);
    return {};
  }

  // The device that is watched instead.
  Status work(DaxDevice& device, const CutSubject::Mark& before, const CutSubject::Mark& after) {
    MountSource source;
    source.dax = &device;
    auto mounted = FileSystem::mount(source, {});
    if (!mounted) return mounted.error();
    const auto files = (*mounted)->thread();
    const int log = files->open(kLog, FileSystemThread::kCreate);
    if (log < 0) return runtime_error("no log can be made");
    for (std::uint32_t i = 0; i < options_.groups; ++i) {
      before(i);
      const bool done = commit_group(*files, log);
      after(i);
      if (!done) return runtime_error("group {} cannot be written", i);
    }
    return {};
  }
  void look_at(const Image& image, std::uint64_t operation, bool returned) {
    ++outcome_.crashes;
    written_ = (operation + 1) * options_.group;
    acknowledged_ = (operation + (returned ? 1 : 0)) * options_.group;
    look_at(image);
  }

  Status crash() {
    std::uint64_t events = 0;
    auto whole = work_until(UINT64_MAX, &events);
    if (!whole) return whole.error();
    auto rig = work_until(random_.below(events + 1), &events);
    if (!rig) return rig.error();
    ++outcome_.crashes;
    look_at(rig->memory->image(random_));
    return {};
  }

 private:
  [[nodiscard]] std::uint64_t group_bytes() const {
    return std::uint64_t{options_.group} * options_.record_bytes;
  }

  // The power goes at event `cut`; `events` is how many there were.
  Result<FsRig> work_until(std::uint64_t cut, std::uint64_t* events) {
    acknowledged_ = written_ = 0;
    auto rig = FsRig::make(options_.rig, empty_);
    if (!rig) return rig;
    auto mounted = FileSystem::mount(rig->source, {});
    if (!mounted) return mounted.error();
    const auto files = (*mounted)->thread();
    const int log = files->open(kLog, FileSystemThread::kCreate);
    const std::uint64_t log_bytes = options_.groups * group_bytes();
    const bool made =
        log >= 0 && (!options_.preallocated || files->preallocate(log, log_bytes) == 0);
    if (!made) return runtime_error("no log of {} bytes can be made", log_bytes);
    CrashDevice& memory = *rig->memory;
    const std::uint64_t start = memory.events();
    if (cut != UINT64_MAX) memory.cut_power_at(start + cut);
    for (std::uint32_t i = 0; i < options_.groups && memory.events() - start <= cut; ++i) {
      if (!commit_group(*files, log)) return runtime_error("group {} cannot be written", i);
      if (memory.events() - start <= cut) acknowledged_ = written_;
    }
    *events = memory.events() - start;
    return rig;
  }

  bool commit_group(FileSystemThread& files, int log) {
    Image group(group_bytes());
    for (std::size_t at = 0; at < group.size(); at += options_.record_bytes) {
      write_record(++written_, std::span(group).subspan(at, options_.record_bytes));
    }
    const std::uint64_t end = written_ * options_.record_bytes;
    const auto size = static_cast<std::int64_t>(group.size());
    const bool put = options_.preallocated
                         ? files.write(log, end - group.size(), group) == size
                         : files.append(log, group) == static_cast<std::int64_t>(end);
    return put && (!options_.commits || files.fsync(log) == 0);
  }

  void look_at(const Image& image) {
    auto rig = FsRig::make(options_.rig, image);
    auto mounted = rig ? FileSystem::mount(rig->source, {}) : rig.error();
    if (!mounted) return note(outcome_.broken_invariants, mounted.error().message);
    const auto files = (*mounted)->thread();
    FileStatus status;
    const int log = files->open(kLog, 0);
    if (log < 0 || files->stat(kLog, status) < 0) {
      return note(outcome_.acknowledged_lost, "the log is gone");
    }
    Image bytes(status.size_bytes);
    if (files->read(log, 0, bytes) != static_cast<std::int64_t>(bytes.size())) {
      return note(outcome_.acknowledged_lost, "the log cannot be read");
    }
    judge(bytes);
  }

  void judge(std::span<const std::byte> bytes) {
    const std::uint64_t slots = bytes.size() / options_.record_bytes;
    std::uint64_t read = 0;
    while (read < slots) {
      const auto record = bytes.subspan(read * options_.record_bytes, options_.record_bytes);
      const std::uint64_t sequence = read_record(record);
      if (sequence == 0) break;
      if (sequence != ++read) {
        return note(outcome_.neighbours_damaged,
                    fmt::format("record {} stands in place {}", sequence, read));
      }
    }
    if (read < acknowledged_) {
      return note(outcome_.acknowledged_lost,
                  fmt::format("{} records are there of {} acknowledged", read, acknowledged_));
    }
    if (read > written_) {
      return note(outcome_.neighbours_damaged, "there are more records than were written");
    }
    const bool all = slots == read && bytes.size() % options_.record_bytes == 0;
    if (!options_.preallocated && !all) {
      note(outcome_.torn,
           fmt::format("of {} records before the end of the log {} are whole", slots, read));
    }
  }

  void note(std::uint64_t& count, const std::string& why) {
    ++count;
    if (outcome_.example.empty()) outcome_.example = why;
  }

  const LogTrialOptions& options_;
  CrashOutcome& outcome_;
  Random random_;
  Image empty_;
  std::uint64_t written_ = 0;       // records, of the sequence that was cut last
  std::uint64_t acknowledged_ = 0;  // of them, before the power went
};

class LogSubject final : public CutSubject {
 public:
  explicit LogSubject(std::uint64_t seed) {
    options_.seed = seed;
    options_.groups = 8;
  }
  [[nodiscard]] std::uint64_t device_bytes() const override { return FsRig::kDeviceBytes; }
  Status prepare(DaxDevice& device) override {
    MountSource source;
    source.dax = &device;
    FormatOptions format;
    format.inodes = 40;
    return FileSystem::format(source, format);
  }
  Status work(DaxDevice& device, const Mark& before, const Mark& after) override {
    CrashOutcome unused;
    return LogTrial(options_, unused).work(device, before, after);
  }
  void look_at(std::span<const std::byte> image, std::uint64_t operation, bool returned,
               CrashOutcome& outcome) override {
    LogTrial(options_, outcome).look_at(Image(image.begin(), image.end()), operation, returned);
  }

 private:
  LogTrialOptions options_;
};

}  // namespace

std::unique_ptr<CutSubject> make_log_subject(std::uint64_t seed) {
  return std::make_unique<LogSubject>(seed);
}

Result<CrashOutcome> try_log_crashes(const LogTrialOptions& options) {
  CrashOutcome outcome;
  outcome.target = "log";
  outcome.expected = "after any crash every acknowledged record is there, whole and in order";
  LogTrial trial(options, outcome);
  if (Status ready = trial.prepare(); !ready) return ready.error();
  for (std::uint64_t i = 0; i < options.crashes; ++i) {
    if (Status done = trial.crash(); !done) return done.error();
  }
  outcome.holds = outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged +
                      outcome.broken_invariants ==
                  0;
  return outcome;
}

}  // namespace pmembench
