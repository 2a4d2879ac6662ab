// HostMemory: what one host can do to the memory that it shares with another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "visibility/sequence.hpp"

namespace pmembench {

inline constexpr std::uint64_t kLineBytes = 64;
using MemoryLine = std::array<std::uint64_t, kLineBytes / sizeof(std::uint64_t)>;

// One host's view. Used by one thread. Offsets are multiples of kLineBytes.
class HostMemory {
 public:
  HostMemory() = default;
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;
  virtual ~HostMemory() = default;
  virtual void store(std::uint64_t offset, const MemoryLine& line, StoreWay way) = 0;
  virtual void write_back(std::uint64_t offset, StoreWay way) = 0;
  virtual void fence() = 0;
  [[nodiscard]] virtual MemoryLine load(std::uint64_t offset, LoadWay way) = 0;
  // Time passes while the host does something else: of a model, what happens by itself.
  virtual void idle() {}
};

// By the CPU's own instructions. The caller has made sure that the CPU has those that it asks for.
// `home` is aligned to a line and outlives the object.
[[nodiscard]] std::unique_ptr<HostMemory> mapped_host_memory(unsigned char* home);

// By a plugin (host_memory_abi.h). `host`: 0, 1, ... The library is never unloaded. Errors: it
// cannot be loaded, has no table of this ABI, or refuses (environment).
Result<std::unique_ptr<HostMemory>> plugin_host_memory(const std::string& file,
                                                       const std::string& options,
                                                       unsigned char* home,
                                                       std::uint64_t size_bytes, unsigned host);

}  // namespace pmembench
