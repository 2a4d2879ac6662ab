// pmembench list: what can run here, and why the rest cannot.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/campaign_files.hpp"
#include "cli/command_facts.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "config/campaign_reader.hpp"
#include "plan/plan.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// A campaign ends soon after its budget; where that is not the whole time it says so itself.
std::string takes_text(const Campaign& campaign) {
  if (!campaign.takes.empty()) return campaign.takes;
  constexpr double kMinute_ns = 60e9;
  const auto budget_ns = static_cast<double>(campaign.settings.budget_ns);
  return budget_ns > 2 * kMinute_ns ? fmt::format("about {:.0f} min", budget_ns / kMinute_ns)
                                    : fmt::format("about {:.0f} s", budget_ns / 1e9);
}

json backends_json(const Registry& registry) {
  json list = json::array();
  for (const BackendEntry& entry : registry.entries()) {
    json media = json::array();
    for (const MediaKindWords& kind : media_kinds()) {
      if (entry.operations != nullptr && serves(*entry.operations, kind.kind)) {
        media.push_back(kind.word);
      }
    }
    list.push_back({{"name", entry.name},
                    {"usable", entry.usable()},
                    {"reason", entry.reason},
                    {"origin", entry.origin},
                    {"summary", entry.summary},
                    {"media", media}});
  }
  return list;
}

json parameters_json(const std::vector<ParameterSpec>& specs) {
  json parameters = json::array();
  for (const ParameterSpec& spec : specs) {
    parameters.push_back({{"name", spec.name},
                          {"default", spec.default_value},
                          {"choices", spec.choices},
                          {"help", spec.help}});
  }
  return parameters;
}

json workloads_json() {
  json list = json::array();
  for (const WorkloadType& type : workload_list()) {
    list.push_back({{"name", type.name},
                    {"summary", type.summary},
                    {"needs_files", type.needs_files},
                    {"parameters", parameters_json(type.parameters)}});
  }
  return list;
}

json media_json() {
  json list = json::array();
  for (const MediaKindWords& kind : media_kinds()) {
    list.push_back({{"name", kind.word}, {"spelling", kind.usage}, {"summary", kind.summary}});
  }
  return list;
}

json paths_json() {
  json list = json::array();
  for (const PathType& path : path_list()) {
    list.push_back({{"name", path.name},
                    {"summary", path.summary},
                    {"needs_direct_access", path.needs_direct_access},
                    {"gives_files", path.gives_files},
                    {"parameters", parameters_json(path.parameters)}});
  }
  return list;
}

json campaigns_json(const std::string& folder) {
  const CampaignSchema schema = campaign_schema();
  json list = json::array();
  for (const CampaignFile& file : campaigns_in(folder)) {
    const auto campaign = read_campaign(file.path, schema);
    const bool readable = static_cast<bool>(campaign);
    list.push_back({{"name", file.name}, {"file", file.path}});
    json& entry = list.back();
    entry["answers"] = readable ? campaign->answers : campaign.error().message;
    entry["description"] = readable ? campaign->description : "";
    entry["budget_ns"] = readable ? campaign->settings.budget_ns : 0;
    entry["takes"] = readable ? takes_text(*campaign) : "";
  }
  return list;
}

std::string comma_list(const json& words) {
  std::string result;
  for (const json& word : words) {
    result += (result.empty() ? "" : " ") + word.get<std::string>();
  }
  return result;
}

std::string backends_text(const json& backends) {
  TextTable table(
      {{"backend"}, {"usable"}, {"media"}, {"origin"}, {"what it does, or why it cannot run"}});
  for (const json& backend : backends) {
    const bool usable = backend["usable"].get<bool>();
    table.add({backend["name"], usable ? "yes" : "no", comma_list(backend["media"]),
               backend["origin"], usable ? backend["summary"] : backend["reason"]});
  }
  return table.text();
}

// Things with parameters, each with a line and its parameters below.
std::string described(const json& list, const char* what) {
  TextTable table({{what}, {"parameter"}, {"default"}, {"meaning"}});
  for (const json& one : list) {
    table.add({one["name"], "", "", one["summary"]});
    for (const json& parameter : one["parameters"]) {
      std::string meaning = parameter["help"];
      const std::string choices = comma_list(parameter["choices"]);
      if (!choices.empty()) meaning += " (" + choices + ")";
      table.add({"", parameter["name"], parameter["default"], meaning});
    }
  }
  return table.text();
}

