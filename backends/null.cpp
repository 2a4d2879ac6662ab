// null: does nothing, at once. What a run through it costs is what the harness itself costs.
// It opens any medium without touching it, and leaves the generator where it was.
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* /*host*/, char* /*reason*/,
          std::uint64_t /*reason_bytes*/) noexcept {
  return 0;
}

int open_nothing(const dax_host_info* /*host*/, const dax_media_info* media, void** handle,
                 std::uint64_t* size_bytes, char* reason, std::uint64_t reason_bytes) noexcept {
  if (media->size_bytes == 0) {
    return refuse(EINVAL, reason, reason_bytes,
                  "null stands in for a medium of a given size and got 0 bytes; give a size");
  }
  static constexpr char kNothing = 0;  // a handle must not be NULL; this one is never read through
  *handle = const_cast<char*>(&kNothing);
  *size_bytes = media->size_bytes;
  return 0;
}

void close_nothing(void* /*handle*/) noexcept {}

std::int64_t copy(void* /*handle*/, dax_iter* iter) noexcept {
  const std::uint64_t bytes = iter->count * iter->size_bytes;
  iter->count = 0;
  return static_cast<std::int64_t>(bytes);
}

std::int64_t flush_iter(void* /*handle*/, dax_iter* iter) noexcept {
  iter->count = 0;
  return 0;
}

int drain(void* /*handle*/) noexcept { return 0; }

int zero_page_range(void* /*handle*/, std::uint64_t /*page_offset*/,
                    std::uint64_t /*pages*/) noexcept {
  return 0;
}

constexpr dax_operations make_table() noexcept {
  dax_operations table =
      operations_header("null", "does nothing: measures the harness itself", DAX_CAP_NO_WORK,
                        kMappedMedia | media_bit(DAX_MEDIA_BLOCK));
  table.probe = probe;
  table.open = open_nothing;
  table.close = close_nothing;
  table.copy_from_iter = copy;
  table.copy_to_iter = copy;
  table.flush = flush_iter;
  table.drain = drain;
  table.zero_page_range = zero_page_range;
  table.persist_from_iter = copy;
  return table;
}

}  // namespace

constexpr dax_operations kNullOperations = make_table();

}  // namespace pmembench
