// Reading a log of writes, and replaying it.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dax/logwrites.hpp"
#include "dax/logwrites_layout.hpp"

namespace pmembench {
namespace {

// Whatever size an entry claims, this much memory is taken for its data.
constexpr std::uint64_t kPieceBytes = 1 << 20;

// Calls `each` with the offset and the bytes of each piece of `size_bytes` in the log from `from`
// on, until it returns other than 0. Returns what it did, or a negative errno of the log.
template <typename Each>
int each_piece(DaxDevice& log, DaxReader& reader, std::uint64_t from, std::uint64_t size_bytes,
               std::vector<std::byte>& buffer, Each each) {
  for (std::uint64_t done = 0; done < size_bytes; done += kPieceBytes) {
    buffer.resize(std::min(size_bytes - done, kPieceBytes));
    int failed = load_logged(log, reader, from + done, buffer.data(), buffer.size());
    if (failed == 0) failed = each(done, std::span<const std::byte>(buffer));
    if (failed != 0) return failed;
  }
  return 0;
}

// Of a kind that there is, and within the device.
bool can_be_applied(const LogLine& line, std::uint64_t device_bytes) {
  switch (static_cast<WriteLog::Kind>(line.kind)) {
    case WriteLog::Kind::write:
    case WriteLog::Kind::zero:
      return line.offset_bytes <= device_bytes &&
             line.size_bytes <= device_bytes - line.offset_bytes;
    case WriteLog::Kind::mark:
      return true;
  }
  return false;
}

}  // namespace

Result<WriteLog> WriteLog::read(DaxDevice& log) {
  WriteLog all(log);
  LogHead head;
  DaxReader reader = log.make_reader();
  const bool readable = load_logged(log, reader, 0, &head, sizeof head) == 0;
  if (!readable || head.magic != kLogMagic || head.check != head.expected_check()) {
    return usage_error("dax device '{}' holds no log of writes; name the log of a logwrites medium",
                       log.name());
  }
  all.device_bytes_ = head.device_bytes;
  std::vector<std::byte> data;
  for (std::uint64_t at = kFirstLogEntry; at + DAX_LINE_BYTES <= log.size_bytes();) {
    LogLine line;
    if (load_logged(log, reader, at, &line, sizeof line) != 0) break;
    const bool whole = line.sequence == all.entries_.size() + 1 &&
                       line.check == line.expected_check(head.nonce) &&
                       can_be_applied(line, head.device_bytes);
    if (!whole) break;
    const Kind kind = static_cast<Kind>(line.kind);
    std::uint64_t next = at + DAX_LINE_BYTES;
    if (kind == Kind::write) {
      if (line.size_bytes > log.size_bytes() - next) break;
      ChecksumOfPieces sum(line.size_bytes, head.nonce);
      const int failed = each_piece(log, reader, next, line.size_bytes, data,
                                    [&](std::uint64_t, std::span<const std::byte> piece) {
                                      sum.add(piece);
                                      return 0;
                                    });
      next += whole_log_lines(line.size_bytes);
      if (failed != 0 || next > log.size_bytes() || sum.value() != line.data_check) break;
    }
    // They are counted: a replay goes on until it has met the one that it wants.
    if (kind == Kind::mark && line.offset_bytes != all.marks_ + 1) break;
    if (kind == Kind::mark) ++all.marks_;
    all.entries_.push_back({kind, line.offset_bytes, line.size_bytes, at + DAX_LINE_BYTES});
    at = next;
  }
  return all;
}

Status WriteLog::replay(std::uint64_t mark, DaxDevice& device) {
  if (mark > marks_) {
    return usage_error("the log on '{}' has {} marks and no mark {}; name one of them",
                       log_->name(), marks_, mark);
  }
  if (device.size_bytes() < device_bytes_) {
    return usage_error(
        "the log on '{}' is of a device of {} bytes, and '{}' has {}; name a larger "
        "one",
        log_->name(), device_bytes_, device.name(), device.size_bytes());
  }
  if (mark < replayed_mark_) replayed_ = replayed_mark_ = 0;
  std::vector<std::byte> buffer;
  while (replayed_mark_ < mark) {
    const Entry& entry = entries_[replayed_++];
    if (entry.kind == Kind::mark) {
      replayed_mark_ = entry.offset_bytes;
    } else if (const Status applied = apply(entry, device, buffer); !applied) {
      return applied;
    }
  }
  DaxReader reader = device.make_reader();
  if (device.drain(reader) == 0) return {};
  return runtime_error("'{}' cannot be drained; see its backend", device.name());
}

Status WriteLog::apply(const Entry& entry, DaxDevice& device,
                       std::vector<std::byte>& buffer) const {
  DaxReader reader = device.make_reader();
  int failed = 0;
  if (entry.kind == Kind::zero) {
    const ReadSection section(reader);
    failed = device.zero_page_range(section, entry.offset_bytes / DAX_PAGE_BYTES,
                                    entry.size_bytes / DAX_PAGE_BYTES);
  } else {
    DaxReader log_reader = log_->make_reader();
    failed = each_piece(*log_, log_reader, entry.data_bytes, entry.size_bytes, buffer,
                        [&](std::uint64_t from, std::span<const std::byte> piece) {
                          return store_logged(device, reader, entry.offset_bytes + from,
                                              piece.data(), piece.size());
                        });
  }
  if (failed == 0) return {};
  return runtime_error("an entry of the log on '{}' cannot be replayed onto '{}' ({})",
                       log_->name(), device.name(), std::strerror(-failed));
}

}  // namespace pmembench
