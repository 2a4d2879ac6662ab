#include "dax/dax_device.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dax/dax_device_impl.hpp"
#include "dax/float_control.hpp"

namespace pmembench {
namespace {

// The table as this ABI knows it: what an older one does not reach is null.
dax_operations extended(const dax_operations& operations) {
  dax_operations table{};
  std::memcpy(&table, &operations,
              std::min(std::size_t{operations.struct_size}, sizeof(dax_operations)));
  return table;
}

AccessKind access_kind(const dax_operations& table) {
  if ((table.capabilities & DAX_CAP_DIRECT_ACCESS) == 0) return AccessKind::none;
  if (table.direct_access != nullptr) return AccessKind::operation;
  return table.open == nullptr ? AccessKind::mapping : AccessKind::none;
}

// What is wrong with binding these operations to a device of this size; null: nothing.
const char* why_not(const dax_operations& operations, const void* handle,
                    std::uint64_t size_bytes) {
  if (operations.magic != DAX_OPERATIONS_MAGIC) return "they are not a dax_operations table";
  const dax_operations table = extended(operations);
  if (table.zero_page_range == nullptr) return "they lack zero_page_range, which is required";
  if (table.copy_from_iter == nullptr) return "they lack copy_from_iter, which is required";
  if (table.copy_to_iter == nullptr) return "they lack copy_to_iter, which is required";
  if (table.flush == nullptr) return "they lack flush, which is required";
  if (table.drain == nullptr) return "they lack drain, which is required";
  if (access_kind(table) != AccessKind::mapping) return nullptr;
  const auto* mapping = static_cast<const dax_mapping*>(handle);
  if (mapping == nullptr) return "they have no open, and no mapping was given as their handle";
  if (mapping->size_bytes < size_bytes) return "the mapping is smaller than the device";
  return nullptr;
}

}  // namespace

DeviceCounters& DeviceCounters::operator+=(const DeviceCounters& other) {
  direct_accesses += other.direct_accesses;
  bytes_copied_from += other.bytes_copied_from;
  bytes_copied_to += other.bytes_copied_to;
  lines_flushed += other.lines_flushed;
  drains += other.drains;
  pages_zeroed += other.pages_zeroed;
  recovery_writes += other.recovery_writes;
  return *this;
}

void DaxDevice::Impl::bind(const dax_operations* operations, void* with_handle) {
  bound = operations;
  table = operations == nullptr ? dax_operations{} : extended(*operations);
  handle = with_handle;
  access = access_kind(table);
  nocache = operations != nullptr && table.nontemporal_from_bytes != 0;
  host_mapping = facts.host_mapped ? static_cast<const dax_mapping*>(handle) : nullptr;
}

Result<std::unique_ptr<DaxDevice>> DaxDevice::allocate(DeviceFacts facts,
                                                       const dax_operations* operations,
                                                       void* handle,
                                                       std::unique_ptr<DeviceBacking> backing) {
  if (facts.size_bytes == 0 || facts.size_bytes % DAX_PAGE_BYTES != 0) {
    return invalid_argument(
        "dax device '{}': its size of {} bytes is not a positive multiple of "
        "the page size of {} bytes; round it to whole pages",
        facts.name, facts.size_bytes, DAX_PAGE_BYTES);
  }
  if (facts.alignment_bytes == 0 || facts.alignment_bytes % DAX_PAGE_BYTES != 0) {
    return invalid_argument(
        "dax device '{}': its mapping alignment of {} bytes is not a positive multiple "
        "of the page size of {} bytes; give whole pages",
        facts.name, facts.alignment_bytes, DAX_PAGE_BYTES);
  }
  if (operations != nullptr) {
    if (const char* why = why_not(*operations, handle, facts.size_bytes)) {
      return invalid_argument("dax device '{}': its operations are refused: {}; fix the backend",
                              facts.name, why);
    }
  }
  auto device = std::make_unique<Whole>(std::move(facts));
  device->impl.backing = std::move(backing);
  device->impl.bind(operations, handle);
  return std::unique_ptr<DaxDevice>(std::move(device));
}

const std::string& DaxDevice::name() const { return inside().facts.name; }
std::uint64_t DaxDevice::size_bytes() const { return inside().facts.size_bytes; }
const DeviceFacts& DaxDevice::facts() const { return inside().facts; }
const dax_operations* DaxDevice::operations() const { return inside().bound; }
void* DaxDevice::handle() const { return inside().handle; }
bool DaxDevice::alive() const { return inside().guard.alive(); }

int DaxDevice::set_operations(const dax_operations* operations, void* handle) {
  if (operations == nullptr) {
    inside().bind(nullptr, nullptr);
    return 0;
  }
  if (inside().bound != nullptr) return -EBUSY;
  if (why_not(*operations, handle, size_bytes()) != nullptr) return -EINVAL;
  inside().bind(operations, handle);
  return 0;
}

// The order is the kernel's kill_dax(): the holder is notified while the device still lives, so
// that it can stop using it; then liveness ends; then the holder is forgotten.
void DaxDevice::kill() {
  inside().guard.check_outside();
  PMB_CHECK(inside().killer.load() != std::this_thread::get_id(),
            "kill from inside the holder's notify_failure of that kill would wait for itself");
  const std::lock_guard killing(inside().kill_mutex);
  if (!inside().guard.alive()) return;
  inside().killer.store(std::this_thread::get_id());
  {
    const std::lock_guard lock(inside().holder_mutex);
    inside().removing = true;
    if (inside().holder != nullptr) {
      inside().holder->notify_failure(0, UINT64_MAX, DaxHolder::kPreRemove);
    }
  }
  inside().guard.kill();
  {
    const std::lock_guard lock(inside().holder_mutex);
    inside().holder = nullptr;
  }
  inside().killer.store(std::thread::id());
}

int DaxDevice::hold(DaxHolder* holder) {
  PMB_CHECK(holder != nullptr, "hold without a holder");
  const std::lock_guard lock(inside().holder_mutex);
  if (inside().removing) return -ENXIO;
  if (inside().holder != nullptr) return -EBUSY;
  inside().holder = holder;
  return 0;
}

int DaxDevice::release(DaxHolder* holder) {
  const std::lock_guard lock(inside().holder_mutex);
  if (holder != nullptr && inside().holder == holder) {
    inside().holder = nullptr;
    return 0;
  }
  return inside().holder == nullptr && inside().removing ? 0 : -EINVAL;
}

int DaxDevice::notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) {
  const std::lock_guard lock(inside().holder_mutex);
  if (!alive()) return -ENXIO;
  const std::uint64_t size = size_bytes();
  if (offset_bytes >= size) return -ENXIO;
  if (length_bytes != UINT64_MAX && length_bytes > size - offset_bytes) return -ENXIO;
  if (inside().holder == nullptr) return -EOPNOTSUPP;
  return inside().holder->notify_failure(offset_bytes, length_bytes, flags);
}

void DaxDevice::set_write_cache(bool on) {
  inside().write_cache.store(on, std::memory_order_relaxed);
}
bool DaxDevice::write_cache() const { return inside().write_cache.load(std::memory_order_relaxed); }
bool DaxDevice::synchronous() const { return inside().facts.synchronous; }
bool DaxDevice::asymmetric_guard() const { return inside().guard.is_asymmetric(); }
std::optional<std::string> DaxDevice::choose_read_kernel(std::uint32_t index) {
  const Impl& impl = inside();
  if (impl.table.choose_read_kernel == nullptr) return std::nullopt;
  std::array<char, 64> name{};
  const FloatControl kept;
  if (impl.table.choose_read_kernel(impl.handle, index, name.data(), name.size()) != 0) {
    return std::nullopt;
  }
  name.back() = '\0';
  return std::string(name.data());
}
BadBlocks& DaxDevice::bad_blocks() { return inside().bad_blocks; }
DaxReader DaxDevice::make_reader() { return inside().guard.make_reader(); }
DeviceCounters DaxDevice::counters() const { return inside().guard.counters(); }

}  // namespace pmembench