std::string workloads_text(const json& workloads) { return described(workloads, "workload"); }

std::string media_text(const json& media) {
  TextTable table({{"media"}, {"written as"}, {"what it is"}});
  for (const json& kind : media) table.add({kind["name"], kind["spelling"], kind["summary"]});
  return table.text();
}

std::string campaigns_text(const json& campaigns) {
  TextTable table({{"campaign"}, {"takes"}, {"answers"}});
  for (const json& campaign : campaigns) {
    table.add({campaign["name"], campaign["takes"], campaign["answers"]});
  }
  return table.text();
}

std::string paths_text(const json& paths) { return described(paths, "path"); }

std::string commands_text(const json& commands) {
  TextTable table({{"command"}, {"what it does"}});
  for (const json& command : commands) table.add({command["name"], command["summary"]});
  return table.text();
}

const std::vector<std::string> kLists = {"campaigns", "backends", "workloads", "media",
                                         "paths",     "commands", "all"};

std::string names_of_lists() { return fmt::format("{}", fmt::join(kLists, ", ")); }

class ListCommand final : public Command {
 public:
  explicit ListCommand(CLI::App& app)
      : Command(app.add_subcommand("list", "List what can run here, and why the rest cannot.")),
        program_(app) {
    subcommand_->footer("Examples:\n  pmembench list campaigns\n  pmembench list backends");
    subcommand_->add_option("what", what_, "Which list: " + names_of_lists() + ".")
        ->type_name("LIST")
        ->capture_default_str();
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
    subcommand_->add_flag("--names", names_only_, "Print only the names, one a line.");
  }

  Result<int> run(const GlobalOptions& global) override {
    if (std::find(kLists.begin(), kLists.end(), what_) == kLists.end()) {
      const std::string near = nearest(what_, kLists);
      return usage_error("there is no list of '{}'{}; there are: {}", what_,
                         near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                         names_of_lists());
    }
    if (what_ == "commands") {
      all_["commands"] = commands_json();
    } else if (const Status read = read_lists(global); !read) {
      return read.error();
    }
    if (names_only_) {
      print_text(names_text(all_));
    } else if (as_json_) {
      print_json(all_, 2);
    } else {
      print_text(text_of_lists(all_));
    }
    return kStatusDone;
  }

 private:
  Status read_lists(const GlobalOptions& global) {
    const bool every = what_ == "all";
    if (every || what_ == "backends") {
      const auto host = open_host(global);
      if (!host) return host.error();
      all_["backends"] = backends_json(host->registry);
    }
    if (every || what_ == "media") all_["media"] = media_json();
    if (every || what_ == "paths") all_["paths"] = paths_json();
    if (every || what_ == "workloads") all_["workloads"] = workloads_json();
    if (!every && what_ != "campaigns") return {};
    const auto folder = campaign_folder();
    // That none ship with this binary must not hide what else there is.
    if (!folder && !every) return folder.error();
    all_["campaigns"] = folder ? campaigns_json(*folder) : json::array();
    return {};
  }

  [[nodiscard]] json commands_json() const {
    json list = json::array();
    for (const CommandFacts& command : command_facts(program_).commands) {
      list.push_back({{"name", command.name}, {"summary", command.summary}});
    }
    return list;
  }

  static std::string names_text(const json& all) {
    std::string text;
    for (const json& list : all) {
      for (const json& one : list) text += one["name"].get<std::string>() + "\n";
    }
    return text;
  }

  static std::string text_of_lists(const json& all) {
    std::string text;
    const auto add = [&](const char* key, std::string (*writer)(const json&)) {
      if (!all.contains(key)) return;
      text += (text.empty() ? "" : "\n") + writer(all[key]);
    };
    add("campaigns", campaigns_text);
    add("backends", backends_text);
    add("media", media_text);
    add("paths", paths_text);
    add("workloads", workloads_text);
    add("commands", commands_text);
    return text;
  }

  CLI::App& program_;
  std::string what_ = "all";
  bool as_json_ = false, names_only_ = false;
  json all_ = json::object();
};

}  // namespace

std::unique_ptr<Command> make_list_command(CLI::App& app) {
  return std::make_unique<ListCommand>(app);
}

}  // namespace pmembench
