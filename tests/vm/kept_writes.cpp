// kept_writes write MEDIUM BACKEND [STEPS]: makes the small file system on a medium and takes so
// many steps on it, or goes on for ever; one line a step once the step is durable. kept_writes
// check MEDIUM BACKEND STEPS: mounts what is there after so many lines, an end or a power cut;
// status 1 where something of them is missing. kept_writes fill MEDIUM BACKEND SEED: writes every
// byte; kept_writes filled MEDIUM BACKEND SEED: status 1 where one of them is another.
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/builtin_backends.h"
#include "base/random.hpp"
#include "block/byte_store.hpp"
#include "dax/open_device.hpp"
#include "dax/registry.hpp"
#include "fs/file_system.hpp"
#include "run/host_info.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kFiles = 8;
constexpr std::uint64_t kFileBytes = 256 * 1024;  // then it is cut, and begins anew
constexpr std::uint64_t kNames = 32;
constexpr std::uint64_t kPieceBytes = 64 * 1024;  // divides the size of every medium

// What step `i` writes, and to which file: nothing but `i` decides, so that a check can tell.
std::vector<std::byte> record_of(std::uint64_t i) {
  Random random(mix_seed(i));
  std::vector<std::byte> record(1 + random.below(9000));
  for (std::byte& each : record) each = static_cast<std::byte>(random.below(256));
  return record;
}
std::string file_of(std::uint64_t i) { return "/file" + std::to_string(i % kFiles); }
std::string name_of(std::uint64_t i) { return "/name" + std::to_string(i); }

// What is on the file system after some steps.
struct Expected {
  std::array<std::vector<std::byte>, kFiles> files;
  std::uint64_t oldest_name = 0;
};

void add_step(Expected& expected, std::uint64_t i) {
  std::vector<std::byte>& file = expected.files[i % kFiles];
  if (file.size() > kFileBytes) file.clear();
  const std::vector<std::byte> record = record_of(i);
  file.insert(file.end(), record.begin(), record.end());
  if (i + 1 > kNames) expected.oldest_name = i + 1 - kNames;
}

// A step: an append that is synced, a name that comes, and an old one that goes.
int take_step(FileSystemThread& thread, std::uint64_t i) {
  const int file = thread.open(file_of(i), FileSystemThread::kCreate);
  if (file < 0) return file;
  FileStatus status;
  int error = thread.stat(file_of(i), status);
  if (error == 0 && status.size_bytes > kFileBytes) error = thread.truncate(file, 0);
  if (error != 0) return error;
  const std::int64_t size = thread.append(file, record_of(i));
  if (size < 0) return static_cast<int>(size);
  error = thread.fsync(file);
  if (error != 0) return error;
  thread.close(file);
  const int name =
      thread.open(name_of(i), FileSystemThread::kCreate | FileSystemThread::kExclusive);
  if (name < 0) return name;
  thread.close(name);
  return i >= kNames ? thread.unlink(name_of(i - kNames)) : 0;
}

Status write_steps(const MountSource& source, std::uint64_t steps) {
  if (Status made = FileSystem::format(source, {}); !made) return made;
  auto mounted = FileSystem::mount(source, {});
  if (!mounted) return mounted.error();
  const auto thread = (*mounted)->thread();
  for (std::uint64_t i = 0; i < steps; ++i) {
    const int error = take_step(*thread, i);
    if (error != 0) return runtime_error("step {} failed with errno {}", i, -error);
    std::printf("vm: kept %llu\n", static_cast<unsigned long long>(i + 1));
    std::fflush(stdout);
    // Until the line has left the machine: else many steps could be ahead of the last line seen.
    tcdrain(STDOUT_FILENO);
  }
  return {};
}

// The step after the last line may have come any part of the way.
Status compare_file(FileSystemThread& thread, std::uint64_t which, const Expected& before,
                    const Expected& after) {
  const std::string path = file_of(which);
  FileStatus status;
  const bool there = thread.stat(path, status) == 0;
  const std::vector<std::byte>& least = before.files[which];
  const std::vector<std::byte>& most = after.files[which];
  const bool cut = most.size() < least.size();
  if (!there && least.empty()) return {};
  if (!there) return runtime_error("{} is not there", path);
  if (!cut && status.size_bytes < least.size()) {
    return runtime_error("{} has {} bytes of {} that were synced", path, status.size_bytes,
                         least.size());
  }
  std::vector<std::byte> found(status.size_bytes);
  const int file = thread.open(path, 0);
  if (file < 0 || thread.read(file, 0, found) != static_cast<std::int64_t>(found.size())) {
    return runtime_error("{} cannot be read", path);
  }
  thread.close(file);
  const auto begins = [&](const std::vector<std::byte>& whole) {
    return found.size() <= whole.size() && std::equal(found.begin(), found.end(), whole.begin());
  };
  if (begins(most) || (cut && begins(least))) return {};
  return runtime_error("{} has other bytes than were synced", path);
}

