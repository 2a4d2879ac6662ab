// Path: how a workload's bytes travel to the device. One object a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dax/open_device.hpp"
#include "workloads/parameter_spec.hpp"

namespace pmembench {

class FileInterface;
class SimMemory;

// Batches of ranges, as the device takes them; every method leaves `iter` where the next batch goes
// on, and returns the bytes done or a negative errno. Used by the one thread that made it.
class Path {
 public:
  Path() = default;
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  virtual ~Path() = default;
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  virtual std::int64_t read(dax_iter& iter) = 0;  // device -> buffer
  // Loads the ranges into registers and adds their words to `sum` (workloads/line_load.hpp); the
  // buffer is not used. -EOPNOTSUPP where PathType::loads is false.
  virtual std::int64_t load(dax_iter& iter, std::uint64_t& sum);
  // The same by non-temporal loads (movntdqa); the ranges are whole lines.
  virtual std::int64_t load_nontemporal(dax_iter& iter, std::uint64_t& sum);
  virtual std::int64_t write(dax_iter& iter) = 0;  // not durable
  // Zeroes the ranges by the device's own operation, as write: whole pages. -EOPNOTSUPP where the
  // path has none (PathType::zeroes).
  virtual std::int64_t zero(dax_iter& iter);
  virtual std::int64_t persist(dax_iter& iter) = 0;  // each range durable before the next
  virtual std::int64_t flush(dax_iter& iter) = 0;    // starts write-back; lines, or -errno
  virtual int drain() = 0;                           // what was written so far is durable after it
  // The device's bytes as addresses, or empty where the path has none.
  [[nodiscard]] virtual std::span<std::byte> mapping() = 0;
  // The simulated memory that the device is, whose clock is the workload's: what is done at an
  // address of mapping() must be reported to it. Null: real memory.
  [[nodiscard]] virtual SimMemory* simulation() { return nullptr; }
  // Files, where the way leads through a file system; lives as long as the path. Null elsewhere.
  [[nodiscard]] virtual FileInterface* files() { return nullptr; }
  // Did an operation on this range fail since the last refresh, and was counted as failed in place
  // of ending the run? Such bytes are not verified. Untimed.
  [[nodiscard]] virtual bool lost(std::uint64_t /*offset_bytes*/,
                                  std::uint64_t /*size_bytes*/) const {
    return false;
  }
};

// What all threads of a cell share on their way: a block translation, a mounted file system. Made
// and ended on the worker's main thread, before the first path and after the last.
class PathFixture {
 public:
  PathFixture() = default;
  PathFixture(const PathFixture&) = delete;
  PathFixture& operator=(const PathFixture&) = delete;
  virtual ~PathFixture() = default;
  // Before each timed interval, before the workloads' own refresh(). Untimed; threads are idle.
  virtual void refresh() {}
  // What every path of it will answer to size_bytes().
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  // Counted so far by the layers above the device: "sectors_written", ... Threads are idle.
  [[nodiscard]] virtual std::map<std::string, std::uint64_t> counters() const { return {}; }
};

struct PathType {
  std::string_view name;
  std::string_view summary;
  bool needs_direct_access = false;
  // One a thread, on that thread. `fixture` is what prepare made, null without it.
  Result<std::unique_ptr<Path>> (*make)(DaxDevice& device, PathFixture* fixture) = nullptr;
  // Writes its own structures over the device. Null: the threads share nothing but the device.
  Result<std::unique_ptr<PathFixture>> (*prepare)(OpenedDevice& opened,
                                                  const Parameters& parameters) = nullptr;
  // As prepare, and finds what an earlier one wrote there. Null: prepare itself does.
  Result<std::unique_ptr<PathFixture>> (*reopen)(OpenedDevice& opened,
                                                 const Parameters& parameters) = nullptr;
  // The path's own keys, next to the workload's in a cell's parameters.
  std::vector<ParameterSpec> parameters = {};
  // Sizes and strides of ranges must be multiples of this; null: any will do.
  std::uint64_t (*granule_bytes)(const Parameters& parameters) = nullptr;
  bool gives_files = false;
  bool maps_files = false;          // and map() of them can work
  bool needs_mount = false;         // works on posix media, and on no other
  bool needs_block_path = false;    // works on backends that go through the kernel's block path
  bool zeroes = false;              // zero() works
  bool loads = false;               // load() works: it has its own addresses
  bool needs_host_mapping = false;  // divides it; a backend that maps the medium has none
  // Reads back what it keeps on the device, and so needs a backend that does the work.
  bool keeps_structures = false;
  // Of so few bytes; null: what it writes are ranges of the workload.
  std::uint64_t (*structure_bytes)(const Parameters& parameters) = nullptr;
  // The paths that this one is built on, each of them a layer of path_list(): its cost is over
  // them. Empty: the root of the layers (kRootPath), or a path that reaches its medium by itself.
  std::vector<std::string_view> parents = {};
  // Its file system commits what is done to names (files made, removed, renamed) before it returns.
  bool names_are_durable = false;
  // Refuses parameters of its own that do not fit together or do not fit the medium (usage error);
  // device_bytes 0: unknown. Null: any that their specs allow will do.
  Status (*check)(const Parameters& parameters, std::uint64_t device_bytes) = nullptr;
  // A write that is cut short may destroy what was acknowledged next to it.
  bool harms_neighbours = false;
  // All that it does to the device's bytes is reported to a simulated memory (docs/sim.md).
  bool simulated = false;
  bool is_layer = true;  // false: the same layer as another, under other conditions
};

// The layer on which all others over a dax device are built.
inline constexpr std::string_view kRootPath = "direct";

const std::vector<PathType>& path_list();
const PathType* find_path(std::string_view name);

}  // namespace pmembench
