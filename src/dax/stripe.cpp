#include "dax/stripe.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

namespace pmembench {
namespace {

class StripeLayout final : public StackLayout {
 public:
  StripeLayout(std::size_t devices, std::uint64_t chunk_bytes, std::uint64_t chunks_per_device)
      : devices_(devices),
        chunk_bytes_(chunk_bytes),
        chunks_per_device_(chunks_per_device),
        shift_(static_cast<unsigned>(std::countr_zero(chunk_bytes))),
        reciprocal_(UINT64_MAX / devices + 1) {}
  [[nodiscard]] const char* kind() const override { return "stripe"; }
  [[nodiscard]] std::uint64_t size_bytes() const override {
    return devices_ * chunks_per_device_ * chunk_bytes_;
  }

  // Division by the number of devices is a multiplication by ceil(2^64 / n): exact for quotients
  // of numbers below 2^64 / n, and there are fewer than 2^52 chunks on at most 64 devices.
  [[nodiscard]] Piece locate(std::uint64_t offset_bytes) const override {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t chunk = offset_bytes >> shift_;
    const std::uint64_t within = offset_bytes & (chunk_bytes_ - 1);
    const auto row = static_cast<std::uint64_t>((Wide{chunk} * reciprocal_) >> 64);
    return {chunk - row * devices_, (row << shift_) + within, chunk_bytes_ - within};
  }

  // Exact within a chunk; else all from the first byte to the last, including everything in
  // between.
  [[nodiscard]] std::vector<BadRange> above(std::size_t device, std::uint64_t offset_bytes,
                                            std::uint64_t length_bytes) const override {
    const std::uint64_t used = chunks_per_device_ * chunk_bytes_;
    if (length_bytes == 0 || offset_bytes >= used) return {};
    const std::uint64_t last = offset_bytes + std::min(length_bytes, used - offset_bytes) - 1;
    const std::uint64_t first_above = on_top(device, offset_bytes);
    return {{first_above, on_top(device, last) - first_above + 1}};
  }

 private:
  [[nodiscard]] std::uint64_t on_top(std::size_t device, std::uint64_t offset_bytes) const {
    const std::uint64_t chunk = (offset_bytes >> shift_) * devices_ + device;
    return (chunk << shift_) + (offset_bytes & (chunk_bytes_ - 1));
  }

  std::uint64_t devices_;
  std::uint64_t chunk_bytes_;
  std::uint64_t chunks_per_device_;
  unsigned shift_;
  std::uint64_t reciprocal_;
};

}  // namespace

Result<std::unique_ptr<DaxDevice>> make_stripe(const std::string& name,
                                               std::vector<std::unique_ptr<DaxDevice>> devices,
                                               std::uint64_t chunk_bytes) {
  if (devices.size() < 2) {
    return invalid_argument("striped dax device '{}' has {} device(s); give at least 2", name,
                            devices.size());
  }
  if (!std::has_single_bit(chunk_bytes) || chunk_bytes < DAX_PAGE_BYTES) {
    return invalid_argument(
        "striped dax device '{}' has chunks of {} bytes; give a power of two "
        "of at least {}",
        name, chunk_bytes, DAX_PAGE_BYTES);
  }
  std::uint64_t smallest = UINT64_MAX;
  for (const auto& device : devices) smallest = std::min(smallest, device->size_bytes());
  if (smallest < chunk_bytes) {
    return invalid_argument(
        "striped dax device '{}' has chunks of {} bytes, but its smallest "
        "device has {}; make the chunks smaller",
        name, chunk_bytes, smallest);
  }
  auto layout = std::make_unique<StripeLayout>(devices.size(), chunk_bytes, smallest / chunk_bytes);
  return make_stacked(name, std::move(devices), std::move(layout));
}

}  // namespace pmembench
