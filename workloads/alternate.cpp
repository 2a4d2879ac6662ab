// alternate: runs of loads and runs of writes of random lines, by turns of growing length: what a
// change between reading and writing costs.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/loads.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kAlternateLine = 64;
constexpr unsigned kAlternateTurns = 8;  // runs of 1, 2, 4 ... 128 lines

// Lines of the first half are loaded, lines of the second half written: what is loaded stays.
// In a simulated memory each load waits for the one before.
template <typename Loads>
class Alternate final : public Workload {
 public:
  Alternate(Loads loads, Region region, std::uint64_t seed, Path& path)
      : loads_of_(loads),
        region_(region),
        path_(path),
        bytes_(path.mapping().subspan(region.offset_bytes, region.size_bytes)),
        lines_(region.size_bytes / 2 / kAlternateLine),
        random_(seed) {}

  Status prepare() override {
    const Region written{region_.offset_bytes + lines_ * kAlternateLine, lines_ * kAlternateLine};
    iter_ = uniform_iter(written, kAlternateLine, random_());
    refresh();
    return {};
  }
  void take_turn(unsigned turn) override {
    run_lines_ = left_ = std::uint64_t{1} << turn;
    writes_ = false;
  }
  void refresh() override {
    for (std::uint64_t& word : line_) word = random_();
    iter_.buffer = reinterpret_cast<unsigned char*>(line_.data());
    begun_at_ = random_;
    sum_ = loads_ = 0;
    last_.count = 0;  // of this interval there is no write yet
  }

  Work run(std::uint64_t operations) override {
    Work work;
    while (work.operations < operations) {
      const std::uint64_t count = std::min(left_, operations - work.operations);
      if (writes_) {
        iter_.count = count;
        last_ = iter_;
        const std::int64_t bytes = path_.write(iter_);
        if (bytes < 0) {
          failed_ = bytes;
          return work;
        }
      } else {
        load_run(count);
      }
      work.operations += count;
      work.bytes += count * (writes_ ? kAlternateLine : sizeof(std::uint64_t));
      left_ -= count;
      if (left_ == 0) {
        left_ = run_lines_;
        writes_ = !writes_;
      }
    }
    return work;
  }

  std::string failure() const override {
    return failed_ == 0 ? std::string() : path_failure(failed_, "a run of writes");
  }

  Status verify() override {
    Random random = begun_at_;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < loads_; ++i) {
      std::uint64_t value = 0;
      std::memcpy(&value, bytes_.data() + random.below(lines_) * kAlternateLine, sizeof value);
      sum += value;
    }
    if (sum != sum_) {
      return runtime_error("{} loads added up to {} where the same words add up to {}", loads_,
                           sum_, sum);
    }
    if (last_.count == 0) return {};
    dax_iter again = last_;
    std::array<unsigned char, kAlternateLine> found{};
    again.count = 1;
    again.buffer = found.data();
    const std::int64_t bytes = path_.read(again);
    if (bytes < 0) return runtime_error("{}", path_failure(bytes, "reading back"));
    if (std::memcmp(found.data(), line_.data(), kAlternateLine) == 0) return {};
    return runtime_error("a line of the last run does not hold what was written there");
  }

 private:
  void load_run(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::byte* const at = bytes_.data() + random_.below(lines_) * kAlternateLine;
      sum_ += loads_of_.word(at);
    }
    loads_ += count;
  }

  [[no_unique_address]] Loads loads_of_;
  Region region_;
  Path& path_;
  std::span<std::byte> bytes_;
  std::uint64_t lines_;
  Random random_, begun_at_{0};
  // Of the run under way, which goes on where a call ends: calls may be of one operation.
  std::uint64_t run_lines_ = 1, left_ = 1;
  bool writes_ = false;
  alignas(kAlternateLine) std::array<std::uint64_t, kAlternateLine / 8> line_{};
  dax_iter iter_{}, last_{};
  std::uint64_t sum_ = 0, loads_ = 0;
  std::int64_t failed_ = 0;
};

Region alternate_region(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                        unsigned count) {
  return position_region(range_bytes_of(parameters, device_bytes), 2 * kAlternateLine, false, index,
                         count);
}

Status check_alternate(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  const Region region = alternate_region(parameters, device_bytes, 0, threads);
  if (region.size_bytes >= 4 * kAlternateLine) return {};
  return usage_error("each thread needs four lines: use a larger range_size");
}

}  // namespace

WorkloadType alternate_type() {
  WorkloadType type;
  type.name = "alternate";
  type.summary =
      "runs of 1 to 128 loads and as many writes, in turns: the cost of changing between them";
  type.needs_mapping = true;
  type.parameters = {range_size_spec()};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.turns = [](const Parameters&) { return kAlternateTurns; };
  // The longest run of loads and that of writes: a slice that ended within them has more loads.
  type.operations_a_round = [](const Parameters&) { return std::uint64_t{1} << kAlternateTurns; };
  type.check = check_alternate;
  type.moves_words = true;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const Region region =
        alternate_region(parameters, path.size_bytes(), position.index, position.count);
    return with_loads(path, [&](auto loads) -> std::unique_ptr<Workload> {
      return std::make_unique<Alternate<decltype(loads)>>(loads, region, position.thread_seed(),
                                                          path);
    });
  };
  type.simulated = [](const Parameters&) { return true; };
  return type;
}

}  // namespace pmembench
