#include "dax/stacked.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <numeric>
#include <utility>

namespace pmembench {
namespace {

class Stack;

// Devices as bits; one writer, so no locked instruction is needed.
void mark(std::atomic<std::uint64_t>& devices, std::size_t device) {
  devices.store(devices.load(std::memory_order_relaxed) | std::uint64_t{1} << device,
                std::memory_order_relaxed);
}

// The stack's ear on one device below.
class Link final : public DaxHolder {
 public:
  Link(Stack& stack, std::size_t device) : stack_(stack), device_(device) {}
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) override;

 private:
  Stack& stack_;
  std::size_t device_;
};

class Stack final : public DeviceBacking {
 public:
  Stack(std::vector<std::unique_ptr<DaxDevice>> devices, std::unique_ptr<StackLayout> layout);
  ~Stack() override;
  Status hold_all(DaxDevice& top);
  int failed(std::size_t device, std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags);
  [[nodiscard]] const dax_operations& operations() const { return operations_; }
  [[nodiscard]] DeviceFacts facts(const std::string& name) const;

 private:
  static Stack& self(void* handle) { return *static_cast<Stack*>(handle); }
  static int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes);
  static std::int64_t direct_access(void* handle, std::uint64_t page_offset, std::uint64_t pages,
                                    std::uint32_t mode, void** address);
  static std::int64_t copy_from_iter(void* handle, dax_iter* iter);
  static std::int64_t copy_to_iter(void* handle, dax_iter* iter);
  static std::int64_t flush(void* handle, dax_iter* iter);
  static int drain(void* handle);
  static int zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages);
  static std::int64_t recovery_write(void* handle, dax_iter* iter);
  template <typename Forward>
  std::int64_t each_piece(dax_iter& iter, bool writes, Forward forward);

  dax_operations operations_{};
  std::unique_ptr<StackLayout> layout_;
  std::vector<std::unique_ptr<DaxDevice>> devices_;
  ThreadReaders readers_;  // goes before the devices
  std::vector<std::unique_ptr<Link>> links_;
  DaxDevice* top_ = nullptr;
};

int Link::notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) {
  return stack_.failed(device_, offset_bytes, length_bytes, flags);
}

Stack::Stack(std::vector<std::unique_ptr<DaxDevice>> devices, std::unique_ptr<StackLayout> layout)
    : layout_(std::move(layout)), devices_(std::move(devices)), readers_(devices_) {
  std::uint64_t all = ~std::uint64_t{0};
  std::uint64_t any = 0;
  operations_.minimum_io_bytes = operations_.alignment_bytes = 1;
  for (const auto& device : devices_) {
    const dax_operations& below = *device->operations();
    all &= below.capabilities;
    any |= below.capabilities;
    operations_.minimum_io_bytes = std::max(operations_.minimum_io_bytes, below.minimum_io_bytes);
    operations_.alignment_bytes = std::max(operations_.alignment_bytes, below.alignment_bytes);
  }
  operations_.magic = DAX_OPERATIONS_MAGIC;
  operations_.abi_version = DAX_OPERATIONS_ABI_VERSION;
  operations_.struct_size = sizeof(dax_operations);
  operations_.name = layout_->kind();
  operations_.summary = "several dax devices as one";
  operations_.capabilities = (all & (DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS)) |
                             (any & (DAX_CAP_NEEDS_FLUSH | DAX_CAP_EMULATED | DAX_CAP_NO_WORK));
  operations_.probe = &probe;
  operations_.direct_access = &direct_access;
  operations_.copy_from_iter = &copy_from_iter;
  operations_.copy_to_iter = &copy_to_iter;
  operations_.flush = &flush;
  operations_.drain = &drain;
  operations_.zero_page_range = &zero_page_range;
  operations_.recovery_write = &recovery_write;
  // No persist_from_iter: the device on top composes it from calls that each count what the devices
  // below really did.
}

Stack::~Stack() {
  for (std::size_t i = 0; i < links_.size(); ++i) devices_[i]->release(links_[i].get());
}

Status Stack::hold_all(DaxDevice& top) {
  top_ = &top;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    auto link = std::make_unique<Link>(*this, i);
    const int held = devices_[i]->hold(link.get());
    if (held != 0) {
      Error error =
          usage_error("dax device '{}' cannot be part of '{}': it is {}; take another one",
                      devices_[i]->name(), top.name(), held == -EBUSY ? "held" : "dead");
      error.code = -held;
      return error;
    }
    links_.push_back(std::move(link));
  }
  return {};
}

