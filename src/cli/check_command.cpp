// pmembench check: conformance of a backend, built in or a shared object.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/text_table.hpp"
#include "dax/conformance.hpp"
#include "dax/open_device.hpp"

namespace pmembench {
namespace {

class CheckCommand final : public Command {
 public:
  explicit CheckCommand(CLI::App& app)
      : Command(
            app.add_subcommand("check", "Does a backend keep the promises of dax_operations.h?")) {
    subcommand_->footer("Examples:\n  pmembench check clwb\n  pmembench check ./pmembench-mine.so");
    subcommand_->add_option("backend", backend_, "A backend's name, or a shared object")
        ->required()
        ->type_name("BACKEND|FILE.so");
    subcommand_->add_option(
        "--media", media_,
        "Medium to check on; its contents are lost. Default: 16 MiB of DRAM, or "
        "of a temporary file");
    subcommand_->add_option("--options", options_, "Options of the backend, key=value,...");
    subcommand_->add_option("--seed", seed_, "Of the random ranges")->capture_default_str();
    subcommand_->add_flag("--destroy", destroy_,
                          "Existing content of the medium may be overwritten");
    subcommand_->add_flag("--json", as_json_, "Print JSON");
  }

  Result<int> run(const GlobalOptions& global) override {
    GlobalOptions with_file = global;
    const bool is_file = backend_.ends_with(".so") || backend_.find('/') != std::string::npos;
    if (is_file) with_file.plugins.push_back(backend_);
    const auto host = open_host(with_file);
    if (!host) return host.error();
    const auto entry = is_file ? from_file(host->registry) : host->registry.find(backend_);
    if (!entry) return entry.error();
    if (!(*entry)->usable()) {
      return environment_error("backend {} cannot run here: {}", (*entry)->name, (*entry)->reason);
    }
    const auto spec = parse_media(media_.empty() ? default_media(**entry) : media_);
    if (!spec) return spec.error();
    OpenOptions open;
    open.destroy = destroy_;
    open.backend_options = options_;
    auto device = open_device(**entry, *spec, host->info, open);
    if (!device) return device.error();
    return report((*entry)->name, spec->text, check_conformance(*device->device, seed_));
  }

 private:
  [[nodiscard]] Result<const BackendEntry*> from_file(const Registry& registry) const {
    for (const BackendEntry& entry : registry.entries()) {
      if (entry.origin == backend_) return &entry;
    }
    return usage_error("{} was loaded under another path; give its name", backend_);
  }

  [[nodiscard]] static std::string default_media(const BackendEntry& entry) {
    if ((entry.operations->media >> DAX_MEDIA_DRAM & 1U) != 0) return "dram:16M";
    const bool block = (entry.operations->media >> DAX_MEDIA_BLOCK & 1U) != 0;
    const auto file =
        std::filesystem::temp_directory_path() / fmt::format("pmembench-check-{}", getpid());
    return fmt::format("{}:{},size=16M", block ? "block" : "file", file.string());
  }

  [[nodiscard]] int report(const std::string& backend, const std::string& media,
                           const std::vector<ConformanceCheck>& checks) const {
    bool failed = false;
    nlohmann::json list = nlohmann::json::array();
    TextTable table({{"verdict"}, {"check"}});
    for (const ConformanceCheck& check : checks) {
      failed = failed || check.verdict == "fail";
      list.push_back({{"check", check.name}, {"verdict", check.verdict}, {"detail", check.detail}});
      table.add(
          {check.verdict, check.detail.empty() ? check.name : check.name + ": " + check.detail});
    }
    if (as_json_) {
      fmt::print("{}\n", nlohmann::json{{"backend", backend},
                                        {"media", media},
                                        {"seed", seed_},
                                        {"conforms", !failed},
                                        {"checks", list}}
                             .dump(2));
    } else {
      fmt::print("{} on {}, seed {}\n{}{} {}.\n", backend, media, seed_, table.text(), backend,
                 failed ? "does not conform" : "conforms");
    }
    return failed ? kStatusFound : kStatusDone;
  }

  std::string backend_, media_, options_;
  std::uint64_t seed_ = 1;
  bool destroy_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_check_command(CLI::App& app) {
  return std::make_unique<CheckCommand>(app);
}

}  // namespace pmembench
