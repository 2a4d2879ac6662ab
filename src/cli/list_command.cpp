// pmembench list: what can run here, and why the rest cannot.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/text_table.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

json backends_json(const Registry& registry) {
  json list = json::array();
  for (const BackendEntry& entry : registry.entries()) {
    json media = json::array();
    for (const MediaKindWords& kind : media_kinds()) {
      if (entry.operations != nullptr && (entry.operations->media >> kind.kind & 1U) != 0) {
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

std::string paths_text(const json& paths) { return described(paths, "path"); }

class ListCommand final : public Command {
 public:
  explicit ListCommand(CLI::App& app)
      : Command(app.add_subcommand("list", "What can run here, and why the rest cannot")) {
    subcommand_->footer("Example: pmembench list backends");
    subcommand_->add_option("what", what_, "backends, workloads, media, paths or all")
        ->type_name("WHAT")
        ->capture_default_str();
    subcommand_->add_flag("--json", as_json_, "Print JSON");
  }

  Result<int> run(const GlobalOptions& global) override {
    const std::vector<std::string> lists = {"backends", "workloads", "media", "paths", "all"};
    if (std::find(lists.begin(), lists.end(), what_) == lists.end()) {
      const std::string near = nearest(what_, lists);
      return usage_error("there is no list of '{}'{}; there are: {}", what_,
                         near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                         fmt::join(lists, ", "));
    }
    json all = json::object();
    const bool every = what_ == "all";
    if (every || what_ == "backends") {
      const auto host = open_host(global);
      if (!host) return host.error();
      all["backends"] = backends_json(host->registry);
    }
    if (every || what_ == "media") all["media"] = media_json();
    if (every || what_ == "paths") all["paths"] = paths_json();
    if (every || what_ == "workloads") all["workloads"] = workloads_json();
    fmt::print("{}", as_json_ ? all.dump(2) + "\n" : text_of_lists(all));
    return kStatusDone;
  }

 private:
  static std::string text_of_lists(const json& all) {
    std::string text;
    const auto add = [&](const char* key, std::string (*writer)(const json&)) {
      if (!all.contains(key)) return;
      text += (text.empty() ? "" : "\n") + writer(all[key]);
    };
    add("backends", backends_text);
    add("media", media_text);
    add("paths", paths_text);
    add("workloads", workloads_text);
    return text;
  }

  std::string what_ = "all";
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_list_command(CLI::App& app) {
  return std::make_unique<ListCommand>(app);
}

}  // namespace pmembench
