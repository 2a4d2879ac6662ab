#include "crash/window_device.hpp"

namespace pmembench {
namespace {

// The table, what its handle points to, and what the device keeps until it goes.
struct Window final : DeviceBacking {
  Window(DaxDevice& below, std::uint64_t offset)
      : device(below), reader(below.make_reader()), offset_bytes(offset) {}
  DaxDevice& device;
  DaxReader reader;
  std::uint64_t offset_bytes;
  dax_operations table{};
};

Window& window_of(void* handle) { return *static_cast<Window*>(handle); }

// `operation` on the device below, with the ranges shifted to its offsets.
template <typename Operation>
std::int64_t shifted(Window& window, dax_iter* iter, Operation operation) {
  iter->offset_bytes += window.offset_bytes;
  const std::int64_t done = operation(*iter);
  iter->offset_bytes -= window.offset_bytes;
  return done;
}

std::int64_t copy_from_iter(void* handle, dax_iter* iter) {
  Window& window = window_of(handle);
  const ReadSection section(window.reader);
  return shifted(window, iter,
                 [&](dax_iter& part) { return window.device.copy_from_iter(section, part); });
}

std::int64_t copy_to_iter(void* handle, dax_iter* iter) {
  Window& window = window_of(handle);
  const ReadSection section(window.reader);
  return shifted(window, iter,
                 [&](dax_iter& part) { return window.device.copy_to_iter(section, part); });
}

std::int64_t flush(void* handle, dax_iter* iter) {
  Window& window = window_of(handle);
  return shifted(window, iter,
                 [&](dax_iter& part) { return window.device.flush(window.reader, part); });
}

int drain(void* handle) { return window_of(handle).device.drain(window_of(handle).reader); }

int zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) {
  Window& window = window_of(handle);
  const ReadSection section(window.reader);
  return window.device.zero_page_range(section, window.offset_bytes / DAX_PAGE_BYTES + page_offset,
                                       pages);
}

}  // namespace

Result<std::unique_ptr<DaxDevice>> make_window_device(DaxDevice& device, std::uint64_t offset_bytes,
                                                      std::uint64_t size_bytes) {
  if (device.operations() == nullptr || offset_bytes % DAX_PAGE_BYTES != 0 ||
      offset_bytes > device.size_bytes() || size_bytes > device.size_bytes() - offset_bytes) {
    return usage_error(
        "a window of {} bytes from {} on is not in device {}; choose whole "
        "pages inside it",
        size_bytes, offset_bytes, device.name());
  }
  auto window = std::make_unique<Window>(device, offset_bytes);
  dax_operations& table = window->table;
  table = *device.operations();
  table.capabilities &= ~DAX_CAP_DIRECT_ACCESS;
  table.open = nullptr;
  table.close = nullptr;
  table.direct_access = nullptr;
  table.recovery_write = nullptr;
  table.persist_from_iter = nullptr;
  table.describe = nullptr;
  table.choose_read_kernel = nullptr;
  table.copy_from_iter = &copy_from_iter;
  table.copy_to_iter = &copy_to_iter;
  table.flush = &flush;
  table.drain = &drain;
  table.zero_page_range = &zero_page_range;
  DeviceFacts facts = device.facts();
  facts.name += "-window";
  facts.host_mapped = false;
  facts.size_bytes = size_bytes;
  Window* const handle = window.get();
  return DaxDevice::allocate(std::move(facts), &handle->table, handle, std::move(window));
}

}  // namespace pmembench