int Stack::failed(std::size_t device, std::uint64_t offset_bytes, std::uint64_t length_bytes,
                  int flags) {
  if ((flags & DaxHolder::kPreRemove) != 0) {
    top_->kill();
    return 0;
  }
  int result = 0;
  for (const BadRange& range : layout_->above(device, offset_bytes, length_bytes)) {
    const int answer = top_->notify_failure(range.offset_bytes, range.length_bytes, flags);
    if (result == 0) result = answer;
  }
  return result;
}

DeviceFacts Stack::facts(const std::string& name) const {
  DeviceFacts facts = devices_.front()->facts();
  facts.name = name;
  facts.size_bytes = layout_->size_bytes();
  facts.write_cache = false;
  facts.host_mapped = false;
  for (const auto& device : devices_) {
    const DeviceFacts& below = device->facts();
    facts.alignment_bytes = std::lcm(facts.alignment_bytes, below.alignment_bytes);
    facts.write_cache = facts.write_cache || device->write_cache();
    facts.synchronous = facts.synchronous && below.synchronous;
    if (below.persistence_domain != facts.persistence_domain) {
      facts.persistence_domain = DAX_DOMAIN_UNKNOWN;
    }
    if (below.node != facts.node) facts.node = -1;
  }
  return facts;
}

// Each range in pieces, each piece a batch of one. Stops where a device below stops; a range that
// was cut short still counts as remaining. The results are added: bytes, or lines.
template <typename Forward>
std::int64_t Stack::each_piece(dax_iter& iter, bool writes, Forward forward) {
  ThreadReaders::Place& mine = readers_.mine();
  // Field by field: gcc 12 makes of `{}` a `rep stos`, which costs more than all the rest here. The
  // state stays 0 under this generator, so that one iterator does for all pieces.
  dax_iter one;
  one.state = 0;
  one.multiplier = 1;
  one.increment = 0;
  one.slots = 1;
  one.table = nullptr;
  one.flags = iter.flags;
  one.reserved = 0;
  std::int64_t total = 0;
  for (; iter.count > 0; --iter.count) {
    const std::uint64_t state = iter.state;
    const std::uint64_t offset = dax_iter_next(&iter);
    for (std::uint64_t done = 0; done < iter.size_bytes;) {
      const Piece piece = layout_->locate(offset + done);
      const std::uint64_t size = std::min(piece.length_bytes, iter.size_bytes - done);
      one.offset_bytes = piece.offset_bytes;
      one.granule_bytes = one.size_bytes = size;
      one.count = 1;
      one.buffer = iter.buffer == nullptr ? nullptr : iter.buffer + done;
      if (writes) mark(mine.dirty, piece.device);
      const std::int64_t got = forward(*devices_[piece.device], mine.readers[piece.device], one);
      if (got > 0) total += got;
      if (got < 0 || one.count != 0) {
        iter.state = state;
        return got < 0 && total == 0 ? got : total;
      }
      done += size;
    }
  }
  return total;
}

int Stack::probe(const dax_host_info*, char*, std::uint64_t) { return 0; }

std::int64_t Stack::direct_access(void* handle, std::uint64_t page_offset, std::uint64_t pages,
                                  std::uint32_t mode, void** address) {
  // Pieces whose addresses follow each other are one, as in a linear stack of the host's mappings.
  Stack& stack = self(handle);
  ThreadReaders::Place& mine = stack.readers_.mine();
  const std::uint64_t end = stack.layout_->size_bytes() / DAX_PAGE_BYTES;
  std::uint64_t reached = 0;
  while (reached < pages && page_offset + reached < end) {
    const Piece piece = stack.layout_->locate((page_offset + reached) * DAX_PAGE_BYTES);
    const std::uint64_t wanted = std::min(pages - reached, piece.length_bytes / DAX_PAGE_BYTES);
    void* here = nullptr;
    mark(mine.mapped, piece.device);
    const ReadSection section(mine.readers[piece.device]);
    const std::int64_t got = stack.devices_[piece.device]->direct_access(
        section, piece.offset_bytes / DAX_PAGE_BYTES, wanted, mode, &here);
    if (got < 0 && reached == 0) return got;
    if (reached == 0) *address = here;
    const auto* const next = static_cast<unsigned char*>(*address) + reached * DAX_PAGE_BYTES;
    if (got < 0 || here != next) break;
    reached += static_cast<std::uint64_t>(got);
    if (static_cast<std::uint64_t>(got) < wanted) break;
  }
  return static_cast<std::int64_t>(reached);
}

