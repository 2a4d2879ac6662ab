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
inline constexpr int kStatusInterrupted = 130;

// Options that every command has, before or behind its name.
struct GlobalOptions {
  std::vector<std::string> plugins;  // --plugin FILE
  std::string without_cpu;           // --without-cpu LIST
  std::string command_line;          // all of it, as a shell reads it
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

std::unique_ptr<Command> make_list_command(CLI::App& app);
std::unique_ptr<Command> make_probe_command(CLI::App& app);
std::unique_ptr<Command> make_run_command(CLI::App& app);
std::unique_ptr<Command> make_micro_command(CLI::App& app);
std::unique_ptr<Command> make_curve_command(CLI::App& app);
std::unique_ptr<Command> make_slo_command(CLI::App& app);
std::unique_ptr<Command> make_show_command(CLI::App& app);
std::unique_ptr<Command> make_export_command(CLI::App& app);
std::unique_ptr<Command> make_report_command(CLI::App& app);
std::unique_ptr<Command> make_compare_command(CLI::App& app);
std::unique_ptr<Command> make_history_command(CLI::App& app);
std::unique_ptr<Command> make_baseline_command(CLI::App& app);
std::unique_ptr<Command> make_check_command(CLI::App& app);
std::unique_ptr<Command> make_audit_command(CLI::App& app);
std::unique_ptr<Command> make_mkfs_command(CLI::App& app);
std::unique_ptr<Command> make_fsck_command(CLI::App& app);
std::unique_ptr<Command> make_crash_command(CLI::App& app);
std::unique_ptr<Command> make_gate_command(CLI::App& app);
std::unique_ptr<Command> make_worker_command(CLI::App& app);

}  // namespace pmembench
