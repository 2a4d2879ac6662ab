#include "crash/block_trial.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/random.hpp"
#include "block/block_device.hpp"
#include "crash/cut_subject.hpp"
#include "crash/sector_log.hpp"
#include "dax/crash_device.hpp"

namespace pmembench {
namespace {

constexpr std::uint32_t kTrialSectorBytes = 512;
constexpr std::uint64_t kMostSectors = 8;  // that are written: collisions must be common
constexpr std::uint64_t kEventsBeforeCut = 240;
constexpr std::uint64_t kMostSectorsOfRequest = 3;
constexpr int kWritesAfterRecovery = 12;
constexpr std::uint64_t kEventsEnumerated = 120;
constexpr std::uint64_t kImagesOfACut = 2'000;
constexpr int kSamplesOfACut = 100;

// What one crash showed; each is counted once for it.
struct Damage {
  bool torn = false, lost = false, neighbours = false, broken = false;
  std::string example;
  void break_it(std::string why) {
    broken = true;
    if (example.empty()) example = std::move(why);
  }
};

void add(CrashOutcome& outcome, const Damage& damage) {
  ++outcome.crashes;
  outcome.torn += damage.torn ? 1 : 0;
  outcome.acknowledged_lost += damage.lost ? 1 : 0;
  outcome.neighbours_damaged += damage.neighbours ? 1 : 0;
  outcome.broken_invariants += damage.broken ? 1 : 0;
  if (outcome.example.empty()) outcome.example = damage.example;
}

// One life of the device between two boots.
class Life {
 public:
  Life(const BlockTarget& target, DaxDevice& device, SectorLog& log) : target_(target), log_(log) {
    Result<std::unique_ptr<BlockDevice>> opened = target.open(device);
    if (!opened) {
      failure_ = opened.error().message;
      return;
    }
    block_ = *std::move(opened);
    session_ = block_->session();
  }
  [[nodiscard]] const std::string& failure() const { return failure_; }

  // Writes, or flushes; `in_time` says afterwards whether the power was still on.
  template <typename InTime>
  void write_something(Random& random, InTime in_time) {
    const std::uint64_t count = 1 + random.below(kMostSectorsOfRequest);
    const std::uint64_t first = random.below(log_.sectors() - count + 1);
    std::vector<std::byte> data(count * kTrialSectorBytes);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint32_t version = log_.begin_write(first + i);
      log_.content().fill(first + i, version,
                          std::span(data).subspan(i * kTrialSectorBytes, kTrialSectorBytes));
    }
    const bool flushed = random.below(4) != 0;
    if (session_->write_at(first * kTrialSectorBytes, data) < 0) failure_ = "a write failed";
    const bool durable = target_.durable_on_return && in_time();
    for (std::uint64_t i = 0; durable && i < count; ++i) log_.acknowledge(first + i);
    if (!flushed) return;
    if (session_->flush() < 0) failure_ = "a flush failed";
    if (in_time()) log_.acknowledge_all();
  }

  void look(Damage& damage) {
    if (target_.check) {
      if (const Status whole = target_.check(*block_); !whole) {
        damage.break_it(whole.error().message);
      }
    }
    std::vector<std::byte> found(kTrialSectorBytes);
    for (std::uint64_t sector = 0; sector < log_.sectors(); ++sector) {
      if (session_->read_at(sector * kTrialSectorBytes, found) < 0) {
        damage.break_it(fmt::format("sector {} cannot be read", sector));
        continue;
      }
      judge(sector, found, damage);
    }
  }

 private:
  void judge(std::uint64_t sector, std::span<const std::byte> found, Damage& damage) {
    const SectorLog::Verdict verdict = log_.judge(sector, found);
    if (verdict == SectorLog::Verdict::intact) return;
    const char* what = "is torn";
    if (verdict == SectorLog::Verdict::torn) damage.torn = true;
    if (verdict == SectorLog::Verdict::lost) {
      damage.lost = true;
      what = "fell back behind its acknowledged version";
    }
    if (verdict == SectorLog::Verdict::damaged) {
      damage.neighbours = true;
      what = "was acknowledged, was not being written, and is damaged";
    }
    if (damage.example.empty()) damage.example = fmt::format("sector {} {}", sector, what);
  }

  const BlockTarget& target_;
  SectorLog& log_;
  std::unique_ptr<BlockDevice> block_;
  std::unique_ptr<BlockSession> session_;
  std::string failure_;
};

// The machine after the reboot: what is there, and does it go on working?
Damage look_after_reboot(const BlockTarget& target, const CrashDevice::Options& options,
                         std::span<const std::byte> image, SectorLog log, Random random) {
  Damage damage;
  CrashDevice rebooted = std::move(CrashDevice::reboot(options, image)).value();
  {
    Life life(target, rebooted.device(), log);
    if (!life.failure().empty()) {
      damage.break_it(life.failure());
      return damage;
    }
    life.look(damage);
    if (damage.broken) return damage;
    for (int i = 0; i < kWritesAfterRecovery; ++i) {
      life.write_something(random, [] { return true; });
    }
    if (!life.failure().empty()) damage.break_it(life.failure());
  }
  // Opened once more after an orderly end: everything that was written is acknowledged now.
  log.acknowledge_all();
  Damage later;
  Life life(target, rebooted.device(), log);
  if (life.failure().empty()) life.look(later);
  const bool wrong =
      !life.failure().empty() || later.torn || later.lost || later.neighbours || later.broken;
  if (wrong) {
    damage.break_it("after the recovery and more writes: " +
                    (life.failure().empty() ? later.example : life.failure()));
  }
  return damage;
}

std::vector<std::byte> formatted_image(const BlockTarget& target,
                                       const CrashDevice::Options& options) {
  CrashDevice device = std::move(CrashDevice::make(options)).value();
  if (target.format) {
    const Status made = target.format(device.device());
    PMB_CHECK(made.has_value(), "a crash trial's device is large enough to be formatted");
  }
  Random nothing_is_random(1);  // everything was fenced
  return device.image(nothing_is_random);
}

// A history of writes from `seed` that the power cut ends.
struct History {
  CrashDevice device;
  SectorLog log;

