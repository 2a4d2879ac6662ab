// pmembench worker: the process that measures; started by run, never by hand.
#include <unistd.h>

#include <csignal>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/version.hpp"
#include "run/worker.hpp"
#include "run/worker_process.hpp"

namespace pmembench {
namespace {

// What is left of the time in which a worker removes what it made, once its coordinator is gone: it
// sees the end of its input when the slice is over. A longer slice ends with the process.
constexpr unsigned kLastSeconds = 2;

extern "C" void on_parent_died(int /*signal*/) { alarm(kLastSeconds); }

class WorkerCommand final : public Command {
 public:
  explicit WorkerCommand(CLI::App& app)
      : Command(app.add_subcommand("worker",
                                   "Measures for `run`, which starts it; not for use by hand")) {
    subcommand_->footer(
        "It speaks the worker protocol (src/run/protocol.hpp) on its standard streams.");
    subcommand_->group("");  // not listed
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    std::signal(SIGALRM, SIG_DFL);
    std::signal(kParentDiedSignal, on_parent_died);
    // The protocol gets its own descriptors: a backend that prints must not break it.
    UniqueFd in(dup(STDIN_FILENO));
    UniqueFd out(dup(STDOUT_FILENO));
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
      return runtime_error("a worker cannot set up its output");
    }
    return serve_worker(std::move(in), std::move(out), builtin_operations(), audit_book(),
                        kVersion);
  }
};

}  // namespace

std::unique_ptr<Command> make_worker_command(CLI::App& app) {
  return std::make_unique<WorkerCommand>(app);
}

}  // namespace pmembench
