// The files of /proc and /sys below a root, read so that nothing absent or broken becomes a number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pmembench {

// Where the kernel describes CPUs, relative to the root.
inline constexpr const char* kCpuFolder = "sys/devices/system/cpu";

// "42", "0x2a", blanks around it -> 42. Signs, other text and more than 64 bits: nullopt.
std::optional<std::uint64_t> parse_number(std::string_view text);

// "32K", "1024 kB", "4M", "64" as the kernel writes sizes -> bytes. Powers of 1024.
std::optional<std::uint64_t> parse_kernel_size(std::string_view text);

// "0-3,8" -> 0 1 2 3 8, ascending. Empty text is an empty list, and so is garbage.
std::vector<int> parse_cpu_list(std::string_view text);

// "ff00,0000000f" -> 0 1 2 3 40 ... 47: groups of 32 bits in hexadecimal, the highest first, as in
// `cpumap`. Empty text and garbage are an empty list.
std::vector<int> parse_cpu_mask(std::string_view text);

// The words of `text`, split at blanks.
std::vector<std::string> split_words(std::string_view text);

std::string_view trimmed(std::string_view text);

// The text with every byte that is not printable ASCII as '?': fit for a terminal and for JSON.
std::string printable(std::string_view text);

// Reads below a root ("/" on a live host, a fake tree in a test). Paths are relative to it, without
// a leading slash. Absent, unreadable and malformed files all give nullopt, for sysfs attributes
// also fail with EIO, ENXIO and EACCES where the fact is not there. Thread-safe.
class HostTree {
 public:
  explicit HostTree(std::string root);

  // True where the root is the running host's: only then may system calls answer.
  [[nodiscard]] bool live() const { return prefix_.empty(); }
  [[nodiscard]] std::string path(std::string_view relative) const;
  [[nodiscard]] bool exists(std::string_view relative) const;
  [[nodiscard]] bool is_directory(std::string_view relative) const;

  // The whole file, at most 16 MiB of it.
  [[nodiscard]] std::optional<std::string> text(std::string_view relative) const;
  // The first line, trimmed; bytes that are not printable ASCII become '?'. nullopt where empty.
  [[nodiscard]] std::optional<std::string> line(std::string_view relative) const;
  [[nodiscard]] std::string line_or_unknown(std::string_view relative) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view relative) const;
  // A node number; the kernel's -1 ("no node") is nullopt.
  [[nodiscard]] std::optional<int> node(std::string_view relative) const;

  // CPUs by the file with a list, or where an old kernel has none by the one with a mask.
  [[nodiscard]] std::vector<int> cpus(std::string_view list, std::string_view mask) const;

  // Names in a directory that are `prefix` and a number (region0, node12), by that number.
  [[nodiscard]] std::vector<std::string> numbered(std::string_view relative,
                                                  std::string_view prefix) const;
  // All names in a directory, sorted so that loop2 comes before loop10.
  [[nodiscard]] std::vector<std::string> names(std::string_view relative) const;

  // The last component of where a symbolic link points ("" where it is none).
  [[nodiscard]] std::string link_name(std::string_view relative) const;
  // The real location of a path, links resolved, relative to the root; nullopt if it does not
  // exist.
  [[nodiscard]] std::optional<std::string> real(std::string_view relative) const;

  // Value of "KEY: value kB" lines as in meminfo, in bytes; `key` with its colon.
  [[nodiscard]] std::optional<std::uint64_t> kb_field(std::string_view relative,
                                                      std::string_view key) const;

 private:
  std::string prefix_;  // without a trailing slash; empty on a live host
};

}  // namespace pmembench
