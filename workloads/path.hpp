// Path: how a workload's bytes travel to the device. One object a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// Batches of ranges, as the device takes them; every method leaves `iter` where the next batch goes
// on, and returns the bytes done or a negative errno. Used by the one thread that made it.
class Path {
 public:
  Path() = default;
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  virtual ~Path() = default;
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  virtual std::int64_t read(dax_iter& iter) = 0;     // device -> buffer
  virtual std::int64_t write(dax_iter& iter) = 0;    // not durable
  virtual std::int64_t persist(dax_iter& iter) = 0;  // each range durable before the next
  virtual std::int64_t flush(dax_iter& iter) = 0;    // starts write-back; lines, or -errno
  virtual int drain() = 0;                           // what was written so far is durable after it
  // The device's bytes as addresses, or empty where the path has none.
  [[nodiscard]] virtual std::span<std::byte> mapping() = 0;
};

struct PathType {
  std::string_view name;
  std::string_view summary;
  bool needs_direct_access = false;
  Result<std::unique_ptr<Path>> (*make)(DaxDevice& device);
};

const std::vector<PathType>& path_list();
const PathType* find_path(std::string_view name);

}  // namespace pmembench
