// DaxDevice and memory errors: surviving them, and making them.
#include <cerrno>

#include "dax/dax_device_impl.hpp"
#include "dax/fault_guard.hpp"

namespace pmembench {

Status DaxDevice::survive_poison() {
  if (inside().survives_at != nullptr) return {};
  DaxReader reader = make_reader();
  void* first = nullptr;
  std::int64_t reached = 0;
  {
    const ReadSection section(reader);
    reached = direct_access(section, 0, inside().pages(), DAX_RECOVERY_WRITE, &first);
  }
  if (reached < static_cast<std::int64_t>(inside().pages())) {
    return environment_error(
        "dax device '{}': memory errors can only be survived where the device is one mapping "
        "without known bad blocks; use another backend",
        name());
  }
  const Status installed = install_fault_guard();
  if (installed) inside().survives_at = static_cast<unsigned char*>(first);
  return installed;
}

Status DaxDevice::poison_page(std::uint64_t page_offset) {
  if (const Status survives = survive_poison(); !survives) return survives;
  const std::lock_guard lock(inside().poison_mutex);
  if (!inside().poison) {
    auto poison = Poison::make(inside().survives_at, size_bytes());
    if (!poison) return poison.error();
    inside().poison.emplace(*std::move(poison));
  }
  return inside().poison->add(page_offset);
}

void DaxDevice::end_poison() {
  (void)inside().clear_poison(0, size_bytes());
  inside().poison.reset();
  inside().survives_at = nullptr;
}

int DaxDevice::Impl::clear_poison(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  const std::lock_guard lock(poison_mutex);
  if (!poison) return 0;
  const std::uint64_t end = offset_bytes + size_bytes;
  for (std::uint64_t page = offset_bytes / DAX_PAGE_BYTES; page * DAX_PAGE_BYTES < end; ++page) {
    if (!poison->clear(page)) return -EIO;
  }
  return 0;
}

}  // namespace pmembench
