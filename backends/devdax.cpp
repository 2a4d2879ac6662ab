// devdax: a character device /dev/daxX.Y, which this backend opens and maps itself. Cached stores,
// written back by the best instruction of this CPU, or by none where the caches are in the
// persistence domain. (A device-DAX mapping is synchronous by nature: MAP_SYNC does not apply.)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

struct DevdaxHandle {
  dax_mapping mapping;  // first: the shared operations take the handle for a dax_mapping
  Flush flush;
  std::uint64_t alignment_bytes;
};

int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes) noexcept {
  if (best_flush(host->cpu_features) != Flush::none) return 0;
  return refuse(EOPNOTSUPP, reason, reason_bytes,
                "devdax needs clwb, clflushopt or clflush to write lines back, and this CPU has "
                "none of them; use eadr");
}

int check_options(const char* options, char* reason, std::uint64_t reason_bytes) noexcept {
  return refuse(EINVAL, reason, reason_bytes, "devdax knows no option '%s'; it has none at all",
                options);
}

int check_media(const dax_media_info& media, char* reason, std::uint64_t reason_bytes) noexcept {
  if (media.kind != DAX_MEDIA_DEVDAX || media.path == nullptr) {
    return refuse(EINVAL, reason, reason_bytes,
                  "devdax opens a character device such as /dev/dax0.0 and was given another kind "
                  "of medium; use movnt or clwb there");
  }
  if (media.options != nullptr && media.options[0] != '\0') {
    return check_options(media.options, reason, reason_bytes);
  }
  if (media.size_bytes == 0 || media.alignment_bytes == 0) {
    return refuse(EINVAL, reason, reason_bytes,
                  "devdax cannot map %s without its size and alignment, and the host found neither "
                  "in sysfs; is it bound to the device_dax driver?",
                  media.path);
  }
  if (media.size_bytes % media.alignment_bytes != 0) {
    return refuse(EINVAL, reason, reason_bytes,
                  "devdax maps %s in multiples of its alignment, %llu bytes, and %llu bytes is "
                  "not one; give a multiple",
                  media.path, static_cast<unsigned long long>(media.alignment_bytes),
                  static_cast<unsigned long long>(media.size_bytes));
  }
  return 0;
}

int map_file(int fd, const dax_media_info& media, void** address, char* reason,
             std::uint64_t reason_bytes) noexcept {
  struct stat status = {};
  if (::fstat(fd, &status) == 0 && !S_ISCHR(status.st_mode)) {
    return refuse(
        ENODEV, reason, reason_bytes,
        "devdax cannot use %s: it is not a character device; name it file: or block:", media.path);
  }
  *address = ::mmap(nullptr, media.size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (*address != MAP_FAILED) return 0;
  return refuse(
      errno, reason, reason_bytes,
      "devdax cannot map %llu bytes of %s: %s; check that it is a dax device of that size",
      static_cast<unsigned long long>(media.size_bytes), media.path, std::strerror(errno));
}

int map_device(const dax_media_info& media, void** address, char* reason,
               std::uint64_t reason_bytes) noexcept {
  const int fd = ::open(media.path, O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    return refuse(errno, reason, reason_bytes,
                  "devdax cannot open %s: %s; check the path and that you may read and write it",
                  media.path, std::strerror(errno));
  }
  const int error = map_file(fd, media, address, reason, reason_bytes);
  ::close(fd);  // the mapping keeps the device
  return error;
}

int open_device(const dax_host_info* host, const dax_media_info* media, void** handle,
                std::uint64_t* size_bytes, char* reason, std::uint64_t reason_bytes) noexcept {
  int error = check_media(*media, reason, reason_bytes);
  if (error != 0) return error;
  std::unique_ptr<DevdaxHandle> device(new (std::nothrow) DevdaxHandle{});
  if (device == nullptr) {
    return refuse(ENOMEM, reason, reason_bytes, "devdax found no memory; free some");
  }
  void* address = nullptr;
  error = map_device(*media, &address, reason, reason_bytes);
  if (error != 0) return error;
  device->mapping = {sizeof(dax_mapping),
                     host->vector_bytes,
                     host->cpu_features,
                     static_cast<unsigned char*>(address),
                     media->size_bytes,
                     0,
                     0};
  device->flush = media->persistence_domain == DAX_DOMAIN_CPU_CACHE
                      ? Flush::none
                      : best_flush(host->cpu_features);
  device->alignment_bytes = media->alignment_bytes;
  *handle = device.release();
  *size_bytes = media->size_bytes;
  return 0;
}

void close_device(void* handle) noexcept {
  auto* device = static_cast<DevdaxHandle*>(handle);
  ::munmap(device->mapping.address, device->mapping.size_bytes);
  delete device;
}

std::int64_t copy_from_iter(void* handle, dax_iter* iter) noexcept {
  return copy_from<Store::cached, Flush::none, Fence::none>(mapping_of(handle), iter);
}

std::int64_t flush_iter(void* handle, dax_iter* iter) noexcept {
  const auto& device = *static_cast<const DevdaxHandle*>(handle);
  return flush_ranges(device.flush, device.mapping.address, iter);
}

std::int64_t persist_from_iter(void* handle, dax_iter* iter) noexcept {
  const auto& device = *static_cast<const DevdaxHandle*>(handle);
  const bool skip = (iter->flags & DAX_ITER_SKIP_FLUSH) != 0;
  return copy_from<Store::cached, Fence::each_range>(device.mapping,
                                                     skip ? Flush::none : device.flush, iter);
}

int describe(void* handle, char* text, std::uint64_t bytes) noexcept {
  const auto& device = *static_cast<const DevdaxHandle*>(handle);
  std::snprintf(text, bytes, "flush=%s alignment_bytes=%llu", flush_name(device.flush),
                static_cast<unsigned long long>(device.alignment_bytes));
  return 0;
}

constexpr dax_operations make_table() noexcept {
  dax_operations table = operations_header(
      "devdax", "opens and maps /dev/daxX.Y itself; cached stores, flushed as the platform needs",
      DAX_CAP_DIRECT_ACCESS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS,
      media_bit(DAX_MEDIA_DEVDAX));
  table.probe = probe;
  table.open = open_device;
  table.close = close_device;
  table.direct_access = mapped_direct_access;
  table.copy_from_iter = copy_from_iter;
  table.copy_to_iter = mapped_copy_to_iter;
  table.choose_read_kernel = mapped_choose_read_kernel;
  table.flush = flush_iter;
  table.drain = mapped_drain;
  table.zero_page_range = mapped_zero_page_range<Store::cached>;
  table.recovery_write = mapped_recovery_write;
  table.persist_from_iter = persist_from_iter;
  table.describe = describe;
  table.check_options = check_options;
  return table;
}

}  // namespace

constexpr dax_operations kDevdaxOperations = make_table();

}  // namespace pmembench
