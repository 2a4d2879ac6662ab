// The options and the tables that `pmembench visibility` and `pmembench-mpi visibility` share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "visibility/verdict.hpp"

namespace pmembench {

// Bound to a command's options, read once they are parsed.
struct VisibilityOptions {
  std::string media = "dram:1M";
  std::string host_memory_file, host_memory_options;
  std::vector<std::string> store_words, load_words;
  std::uint64_t tries = 100'000;
  unsigned payload_lines = 4;
  std::string limit = "10s";
  bool destroy = false;

  // `with_limit`: --limit, where the command has no other.
  void add_to(CLI::App& command, bool with_limit = true);
  // Refuses (usage) words that are no sequences, and a limit that is no time.
  Status read();
  [[nodiscard]] MessageLayout layout() const { return {payload_lines}; }
  [[nodiscard]] std::uint64_t limit_ms() const { return limit_ms_; }
  // All sequences asked for, those that a CPU with these features lacks with the reason.
  [[nodiscard]] std::vector<VisibilityCell> cells(std::uint64_t cpu_features) const;
  // This process's view of the memory at `home`, as host number `host`.
  [[nodiscard]] Result<std::unique_ptr<HostMemory>> host_memory(unsigned char* home,
                                                                unsigned host) const;

 private:
  std::vector<StoreWay> stores_;
  std::vector<LoadWay> loads_;
  std::uint64_t limit_ms_ = 0;
};

// A table for each pair and its sentence.
[[nodiscard]] std::string visibility_text(const std::vector<VisibilityPair>& pairs);
// kStatusFound if a pair has no safe sequence.
[[nodiscard]] int visibility_status(const std::vector<VisibilityPair>& pairs);

}  // namespace pmembench
