// pmembench audit: are all stores of a backend flushed and fenced when it says so?
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "audit/audit_json.hpp"
#include "cli/audit_program.hpp"
#include "cli/audit_session.hpp"
#include "cli/audit_table.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/recorded_audits.hpp"
#include "cli/utc_time.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr int kAuditSchemaVersion = 1;

class AuditCommand final : public Command {
 public:
  explicit AuditCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "audit",
            "Check that a backend flushes and fences every store that it calls durable.")) {
    subcommand_->footer(
        "Traces each instruction of the backend's operations (ptrace) and holds it against a model "
        "of "
        "memory. docs/audit.md explains what that proves and what it cannot.\n"
        "Exit status: 0 passed, 1 an error was found, 3 it could not be audited.\n"
        "Examples:\n  pmembench audit clwb\n  pmembench audit ./pmembench-mine.so --cpu avx2+clwb\n"
        "  pmembench audit ./pmembench-mine.so --junit audit.xml\n"
        "  pmembench audit ./pmembench-mine.so --self-test\n"
        "  pmembench audit --range ./pool -- ./my_program ./pool");
    subcommand_
        ->add_option("backend", backends_,
                     "Names of backends, `all` for the built-in ones, or shared objects; -- and a "
                     "program: see --range.")
        ->type_name("BACKEND|FILE.so");
    subcommand_->add_flag("--recorded", recorded_,
                          "Print what the test suite audited of the built-in backends.");
    subcommand_
        ->add_option(
            "--media", request_.media,
            "Audit on this medium; its contents are lost. Without it: DRAM, or a temporary file.")
        ->type_name("MEDIUM");
    subcommand_
        ->add_option(
            "--domain", domain_,
            "Judge by this persistence domain: memory_controller, cpu_cache, page_cache, "
            "other_host or none. Without it: the medium's; on a stand-in, what the table declares.")
        ->type_name("DOMAIN");
    subcommand_
        ->add_option("--cpu", request_.cpu,
                     "CPU features that are left, such as avx2+clwb, or all.")
        ->type_name("MASK")
        ->capture_default_str();
    subcommand_->add_option("--cases", request_.cases, "Cases for one backend, over all masks.")
        ->type_name("NUMBER")
        ->capture_default_str();
    subcommand_->add_option("--seed", request_.seed, "Seed of the sample of cases.")
        ->type_name("NUMBER")
        ->capture_default_str();
    subcommand_->add_option("--jobs", request_.lanes, "Processes at once; 0: one for each CPU.")
        ->type_name("NUMBER")
        ->capture_default_str();
    subcommand_
        ->add_option("--options", request_.backend_options,
                     "Options of the backend, such as key=value,key=value.")
        ->type_name("LIST");
    subcommand_->add_flag("--destroy", request_.destroy,
                          "Allow existing content of the medium to be overwritten.");
    subcommand_->add_flag(
        "--self-test", request_.self_test,
        "Audit mutants of the backend, to find how many wrong ones are detected.");
    program_.add_to(*subcommand_);
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
    subcommand_->add_option("--junit", junit_path_, "Write JUnit XML to this new file.")
        ->type_name("FILE");
    subcommand_->add_flag("--force", force_, "Overwrite the file that --junit names.");
    subcommand_->add_option("--db", database_, "Store the result in this results file.")
        ->type_name("FILE");
    subcommand_
        ->add_option(
            "--power-cuts", request_.power_cuts,
            "Cut the power at this many of the backend's instructions, under a file system, a "
            "block translation table and a log, and check what is left.")
        ->type_name("NUMBER");
    subcommand_->add_option("--subject", request_.subject)->group("");
    subcommand_->add_flag("--as-child", as_child_)
        ->group("");  // what a traced child is started with
  }

  Result<int> run(const GlobalOptions& global) override {
    if (recorded_) {
      const json recorded = recorded_audits();
      as_json_ ? print_json(recorded, 2) : print_text(recorded_audits_text(recorded));
      return kStatusDone;
    }
    backends_.resize(backends_.size() - std::min(backends_.size(), global.after_dashes.size()));
    if (backends_.empty() && global.after_dashes.empty()) {
      return usage_error("name a backend, 'all', or a shared object, or -- and a program");
    }
    if (!domain_.empty()) {
      const auto domain = parse_audit_domain(domain_);
      if (!domain) return domain.error();
      request_.domain = *domain;
    }
    if (!global.after_dashes.empty()) return run_program(global.after_dashes);
    if (program_.wanted())
      return usage_error("--range and --unclaimed are of a program: name it behind --");
    GlobalOptions with_files = global;
    for (const std::string& name : backends_) {
      if (is_file(name)) with_files.plugins.push_back(name);
    }
    const auto host = open_host(with_files);
    if (!host) return host.error();
    const auto entries = entries_of(host->registry);
    if (!entries) return entries.error();
    if (as_child_) {
      serve_audit_child(*entries->front(), *host, request_);
      return kStatusDone;
    }
    if (request_.power_cuts > 0 && (request_.self_test || !request_.media.empty())) {
      return usage_error(
          "--power-cuts works on separate memory, with the backend as it is: leave --media and "
          "--self-test out");
    }
    if (const Status opened = open_outputs(); !opened) return opened.error();
    auto audits = run_audits(*entries, *host, with_files, request_,
                             [](const std::string& line) { say(stderr, line + "\n"); });
    if (!audits) return audits.error();
    const json document = {{"schema", "pmembench-audit"},
                           {"version", kAuditSchemaVersion},
                           {"seed", std::to_string(request_.seed)},
                           {"self_test", request_.self_test},
                           {"backends", *std::move(audits)}};
    return report(document);
  }

 private:
  Result<int> run_program(const std::vector<std::string>& words) {
    if (!backends_.empty()) return usage_error("name backends, or -- and a program, not both");
    if (request_.self_test) return usage_error("--self-test is of backends, not of a program");
    if (const Status opened = open_outputs(); !opened) return opened.error();
    auto entry = program_.run(words, request_.domain);
    if (!entry) return entry.error();
    return report({{"schema", "pmembench-audit"},
                   {"version", kAuditSchemaVersion},
                   {"seed", "0"},
                   {"self_test", false},
                   {"program", true},
                   {"backends", json::array({*std::move(entry)})}});
  }

  static bool is_file(const std::string& name) {
    return name.ends_with(".so") || name.find('/') != std::string::npos;
  }

  Result<std::vector<const BackendEntry*>> entries_of(const Registry& registry) const {
    std::vector<const BackendEntry*> found;
    for (const std::string& name : backends_) {
      if (name == "all") {
        for (const BackendEntry& entry : registry.entries()) {
          const bool device_only =
              entry.operations != nullptr && entry.operations->media == 1U << DAX_MEDIA_DEVDAX;
          if (entry.usable() && entry.origin == "built in" && !device_only) found.push_back(&entry);
        }
        continue;
      }
      const auto entry = is_file(name) ? by_file(registry, name) : registry.find(name);
      if (!entry) return entry.error();
      if (!(*entry)->usable()) {
        return environment_error("backend {} cannot run here: {}", (*entry)->name,
                                 (*entry)->reason);
      }
      found.push_back(*entry);
    }
    return found;
  }

  static Result<const BackendEntry*> by_file(const Registry& registry, const std::string& file) {
    for (const BackendEntry& entry : registry.entries()) {
      if (entry.origin == file) return &entry;
    }
    return usage_error("{} was loaded under another path; give its name", file);
  }

  // Before the first instruction: a name that does not do must not cost the audit.
  Status open_outputs() {
    const NamedPath outputs[] = {{"--junit", junit_path_}};
    std::vector<NamedPath> inputs = results_file(database_);
    for (const std::string& name : backends_) {
      if (is_file(name)) inputs.push_back({"the plugin", name});
    }
    inputs.push_back({"--media", media_file()});
    if (Status apart = keep_apart(outputs, inputs); !apart) return apart;
    const NamedPath medium[] = {inputs.back()};
    if (Status apart = keep_results_apart(database_, medium); !apart) return apart;
    auto junit = OutputFile::open(junit_path_, "--junit", force_);
    if (!junit) return junit.error();
    junit_ = *std::move(junit);
    if (database_.empty()) return {};
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    store_.emplace(*std::move(store));
    return {};
  }

  [[nodiscard]] std::string media_file() const {
    const auto spec = parse_media(request_.media);
    return spec ? spec->path : "";
  }

  Result<int> report(const json& document) {
    const std::string verdict = overall_verdict(document["backends"]);
    // What was found is said even if it cannot be kept.
    const auto say_of = [](const Status& kept) {
      if (!kept) say(stderr, fmt::format("pmembench: {}\n", kept.error().message));
    };
    say_of(junit_.write(audit_to_junit(document, now_utc())));
    if (store_) {
      const auto kept = store_->save_document({0, "", "audit", std::nullopt, verdict, document});
      say_of(kept ? Status() : kept.error());
    }
    if (as_json_) {
      print_json(document, 2);
    } else {
      print_text(request_.power_cuts > 0        ? power_cuts_text(document)
                 : document.contains("program") ? program_text(document["backends"].front())
                 : request_.self_test           ? self_test_text(document)
                                                : audit_text(document));
    }
    if (verdict == "failed") return kStatusFound;
    return verdict == "unaudited" ? static_cast<int>(ErrorKind::environment) : kStatusDone;
  }

  std::vector<std::string> backends_;
  AuditRequest request_;
  ProgramAudit program_;
  std::string domain_, junit_path_, database_;
  OutputFile junit_;
  std::optional<Store> store_;
  bool as_json_ = false, as_child_ = false, force_ = false, recorded_ = false;
};

}  // namespace

std::unique_ptr<Command> make_audit_command(CLI::App& app) {
  return std::make_unique<AuditCommand>(app);
}

}  // namespace pmembench
