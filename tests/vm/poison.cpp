// poison FILE OFFSET [PROCESS]: makes the kernel believe that the memory of a file's page failed,
// as its machine-check handler would: by MADV_HWPOISON. Of persistent memory that ends in a SIGBUS
// for all that map the page, this program first. With PROCESS, once one of its children works on
// the file and handles SIGBUS; status 1 where the process ends before.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

// A dax device maps whole multiples of its alignment only.
constexpr unsigned long long kSpanBytes = 2ULL << 20;
constexpr unsigned long long kPageBytes = 4096;
constexpr long kOpeningTicks = 70;  // of 10 ms each

void on_bus_error(int /*signal*/) { _exit(0); }

// The rest of a line of /proc/PROCESS/status after its name.
std::string status_of(const std::string& process, const std::string& name) {
  std::ifstream file("/proc/" + process + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return "";
}

bool handles_bus_error(const std::string& process) {
  const unsigned long long mask = std::strtoull(status_of(process, "SigCgt").c_str(), nullptr, 16);
  return (mask >> (SIGBUS - 1) & 1) != 0;
}

bool maps(const std::string& process, const std::string& path) {
  std::ifstream file("/proc/" + process + "/maps");
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with(" " + path)) return true;
  }
  return false;
}

// The child that has the file mapped; empty where there is none.
std::string child_that_maps(const std::string& parent, const std::string& path) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::string process = entry.path().filename();
    if (status_of(process, "PPid") == parent && maps(process, path) && handles_bus_error(process)) {
      return process;
    }
  }
  return "";
}

// Of the CPU, by utime and stime: the fields after the name, which ends with a parenthesis.
long ticks_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0, kernel = 0;
  fields >> user >> kernel;
  return user + kernel;
}

// Waits until a child of the process works on the file; false where the process ends before. What
// the child needs to open the medium is behind it after so much time of the CPU: time of the clock
// says nothing on a busy host.
bool a_child_works_on(const std::string& parent, const std::string& path) {
  std::string child;
  long begin = 0;
  while (true) {
    const std::string found = child_that_maps(parent, path);
    if (found.empty()) {
      const std::string state = status_of(parent, "State");
      if (state.empty() || state.starts_with("Z")) return false;
    } else if (found != child) {
      child = found;
      begin = ticks_of(child);
    } else if (ticks_of(child) - begin >= kOpeningTicks) {
      return true;
    }
    usleep(10'000);
  }
}

int fail(const char* what) {
  std::fprintf(stderr, "poison: %s: %s\n", what, std::strerror(errno));
  return 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3 && count != 4) {
    std::fputs("usage: poison FILE OFFSET [PROCESS]\n", stderr);
    return 2;
  }
  if (count == 4 && !a_child_works_on(words[3], words[1])) {
    std::fprintf(stderr, "poison: process %s ended before a child of it worked on %s\n", words[3],
                 words[1]);
    return 1;
  }
  const unsigned long long offset = std::strtoull(words[2], nullptr, 0);
  const int fd = open(words[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) return fail(words[1]);
  const unsigned long long start = offset / kSpanBytes * kSpanBytes;
  void* const map =
      mmap(nullptr, kSpanBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(start));
  if (map == MAP_FAILED) return fail("mmap");
  // The signal may come while madvise still runs.
  if (std::signal(SIGBUS, on_bus_error) == SIG_ERR) return fail("signal");
  auto* const page = static_cast<unsigned char*>(map) + (offset - start) / kPageBytes * kPageBytes;
  *static_cast<volatile unsigned char*>(page) = *page;  // the page is there
  if (madvise(page, kPageBytes, MADV_HWPOISON) != 0) return fail("madvise");
  return 0;
}
