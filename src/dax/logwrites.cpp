#include "dax/logwrites.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <span>
#include <utility>

#include "dax/logwrites_layout.hpp"
#include "dax/thread_readers.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kDevice = 0, kLog = 1;

class LogWrites;

class LogLink final : public DaxHolder {
 public:
  LogLink(LogWrites& owner, std::size_t device) : owner_(owner), device_(device) {}
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) override;

 private:
  LogWrites& owner_;
  std::size_t device_;
};

class LogWrites final : public DeviceBacking {
 public:
  LogWrites(std::vector<std::unique_ptr<DaxDevice>> devices)
      : devices_(std::move(devices)),
        readers_(devices_),
        links_{LogLink(*this, kDevice), LogLink(*this, kLog)} {
    const dax_operations& below = *devices_[kDevice]->operations();
    table_ = below;
    table_.struct_size = sizeof(dax_operations);
    table_.name = "logwrites";
    table_.summary = "a dax device with a log of its writes";
    table_.capabilities &= ~(DAX_CAP_DIRECT_ACCESS);
    table_.open = nullptr;
    table_.close = nullptr;
    table_.direct_access = nullptr;
    table_.persist_from_iter = nullptr;
    table_.describe = nullptr;
    table_.check_options = nullptr;
    table_.choose_read_kernel = nullptr;
    table_.probe = [](const dax_host_info*, char*, std::uint64_t) { return 0; };
    table_.copy_from_iter = [](void* handle, dax_iter* iter) { return self(handle).write(*iter); };
    table_.copy_to_iter = [](void* handle, dax_iter* iter) { return self(handle).read(*iter); };
    table_.flush = [](void* handle, dax_iter* iter) { return self(handle).flush(*iter); };
    table_.drain = [](void* handle) { return self(handle).drain(); };
    table_.zero_page_range = [](void* handle, std::uint64_t page, std::uint64_t pages) {
      return self(handle).zero(page, pages);
    };
    table_.recovery_write = [](void* handle, dax_iter* iter) {
      return self(handle).recover(*iter);
    };
  }
  ~LogWrites() override {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      if (held_[i]) devices_[i]->release(&links_[i]);
    }
  }

  // The log begins again, distinct from what it held.
  Status begin() {
    LogHead head;
    DaxReader& reader = readers_.mine().readers[kLog];
    DaxDevice& log = *devices_[kLog];
    const bool readable = load_logged(log, reader, 0, &head, sizeof head) == 0;
    head = {kLogMagic, mix_seed(readable ? head.nonce + 1 : 1), devices_[kDevice]->size_bytes(), 0};
    head.check = head.expected_check();
    if (store_logged(log, reader, 0, &head, sizeof head) != 0 || log.drain(reader) != 0) {
      return runtime_error("the log on dax device '{}' cannot be written; take another one",
                           log.name());
    }
    nonce_ = head.nonce;
    return {};
  }

  Status hold_both(DaxDevice& top) {
    top_ = &top;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      const int held = devices_[i]->hold(&links_[i]);
      if (held == 0) {
        held_[i] = true;
        continue;
      }
      Error error =
          usage_error("dax device '{}' cannot be part of '{}': it is {}; take another one",
                      devices_[i]->name(), top.name(), held == -EBUSY ? "held" : "dead");
      error.code = -held;
      return error;
    }
    return {};
  }

  int failed(std::size_t device, std::uint64_t offset, std::uint64_t length, int flags) {
    if ((flags & DaxHolder::kPreRemove) != 0) {
      top_->kill();
      return 0;
    }
    return device == kDevice ? top_->notify_failure(offset, length, flags) : 0;
  }
  [[nodiscard]] const dax_operations& operations() const { return table_; }
  [[nodiscard]] DeviceFacts facts(const std::string& name) const {
    DeviceFacts facts = devices_[kDevice]->facts();
    facts.name = name;
    facts.host_mapped = false;
    facts.write_cache = devices_[kDevice]->write_cache();
    return facts;
  }

 private:
  static LogWrites& self(void* handle) { return *static_cast<LogWrites*>(handle); }

  std::int64_t read(dax_iter& iter) {
    DaxReader& reader = readers_.mine().readers[kDevice];
    const ReadSection section(reader);
    return devices_[kDevice]->copy_to_iter(section, iter);
  }
  std::int64_t flush(dax_iter& iter) {
    return devices_[kDevice]->flush(readers_.mine().readers[kDevice], iter);
  }
  std::int64_t write(dax_iter& iter) {
    return each_logged(iter, [](DaxDevice& device, const ReadSection& section, dax_iter& one) {
      return device.copy_from_iter(section, one);
    });
  }
  std::int64_t recover(dax_iter& iter) {
    return each_logged(iter, [](DaxDevice& device, const ReadSection& section, dax_iter& one) {
      return device.recovery_write(section, one);
    });
  }

  // Range by range: the write, then its entry, so that the log has what reached the device, in an
  // order in which it could have.
  template <typename Operation>
  std::int64_t each_logged(dax_iter& iter, Operation operation) {
    DaxReader& reader = readers_.mine().readers[kDevice];
    std::int64_t total = 0;
    for (; iter.count > 0; --iter.count) {
      const std::uint64_t state = iter.state;
      const std::uint64_t offset = dax_iter_next(&iter);
      dax_iter one = one_range(offset, iter.buffer, iter.size_bytes);
      one.flags = iter.flags;
      const std::lock_guard lock(mutex_);
      int failed = has_room(iter.size_bytes) ? 0 : -ENOSPC;
      if (failed == 0) {
        const ReadSection section(reader);
        const std::int64_t done = operation(*devices_[kDevice], section, one);
        if (done < 0) failed = static_cast<int>(done);
      }
      if (failed == 0 && one.count == 0) {
        failed = append(WriteLog::Kind::write, offset, iter.size_bytes, iter.buffer);
      }
      if (failed != 0 || one.count != 0) {
        iter.state = state;
        return failed != 0 && total == 0 ? failed : total;
      }
      total += static_cast<std::int64_t>(iter.size_bytes);
    }
    return total;
  }

  int zero(std::uint64_t page, std::uint64_t pages) {
    const std::lock_guard lock(mutex_);
    if (!has_room(0)) return -ENOSPC;
    {
      DaxReader& reader = readers_.mine().readers[kDevice];
      const ReadSection section(reader);
      const int zeroed = devices_[kDevice]->zero_page_range(section, page, pages);
      if (zeroed != 0) return zeroed;
    }
    return append(WriteLog::Kind::zero, page * DAX_PAGE_BYTES, pages * DAX_PAGE_BYTES, nullptr);
  }

  int drain() {
    ThreadReaders::Place& mine = readers_.mine();
    const int drained = devices_[kDevice]->drain(mine.readers[kDevice]);
    if (drained != 0) return drained;
    const std::lock_guard lock(mutex_);
    if (!has_room(0)) return -ENOSPC;
    const int marked = append(WriteLog::Kind::mark, ++marks_, 0, nullptr);
    return marked != 0 ? marked : devices_[kLog]->drain(mine.readers[kLog]);
  }

  [[nodiscard]] bool has_room(std::uint64_t data_bytes) const {
    return at_ + DAX_LINE_BYTES + whole_log_lines(data_bytes) <= devices_[kLog]->size_bytes();
  }
  int append(WriteLog::Kind kind, std::uint64_t offset, std::uint64_t size,
             const unsigned char* data) {
    LogLine line;
    line.sequence = ++sequence_;
    line.kind = static_cast<std::uint64_t>(kind);
    line.offset_bytes = offset;
    line.size_bytes = size;
    DaxReader& reader = readers_.mine().readers[kLog];
    std::uint64_t data_bytes = 0;
    if (data != nullptr) {
      const auto bytes = std::as_bytes(std::span(data, size));
      line.data_check = checksum(bytes, nonce_);
      data_bytes = whole_log_lines(size);
      const int stored = store_logged(*devices_[kLog], reader, at_ + DAX_LINE_BYTES, data, size);
      if (stored != 0) return stored;
    }
    line.check = line.expected_check(nonce_);
    const int stored = store_logged(*devices_[kLog], reader, at_, &line, sizeof line);
    if (stored == 0) at_ += DAX_LINE_BYTES + data_bytes;
    return stored;
  }

  dax_operations table_{};
  std::vector<std::unique_ptr<DaxDevice>> devices_;
  ThreadReaders readers_;
  std::array<LogLink, 2> links_;
  std::array<bool, 2> held_{};
  DaxDevice* top_ = nullptr;
  std::mutex mutex_;  // of what follows
  std::uint64_t nonce_ = 0;
  std::uint64_t at_ = kFirstLogEntry;
  std::uint64_t sequence_ = 0;
  std::uint64_t marks_ = 0;
};

