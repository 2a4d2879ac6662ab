// The parts of FxMark that are not separate workloads: each a loop of one operation.
#pragma once

#include <cstdint>
#include <memory>

#include "workloads/workload.hpp"

namespace pmembench {

// FxMark's levels. Low: each thread on its own file or directory. Medium: on its own part of one
// that all share. High: all on the same.
enum class Sharing { low, medium, high };

struct FxShape {
  Sharing sharing = Sharing::low;
  std::uint64_t file_bytes = 0;  // of one thread's file, or its part
  std::uint64_t files = 0;       // of one thread
};

// Blocks of 4 KiB, in random order; high: all read the file's first.
std::unique_ptr<Workload> make_block_reader(const FxShape& shape, Path& path,
                                            const ThreadPosition& position);
// A file loses its last 4 KiB, until it is empty and gets its size again.
std::unique_ptr<Workload> make_truncater(const FxShape& shape, Path& path,
                                         const ThreadPosition& position);
// A file five directories deep is opened and closed; high: the same by all.
std::unique_ptr<Workload> make_resolver(const FxShape& shape, Path& path,
                                        const ThreadPosition& position);
// A directory is listed.
std::unique_ptr<Workload> make_lister(const FxShape& shape, Path& path,
                                      const ThreadPosition& position);
// Empty files are made, until all are there and are removed; or the other way round. The work is
// undone between timed intervals if those are short enough, else within.
std::unique_ptr<Workload> make_creator(const FxShape& shape, Path& path,
                                       const ThreadPosition& position);
std::unique_ptr<Workload> make_remover(const FxShape& shape, Path& path,
                                       const ThreadPosition& position);

}  // namespace pmembench
