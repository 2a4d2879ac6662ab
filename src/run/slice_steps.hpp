// The steps of driving a cell that a run and a gate share: begin, slices, when warm, end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "dax/created_directory.hpp"
#include "dax/media.hpp"
#include "platform/environment.hpp"
#include "run/protocol.hpp"

namespace pmembench {

// Sends one request and brings the answer; WorkerProcess::ask in a run, a script in a test.
using Ask =
    std::function<Result<nlohmann::json>(const nlohmann::json& message, std::uint64_t timeout_ms)>;

// Each passes on what `ask` gave as an error, and what the worker refused.
// The operations of a slice and thread that the worker goes by.
Result<std::uint64_t> begin_cell(const Ask& ask, const CellRequest& request);
Result<SliceReply> take_slice(const Ask& ask, bool first);
Result<CellDoneReply> end_cell(const Ask& ask);

// Preempted, or its threads ran less than 80 % of the time together.
[[nodiscard]] bool is_disturbed(const SliceReply& slice);

// Do the last five show a slope below 1 % over their span? (fio's steadystate, on a short window.)
[[nodiscard]] bool is_steady(std::span<const double> ns_per_operation);

// Slices of a warm-up, at most: a fifth of those to keep, and at least one.
[[nodiscard]] unsigned warm_up_limit(unsigned slices);

// What the worker of this cell's device is asked to open; plugins and rights are still to be added.
[[nodiscard]] OpenRequest open_request_for(const Cell& cell);
inline constexpr std::uint64_t kOpenTimeout_ms = 600'000;

// What a worker made for its medium, to be removed should the worker die before it does.
struct LeftBehind {
  CreatedFile file;
  CreatedDirectory directory;
};
[[nodiscard]] LeftBehind made_by(const OpenedReply& opened, const std::string& media);

// The share of all CPUs' time that the hypervisor took; 0 where a reading is missing.
[[nodiscard]] double steal_between(const std::optional<CpuTimes>& before,
                                   const std::optional<CpuTimes>& after);

}  // namespace pmembench