int LogLink::notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) {
  return owner_.failed(device_, offset_bytes, length_bytes, flags);
}

// Copies of any bytes: entries begin at lines, and writes have any size.
Status check_logged(const std::string& name, const DaxDevice& device, std::size_t part) {
  if (device.operations() == nullptr) {
    return invalid_argument(
        "dax device '{}' cannot be part of '{}': it has no operations; bind a backend to it first",
        device.name(), name);
  }
  const dax_operations& table = *device.operations();
  if (part == kDevice || (table.alignment_bytes <= 1 && table.minimum_io_bytes <= 1)) return {};
  return invalid_argument(
      "dax device '{}' cannot be the log of '{}': its backend copies in units of {} bytes; take "
      "another backend",
      device.name(), name, std::max(table.alignment_bytes, table.minimum_io_bytes));
}

}  // namespace

Result<std::unique_ptr<DaxDevice>> make_logwrites(const std::string& name,
                                                  std::unique_ptr<DaxDevice> device,
                                                  std::unique_ptr<DaxDevice> log) {
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(std::move(device));
  devices.push_back(std::move(log));
  for (std::size_t part : {kDevice, kLog}) {
    if (const Status fits = check_logged(name, *devices[part], part); !fits) return fits.error();
  }
  if (devices[kLog]->size_bytes() < 2 * DAX_PAGE_BYTES) {
    return invalid_argument("the log of '{}' has {} bytes; give it {} or more", name,
                            devices[kLog]->size_bytes(), 2 * DAX_PAGE_BYTES);
  }
  auto owned = std::make_unique<LogWrites>(std::move(devices));
  LogWrites& log_writes = *owned;
  auto top = DaxDevice::allocate(log_writes.facts(name), &log_writes.operations(), &log_writes,
                                 std::move(owned));
  if (!top) return top.error();
  if (const Status held = log_writes.hold_both(**top); !held) return held.error();
  if (const Status begun = log_writes.begin(); !begun) return begun.error();
  return top;
}

}  // namespace pmembench