std::int64_t Stack::copy_from_iter(void* handle, dax_iter* iter) {
  return self(handle).each_piece(*iter, true,
                                 [](DaxDevice& device, DaxReader& reader, dax_iter& one) {
                                   const ReadSection section(reader);
                                   return device.copy_from_iter(section, one);
                                 });
}

std::int64_t Stack::copy_to_iter(void* handle, dax_iter* iter) {
  return self(handle).each_piece(*iter, false,
                                 [](DaxDevice& device, DaxReader& reader, dax_iter& one) {
                                   const ReadSection section(reader);
                                   return device.copy_to_iter(section, one);
                                 });
}

std::int64_t Stack::flush(void* handle, dax_iter* iter) {
  return self(handle).each_piece(*iter, true,
                                 [](DaxDevice& device, DaxReader& reader, dax_iter& one) {
                                   return device.flush(reader, one);
                                 });
}

std::int64_t Stack::recovery_write(void* handle, dax_iter* iter) {
  return self(handle).each_piece(*iter, true,
                                 [](DaxDevice& device, DaxReader& reader, dax_iter& one) {
                                   const ReadSection section(reader);
                                   return device.recovery_write(section, one);
                                 });
}

// Only the devices that this thread wrote to since it last drained them, and those of which it has
// an address: stores through that are not seen here, and flushes of them may have been gated away.
int Stack::drain(void* handle) {
  Stack& stack = self(handle);
  ThreadReaders::Place& mine = stack.readers_.mine();
  const std::uint64_t wanted =
      mine.dirty.load(std::memory_order_relaxed) | mine.mapped.load(std::memory_order_relaxed);
  std::uint64_t failed = 0;
  int result = 0;
  for (std::uint64_t left = wanted; left != 0; left &= left - 1) {
    const auto device = static_cast<std::size_t>(std::countr_zero(left));
    const int drained = stack.devices_[device]->drain(mine.readers[device]);
    if (drained == 0) continue;
    failed |= std::uint64_t{1} << device;
    if (result == 0) result = drained;
  }
  mine.dirty.store(failed, std::memory_order_relaxed);
  return result;
}

int Stack::zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) {
  Stack& stack = self(handle);
  ThreadReaders::Place& mine = stack.readers_.mine();
  while (pages > 0) {
    const Piece piece = stack.layout_->locate(page_offset * DAX_PAGE_BYTES);
    const std::uint64_t here = std::min(pages, piece.length_bytes / DAX_PAGE_BYTES);
    mark(mine.dirty, piece.device);
    const ReadSection section(mine.readers[piece.device]);
    const int result = stack.devices_[piece.device]->zero_page_range(
        section, piece.offset_bytes / DAX_PAGE_BYTES, here);
    if (result != 0) return result;
    page_offset += here;
    pages -= here;
  }
  return 0;
}

Status check(const std::string& name, const std::vector<std::unique_ptr<DaxDevice>>& devices) {
  if (devices.empty() || devices.size() > 64) {
    return invalid_argument("dax device '{}' cannot be made of {} devices; give 1 to 64", name,
                            devices.size());
  }
  for (const auto& device : devices) {
    if (device->operations() == nullptr) {
      return invalid_argument(
          "dax device '{}' cannot be part of '{}': it has no operations; "
          "bind a backend to it first",
          device->name(), name);
    }
    const std::uint32_t unit = std::max({device->operations()->alignment_bytes,
                                         device->operations()->minimum_io_bytes, std::uint32_t{1}});
    if (DAX_PAGE_BYTES % unit != 0) {
      return invalid_argument(
          "dax device '{}' cannot be part of '{}': its backend copies in "
          "units of {} bytes, which do not divide a page; take another "
          "backend",
          device->name(), name, unit);
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DaxDevice>> make_stacked(const std::string& name,
                                                std::vector<std::unique_ptr<DaxDevice>> devices,
                                                std::unique_ptr<StackLayout> layout) {
  if (const Status checked = check(name, devices); !checked) return checked.error();
  auto owned = std::make_unique<Stack>(std::move(devices), std::move(layout));
  Stack& stack = *owned;
  auto top = DaxDevice::allocate(stack.facts(name), &stack.operations(), &stack, std::move(owned));
  if (!top) return top.error();
  if (const Status held = stack.hold_all(**top); !held) return held.error();
  return top;
}

}  // namespace pmembench
