// libpmem2: mapping and durability as PMDK does them, called by its function pointers as PMDK's own
// users call them: a backend, and a reference for the others.
//
// What a store costs depends on the granularity that libpmem2 gave the mapping: BYTE (anonymous
// memory, eADR), CACHE_LINE (MAP_SYNC was accepted) or PAGE (all else: each flush is an msync under
// a lock, so it is no fair stand-in for the block path). It is accepted as it comes, and told
// by describe together with the environment variables that change libpmem2's ways. It binds
// anonymous memory to no node: the host does, by the policy of the thread that opens and first
// touches.
//
// /dev/daxX.Y is served on an NVDIMM only: where ndctl does not know the device (CXL, hmem)
// libpmem2 dereferences NULL (pmem/pmdk issue 6160). What tells the two apart is the persistence
// domain, which the kernel gives with a region of NVDIMMs and with nothing else. Use devdax for the
// others.
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

#ifdef PMEMBENCH_HAVE_LIBPMEM2

#include <fcntl.h>
#include <libpmem2.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "backends/iter.h"

namespace pmembench {
namespace {

constexpr unsigned kCopyFlags = PMEM2_F_MEM_NONTEMPORAL | PMEM2_F_MEM_NODRAIN;

struct Libpmem2Handle {
  dax_mapping mapping = {};  // first: reads and direct_access take the handle for a dax_mapping
  pmem2_map* map = nullptr;
  pmem2_source* source = nullptr;
  int fd = -1;
  pmem2_granularity granularity = PMEM2_GRANULARITY_PAGE;
  pmem2_memcpy_fn memcpy_fn = nullptr;
  pmem2_memset_fn memset_fn = nullptr;
  pmem2_flush_fn flush_fn = nullptr;
  pmem2_drain_fn drain_fn = nullptr;

