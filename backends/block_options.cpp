#include "backends/block_options.h"

#include <cerrno>
#include <charconv>
#include <string_view>

#include "backends/reason.h"

namespace pmembench {
namespace {

bool read_engine(std::string_view value, BlockOptions* options) noexcept {
  if (value != "pread" && value != "io_uring") return false;
  options->engine = value == "pread" ? IoEngineKind::pread : IoEngineKind::io_uring;
  return true;
}

bool read_durable(std::string_view value, BlockOptions* options) noexcept {
  if (value != "fdatasync" && value != "dsync") return false;
  options->durable = value == "fdatasync" ? Durable::fdatasync : Durable::dsync;
  return true;
}

bool read_queue_depth(std::string_view value, BlockOptions* options) noexcept {
  unsigned depth = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, depth);
  if (error != std::errc() || stop != end || depth == 0 || depth > kMaxQueueDepth) return false;
  options->queue_depth = depth;
  return true;
}

bool read_option(std::string_view option, BlockOptions* options) noexcept {
  const std::size_t equals = option.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view key = option.substr(0, equals);
  const std::string_view value = option.substr(equals + 1);
  if (key == "engine") return read_engine(value, options);
  if (key == "durable") return read_durable(value, options);
  if (key == "queue_depth") return read_queue_depth(value, options);
  return false;
}

}  // namespace

int parse_block_options(const char* text, BlockOptions* options, char* reason,
                        std::uint64_t reason_bytes) noexcept {
  *options = BlockOptions{};
  std::string_view rest = text == nullptr ? std::string_view() : std::string_view(text);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view option = rest.substr(0, comma);
    if (!read_option(option, options)) {
      return refuse(EINVAL, reason, reason_bytes,
                    "block does not take the option '%.*s'; it takes engine=pread|io_uring, "
                    "durable=fdatasync|dsync, queue_depth=1..%u",
                    static_cast<int>(option.size()), option.data(), kMaxQueueDepth);
    }
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  if (options->engine == IoEngineKind::pread && options->queue_depth != 1) {
    return refuse(EINVAL, reason, reason_bytes,
                  "block: queue_depth=%u needs engine=io_uring, since pread has one range under "
                  "way; add engine=io_uring or leave queue_depth out",
                  options->queue_depth);
  }
  return 0;
}

const char* engine_name(IoEngineKind engine) noexcept {
  return engine == IoEngineKind::pread ? "pread" : "io_uring";
}

const char* durable_name(Durable durable) noexcept {
  return durable == Durable::fdatasync ? "fdatasync" : "dsync";
}

}  // namespace pmembench
