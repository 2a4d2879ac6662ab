// What a command line of Intel's Memory Latency Checker asks for, and the campaign that measures
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "translate/translation.hpp"

namespace pmembench {

enum class MlcMode {
  loaded_latency,
  idle_latency,
  latency_matrix,
  bandwidth_matrix,
  peak_injection_bandwidth,
  c2c_latency,
  memory_bandwidth_scan,
};

// A kind of traffic as MLC names it, by what it reads and how it writes.
struct MlcTraffic {
  std::string name;  // "ALL Reads", "2:1 Reads-Writes"
  unsigned read_share = 100;
  bool non_temporal = false;  // its writes
};

struct MlcRequest {
  MlcMode mode = MlcMode::loaded_latency;
  std::vector<std::string> delays;  // in the order of MLC's table
  MlcTraffic traffic{"Read-only", 100, false};
  std::string buffer;   // "200M"; empty: by the caches
  std::string stride;   // bytes; empty: 64
  std::string cpus;     // "0-3": -k or -m; empty: all
  std::string seconds;  // -t, for each point; empty: not given
  bool sequential = false;
  std::vector<std::string> notes, missing;
};

[[nodiscard]] std::string_view name_of(MlcMode mode);

// `words`: what is behind "mlc". Errors (usage): a mode that there is not (names those that there
// are), no mode, two modes, a value that is none.
Result<MlcRequest> mlc_request(const std::vector<std::string>& words);

// Regions of a scan of bandwidth: eighths of its buffer.
constexpr unsigned kMlcRegions = 8;

// The lines of MLC's peak injection, in its order.
[[nodiscard]] const std::vector<MlcTraffic>& mlc_peaks();

// Its groups of cells and settings, as a campaign has them.
[[nodiscard]] Translation mlc_translation(const MlcRequest& request);

}  // namespace pmembench
