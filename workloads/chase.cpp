// chase: a pointer chase along one random cycle through the mapped memory. Each load waits for the
// one before: the time of an operation is the latency of a load.
#include <array>
#include <cstring>

#include "base/random.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kDrawnAhead = 32;

class Chase final : public Workload {
 public:
  Chase(std::span<std::byte> region, std::uint64_t stride_bytes, std::uint64_t touched_bytes,
        std::uint64_t seed)
      : region_(region),
        stride_bytes_(stride_bytes),
        extra_words_(touched_bytes / 8 - 1),
        nodes_(region.size() / stride_bytes),
        seed_(seed) {}

  // Sattolo's algorithm, in place: one cycle through all nodes, every such cycle equally likely
  // (S. Sattolo, "An algorithm to generate a random cyclic permutation", IPL 22, 1986). A node
  // holds the address of the next, so that the chase is one load a step.
  // The partners of the next few nodes are drawn ahead and fetched meanwhile: over a range beyond
  // the caches each of them is a miss.
  Status prepare() override {
    for (std::uint64_t i = 0; i < nodes_; ++i) set_next(i, node(i));
    Random random(seed_);
    std::array<std::uint64_t, kDrawnAhead> partners{};
    std::uint64_t drawn = nodes_ - 1;  // the node whose partner is drawn next
    const auto draw = [&] {
      if (drawn == 0) return;
      std::uint64_t& partner = partners[drawn % kDrawnAhead];
      partner = random.below(drawn--);
      __builtin_prefetch(node(partner), 1);
    };
    for (std::size_t i = 1; i < kDrawnAhead; ++i) draw();
    for (std::uint64_t i = nodes_ - 1; i > 0; --i) {
      draw();
      const std::uint64_t j = partners[i % kDrawnAhead];
      void* other = next(j);
      set_next(j, next(i));
      set_next(i, other);
    }
    at_ = node(0);
    refresh();
    return {};
  }

  void refresh() override {
    start_ = at_;
    done_in_stretch_ = 0;
  }

  Work run(std::uint64_t operations) override {
    at_ = extra_words_ == 0 ? chase_pointers(at_, operations) : chase_lines(at_, operations);
    done_in_stretch_ += operations;
    return {operations, operations * 8 * (extra_words_ + 1)};
  }

  std::string failure() const override { return {}; }

  // The walk again, by copies of the pointers: it must end where the timed one did, and must not
  // have closed early.
  Status verify() override {
    void* at = start_;
    for (std::uint64_t i = 0; i < done_in_stretch_; ++i) {
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
  // The register pressed into the asm is both input and output: no load can be dropped or hoisted.
  static void* chase_pointers(void* at, std::uint64_t steps) {
    for (; steps >= 8; steps -= 8) {
      at = step(step(step(step(at))));
      at = step(step(step(step(at))));
    }
    for (; steps > 0; --steps) at = step(at);
    return at;
  }
  static void* step(void* at) {
    asm volatile("mov (%0), %0" : "+r"(at) : : "memory");
    return at;
  }
  // All words of the node are loaded before the step is taken: their sum, always a multiple of
  // zero, is part of the next address.
  void* chase_lines(void* at, std::uint64_t steps) const {
    for (; steps > 0; --steps) {
      const auto* words = static_cast<const volatile std::uint64_t*>(at);
      std::uint64_t sum = 0;
      for (std::uint64_t i = 1; i <= extra_words_; ++i) sum |= words[i];
      std::uint64_t zero = 0;
      asm volatile("and %1, %0" : "+r"(zero) : "r"(sum));
      at = static_cast<std::byte*>(step(at)) + zero;
    }
    return at;
  }

  [[nodiscard]] std::byte* node(std::uint64_t index) const {
    return region_.data() + index * stride_bytes_;
  }
  [[nodiscard]] void* next(std::uint64_t index) const {
    void* value = nullptr;
    std::memcpy(&value, node(index), sizeof value);
    return value;
  }
  void set_next(std::uint64_t index, void* value) const {
    std::memcpy(node(index), &value, sizeof value);
  }

  std::span<std::byte> region_;
  std::uint64_t stride_bytes_;
  std::uint64_t extra_words_;
  std::uint64_t nodes_;
  std::uint64_t seed_;
  void* at_ = nullptr;
  void* start_ = nullptr;
  std::uint64_t done_in_stretch_ = 0;
};

Region region_of(const Parameters& parameters, std::uint64_t device_bytes, unsigned index,
                 unsigned count) {
  return seat_region(range_bytes_of(parameters, device_bytes), number_of(parameters, "stride"),
                     false, index, count);
}

std::unique_ptr<Workload> make_chase(const Parameters& parameters, Path& path,
                                     const ThreadSeat& seat) {
  const Region region = region_of(parameters, path.size_bytes(), seat.index, seat.count);
  return std::make_unique<Chase>(path.mapping().subspan(region.offset_bytes, region.size_bytes),
                                 number_of(parameters, "stride"), number_of(parameters, "touched"),
                                 seat.thread_seed());
}

Status check_chase(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t stride_bytes = number_of(parameters, "stride");
  const std::uint64_t touched_bytes = number_of(parameters, "touched");
  if (stride_bytes < 8 || stride_bytes % 8 != 0) {
    return usage_error("stride {} is not a multiple of 8 bytes", stride_bytes);
  }
  if (touched_bytes < 8 || touched_bytes % 8 != 0 || touched_bytes > stride_bytes) {
    return usage_error("touched {} is not a multiple of 8 bytes up to the stride {}", touched_bytes,
                       stride_bytes);
  }
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  if (region_of(parameters, device_bytes, 0, threads).size_bytes < 2 * stride_bytes) {
    return usage_error("a chase needs at least two nodes a thread: use a larger range_size");
  }
  return {};
}

}  // namespace

WorkloadType chase_type() {
  const auto no = [](const Parameters&) { return false; };
  return {"chase",
          "pointer chase along one random cycle: the latency of dependent loads",
          true,
          true,
          {{"stride", ParameterKind::size, "64", {}, "bytes between nodes"},
           {"touched", ParameterKind::size, "8", {}, "bytes of each node that are loaded"},
           range_size_spec()},
          no,
          no,
          check_chase,
          make_chase};
}

}  // namespace pmembench
