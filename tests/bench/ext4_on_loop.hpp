// Ext4OnLoop: ext4, mounted for this process alone, on a loop device over memory.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace pmembench::bench {

// Nothing of it outlives the process, however that ends: the file has no name, the loop device goes
// with its last user, and the mount lies in a mount namespace of our own, which this enters.
class Ext4OnLoop {
 public:
  // Errors (environment): not root, no loop device, no mkfs.ext4, no ext4 in the kernel.
  static Result<Ext4OnLoop> make(std::uint64_t size_bytes);
  Ext4OnLoop(Ext4OnLoop&& other) noexcept;
  Ext4OnLoop& operator=(Ext4OnLoop&&) = delete;
  ~Ext4OnLoop();
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  Ext4OnLoop() = default;
  std::string directory_;
  bool mounted_ = false;
};

}  // namespace pmembench::bench
