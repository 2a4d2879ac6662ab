// What the tests of the backends share: this CPU as a host, media to open, and one open device.
#pragma once

#include <cpuid.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/builtin_backends.h"
#include "backends/dax_operations.h"

namespace pmembench {

using Bytes = std::vector<unsigned char>;

inline std::uint64_t cpu_features() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  std::uint64_t features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    if ((b >> 23 & 1) != 0) features |= DAX_CPU_CLFLUSHOPT;
    if ((b >> 24 & 1) != 0) features |= DAX_CPU_CLWB;
    if ((c >> 28 & 1) != 0) features |= DAX_CPU_MOVDIR64B;
  }
  if (__builtin_cpu_supports("avx2") != 0) features |= DAX_CPU_AVX2;
  if (__builtin_cpu_supports("avx512f") != 0) features |= DAX_CPU_AVX512F;
  return features;
}

// The vector widths that can run here.
inline std::vector<std::uint32_t> widths() {
  std::vector<std::uint32_t> found{16};
  if ((cpu_features() & DAX_CPU_AVX2) != 0) found.push_back(32);
  if ((cpu_features() & DAX_CPU_AVX512F) != 0) found.push_back(64);
  return found;
}

inline dax_host_info host_info(std::uint32_t vector_bytes = 16) {
  return {sizeof(dax_host_info), vector_bytes, cpu_features()};
}

inline std::span<const dax_operations* const> builtins() {
  std::size_t count = 0;
  const dax_operations* const* tables = pmembench_builtin_backends(&count);
  return {tables, count};
}

inline const dax_operations* builtin(std::string_view name) {
  for (const dax_operations* table : builtins()) {
    if (table->name == name) return table;
  }
  ADD_FAILURE() << "no built-in backend " << name;
  return nullptr;
}

inline bool is_usable(const dax_operations& table) {
  const dax_host_info host = host_info();
  std::array<char, 256> reason{};
  return table.probe(&host, reason.data(), reason.size()) == 0;
}

// A file of `size` bytes that goes with the object.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& folder, std::uint64_t size) : path_(folder + "/pmb_XXXXXX") {
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0) << path_;
    EXPECT_EQ(::ftruncate(fd, static_cast<off_t>(size)), 0);
    ::close(fd);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The bytes as another reader sees them.
  [[nodiscard]] Bytes read() const {
    const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    Bytes bytes(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)));
    EXPECT_EQ(::pread(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    ::close(fd);
    return bytes;
  }

 private:
  std::string path_;
};

// One backend's device of `size` bytes: mapped by "the host" where the backend does not open.
class OpenBackend {
 public:
  static constexpr std::uint64_t kPages = 64;
  static constexpr std::uint64_t kSize = kPages * DAX_PAGE_BYTES;

  explicit OpenBackend(const dax_operations& table, std::uint32_t vector_bytes = 16,
                       std::string path = "", std::string options = "")
      : table_(table), path_(std::move(path)), options_(std::move(options)) {
    const dax_host_info host = host_info(vector_bytes);
    if (table.open == nullptr) {
      void* memory =
          ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      mapping_ = {sizeof(dax_mapping),
                  vector_bytes,
                  cpu_features(),
                  static_cast<unsigned char*>(memory),
                  kSize,
                  0,
                  0};
      handle_ = &mapping_;
      return;
    }
    dax_media_info media = media_info();
    std::uint64_t size = 0;
    std::array<char, 512> reason{};
    error_ = table.open(&host, &media, &handle_, &size, reason.data(), reason.size());
    reason_ = reason.data();
    EXPECT_EQ(size, error_ == 0 ? kSize : 0);
  }
  OpenBackend(const OpenBackend&) = delete;
  OpenBackend& operator=(const OpenBackend&) = delete;
  ~OpenBackend() {
    if (table_.open == nullptr) {
      ::munmap(mapping_.address, kSize);
    } else if (error_ == 0) {
      table_.close(handle_);
    }
  }

  [[nodiscard]] const dax_operations& table() const { return table_; }
  [[nodiscard]] void* handle() const { return handle_; }
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }

  [[nodiscard]] unsigned char* address() const {
    void* found = nullptr;
    EXPECT_EQ(table_.direct_access(handle_, 0, kPages, DAX_ACCESS, &found),
              static_cast<std::int64_t>(kPages));
    return static_cast<unsigned char*>(found);
  }

  // All bytes, by address where there is one, else by one large read.
  [[nodiscard]] Bytes contents() const {
    Bytes bytes(kSize);
    if (table_.direct_access != nullptr) {
      std::memcpy(bytes.data(), address(), kSize);
    } else {
      dax_iter iter = whole(bytes.data());
      EXPECT_EQ(table_.copy_to_iter(handle_, &iter), static_cast<std::int64_t>(kSize));
    }
    return bytes;
  }
  void fill(Bytes bytes) const {
    dax_iter iter = whole(bytes.data());
    EXPECT_EQ(table_.copy_from_iter(handle_, &iter), static_cast<std::int64_t>(kSize));
    EXPECT_EQ(table_.drain(handle_), 0);
  }

 private:
  static dax_iter whole(unsigned char* buffer) {
    dax_iter iter{};
    iter.slots = 1;
    iter.count = 1;
    iter.size_bytes = kSize;
    iter.buffer = buffer;
    return iter;
  }
  dax_media_info media_info() {
    dax_media_info media{};
    media.struct_size = sizeof(media);
    media.kind = (table_.media & (1U << DAX_MEDIA_BLOCK)) != 0 ? DAX_MEDIA_BLOCK : DAX_MEDIA_DRAM;
    if (media.kind == DAX_MEDIA_DRAM && !path_.empty()) media.kind = DAX_MEDIA_FILE;
    if (table_.media == 1U << DAX_MEDIA_DEVDAX) media.kind = DAX_MEDIA_DEVDAX;
    media.path = path_.empty() ? nullptr : path_.c_str();
    media.options = options_.c_str();
    media.size_bytes = kSize;
    media.alignment_bytes = DAX_PAGE_BYTES;
    media.node = -1;
    return media;
  }

  const dax_operations& table_;
  std::string path_;
  std::string options_;
  dax_mapping mapping_{};
  void* handle_ = nullptr;
  int error_ = 0;
  std::string reason_;
};

// What a sandbox or an old kernel may withhold without any fault of ours: io_uring, locked memory,
// O_DIRECT on tmpfs.
inline bool is_withheld_here(const OpenBackend& device) {
  const int error = device.error();
  return error == -EPERM || error == -ENOSYS || error == -ENOMEM ||
         (error == -EINVAL && device.reason().find("refuses direct I/O") != std::string::npos);
}

inline Bytes random_bytes(std::size_t size, std::mt19937_64& random) {
  Bytes bytes(size);
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
  return bytes;
}

// One range.
inline dax_iter one_range(std::uint64_t offset, std::uint64_t size, unsigned char* buffer) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.offset_bytes = offset;
  iter.size_bytes = size;
  iter.count = 1;
  iter.buffer = buffer;
  return iter;
}

}  // namespace pmembench
