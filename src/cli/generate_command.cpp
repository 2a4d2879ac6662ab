// pmembench generate: manual pages and shell completion, for the build and for packages.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/man_page.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/version.hpp"

namespace pmembench {
namespace {

class GenerateCommand final : public Command {
 public:
  explicit GenerateCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "generate", "Print a shell's completion, or write the manual pages into a folder.")),
        program_(app) {
    subcommand_->footer(
        "Examples:\n  pmembench generate bash\n  pmembench generate man --out man1");
    subcommand_->group("");  // for packages
    subcommand_->add_option("what", what_, "What is generated.")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish", "man"}))
        ->type_name("WHAT");
    subcommand_->add_option("--out", folder_, "Folder for the manual pages.")->type_name("DIR");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    const CommandFacts facts = command_facts(program_);
    if (what_ == "man") return write_pages(facts);
    print_data(what_ == "bash"  ? bash_completion(facts)
               : what_ == "zsh" ? zsh_completion(facts)
                                : fish_completion(facts));
    return kStatusDone;
  }

 private:
  [[nodiscard]] Result<int> write_pages(const CommandFacts& facts) const {
    if (folder_.empty()) {
      return usage_error("the manual has a page for each command: name a folder with --out");
    }
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    for (const ManPage& page : man_pages(facts, kVersion)) {
      auto file = OutputFile::open(folder_ + "/" + page.file, "--out", true);
      if (!file) return file.error();
      if (const Status written = file->write(page.text); !written) return written.error();
    }
    return kStatusDone;
  }

  CLI::App& program_;
  std::string what_, folder_;
};

}  // namespace

std::unique_ptr<Command> make_generate_command(CLI::App& app) {
  return std::make_unique<GenerateCommand>(app);
}

}  // namespace pmembench
