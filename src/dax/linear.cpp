#include "dax/linear.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pmembench {
namespace {

class LinearLayout final : public StackLayout {
 public:
  explicit LinearLayout(const std::vector<LinearSegment>& segments) {
    std::uint64_t start = 0;
    for (const LinearSegment& segment : segments) {
      parts_.push_back({start, start + segment.length_bytes, segment});
      start += segment.length_bytes;
    }
  }
  [[nodiscard]] const char* kind() const override { return "linear"; }
  [[nodiscard]] std::uint64_t size_bytes() const override { return parts_.back().end; }

  [[nodiscard]] Piece locate(std::uint64_t offset_bytes) const override {
    const auto part = std::partition_point(
        parts_.begin(), parts_.end(),
        [offset_bytes](const Part& candidate) { return candidate.end <= offset_bytes; });
    return {part->segment.device, part->segment.offset_bytes + (offset_bytes - part->start),
            part->end - offset_bytes};
  }

  [[nodiscard]] std::vector<BadRange> above(std::size_t device, std::uint64_t offset_bytes,
                                            std::uint64_t length_bytes) const override {
    const std::uint64_t end =
        length_bytes > UINT64_MAX - offset_bytes ? UINT64_MAX : offset_bytes + length_bytes;
    std::vector<BadRange> ranges;
    for (const Part& part : parts_) {
      const LinearSegment& segment = part.segment;
      const std::uint64_t first = std::max(offset_bytes, segment.offset_bytes);
      const std::uint64_t last = std::min(end, segment.offset_bytes + segment.length_bytes);
      if (segment.device != device || first >= last) continue;
      ranges.push_back({part.start + (first - segment.offset_bytes), last - first});
    }
    return ranges;
  }

 private:
  struct Part {
    std::uint64_t start;  // on top
    std::uint64_t end;
    LinearSegment segment;
  };
  std::vector<Part> parts_;
};

bool overlap(const LinearSegment& one, const LinearSegment& other) {
  return one.device == other.device && one.offset_bytes < other.offset_bytes + other.length_bytes &&
         other.offset_bytes < one.offset_bytes + one.length_bytes;
}

// What is wrong with the last of these segments; null: nothing.
const char* why_not(const std::vector<std::unique_ptr<DaxDevice>>& devices,
                    const std::vector<LinearSegment>& segments, std::size_t at) {
  const LinearSegment& segment = segments[at];
  if (segment.device >= devices.size()) return "names no device; count devices from 0";
  if (segment.length_bytes == 0 || segment.length_bytes % DAX_PAGE_BYTES != 0 ||
      segment.offset_bytes % DAX_PAGE_BYTES != 0) {
    return "is not made of whole pages; use multiples of 4096 bytes";
  }
  const std::uint64_t size = devices[segment.device]->size_bytes();
  if (segment.offset_bytes >= size || segment.length_bytes > size - segment.offset_bytes) {
    return "ends beyond its device; make it shorter";
  }
  for (std::size_t i = 0; i < at; ++i) {
    if (overlap(segments[i], segment)) return "overlaps an earlier one; take other bytes";
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<DaxDevice>> make_linear(const std::string& name,
                                               std::vector<std::unique_ptr<DaxDevice>> devices,
                                               const std::vector<LinearSegment>& segments) {
  if (segments.empty()) {
    return invalid_argument("linear dax device '{}' has no segments; give at least one", name);
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (const char* why = why_not(devices, segments, i)) {
      return invalid_argument("segment {} of linear dax device '{}' {}", i, name, why);
    }
  }
  auto layout = std::make_unique<LinearLayout>(segments);
  return make_stacked(name, std::move(devices), std::move(layout));
}

Result<std::unique_ptr<DaxDevice>> make_linear(const std::string& name,
                                               std::vector<std::unique_ptr<DaxDevice>> devices) {
  std::vector<LinearSegment> segments;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    segments.push_back({i, 0, devices[i]->size_bytes()});
  }
  return make_linear(name, std::move(devices), segments);
}

}  // namespace pmembench
