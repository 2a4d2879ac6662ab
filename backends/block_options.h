// The options of the block backend, "key=value,key=value".
#pragma once

#include <cstdint>

namespace pmembench {

enum class IoEngineKind { pread, io_uring };
enum class Durable { fdatasync, dsync };

struct BlockOptions {
  IoEngineKind engine = IoEngineKind::pread;
  Durable durable = Durable::fdatasync;
  unsigned queue_depth = 1;  // ranges of a copy that are under way at once; io_uring alone has it
};

constexpr unsigned kMaxQueueDepth = 256;

// 0, or -EINVAL and a sentence that lists what is allowed there. Null and "" are the defaults; of a
// key given twice the last counts.
int parse_block_options(const char* text, BlockOptions* options, char* reason,
                        std::uint64_t reason_bytes) noexcept;

[[nodiscard]] const char* engine_name(IoEngineKind engine) noexcept;
[[nodiscard]] const char* durable_name(Durable durable) noexcept;

}  // namespace pmembench