Status check_kept(const MountSource& source, std::uint64_t steps) {
  auto mounted = FileSystem::mount(source, {});
  if (!mounted) return mounted.error();
  Expected before;
  for (std::uint64_t i = 0; i < steps; ++i) add_step(before, i);
  Expected after = before;
  add_step(after, steps);
  const auto thread = (*mounted)->thread();
  for (std::uint64_t which = 0; which < kFiles; ++which) {
    if (Status same = compare_file(*thread, which, before, after); !same) return same;
  }
  FileStatus status;
  for (std::uint64_t i = after.oldest_name; i < steps; ++i) {
    if (thread->stat(name_of(i), status) != 0) return runtime_error("{} is not there", name_of(i));
  }
  for (std::uint64_t i = 0; i < before.oldest_name; ++i) {
    if (thread->stat(name_of(i), status) == 0) return runtime_error("{} came back", name_of(i));
  }
  return {};
}

std::vector<std::byte> piece_of(std::uint64_t seed, std::uint64_t offset) {
  Random random(mix_seed(seed ^ mix_seed(offset)));
  std::vector<std::uint64_t> words(kPieceBytes / sizeof(std::uint64_t));
  for (std::uint64_t& each : words) each = random();
  const auto bytes = std::as_bytes(std::span(words));
  return {bytes.begin(), bytes.end()};
}

Status fill(DaxDevice& device, std::uint64_t seed) {
  const auto store = make_dax_store(device);
  if (!store) return store.error();
  const auto session = (*store)->session();
  for (std::uint64_t at = 0; at < device.size_bytes(); at += kPieceBytes) {
    const int error = session->persist(at, piece_of(seed, at));
    if (error != 0) return runtime_error("offset {} cannot be written: errno {}", at, -error);
  }
  return {};
}

Status check_filled(DaxDevice& device, std::uint64_t seed) {
  const auto store = make_dax_store(device);
  if (!store) return store.error();
  const auto session = (*store)->session();
  std::vector<std::byte> found(kPieceBytes);
  for (std::uint64_t at = 0; at < device.size_bytes(); at += kPieceBytes) {
    const int error = session->read(at, found);
    if (error != 0) return runtime_error("offset {} cannot be read: errno {}", at, -error);
    if (found != piece_of(seed, at)) {
      return runtime_error("the {} bytes at offset {} are not those written", kPieceBytes, at);
    }
  }
  return {};
}

Status run(std::string_view what, const char* medium, const char* name, std::uint64_t number) {
  const auto host = host_info("");
  if (!host) return host.error();
  std::size_t builtins = 0;
  const dax_operations* const* const tables = pmembench_builtin_backends(&builtins);
  const auto registry = Registry::build(*host, {tables, builtins}, {});
  if (!registry) return registry.error();
  const auto backend = registry->find(name);
  const auto spec = parse_media(medium);
  if (!backend || !spec) return backend ? spec.error() : backend.error();
  OpenOptions options;
  options.destroy = true;
  const auto opened = open_device(**backend, *spec, *host, options);
  if (!opened) return opened.error();
  if (what == "fill") return fill(*opened->device, number);
  if (what == "filled") return check_filled(*opened->device, number);
  MountSource source;
  source.dax = opened->device.get();
  return what == "write" ? write_steps(source, number) : check_kept(source, number);
}

}  // namespace
}  // namespace pmembench

int main(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  const bool known = what == "check" || what == "fill" || what == "filled" || what == "write";
  if (!known || (count != 5 && !(what == "write" && count == 4))) {
    std::fputs("usage: kept_writes write|check|fill|filled MEDIUM BACKEND STEPS|SEED\n", stderr);
    return 2;
  }
  const std::uint64_t number = count == 5 ? std::strtoull(words[4], nullptr, 10) : UINT64_MAX;
  const pmembench::Status done = pmembench::run(what, words[2], words[3], number);
  if (!done) std::fprintf(stderr, "kept_writes: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
