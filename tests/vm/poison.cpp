// poison FILE OFFSET: makes the kernel believe that the memory of a file's page failed, as its
// machine-check handler would: by MADV_HWPOISON. Of persistent memory that ends in a SIGBUS for all
// that map the page, this program first.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// A dax device maps whole multiples of its alignment only.
constexpr unsigned long long kSpanBytes = 2ULL << 20;
constexpr unsigned long long kPageBytes = 4096;

void on_bus_error(int /*signal*/) { _exit(0); }

int fail(const char* what) {
  std::fprintf(stderr, "poison: %s: %s\n", what, std::strerror(errno));
  return 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fputs("usage: poison FILE OFFSET\n", stderr);
    return 2;
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
