// The system calls of a traced program that concern its files: maps, syncs, writes and reads.
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>

#include "audit/kernel_stores.hpp"
#include "audit/program_tracer.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMostContentBytes = UINT64_C(1) << 30;  // of one file, kept twice

bool is_write(std::uint64_t number) {
  return number == SYS_write || number == SYS_pwrite64 || number == SYS_writev ||
         number == SYS_pwritev || number == SYS_pwritev2;
}

bool is_unknown(std::uint64_t number) {
  return number == SYS_io_uring_enter || number == SYS_io_submit;
}

}  // namespace

void ProgramTracer::on_call(const Thread& thread, std::uint64_t number, std::int64_t result) {
  code_.note_call(number);
  if (is_unknown(number) && files_.any_mapped()) {
    give_up("it uses asynchronous requests, whose completions come at any time");
  }
  if (result < 0 && result >= -4095) return;
  switch (number) {
    case SYS_mmap:
    case SYS_munmap:
    case SYS_mremap:
      return on_mapping(thread, number, result);
    case SYS_msync:
    case SYS_fsync:
    case SYS_fdatasync:
      return on_sync(thread, number);
    default:
      break;
  }
  if (is_write(number)) return on_write(thread, number, result);
  if (!files_.any_mapped()) return;
  for (const MemoryAccess& store : kernel_stores(tracee_, thread.registers, number, result)) {
    for (const FilePlace& place : files_.places(store.address, store.size_bytes)) {
      report_store(thread, place, false);
    }
  }
}

void ProgramTracer::on_mapping(const Thread& thread, std::uint64_t number, std::int64_t result) {
  const user_regs_struct& call = thread.registers;
  const auto address = static_cast<std::uint64_t>(result);
  if (number == SYS_munmap) {
    files_.unmap(call.rdi, call.rsi);
    // Nothing is left to be seen: what is pending is judged at the end.
    if (!files_.any_mapped()) stepping_ = false;
    return;
  }
  if (number == SYS_mremap) return files_.move(call.rdi, call.rsi, address, call.rdx);
  const bool shared =
      (call.r10 & MAP_TYPE) == MAP_SHARED || (call.r10 & MAP_TYPE) == MAP_SHARED_VALIDATE;
  const auto fd = static_cast<int>(call.r8);
  const auto file = shared && (call.r10 & MAP_ANONYMOUS) == 0
                        ? files_.file_of(tracee_.process(), fd)
                        : std::nullopt;
  if (!file) return files_.unmap(address, call.rsi);
  files_.map(*file, address, call.rsi, call.r9);
  for (const FilePlace& place : files_.places(address, call.rsi)) watch(place);
  if (files_.any_mapped()) begin_stepping();
}

// The model knows a file up to the last byte that was ever mapped.
void ProgramTracer::watch(const FilePlace& place) {
  const std::uint64_t end = place.offset_bytes + place.size_bytes;
  const std::uint64_t known = judge_.known_bytes(place.file);
  if (end <= known) return;
  if (end > kMostContentBytes) {
    return give_up("it maps more than 1 GiB of a file; use a smaller one");
  }
  std::vector<std::byte> content(end - std::min(end, known));
  // The bytes before the mapping count as zero: only changes matter.
  const std::uint64_t skipped = std::max(known, place.offset_bytes);
  const std::uint64_t from = place.address + (skipped - place.offset_bytes);
  const auto mapped = std::span(content).subspan(skipped - known);
  static_cast<void>(tracee_.read_some(from, mapped));  // beyond the file: zero
  const WatchedFile& file = files_.files()[place.file];
  judge_.watch(place.file, file.path, !file.is_device, content);
}

void ProgramTracer::on_sync(const Thread& thread, std::uint64_t number) {
  const user_regs_struct& call = thread.registers;
  TraceEvent event;
  event.kind = TraceEvent::Kind::system_call;
  event.number = number;
  event.thread = thread.number;
  event.ip = thread.ip;
  if (number == SYS_msync) {
    for (const FilePlace& place : files_.places(call.rdi, call.rsi)) {
      judge_.sync(place.file, {place.offset_bytes, place.size_bytes}, event);
    }
    return;
  }
  const auto file = files_.file_of(tracee_.process(), static_cast<int>(call.rdi));
  if (file) judge_.sync(*file, {0, judge_.known_bytes(*file)}, event);
}

void ProgramTracer::on_write(const Thread& thread, std::uint64_t number, std::int64_t result) {
  const user_regs_struct& call = thread.registers;
  const auto fd = static_cast<int>(call.rdi);
  const auto file = files_.file_of(tracee_.process(), fd);
  if (!file || result == 0 || judge_.known_bytes(*file) == 0) return;
  if (number != SYS_write && number != SYS_pwrite64) {
    return give_up("it writes to a file that it mapped by a list of buffers");
  }
  const std::int64_t end = files_.position_of(tracee_.process(), fd);
  const std::uint64_t offset = number == SYS_pwrite64
                                   ? call.r10
                                   : static_cast<std::uint64_t>(std::max(end, result) - result);
  scratch_.resize(static_cast<std::size_t>(result));
  if (offset >= judge_.known_bytes(*file) || !tracee_.read(call.rsi, scratch_)) return;
  const std::uint64_t size =
      std::min<std::uint64_t>(scratch_.size(), judge_.known_bytes(*file) - offset);
  TraceEvent event;
  event.kind = TraceEvent::Kind::store;
  event.thread = thread.number;
  event.ip = thread.ip;
  event.address = offset;
  event.size_bytes = size;
  event.bytes = std::span(scratch_).first(size);
  judge_.apply(*file, event);
}

}  // namespace pmembench
