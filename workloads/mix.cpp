// mix: reads and writes in a stated share, 64 operations a round.
#include "workloads/mix.hpp"

#include <algorithm>

#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kRound = kMixRound;

// Each round of 64 operations does its reads in one batch, then its writes in one batch: the share
// is exact to 1/64, and no operation decides what it is.
class Mix final : public Workload {
 public:
  Mix(std::unique_ptr<Workload> reads, std::unique_ptr<Workload> writes,
      std::uint64_t reads_a_round)
      : reads_(std::move(reads)), writes_(std::move(writes)), reads_a_round_(reads_a_round) {}

  Status prepare() override {
    const Status ready = reads_->prepare();
    return ready ? writes_->prepare() : ready;
  }
  void expect(std::uint64_t operations) override {
    reads_->expect(operations * reads_a_round_ / kRound + kRound);
    writes_->expect(operations * (kRound - reads_a_round_) / kRound + kRound);
  }
  void refresh() override {
    reads_->refresh();
    writes_->refresh();
  }
  Work run(std::uint64_t operations) override {
    Work work;
    while (work.operations < operations) {
      const bool reading = at_ < reads_a_round_;
      const std::uint64_t until = reading ? reads_a_round_ : kRound;
      const std::uint64_t asked = std::min(until - at_, operations - work.operations);
      const Work part = (reading ? *reads_ : *writes_).run(asked);
      work.operations += part.operations;
      work.bytes += part.bytes;
      (reading ? read_bytes_ : written_bytes_) += part.bytes;
      if (part.operations != asked) break;
      at_ = (at_ + asked) % kRound;
    }
    return work;
  }
  std::string failure() const override {
    const std::string reading = reads_->failure();
    return reading.empty() ? writes_->failure() : reading;
  }
  // Writes first: verifying reads writes its own stamps. What a read found may have been
  // overwritten since, so of the reads a fresh sample is checked.
  Status verify() override {
    const Status written = writes_->verify();
    if (!written) return written;
    reads_->refresh();
    return reads_->verify();
  }
  std::map<std::string, double> figures() const override {
    return written_share_of(written_bytes_, read_bytes_);
  }

 private:
  std::unique_ptr<Workload> reads_;
  std::unique_ptr<Workload> writes_;
  std::uint64_t reads_a_round_;
  std::uint64_t at_ = 0;
  std::uint64_t read_bytes_ = 0, written_bytes_ = 0;  // so far
};

std::uint64_t reads_of(const Parameters& parameters) {
  return reads_a_round(number_of(parameters, "read_share"));
}

std::unique_ptr<Workload> make_mix(const Parameters& parameters, Path& path,
                                   const ThreadPosition& position) {
  const WorkloadType* order = find_workload(text_of(parameters, "order"));
  Parameters part = parameters;
  part["distribution"] = "uniform";
  part["alpha"] = "0.99";
  part["batch"] = std::to_string(kRound);
  part["access"] = "read";
  ThreadPosition reading = position;
  reading.cell_seed ^= 0x5EED;
  auto reads = order->make(part, path, reading);
  part["access"] = "write";
  auto writes = order->make(part, path, position);
  return make_mixed(std::move(reads), std::move(writes), reads_of(parameters));
}

Status check_mix(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  if (number_of(parameters, "read_share") > 100) {
    return usage_error("read_share {} is above 100 percent", number_of(parameters, "read_share"));
  }
  return check_ranges(parameters, number_of(parameters, "operation_size"), device_bytes, threads);
}

bool mix_writes(const Parameters& parameters) { return reads_of(parameters) < kRound; }

bool mix_durable(const Parameters& parameters) {
  return mix_writes(parameters) && text_of(parameters, "durability") != "none";
}

}  // namespace

std::unique_ptr<Workload> make_mixed(std::unique_ptr<Workload> reads,
                                     std::unique_ptr<Workload> writes,
                                     std::uint64_t reads_a_round) {
  return std::make_unique<Mix>(std::move(reads), std::move(writes), reads_a_round);
}

WorkloadType mix_type() {
  WorkloadType type{"mix",
                    "reads and writes in a stated share, in rounds of 64 operations",
                    false,
                    false,
                    {operation_size_spec("4096"),
                     {"read_share", ValueKind::count, "50", {}, "percent of operations that read"},
                     {"order",
                      ValueKind::choice,
                      "random",
                      {"random", "sequential"},
                      "of the ranges of each kind"},
                     durability_spec("each"),
                     range_spec(),
                     range_size_spec()},
                    mix_writes,
                    mix_durable,
                    check_mix,
                    make_mix};
  limit_operations(type);
  return type;
}

}  // namespace pmembench
