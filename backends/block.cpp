// block: a block device or a regular file through the kernel's block path, with O_DIRECT. There is
// no address to load from: this is the fallback that the other backends are compared with.
//
// Each thread has an engine of its own (a ring cannot be shared without a lock). A fixed array
// holds them; a thread claims one in its first operation, which sets the engine up where no thread
// had it before, and finds it by a thread-specific key from then on. The engine of a thread
// that ends is free for the next.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "backends/block_medium.h"
#include "backends/block_options.h"
#include "backends/builtin_tables.h"
#include "backends/io_engine.h"
#include "backends/iter.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

constexpr std::size_t kMaxThreads = 1024;

struct EngineSlot {
  std::atomic<bool> claimed{false};
  std::unique_ptr<IoEngine> engine;  // touched by the claimer alone
};

struct BlockHandle {
  BlockOptions options;
  BlockMedium medium;
  IoMemory zeroes;
  pthread_key_t key = 0;
  bool has_key = false;
  std::array<EngineSlot, kMaxThreads> slots;

  BlockHandle() = default;
  BlockHandle(const BlockHandle&) = delete;
  BlockHandle& operator=(const BlockHandle&) = delete;
  ~BlockHandle() {
    if (has_key) ::pthread_key_delete(key);
    if (medium.fd >= 0) ::close(medium.fd);
  }
};

BlockHandle& device_of(void* handle) noexcept { return *static_cast<BlockHandle*>(handle); }

void release_slot(void* slot) noexcept {
  static_cast<EngineSlot*>(slot)->claimed.store(false, std::memory_order_release);
}

int setup_engine(const BlockHandle& device, EngineSlot* slot) noexcept {
  if (slot->engine != nullptr) return 0;
  const IoTarget target{device.medium.fd, device.options.queue_depth,
                        device.medium.buffer_alignment};
  int error = 0;
  slot->engine = device.options.engine == IoEngineKind::pread
                     ? make_pread_engine(target, &error)
                     : make_io_uring_engine(target, &error);
  return error;
}

// The calling thread's first operation: null and *error if no engine is available.
IoEngine* claim_engine(BlockHandle& device, int* error) noexcept {
  for (EngineSlot& slot : device.slots) {
    if (slot.claimed.exchange(true, std::memory_order_acquire)) continue;
    *error = setup_engine(device, &slot);
    if (*error == 0) *error = -::pthread_setspecific(device.key, &slot);
    if (*error == 0) return slot.engine.get();
    release_slot(&slot);
    return nullptr;
  }
  *error = -EUSERS;
  return nullptr;
}

IoEngine* engine_of_thread(BlockHandle& device, int* error) noexcept {
  void* const slot = ::pthread_getspecific(device.key);
  if (slot != nullptr) return static_cast<EngineSlot*>(slot)->engine.get();
  return claim_engine(device, error);
}

template <bool is_write>
std::int64_t copy(BlockHandle& device, dax_iter* iter) noexcept {
  if (!ranges_are_aligned(*iter, device.medium.io_alignment)) return -EINVAL;
  int error = 0;
  IoEngine* const engine = engine_of_thread(device, &error);
  if (engine == nullptr) return error;
  return is_write ? engine->write(iter) : engine->read(iter);
}

std::int64_t copy_from_iter(void* handle, dax_iter* iter) noexcept {
  return copy<true>(device_of(handle), iter);
}

std::int64_t copy_to_iter(void* handle, dax_iter* iter) noexcept {
  return copy<false>(device_of(handle), iter);
}

// There are no lines: what was written is in the kernel or the device, and drain makes it durable.
std::int64_t flush_iter(void* /*handle*/, dax_iter* iter) noexcept {
  skip_ranges(iter, iter->count);
  return 0;
}

// With O_DSYNC each write was durable when it returned.
int drain(void* handle) noexcept {
  const BlockHandle& device = device_of(handle);
  if (device.options.durable == Durable::dsync) return 0;
  return ::fdatasync(device.medium.fd) == 0 ? 0 : -errno;
}

std::int64_t persist_from_iter(void* handle, dax_iter* iter) noexcept {
  std::int64_t bytes = 0;
  while (iter->count != 0) {
    dax_iter one = *iter;
    one.count = 1;
    const std::int64_t written = copy_from_iter(handle, &one);
    const std::int64_t error = written < 0 ? written : drain(handle);
    if (error != 0) return bytes != 0 ? bytes : error;
    bytes += written;
    iter->state = one.state;
    --iter->count;
  }
  return bytes;
}

// A sector that went bad is replaced by the device when it is rewritten.
std::int64_t recovery_write(void* handle, dax_iter* iter) noexcept {
  if (!ranges_are_aligned(*iter, DAX_PAGE_BYTES)) return 0;
  return persist_from_iter(handle, iter);
}

int zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) noexcept {
  BlockHandle& device = device_of(handle);
  const int refused = check_pages(device.medium.size_bytes, page_offset, pages);
  if (refused != 0) return refused;
  const std::uint64_t end = (page_offset + pages) * DAX_PAGE_BYTES;
  for (std::uint64_t at = page_offset * DAX_PAGE_BYTES; at < end; at += kIoPieceBytes) {
    dax_iter one{};
    one.slots = 1;
    one.count = 1;
    one.offset_bytes = at;
    one.size_bytes = std::min(kIoPieceBytes, end - at);
    one.buffer = device.zeroes.data();
    const std::int64_t written = copy<true>(device, &one);
    if (written < 0) return static_cast<int>(written);
  }
  return 0;
}

int refuse_engine(int error, const BlockOptions& options, char* reason,
                  std::uint64_t reason_bytes) noexcept {
  const char* const name = engine_name(options.engine);
  if (error == -ENOSYS) {
    return refuse(ENOSYS, reason, reason_bytes,
                  "block cannot use engine=%s: the kernel or this build of pmembench has none; use "
                  "engine=pread",
                  name);
  }
  if (error == -EPERM || error == -EACCES) {
    return refuse(-error, reason, reason_bytes,
                  "block cannot use engine=%s: %s (sysctl kernel.io_uring_disabled, or a sandbox); "
                  "use engine=pread",
                  name, std::strerror(-error));
  }
  return refuse(-error, reason, reason_bytes,
                "block cannot set up engine=%s with %llu bytes of buffers a thread: %s; raise "
                "ulimit -l and -n, or lower queue_depth",
                name, static_cast<unsigned long long>(options.queue_depth * kIoPieceBytes),
                std::strerror(-error));
}

int open_block(const dax_host_info* /*host*/, const dax_media_info* media, void** handle,
               std::uint64_t* size_bytes, char* reason, std::uint64_t reason_bytes) noexcept {
  std::unique_ptr<BlockHandle> device(new (std::nothrow) BlockHandle);
  int error = device == nullptr ? -ENOMEM : device->zeroes.reserve(kIoPieceBytes);
  if (error != 0) return refuse(-error, reason, reason_bytes, "block found no memory; free some");
  error = parse_block_options(media->options, &device->options, reason, reason_bytes);
  if (error != 0) return error;
  error = open_block_medium(*media, device->options, &device->medium, reason, reason_bytes);
  if (error != 0) return error;
  error = ::pthread_key_create(&device->key, release_slot);
  if (error != 0) {
    return refuse(error, reason, reason_bytes,
                  "block finds no thread-specific key left: %s; close other devices first",
                  std::strerror(error));
  }
  device->has_key = true;
  // The first thread's engine, now: an error can still be returned with its reason here.
  error = setup_engine(*device, &device->slots.front());
  if (error != 0) return refuse_engine(error, device->options, reason, reason_bytes);
  *size_bytes = device->medium.size_bytes;
  *handle = device.release();
  return 0;
}

void close_block(void* handle) noexcept { delete static_cast<BlockHandle*>(handle); }

int describe(void* handle, char* text, std::uint64_t bytes) noexcept {
  const BlockHandle& device = device_of(handle);
  std::snprintf(text, bytes, "engine=%s durable=%s queue_depth=%u io_alignment_bytes=%llu",
                engine_name(device.options.engine), durable_name(device.options.durable),
                device.options.queue_depth,
                static_cast<unsigned long long>(device.medium.io_alignment));
  return 0;
}

int probe(const dax_host_info* /*host*/, char* /*reason*/,
          std::uint64_t /*reason_bytes*/) noexcept {
  return 0;
}

int check_options(const char* options, char* reason, std::uint64_t reason_bytes) noexcept {
  BlockOptions ignored;
  return parse_block_options(options, &ignored, reason, reason_bytes);
}

constexpr dax_operations make_table() noexcept {
  dax_operations table = operations_header(
      "block",
      "the kernel's block path with O_DIRECT; options, as in block:engine=io_uring;queue_depth=8: "
      "engine=pread|io_uring, durable=fdatasync|dsync, queue_depth=1..256 (with io_uring)",
      DAX_CAP_EMULATED, media_bit(DAX_MEDIA_BLOCK) | media_bit(DAX_MEDIA_POSIX));
  table.minimum_io_bytes = kSectorBytes;
  table.alignment_bytes = kSectorBytes;
  table.probe = probe;
  table.open = open_block;
  table.close = close_block;
  table.copy_from_iter = copy_from_iter;
  table.copy_to_iter = copy_to_iter;
  table.flush = flush_iter;
  table.drain = drain;
  table.zero_page_range = zero_page_range;
  table.recovery_write = recovery_write;
  table.persist_from_iter = persist_from_iter;
  table.describe = describe;
  table.check_options = check_options;
  return table;
}

}  // namespace

constexpr dax_operations kBlockOperations = make_table();

}  // namespace pmembench
