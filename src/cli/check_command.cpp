// pmembench check: conformance of a backend, built in or a shared object.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/audit_session.hpp"
#include "cli/audit_table.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/text_table.hpp"
#include "dax/conformance.hpp"
#include "dax/open_device.hpp"
#include "dax/plugin_trial.hpp"
#include "platform/used_range.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// A backend that has not finished by then hangs: the slowest medium takes seconds.
constexpr std::uint64_t kLimit_ms = 300'000;
// One check moves a megabyte or so.
constexpr std::uint64_t kCheckLimit_ms = 30'000;
// Of the audit: the fixed core, and a few more.
constexpr std::uint64_t kAuditCases = 150;

class CheckCommand final : public Command {
 public:
  explicit CheckCommand(CLI::App& app)
      : Command(app.add_subcommand("check",
                                   "Check that a backend does what dax_operations.h promises.")) {
    subcommand_->footer("Examples:\n  pmembench check clwb\n  pmembench check ./pmembench-mine.so");
    subcommand_->add_option("backend", backend_, "Name of a backend, or a shared object.")
        ->required()
        ->type_name("BACKEND|FILE.so");
    subcommand_
        ->add_option(
            "--media", media_,
            "Check on this medium; its contents are lost. Without it: 16 MiB of DRAM or of a "
            "temporary file.")
        ->type_name("MEDIUM");
    subcommand_
        ->add_option("--options", options_, "Options of the backend, such as key=value,key=value.")
        ->type_name("LIST");
    subcommand_->add_option("--seed", seed_, "Seed of the random ranges.")
        ->type_name("NUMBER")
        ->capture_default_str();
    subcommand_->add_flag("--destroy", destroy_,
                          "Allow existing content of the medium to be overwritten.");
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const std::atomic<bool>& interrupted = catch_interrupts();
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
    ScratchFolder scratch;
    const auto media =
        media_.empty() ? default_media(**entry, scratch) : Result<std::string>(media_);
    if (!media) return media.error();
    const auto spec = parse_media(*media);
    if (!spec) return spec.error();
    const json found = find_out(**entry, *spec, *host, interrupted);
    if (interrupted.load(std::memory_order_relaxed)) return kStatusInterrupted;
    if (found.contains("error")) {
      return Error{static_cast<ErrorKind>(found["kind"].get<int>()), found["error"], 0};
    }
    return report((*entry)->name, spec->text, found["checks"], audit(**entry, *host, with_file));
  }

 private:
  // In a child process, so that a backend that crashes is a finding like any other. The answer has
  // "checks", or "error" and "kind" where the medium did not open.
  [[nodiscard]] json find_out(const BackendEntry& entry, const MediaSpec& spec, const Host& host,
                              const std::atomic<bool>& interrupted) const {
    const auto trial = [&](const TrialStage& tell) -> Result<std::string> {
      tell("opened its medium");
      OpenOptions open;
      open.destroy = destroy_;
      open.backend_options = options_;
      open.used_bytes = kLeastUsedBytes;
      open.registry = &host.registry;
      auto device = open_device(entry, spec, host.info, open);
      if (device && device->device->size_bytes() < kConformanceBytes) {
        device = usage_error(
            "medium '{}' is too small to check a backend on: name one of 1 MiB or "
            "more",
            spec.text);
      }
      if (!device) return error_text(device.error());
      json checks = json::array();
      for (const ConformanceCheck& check : check_conformance(
               *device->device, seed_,
               [&](const std::string& name) { tell(fmt::format("was checked: {}", name)); },
               &host.info)) {
        checks.push_back(
            {{"check", check.name}, {"verdict", check.verdict}, {"detail", check.detail}});
      }
      return json_text({{"checks", checks}});
    };
    const auto text = try_in_child(trial, {kLimit_ms, kCheckLimit_ms, &interrupted});
    if (text) return json::parse(*text);
    return json{{"checks", json::array({{{"check", "it finishes its checks"},
                                         {"verdict", "fail"},
                                         {"detail", text.error().message}}})}};
  }
  // What its instructions say of durability, which no byte that is read back can show. A small
  // sample on this CPU as it is; `pmembench audit` has the whole.
  [[nodiscard]] json audit(const BackendEntry& entry, const Host& host,
                           const GlobalOptions& global) const {
    AuditRequest request;
    request.media = media_;
    request.backend_options = options_;
    request.destroy = destroy_;
    request.cpu = full_cpu_mask(host.info).name();
    request.cases = kAuditCases;
    request.seed = seed_;
    const auto audits = run_audits({&entry}, host, global, request, [](const std::string&) {});
    if (audits) return audits->front();
    return {{"backend", entry.name},
            {"verdict", "unaudited"},
            {"masks", json::array({{{"verdict", "unaudited"},
                                    {"reason", audits.error().message},
                                    {"cpu", request.cpu},
                                    {"cases", 0},
                                    {"steps", 0},
                                    {"domain", ""},
                                    {"domain_from", ""},
                                    {"findings", json::array()},
                                    {"sheet", json::array()}}})}};
  }
  static std::string error_text(const Error& error) {
    return json_text({{"error", error.message}, {"kind", static_cast<int>(error.kind)}});
  }

  [[nodiscard]] Result<const BackendEntry*> from_file(const Registry& registry) const {
    for (const BackendEntry& entry : registry.entries()) {
      if (entry.origin == backend_) return &entry;
    }
    return usage_error("{} was loaded under another path; give its name", backend_);
  }

  [[nodiscard]] static Result<std::string> default_media(const BackendEntry& entry,
                                                         ScratchFolder& scratch) {
    const auto serves = [&](dax_media_kind kind) {
      return (entry.operations->media >> kind & 1U) != 0;
    };
    if (serves(DAX_MEDIA_DRAM)) return std::string("dram:16M");
    if (!serves(DAX_MEDIA_BLOCK) && !serves(DAX_MEDIA_FILE)) {
      return usage_error(
          "backend {} needs a device to be checked on; name one, as in --media "
          "/dev/dax0.0",
          entry.name);
    }
    const auto folder = scratch.path();
    if (!folder) return folder.error();
    return fmt::format("{}:{}/medium,size=16M", serves(DAX_MEDIA_BLOCK) ? "block" : "file",
                       *folder);
  }

  [[nodiscard]] int report(const std::string& backend, const std::string& media, const json& checks,
                           const json& audit) const {
    const bool conforms = audit["verdict"] != "failed" &&
                          std::none_of(checks.begin(), checks.end(), [](const json& check) {
                            return check["verdict"] == "fail";
                          });
    if (as_json_) {
      const json all = {{"backend", backend},   {"media", media},   {"seed", seed_},
                        {"conforms", conforms}, {"checks", checks}, {"audit", audit}};
      print_json(all, 2);
      return conforms ? kStatusDone : kStatusFound;
    }
    TextTable table({{"verdict"}, {"check"}});
    for (const json& check : checks) {
      const std::string name = check["check"], detail = check["detail"];
      table.add({check["verdict"], detail.empty() ? name : name + ": " + detail});
    }
    const char* const unaudited =
        audit["verdict"] == "unaudited" ? "; that its bytes are durable is unaudited" : "";
    print_text(fmt::format("{} on {}, seed {}\n{}audit of {}{} {}{}.\n", backend, media, seed_,
                           table.text(), audit_findings_text(audit), backend,
                           conforms ? "conforms" : "does not conform", unaudited));
    return conforms ? kStatusDone : kStatusFound;
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
