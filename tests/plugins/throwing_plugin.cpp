// A backend in C++ whose operations throw: what it throws is chosen by the definition LIE_...
#include <backends/dax_operations.h>

#include <cstring>
#include <stdexcept>

namespace {

unsigned char* base_of(void* handle) { return static_cast<const dax_mapping*>(handle)->address; }

std::int64_t copy_from(void* handle, dax_iter* iter) {
  static int calls = 0;
#ifdef LIE_THROWS
  if (++calls > 20) throw std::runtime_error("it gave up");
#else
  if (++calls > 20) throw 7;
#endif
  std::int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    std::memcpy(base_of(handle) + dax_iter_next(iter), iter->buffer, iter->size_bytes);
    bytes += static_cast<std::int64_t>(iter->size_bytes);
  }
  return bytes;
}

std::int64_t copy_to(void* handle, dax_iter* iter) {
  std::int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    std::memcpy(iter->buffer, base_of(handle) + dax_iter_next(iter), iter->size_bytes);
    bytes += static_cast<std::int64_t>(iter->size_bytes);
  }
  return bytes;
}

constexpr dax_operations kTable = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = PLUGIN_NAME,
    .summary = "for pmembench's tests: throws",
    .capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS,
    .media = 1U << DAX_MEDIA_DRAM,
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = [](const dax_host_info*, char*, std::uint64_t) { return 0; },
    .open = nullptr,
    .close = nullptr,
    .direct_access = nullptr,
    .copy_from_iter = copy_from,
    .copy_to_iter = copy_to,
    .flush = [](void*, dax_iter* iter) -> std::int64_t { return iter->count = 0; },
    .drain = [](void*) { return 0; },
    .zero_page_range =
        [](void* handle, std::uint64_t page, std::uint64_t pages) {
          std::memset(base_of(handle) + page * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
          return 0;
        },
    .recovery_write = nullptr,
    .persist_from_iter = nullptr,
    .describe = nullptr,
    .nontemporal_from_bytes = 0,
    .check_options = nullptr,
    .choose_read_kernel = nullptr,
};

}  // namespace

extern "C" const dax_operations* pmembench_backend();
extern "C" const dax_operations* pmembench_backend() { return &kTable; }
