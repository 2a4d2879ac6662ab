// chases: several pointer chases at once by each thread, as multichase's parallel chases: how many
// loads that miss the caches one core has under way.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/chain.hpp"
#include "workloads/loads.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kMostChases = 32;
constexpr std::uint64_t kPointerBytes = 8;

ChainSpec spec_of_chases(const Parameters& parameters) {
  ChainSpec spec;
  spec.stride_bytes = number_of(parameters, "stride");
  return spec;
}

template <typename Loads>
class Chases final : public Workload {
 public:
  Chases(Loads loads, std::span<std::byte> region, std::uint64_t chases, const ChainSpec& spec)
      : loads_(loads), region_(region), chases_(chases), spec_(spec) {}

  Status prepare() override {
    const std::uint64_t part = region_.size() / chases_ / spec_.stride_bytes * spec_.stride_bytes;
    nodes_ = chain_nodes(spec_, part);
    for (std::uint64_t i = 0; i < chases_; ++i) {
      ChainSpec own = spec_;
      own.seed = mix_seed(spec_.seed + i);
      at_[i] = build_chain(region_.subspan(i * part, part), own);
    }
    loads_.warm(region_.data(), region_.size(), spec_.stride_bytes);
    refresh();
    return {};
  }

  void refresh() override {
    start_ = at_;
    done_in_interval_ = 0;
  }

  // Operation i of an interval is a step of chase i modulo their number.
  Work run(std::uint64_t operations) override {
    std::uint64_t left = operations;
    while (left > 0 && (done_in_interval_ % chases_ != 0 || left < chases_)) {
      step_next();
      --left;
    }
    const std::uint64_t rounds = left / chases_;
    walk(rounds);
    done_in_interval_ += rounds * chases_;
    for (left %= chases_; left > 0; --left) step_next();
    return {operations, operations * kPointerBytes};
  }

  std::string failure() const override { return {}; }

  // Each walk again, by copies of the pointers.
  Status verify() override {
    std::array<void*, kMostChases> again = start_;
    for (std::uint64_t i = 0; i < done_in_interval_; ++i) {
      void*& at = again[i % chases_];
      std::memcpy(&at, at, sizeof at);
      if (at == start_[i % chases_] && (i / chases_ + 1) % nodes_ != 0) {
        return runtime_error("chase {} came back after {} of {} nodes: its cycle is broken",
                             i % chases_, i / chases_ + 1, nodes_);
      }
    }
    for (std::uint64_t i = 0; i < chases_; ++i) {
      if (again[i] == at_[i]) continue;
      return runtime_error("chase {} of {} did not end where its pointers lead", i, chases_);
    }
    return {};
  }

 private:
  void walk(std::uint64_t rounds) {
    switch (chases_) {
      case 1:
        return walk_all<1>(rounds);
      case 2:
        return walk_all<2>(rounds);
      case 4:
        return walk_all<4>(rounds);
      case 8:
        return walk_all<8>(rounds);
      case 16:
        return walk_all<16>(rounds);
      default:
        return walk_all<kMostChases>(rounds);
    }
  }
  // The places are copied, so that the compiler may keep them in registers as far as there are any.
  template <std::size_t kChases>
  void walk_all(std::uint64_t rounds) {
    std::array<void*, kChases> at;
    std::copy_n(at_.begin(), kChases, at.begin());
    for (std::uint64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 32
      for (std::size_t i = 0; i < kChases; ++i) at[i] = loads_.step_beside(at[i], kChases);
    }
    std::copy_n(at.begin(), kChases, at_.begin());
  }
  void step_next() {
    void*& at = at_[done_in_interval_++ % chases_];
    at = loads_.step_beside(at, chases_);
  }

  [[no_unique_address]] Loads loads_;
  std::span<std::byte> region_;
  std::uint64_t chases_;
  ChainSpec spec_;
  std::uint64_t nodes_ = 0;
  std::array<void*, kMostChases> at_{};
  std::array<void*, kMostChases> start_{};
  std::uint64_t done_in_interval_ = 0;
};

Region region_of_chases(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                        unsigned count) {
  const std::uint64_t granule = number_of(parameters, "stride") * number_of(parameters, "chases");
  return position_region(range_bytes_of(parameters, device_bytes), granule, false, index, count);
}

Status check_chases(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t stride_bytes = number_of(parameters, "stride");
  if (stride_bytes < kPointerBytes || stride_bytes % kPointerBytes != 0) {
    return usage_error("stride {} is not a multiple of 8 bytes", stride_bytes);
  }
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  const std::uint64_t chases = number_of(parameters, "chases");
  const Region region = region_of_chases(parameters, device_bytes, 0, threads);
  if (region.size_bytes >= 2 * stride_bytes * chases) return {};
  return usage_error("each of {} chases needs two nodes or more: use a larger range_size", chases);
}

}  // namespace

WorkloadType chases_type() {
  WorkloadType type;
  type.name = "chases";
  type.summary =
      "several pointer chases at once by each thread: how many loads a core has under way";
  type.needs_mapping = true;
  type.parameters = {{"chases",
                      ValueKind::choice,
                      "8",
                      {"1", "2", "4", "8", "16", "32"},
                      "chases of each thread; an operation is one step of one of them"},
                     {"stride", ValueKind::size, "64", {}, "bytes between nodes"},
                     range_size_spec()};
  type.writes = type.durable = [](const Parameters&) { return false; };
  type.check = check_chases;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const Region region =
        region_of_chases(parameters, path.size_bytes(), position.index, position.count);
    ChainSpec spec = spec_of_chases(parameters);
    spec.seed = position.thread_seed();
    const std::span<std::byte> bytes =
        path.mapping().subspan(region.offset_bytes, region.size_bytes);
    return with_loads(path, [&](auto loads) -> std::unique_ptr<Workload> {
      return std::make_unique<Chases<decltype(loads)>>(loads, bytes,
                                                       number_of(parameters, "chases"), spec);
    });
  };
  type.simulated = [](const Parameters&) { return true; };
  limit_operations(type);
  return type;
}

}  // namespace pmembench
