#include "run/slice_steps.hpp"

#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"
#include "record/limits.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPrepareTimeout_ms = 300'000;
constexpr std::uint64_t kSliceTimeout_ms = 60'000;
constexpr std::size_t kSlopeWindow = 5;
constexpr double kSlopeLimit = 0.01;

}  // namespace

Result<std::uint64_t> begin_cell(const Ask& ask, const CellRequest& request) {
  const auto answer = ask(to_json(request), kPrepareTimeout_ms);
  if (!answer) return answer.error();
  return ready_reply_from_json(*answer);
}

Result<SliceReply> take_slice(const Ask& ask, bool first) {
  const auto answer = ask({{"do", "slice"}, {"first", first}}, kSliceTimeout_ms);
  if (!answer) return answer.error();
  return slice_reply_from_json(*answer);
}

Result<CellDoneReply> end_cell(const Ask& ask) {
  const auto answer = ask({{"do", "end"}}, kPrepareTimeout_ms);
  if (!answer) return answer.error();
  return cell_done_reply_from_json(*answer);
}

bool is_disturbed(const SliceReply& slice) {
  return slice.involuntary_switches > 0 || slice.overlap < limits::kOverlap;
}

bool is_steady(std::span<const double> times) {
  if (times.size() < kSlopeWindow) return false;
  const std::span<const double> window = times.last(kSlopeWindow);
  const double change = least_squares_slope(window) * static_cast<double>(kSlopeWindow);
  return std::abs(change) < kSlopeLimit * median(window);
}

unsigned warm_up_limit(unsigned slices) { return std::max(1U, slices / 5); }

OpenRequest open_request_for(const Cell& cell) {
  OpenRequest request;
  request.media = cell.media;
  request.backend = cell.backend;
  request.backend_options = cell.backend_options;
  request.node = cell.placement.memory_node;
  request.probe_media = cell.probe_media();
  return request;
}

LeftBehind made_by(const OpenedReply& opened, const std::string& media) {
  LeftBehind left;
  const std::string& directory = opened.medium.directory;
  if (!directory.empty()) left.directory = CreatedDirectory::adopt(directory);
  const auto spec = parse_media(media);
  if (spec && opened.medium.created && spec->kind != DAX_MEDIA_POSIX) left.file = CreatedFile::adopt(spec->path);
  return left;
}

double steal_between(const std::optional<CpuTimes>& before, const std::optional<CpuTimes>& after) {
  if (!before || !after || after->total <= before->total) return 0;
  return static_cast<double>(after->steal - before->steal) /
         static_cast<double>(after->total - before->total);
}

}  // namespace pmembench
