// chase: a pointer chase along one cycle through the mapped memory. Each load waits for the one
// before: the time of an operation is the latency of a load.
#include <cstring>

#include "workloads/access_pattern.hpp"
#include "workloads/chain.hpp"
#include "workloads/loads.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

ChainSpec spec_of(const Parameters& parameters) {
  const std::string& order = text_of(parameters, "order");
  ChainSpec spec;
  if (order == "sequential") spec.order = ChainOrder::sequential;
  if (order == "tlb-local") spec.order = ChainOrder::tlb_local;
  if (order == "tlb-hostile") spec.order = ChainOrder::tlb_hostile;
  spec.stride_bytes = number_of(parameters, "stride");
  spec.window_bytes = number_of(parameters, "tlb_window");
  spec.page_bytes = number_of(parameters, "tlb_page");
  return spec;
}

template <typename Loads>
class Chase final : public Workload {
 public:
  Chase(Loads loads, std::span<std::byte> region, const ChainSpec& spec,
        std::uint64_t touched_bytes)
      : loads_(loads),
        region_(region),
        spec_(spec),
        words_(touched_bytes / 8),
        nodes_(chain_nodes(spec, region.size())) {}

  Status prepare() override {
    at_ = build_chain(region_, spec_);
    loads_.warm(region_.data(), region_.size(), spec_.stride_bytes);
    refresh();
    return {};
  }

  void refresh() override {
    start_ = at_;
    done_in_interval_ = 0;
  }

  Work run(std::uint64_t operations) override {
    at_ = walk(operations);
    done_in_interval_ += operations;
    return {operations, operations * 8 * words_};
  }

  std::string failure() const override { return {}; }

  // The walk again, by copies of the pointers: it must end where the timed one did, and must not
  // have closed early.
  Status verify() override {
    void* at = start_;
    for (std::uint64_t i = 0; i < done_in_interval_; ++i) {
      std::memcpy(&at, at, sizeof at);
      if (at == start_ && (i + 1) % nodes_ != 0) {
        return runtime_error("the chase came back after {} of {} nodes: its cycle is broken", i + 1,
                             nodes_);
      }
    }
    if (at != at_) return runtime_error("the chase did not end where its pointers lead");
    return {};
  }

 private:
  [[nodiscard]] void* walk(std::uint64_t steps) const {
    if constexpr (Loads::kSimulated) return chase_simulated(steps);
    if (words_ == 1) return chase_pointers(at_, steps);
    return words_ == 8 ? chase_nodes<8>(at_, steps, 8) : chase_nodes<0>(at_, steps, words_);
  }
  // The lines of a node are loaded together; the step waits for all of them.
  [[nodiscard]] void* chase_simulated(std::uint64_t steps) const {
    constexpr std::uint64_t kWordsOfLine = 8;
    void* at = at_;
    for (; steps > 0; --steps) {
      const auto* const node = static_cast<const std::byte*>(at);
      for (std::uint64_t word = kWordsOfLine; word < words_; word += kWordsOfLine) {
        (void)loads_.word_beside(node + 8 * word, words_);
      }
      at = loads_.step(at);
    }
    return at;
  }
  static void* chase_pointers(void* at, std::uint64_t steps) {
    for (; steps >= 8; steps -= 8) {
      at = pointer_step(pointer_step(pointer_step(pointer_step(at))));
      at = pointer_step(pointer_step(pointer_step(pointer_step(at))));
    }
    for (; steps > 0; --steps) at = pointer_step(at);
    return at;
  }
  // All words of the node are loaded before the step is taken: their combined value, always zero
  // after the mask, is part of the next address. kWords 0: as many as `words` says.
  template <std::uint64_t kWords>
  static void* chase_nodes(void* at, std::uint64_t steps, std::uint64_t words) {
    const std::uint64_t count = kWords == 0 ? words : kWords;
    for (; steps > 0; --steps) {
      const auto* node = static_cast<const volatile std::uint64_t*>(at);
      std::uint64_t all = 0;
#pragma GCC unroll 8
      for (std::uint64_t i = 1; i < count; ++i) all |= node[i];
      std::uint64_t zero = 0;
      asm volatile("and %1, %0" : "+r"(zero) : "r"(all));
      at = static_cast<std::byte*>(pointer_step(at)) + zero;
    }
    return at;
  }

  [[no_unique_address]] Loads loads_;
  std::span<std::byte> region_;
  ChainSpec spec_;
  std::uint64_t words_;
  std::uint64_t nodes_;
  void* at_ = nullptr;
  void* start_ = nullptr;
  std::uint64_t done_in_interval_ = 0;
};