  History(const BlockTarget& target, const CrashDevice::Options& options,
          std::span<const std::byte> image, std::uint64_t seed, std::uint64_t cut_at, bool sparse)
      : device(std::move(CrashDevice::reboot(options, image)).value()),
        log(kMostSectors, SectorContent{kTrialSectorBytes, sparse}) {
    device.cut_power_at(cut_at);
    Random random(seed);
    Life life(target, device.device(), log);
    PMB_CHECK(life.failure().empty(), "a crash trial's device can be opened before the crash");
    while (device.events() < cut_at) {
      life.write_something(random, [&] { return device.events() <= cut_at; });
    }
  }
};

// A translation table on a device that is watched.
class BttSubject final : public CutSubject {
 public:
  explicit BttSubject(std::uint64_t seed) : seed_(mix_seed(seed)), target_(btt_target()) {}
  [[nodiscard]] std::uint64_t device_bytes() const override { return target_.device_bytes; }
  Status prepare(DaxDevice& device) override { return target_.format(device); }
  Status work(DaxDevice& device, const Mark& before, const Mark& after) override {
    SectorLog log = new_log();
    Life life(target_, device, log);
    Random random(seed_);
    for (std::uint64_t i = 0; i < kOperations && life.failure().empty(); ++i) {
      before(i);
      life.write_something(random, [] { return true; });
      after(i);
    }
    return life.failure().empty() ? Status() : runtime_error("{}", life.failure());
  }
  void look_at(std::span<const std::byte> image, std::uint64_t operation, bool returned,
               CrashOutcome& outcome) override {
    const CrashDevice::Options memory{target_.device_bytes, true};
    SectorLog log = new_log();
    {
      CrashDevice device =
          std::move(CrashDevice::reboot(memory, formatted_image(target_, memory))).value();
      Life life(target_, device.device(), log);
      Random random(seed_);
      for (std::uint64_t i = 0; i <= operation; ++i) {
        life.write_something(random, [&] { return i < operation || returned; });
      }
    }
    add(outcome, look_after_reboot(target_, memory, image, log, Random(seed_)));
  }
  [[nodiscard]] bool holds(const CrashOutcome& outcome) const override {
    return target_.holds(outcome);
  }

 private:
  static constexpr std::uint64_t kOperations = 16;
  static SectorLog new_log() { return {kMostSectors, SectorContent{kTrialSectorBytes, true}}; }
  std::uint64_t seed_;
  BlockTarget target_;
};

CrashOutcome finished(const BlockTarget& target, CrashOutcome outcome) {
  outcome.target = target.name;
  outcome.expected = target.expected;
  outcome.holds = target.holds(outcome);
  if (outcome.holds) outcome.example.clear();
  return outcome;
}

}  // namespace

std::unique_ptr<CutSubject> make_btt_subject(std::uint64_t seed) {
  return std::make_unique<BttSubject>(seed);
}

CrashOutcome sample_block_crashes(const BlockTarget& target, const CrashTrialOptions& options) {
  CrashOutcome outcome;
  Random random(options.seed);
  for (const bool needs_flush : {false, true}) {
    const CrashDevice::Options memory{target.device_bytes, needs_flush};
    const std::vector<std::byte> image = formatted_image(target, memory);
    const std::uint64_t share = (options.crashes + (needs_flush ? 0 : 1)) / 2;
    for (std::uint64_t i = 0; i < share; ++i) {
      const std::uint64_t cut_at = 1 + random.below(kEventsBeforeCut);
      const History history(target, memory, image, random(), cut_at, false);
      add(outcome, look_after_reboot(target, memory, history.device.image(random), history.log,
                                     Random(random())));
    }
  }
  return finished(target, std::move(outcome));
}

CrashOutcome enumerate_block_crashes(const BlockTarget& target, std::uint64_t seed) {
  CrashOutcome outcome;
  for (const bool needs_flush : {false, true}) {
    const CrashDevice::Options memory{target.device_bytes, needs_flush};
    const std::vector<std::byte> image = formatted_image(target, memory);
    for (std::uint64_t cut_at = 1; cut_at <= kEventsEnumerated; ++cut_at) {
      const History history(target, memory, image, seed, cut_at, true);
      const auto look = [&](std::span<const std::byte> left) {
        add(outcome, look_after_reboot(target, memory, left, history.log, Random(seed)));
        return true;
      };
      if (history.device.for_each_image(kImagesOfACut, look)) continue;
      Random random(mix_seed(seed) + cut_at);
      for (int i = 0; i < kSamplesOfACut; ++i) look(history.device.image(random));
    }
  }
  return finished(target, std::move(outcome));
}

}  // namespace pmembench