  Libpmem2Handle() = default;
  Libpmem2Handle(const Libpmem2Handle&) = delete;
  Libpmem2Handle& operator=(const Libpmem2Handle&) = delete;
  ~Libpmem2Handle() {
    if (map != nullptr) pmem2_map_delete(&map);
    if (source != nullptr) pmem2_source_delete(&source);
    if (fd >= 0) ::close(fd);
  }
};

const Libpmem2Handle& device_of(void* handle) noexcept {
  return *static_cast<const Libpmem2Handle*>(handle);
}

int probe(const dax_host_info* /*host*/, char* /*reason*/,
          std::uint64_t /*reason_bytes*/) noexcept {
  return 0;
}

// libpmem2's errors are negative errnos, or codes of its own beyond them.
int refuse_call(int error, const char* what, const dax_media_info& media, char* reason,
                std::uint64_t reason_bytes) noexcept {
  const int code = error > PMEM2_E_UNKNOWN ? -error : EINVAL;
  return refuse(code, reason, reason_bytes,
                "libpmem2 cannot %s %s: %s; check its size and that you may read and write it",
                what, media.path != nullptr ? media.path : "anonymous memory", pmem2_errormsg());
}

int make_source(const dax_media_info& media, Libpmem2Handle* device, char* reason,
                std::uint64_t reason_bytes) noexcept {
  if (media.kind == DAX_MEDIA_DRAM) {
    const int error = pmem2_source_from_anon(&device->source, media.size_bytes);
    return error == 0 ? 0 : refuse_call(error, "take", media, reason, reason_bytes);
  }
  device->fd = ::open(media.path, O_RDWR | O_CLOEXEC);
  if (device->fd < 0) {
    return refuse(errno, reason, reason_bytes,
                  "libpmem2 cannot open %s: %s; check the path and that you may read and write it",
                  media.path, std::strerror(errno));
  }
  const int error = pmem2_source_from_fd(&device->source, device->fd);
  return error == 0 ? 0 : refuse_call(error, "take", media, reason, reason_bytes);
}

int make_map(const dax_media_info& media, Libpmem2Handle* device) noexcept {
  pmem2_config* config = nullptr;
  int error = pmem2_config_new(&config);
  if (error != 0) return error;
  error = pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE);
  if (error == 0 && media.size_bytes != 0) {
    error = pmem2_config_set_length(config, media.size_bytes);
  }
  if (error == 0) error = pmem2_map_new(&device->map, config, device->source);
  pmem2_config_delete(&config);
  return error;
}

int check_options(const char* options, char* reason, std::uint64_t reason_bytes) noexcept {
  return refuse(EINVAL, reason, reason_bytes, "libpmem2 knows no option '%s'; it has none at all",
                options);
}

int check_media(const dax_media_info& media, char* reason, std::uint64_t reason_bytes) noexcept {
  if (media.options != nullptr && media.options[0] != '\0') {
    return check_options(media.options, reason, reason_bytes);
  }
  if (media.kind == DAX_MEDIA_DRAM && media.size_bytes != 0) return 0;
  if (media.kind == DAX_MEDIA_DRAM) {
    return refuse(EINVAL, reason, reason_bytes,
                  "libpmem2 cannot map 0 bytes of anonymous memory; give a size");
  }
  const bool nvdimm =
      media.kind == DAX_MEDIA_DEVDAX && media.persistence_domain != DAX_DOMAIN_UNKNOWN;
  if ((media.kind == DAX_MEDIA_FILE || nvdimm) && media.path != nullptr) return 0;
  if (media.kind == DAX_MEDIA_DEVDAX) {
    return refuse(
        EINVAL, reason, reason_bytes,
        "libpmem2 maps a dax device only where the kernel reports its persistence domain, "
        "as of NVDIMMs, since it crashes on others; use devdax");
  }
  return refuse(EINVAL, reason, reason_bytes,
                "libpmem2 maps anonymous memory, a file or a dax device itself and was given "
                "another kind of medium; use block for block devices");
}

int open_map(const dax_host_info* host, const dax_media_info* media, void** handle,
             std::uint64_t* size_bytes, char* reason, std::uint64_t reason_bytes) noexcept {
  int error = check_media(*media, reason, reason_bytes);
  if (error != 0) return error;
  std::unique_ptr<Libpmem2Handle> device(new (std::nothrow) Libpmem2Handle);
  if (device == nullptr) {
    return refuse(ENOMEM, reason, reason_bytes, "libpmem2 found no memory; free some");
  }
  error = make_source(*media, device.get(), reason, reason_bytes);
  if (error != 0) return error;
  error = make_map(*media, device.get());
  if (error != 0) return refuse_call(error, "map", *media, reason, reason_bytes);
  device->mapping = {sizeof(dax_mapping),
                     host->vector_bytes,
                     host->cpu_features,
                     static_cast<unsigned char*>(pmem2_map_get_address(device->map)),
                     pmem2_map_get_size(device->map),
                     0,
                     0};
  device->granularity = pmem2_map_get_store_granularity(device->map);
  device->memcpy_fn = pmem2_get_memcpy_fn(device->map);
  device->memset_fn = pmem2_get_memset_fn(device->map);
  device->flush_fn = pmem2_get_flush_fn(device->map);
  device->drain_fn = pmem2_get_drain_fn(device->map);
  *size_bytes = device->mapping.size_bytes;
  *handle = device.release();
  return 0;
}

void close_map(void* handle) noexcept { delete static_cast<Libpmem2Handle*>(handle); }

template <class Work>
std::int64_t each_range(const Libpmem2Handle& device, dax_iter* iter, Work work) noexcept {
  dax_iter batch = *iter;
  for (; batch.count != 0; --batch.count) {
    work(device.mapping.address + dax_iter_next(&batch));
  }
  const std::uint64_t ranges = iter->count;
  iter->state = batch.state;
  iter->count = 0;
  return static_cast<std::int64_t>(ranges * batch.size_bytes);
}

// libpmem2's copies write back what they left in caches: nothing of theirs is left to flush.
std::int64_t copy_from_iter(void* handle, dax_iter* iter) noexcept {
  const Libpmem2Handle& device = device_of(handle);
  return each_range(device, iter, [&](unsigned char* range) {
    device.memcpy_fn(range, iter->buffer, iter->size_bytes, kCopyFlags);
  });
}

// One call drains too. Without a flush libpmem2 stores through the cache, whatever else is asked.
std::int64_t persist_from_iter(void* handle, dax_iter* iter) noexcept {
  const Libpmem2Handle& device = device_of(handle);
  const bool skip = (iter->flags & DAX_ITER_SKIP_FLUSH) != 0;
  const unsigned flags = skip ? PMEM2_F_MEM_NOFLUSH | PMEM2_F_MEM_NODRAIN : PMEM2_F_MEM_NONTEMPORAL;
  return each_range(device, iter, [&](unsigned char* range) {
    device.memcpy_fn(range, iter->buffer, iter->size_bytes, flags);
    if (skip) device.drain_fn();
  });
}

// Called whatever the granularity, since the call is what a user of libpmem2 pays; with BYTE it
// writes nothing back.
std::int64_t flush_iter(void* handle, dax_iter* iter) noexcept {
  const Libpmem2Handle& device = device_of(handle);
  std::uint64_t lines = 0;
  each_range(device, iter, [&](unsigned char* range) {
    device.flush_fn(range, iter->size_bytes);
    lines += lines_touched(range, iter->size_bytes);
  });
  return device.granularity == PMEM2_GRANULARITY_BYTE ? 0 : static_cast<std::int64_t>(lines);
}

int drain(void* handle) noexcept {
  device_of(handle).drain_fn();
  return 0;
}

int zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) noexcept {
  const Libpmem2Handle& device = device_of(handle);
  const int refused = check_pages(device.mapping.size_bytes, page_offset, pages);
  if (refused != 0) return refused;
  device.memset_fn(device.mapping.address + page_offset * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES,
                   kCopyFlags);
  return 0;
}