Region chase_region(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                    unsigned count) {
  const ChainSpec spec = spec_of(parameters);
  const bool pages = spec.order == ChainOrder::tlb_hostile;
  Region region = position_region(range_bytes_of(parameters, device_bytes),
                                  pages ? spec.page_bytes : spec.stride_bytes, false, index, count);
  region.offset_bytes += range_offset_of(parameters);
  return region;
}

std::unique_ptr<Workload> make_chase(const Parameters& parameters, Path& path,
                                     const ThreadPosition& position) {
  const Region region = chase_region(parameters, path.size_bytes(), position.index, position.count);
  ChainSpec spec = spec_of(parameters);
  spec.seed = position.thread_seed();
  const std::span<std::byte> bytes = path.mapping().subspan(region.offset_bytes, region.size_bytes);
  return with_loads(path, [&](auto loads) -> std::unique_ptr<Workload> {
    return std::make_unique<Chase<decltype(loads)>>(loads, bytes, spec,
                                                    number_of(parameters, "touched"));
  });
}

Status check_order(const ChainSpec& spec) {
  if (spec.order == ChainOrder::tlb_local &&
      (spec.window_bytes < 2 * spec.stride_bytes || spec.window_bytes % spec.stride_bytes != 0)) {
    return usage_error("tlb_window {} is not a multiple of the stride {} with two nodes or more",
                       spec.window_bytes, spec.stride_bytes);
  }
  if (spec.order == ChainOrder::tlb_hostile &&
      (spec.page_bytes == 0 || spec.page_bytes % spec.stride_bytes != 0)) {
    return usage_error("tlb_page {} is not a multiple of the stride {}", spec.page_bytes,
                       spec.stride_bytes);
  }
  return {};
}

Status check_chase(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const ChainSpec spec = spec_of(parameters);
  const std::uint64_t touched_bytes = number_of(parameters, "touched");
  if (spec.stride_bytes < 8 || spec.stride_bytes % 8 != 0) {
    return usage_error("stride {} is not a multiple of 8 bytes", spec.stride_bytes);
  }
  if (touched_bytes < 8 || touched_bytes % 8 != 0 || touched_bytes > spec.stride_bytes) {
    return usage_error("touched {} is not a multiple of 8 bytes up to the stride {}", touched_bytes,
                       spec.stride_bytes);
  }
  if (const Status fits = check_order(spec); !fits) return fits;
  if (device_bytes == 0) return {};
  const std::uint64_t offset = range_offset_of(parameters);
  if (offset % spec.stride_bytes != 0) {
    return usage_error("range_offset {} is not a multiple of the stride {}", offset,
                       spec.stride_bytes);
  }
  const std::uint64_t range = range_bytes_of(parameters, device_bytes);
  if (range > device_bytes || offset > device_bytes - range) {
    return usage_error("range_size is larger than the medium, or than what is behind range_offset");
  }
  const Region region = chase_region(parameters, device_bytes, 0, threads);
  const bool pages = spec.order == ChainOrder::tlb_hostile;
  if (region.size_bytes < 2 * (pages ? spec.page_bytes : spec.stride_bytes)) {
    return usage_error("a chase needs at least two {} a thread: use a larger range_size",
                       pages ? "pages" : "nodes");
  }
  return {};
}

}  // namespace

WorkloadType chase_type() {
  const auto no = [](const Parameters&) { return false; };
  WorkloadType type{
      "chase",
      "pointer chase along one cycle, random or in another order: the latency of dependent loads",
      true,
      true,
      {{"stride", ValueKind::size, "64", {}, "bytes between nodes"},
       {"touched", ValueKind::size, "8", {}, "bytes of each node that are loaded"},
       {"order",
        ValueKind::choice,
        "random",
        {"random", "sequential", "tlb-local", "tlb-hostile"},
        "of the nodes; tlb-local: window after window; tlb-hostile: each step to another page"},
       {"tlb_window",
        ValueKind::size,
        "262144",
        {},
        "bytes that order tlb-local walks before it goes on"},
       {"tlb_page",
        ValueKind::size,
        "4096",
        {},
        "bytes that order tlb-hostile takes for a page: those of the medium's pages"},
       range_size_spec(),
       range_offset_spec()},
      no,
      no,
      check_chase,
      make_chase};
  type.simulated = [](const Parameters&) { return true; };
  limit_operations(type);
  return type;
}

}  // namespace pmembench
