// The commands: one function and one file each, gathered by command_line.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/registry.hpp"

namespace pmembench {

inline constexpr int kStatusDone = 0;
inline constexpr int kStatusFound = 1;
inline constexpr int kStatusUnfinished = 5;  // the budget ended first; --resume goes on
inline constexpr int kStatusInterrupted = 130;

// Options that every command has, before or behind its name.
struct GlobalOptions {
  std::vector<std::string> plugins;       // --plugin FILE
  std::string without_cpu;                // --without-cpu LIST
  std::string command_line;               // all of it, as a shell reads it
  std::vector<std::string> after_dashes;  // the words behind "--": a program and its arguments
};

// One command: made with its options bound to a subcommand, run if that one was called.
class Command {
 public:
  explicit Command(CLI::App* subcommand) : subcommand_(subcommand) { subcommand->fallthrough(); }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;
  [[nodiscard]] bool called() const { return subcommand_->parsed(); }
  // The exit status, or the error that ends it.
  [[nodiscard]] virtual Result<int> run(const GlobalOptions& global) = 0;

 protected:
  CLI::App* subcommand_;
};

// Every subcommand, in the order of `pmembench --help`: each is made by make_<name>_command in the
// file of its name.
#define PMEMBENCH_COMMANDS(X) \
  X(help)                     \
  X(list)                     \
  X(probe)                    \
  X(layers)                   \
  X(lookup)                   \
  X(rules)                    \
  X(run)                      \
  X(micro)                    \
  X(curve)                    \
  X(slo)                      \
  X(show)                     \
  X(explain)                  \
  X(export)                   \
  X(import)                   \
  X(translate)                \
  X(mlc)                      \
  X(compare)                  \
  X(gate)                     \
  X(fleet)                    \
  X(merge)                    \
  X(history)                  \
  X(baseline)                 \
  X(report)                   \
  X(check)                    \
  X(audit)                    \
  X(characterize)             \
  X(crash)                    \
  X(visibility)               \
  X(fsck)                     \
  X(mkfs)                     \
  X(replay)                   \
  X(generate)                 \
  X(worker)

#define PMEMBENCH_DECLARE_COMMAND(name) \
  std::unique_ptr<Command> make_##name##_command(CLI::App& app);
PMEMBENCH_COMMANDS(PMEMBENCH_DECLARE_COMMAND)
#undef PMEMBENCH_DECLARE_COMMAND

}  // namespace pmembench