const char* granularity_name(pmem2_granularity granularity) noexcept {
  if (granularity == PMEM2_GRANULARITY_BYTE) return "byte";
  return granularity == PMEM2_GRANULARITY_CACHE_LINE ? "cache_line" : "page";
}

int describe(void* handle, char* text, std::uint64_t bytes) noexcept {
  static constexpr const char* kSwitches[] = {
      "PMEM2_FORCE_GRANULARITY", "PMEM_NO_CLWB", "PMEM_NO_CLFLUSHOPT", "PMEM_NO_MOVNT",
      "PMEM_MOVNT_THRESHOLD",    "PMEM_AVX",     "PMEM_AVX512F"};
  if (text == nullptr || bytes == 0) return -EINVAL;
  std::uint64_t used = 0;
  const auto say = [&](const char* key, const char* value) {
    if (used >= bytes) return;
    const int length =
        std::snprintf(text + used, bytes - used, "%s%s=%s", used == 0 ? "" : " ", key, value);
    used += static_cast<std::uint64_t>(length);
  };
  say("granularity", granularity_name(device_of(handle).granularity));
  for (const char* name : kSwitches) {
    const char* const value = std::getenv(name);
    if (value != nullptr) say(name, value);
  }
  return 0;
}

}  // namespace
}  // namespace pmembench

#else

namespace pmembench {
namespace {

int missing(char* reason, std::uint64_t reason_bytes) noexcept {
  return refuse(EOPNOTSUPP, reason, reason_bytes,
                "libpmem2 was not there when pmembench was built; install libpmem2-dev and build "
                "again");
}

int probe(const dax_host_info* /*host*/, char* reason, std::uint64_t reason_bytes) noexcept {
  return missing(reason, reason_bytes);
}
int open_map(const dax_host_info* /*host*/, const dax_media_info* /*media*/, void** /*handle*/,
             std::uint64_t* /*size_bytes*/, char* reason, std::uint64_t reason_bytes) noexcept {
  return missing(reason, reason_bytes);
}
void close_map(void* /*handle*/) noexcept {}
std::int64_t copy_from_iter(void* /*handle*/, dax_iter* /*iter*/) noexcept { return -EOPNOTSUPP; }
std::int64_t persist_from_iter(void* /*handle*/, dax_iter* /*iter*/) noexcept {
  return -EOPNOTSUPP;
}
std::int64_t flush_iter(void* /*handle*/, dax_iter* /*iter*/) noexcept { return -EOPNOTSUPP; }
int drain(void* /*handle*/) noexcept { return -EOPNOTSUPP; }
int zero_page_range(void* /*handle*/, std::uint64_t /*page_offset*/,
                    std::uint64_t /*pages*/) noexcept {
  return -EOPNOTSUPP;
}
int describe(void* /*handle*/, char* /*text*/, std::uint64_t /*bytes*/) noexcept {
  return -EOPNOTSUPP;
}

}  // namespace
}  // namespace pmembench

#endif

namespace pmembench {
namespace {

constexpr dax_operations make_table() noexcept {
  dax_operations table = operations_header(
      "libpmem2", "PMDK's libpmem2: its mapping, its copies, its flush and drain",
      DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS | DAX_CAP_NVDIMM_ONLY,
      media_bit(DAX_MEDIA_DRAM) | media_bit(DAX_MEDIA_FILE) | media_bit(DAX_MEDIA_DEVDAX));
  table.probe = probe;
  table.open = open_map;
  table.close = close_map;
  table.direct_access = mapped_direct_access;
  table.copy_from_iter = copy_from_iter;
  table.copy_to_iter = mapped_copy_to_iter;
  table.flush = flush_iter;
  table.drain = drain;
  table.zero_page_range = zero_page_range;
  table.persist_from_iter = persist_from_iter;
  table.describe = describe;
  table.check_options = check_options;
  table.nontemporal_from_bytes = 1;  // kCopyFlags
  return table;
}

}  // namespace

constexpr dax_operations kLibpmem2Operations = make_table();

}  // namespace pmembench
