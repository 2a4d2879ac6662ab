#include "dax/crash_device.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include "dax/crash_memory.hpp"

namespace pmembench {
namespace {

CrashMemory& memory_of(void* handle) { return *static_cast<CrashMemory*>(handle); }

template <typename Each>
std::int64_t each_range(dax_iter* iter, Each each) {
  std::int64_t done = 0;
  for (; iter->count > 0; --iter->count) done += each(dax_iter_next(iter));
  return done;
}

std::int64_t copy_from_iter(void* handle, dax_iter* iter) {
  return each_range(iter, [&](std::uint64_t offset) {
    memory_of(handle).store(offset, iter->buffer, iter->size_bytes);
    return static_cast<std::int64_t>(iter->size_bytes);
  });
}

std::int64_t copy_to_iter(void* handle, dax_iter* iter) {
  return each_range(iter, [&](std::uint64_t offset) {
    memory_of(handle).load(offset, iter->buffer, iter->size_bytes);
    return static_cast<std::int64_t>(iter->size_bytes);
  });
}

std::int64_t flush(void* handle, dax_iter* iter) {
  return each_range(iter, [&](std::uint64_t offset) {
    return memory_of(handle).flush(offset, iter->size_bytes);
  });
}

int drain(void* handle) {
  memory_of(handle).drain();
  return 0;
}

int zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) {
  static constexpr std::array<unsigned char, DAX_PAGE_BYTES> kZeroes{};
  for (std::uint64_t page = page_offset; page < page_offset + pages; ++page) {
    memory_of(handle).store(page * DAX_PAGE_BYTES, kZeroes.data(), DAX_PAGE_BYTES);
  }
  return 0;
}

dax_operations make_table(bool needs_flush) {
  dax_operations table{};
  table.magic = DAX_OPERATIONS_MAGIC;
  table.abi_version = DAX_OPERATIONS_ABI_VERSION;
  table.struct_size = sizeof(dax_operations);
  table.name = "crash";
  table.summary = "memory whose power can be cut";
  table.capabilities = DAX_CAP_SYNCHRONOUS | (needs_flush ? DAX_CAP_NEEDS_FLUSH : 0);
  table.media = std::uint64_t{1} << DAX_MEDIA_SIM;
  table.minimum_io_bytes = 1;
  table.alignment_bytes = 1;
  table.probe = [](const dax_host_info*, char*, std::uint64_t) { return 0; };
  table.copy_from_iter = &copy_from_iter;
  table.copy_to_iter = &copy_to_iter;
  table.flush = &flush;
  table.drain = &drain;
  table.zero_page_range = &zero_page_range;
  table.recovery_write = &copy_from_iter;  // a store replaces a line regardless of what it held
  return table;
}

}  // namespace

struct CrashDevice::Impl {
  Impl(std::span<const std::byte> image, bool needs_flush)
      : memory(image, needs_flush), table(make_table(needs_flush)) {}
  CrashMemory memory;
  dax_operations table;
  std::unique_ptr<DaxDevice> device;  // goes first: it calls the others
};

CrashDevice::CrashDevice(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CrashDevice::CrashDevice(CrashDevice&&) noexcept = default;
CrashDevice& CrashDevice::operator=(CrashDevice&&) noexcept = default;
CrashDevice::~CrashDevice() = default;

Result<CrashDevice> CrashDevice::make(const Options& options) {
  return reboot(options, std::vector<std::byte>(options.size_bytes));
}

Result<CrashDevice> CrashDevice::reboot(const Options& options, std::span<const std::byte> image) {
  if (image.size() != options.size_bytes) {
    Error error = usage_error(
        "a crash device of {} bytes cannot start from an image of {} bytes; give it one of its "
        "size",
        options.size_bytes, image.size());
    error.code = EINVAL;
    return error;
  }
  auto impl = std::make_unique<Impl>(image, options.needs_flush);
  DeviceFacts facts;
  facts.name = "crash";
  facts.size_bytes = options.size_bytes;
  facts.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  auto device = DaxDevice::allocate(std::move(facts), &impl->table, &impl->memory, nullptr);
  if (!device) return device.error();
  impl->device = *std::move(device);
  return CrashDevice(std::move(impl));
}

DaxDevice& CrashDevice::device() { return *impl_->device; }
std::uint64_t CrashDevice::events() const { return impl_->memory.events(); }
void CrashDevice::cut_power_at(std::uint64_t at) { impl_->memory.cut_power_at(at); }
std::vector<std::byte> CrashDevice::image(Random& random) const {
  return impl_->memory.image(random);
}
bool CrashDevice::for_each_image(
    std::uint64_t limit, const std::function<bool(std::span<const std::byte>)>& look) const {
  return impl_->memory.for_each_image(limit, look);
}

}  // namespace pmembench
