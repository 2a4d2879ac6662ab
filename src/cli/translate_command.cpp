// pmembench translate: another tool's input as a campaign to start from.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/report_file.hpp"
#include "cli/text_table.hpp"
#include "import/foreign_text.hpp"
#include "translate/translation.hpp"

namespace pmembench {
namespace {

class TranslateCommand final : public Command {
 public:
  explicit TranslateCommand(CLI::App& app)
      : Command(app.add_subcommand("translate", "Write the input of another tool as a campaign.")) {
    subcommand_->footer(
        "The campaign names in comments what has no equivalent, with the reason; docs/interop.md "
        "has the list.\n"
        "Exit status: 0 a part has an equivalent, 1 none has.\n"
        "Examples:\n  pmembench translate job.fio --out job.yaml\n"
        "  pmembench translate pmembench_memcpy.cfg\n"
        "  pmembench translate 'mlc --loaded_latency -W3'");
    subcommand_
        ->add_option("input", input_,
                     "A job file of fio, a configuration of PMDK's pmembench, a workload file of "
                     "PerMA-Bench, or a command line of Intel MLC (a file, or one argument).")
        ->type_name("INPUT");
    subcommand_->add_option("--out", out_, "Write the campaign to this new file.")
        ->type_name("FILE");
    subcommand_->add_flag("--force", force_, "Overwrite the file that --out names.");
    subcommand_->add_flag("--formats", list_, "List the inputs that are recognised.");
    subcommand_->add_flag("--json", as_json_, "Print the parts as one JSON document.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    if (list_) return list_inputs();
    if (input_.empty()) {
      return usage_error("translate takes one INPUT; see pmembench translate --help");
    }
    const auto text = input_text();
    if (!text) return text.error();
    const Translator* translator = recognise_input(*text);
    if (translator == nullptr) {
      std::string known;
      for (const Translator& each : translators()) {
        known += fmt::format("{}{}", known.empty() ? "" : ", ", each.what);
      }
      return usage_error("{} is not an input that pmembench knows: it knows {}", input_, known);
    }
    const NamedPath outputs[] = {{"--out", out_}};
    const NamedPath inputs[] = {{"the input", input_}};
    if (const Status apart = keep_apart(outputs, inputs); !apart) return apart.error();
    auto file = OutputFile::open(out_, "--out", force_);
    if (!file) return file.error();
    const auto translation = translator->translate(*text, input_);
    if (!translation) return translation.error();
    return deliver(*file, *translation);
  }

 private:
  Result<std::string> input_text() const {
    std::error_code ignored;
    const bool is_file = std::filesystem::exists(input_, ignored);
    if (!is_file && recognise_input(input_) != nullptr) return input_;
    constexpr std::size_t kLargestBytes = std::size_t{1} << 20;
    auto bytes = read_report_file(input_, kLargestBytes);
    if (!bytes) return bytes.error();
    return foreign_text(*std::move(bytes), input_);
  }

  Result<int> deliver(OutputFile& file, const Translation& translation) const {
    bool any = false;
    for (const TranslatedPart& part : translation.parts) any = any || part.has_equivalent();
    const std::string campaign = campaign_text(translation, input_);
    if (!out_.empty()) {
      if (const Status written = file.write(campaign); !written) return written.error();
    }
    if (as_json_) {
      print_json(document_of(translation), 2);
    } else if (out_.empty()) {
      print_text(campaign);
    }
    say(stderr,
        fmt::format("{} is {}: {}\n", input_, translation.what, parts_sentence(translation)));
    return any ? kStatusDone : kStatusFound;
  }

  static nlohmann::json document_of(const Translation& translation) {
    nlohmann::json parts = nlohmann::json::array();
    for (const TranslatedPart& part : translation.parts) {
      parts.push_back({{"name", part.name},
                       {"line", part.line},
                       {"groups", part.groups.size()},
                       {"notes", part.notes},
                       {"missing", part.missing}});
    }
    return {{"input", translation.what}, {"parts", parts}};
  }

  Result<int> list_inputs() const {
    TextTable table({{"input"}, {"what"}});
    for (const Translator& each : translators()) {
      if (as_json_) print_json({{"input", each.name}, {"what", each.what}}, -1);
      table.add({each.name, each.what});
    }
    if (!as_json_) print_text(table.text());
    return kStatusDone;
  }

  std::string input_, out_;
  bool force_ = false, list_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_translate_command(CLI::App& app) {
  return std::make_unique<TranslateCommand>(app);
}

}  // namespace pmembench
