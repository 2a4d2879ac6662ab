#include "run/fault_report.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace pmembench {
namespace {

// Read by the signal handler, which has no other input.
FaultScene current_scene;

// Decimal digits before `end`: printf is not async-signal-safe.
char* digits_before(char* end, std::uint64_t value) {
  do {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return end;
}

void write_all(const char* text, std::size_t length) {
  while (length > 0) {
    const ssize_t written = ::write(current_scene.out, text, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    length -= static_cast<std::size_t>(written);
  }
}

// Of failed memory the kernel says how much of it went, a page of the mapping, and where that
// begins.
std::uint64_t page_bytes_of(const siginfo_t& info) {
  constexpr std::uint64_t kPageBytes = 4096;
  const bool memory_failed = info.si_code == BUS_MCEERR_AR || info.si_code == BUS_MCEERR_AO;
  const auto bits = static_cast<unsigned>(info.si_addr_lsb);
  return memory_failed && bits > 12 && bits < 48 ? std::uint64_t{1} << bits : kPageBytes;
}

void on_bus_error(int signal, siginfo_t* info, void* /*context*/) {
  const auto* const at = static_cast<const unsigned char*>(info->si_addr);
  const FaultScene& scene = current_scene;
  // A signal that a process sent has no address.
  if (info->si_code > 0 && at >= scene.address && at < scene.address + scene.size_bytes) {
    constexpr char kHead[] = "{\"is\":\"fault\",\"signal\":7,\"offset\":";
    std::array<char, 24> number{};
    char* const end = number.data() + number.size();
    const char* const digits = digits_before(end, static_cast<std::uint64_t>(at - scene.address));
    write_all(kHead, sizeof(kHead) - 1);
    write_all(digits, static_cast<std::size_t>(end - digits));
    constexpr char kPage[] = ",\"page_bytes\":";
    write_all(kPage, sizeof(kPage) - 1);
    const char* const page = digits_before(end, page_bytes_of(*info));
    write_all(page, static_cast<std::size_t>(end - page));
    write_all("}\n", 2);
  }
  // It ends the process when this returns. The instruction is repeated then and would do the same,
  // but not where memory failed that no instruction had asked for (BUS_MCEERR_AO).
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

Status report_faults_in(const FaultScene& scene) {
  static_assert(SIGBUS == 7, "the report names the signal");
  current_scene = scene;
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGBUS, &action, nullptr) != 0) {
    return runtime_error("a worker cannot handle SIGBUS: {}", std::strerror(errno));
  }
  return {};
}

}  // namespace pmembench
