#include "cli/gate_sides.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "config/campaign_reader.hpp"
#include "dax/plugin_loader.hpp"
#include "dax/sim_model.hpp"
#include "platform/environment.hpp"
#include "platform/executable.hpp"
#include "run/host_info.hpp"

namespace pmembench {
namespace {

bool is_shared_object(const std::string& path) { return path.ends_with(".so"); }

Status check_words(const GateWords& words) {
  if (words.head.empty() && words.head_settings.empty() && words.head_media.empty()) {
    return usage_error(
        "gate has nothing to judge: name a --head (a pmembench binary or a pmembench-NAME.so), a "
        "--head-env or a --head-media, or ask for --self-test");
  }
  if (is_shared_object(words.base) != is_shared_object(words.head)) {
    return usage_error(
        "--base and --head must be of one kind, and only one of '{}' and '{}' is a backend's "
        "shared object: name two pmembench-NAME.so, or two pmembench binaries",
        words.base, words.head);
  }
  for (const std::string& path : {words.base, words.head}) {
    if (path.empty()) continue;
    const bool program = !is_shared_object(path);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
      return usage_error("there is no file {}: name a pmembench binary or a pmembench-NAME.so",
                         path);
    }
    if (program && ::access(path.c_str(), X_OK) != 0) {
      return usage_error("{} cannot be executed: name a pmembench binary or a pmembench-NAME.so",
                         path);
    }
  }
  for (const std::string& setting : words.head_settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      return usage_error("--head-env '{}' is not KEY=VALUE, as in MALLOC_ARENA_MAX=1", setting);
    }
  }
  if (words.head_media.empty()) return {};
  const auto media = parse_media(words.head_media);
  if (!media) return media.error().with_context("--head-media");
  return {};
}

// The backend that a shared object holds; its name in the file's name where it cannot be loaded
// here, so that its worker says why.
std::string backend_in(const std::string& file, const GlobalOptions& global) {
  const auto info = host_info(global.without_cpu);
  PluginSearch search = plugin_search(global);
  search.files.push_back(file);
  const auto registry =
      info ? Registry::build(*info, builtin_operations(), search) : Result<Registry>(info.error());
  if (registry) {
    for (const BackendEntry& entry : registry->entries()) {
      std::error_code ignored;
      if (std::filesystem::equivalent(entry.origin, file, ignored)) return entry.name;
    }
  }
  return plugin_name_of(file);
}

void add_plugin(const std::string& file, std::vector<GateArm*> arms) {
  for (GateArm* arm : arms) arm->workers.plugins.files.push_back(file);
}

std::string label_of(const std::string& given, const std::string& path,
                     const std::string& version) {
  if (!given.empty()) return given;
  return version.empty() ? path : path + " (" + version + ")";
}

void note_differences(const GateWords& words, GateSides& sides) {
  for (const std::string& setting : words.head_settings) {
    const std::size_t equals = setting.find('=');
    const char* here = std::getenv(setting.substr(0, equals).c_str());
    sides.differences.push_back({setting.substr(0, equals), here == nullptr ? "(not set)" : here,
                                 setting.substr(equals + 1)});
  }
  if (!words.head_media.empty()) {
    sides.differences.push_back({"media", "as in the campaign", words.head_media});
  }
}

}  // namespace

Result<GateSides> gate_sides(const GateWords& words, const GlobalOptions& global) {
  const Status sane = check_words(words);
  if (!sane) return sane.error();
  const auto own = executable_path();
  if (!own) return own.error();
  const bool objects = is_shared_object(words.head);
  const std::string base_binary = objects || words.base.empty() ? *own : words.base;
  const std::string head_binary = objects || words.head.empty() ? base_binary : words.head;
  GateSides sides;
  GateArm& base = sides.arms[static_cast<std::size_t>(Arm::base)];
  GateArm& control = sides.arms[static_cast<std::size_t>(Arm::control)];
  GateArm& head = sides.arms[static_cast<std::size_t>(Arm::head)];
  base.workers.command = {base_binary, "worker"};
  base.workers.plugins = plugin_search(global);
  base.workers.without_cpu = global.without_cpu;
  control = head = base;
  head.workers.command.front() = head_binary;
  head.workers.environment = words.head_settings;
  head.media = words.head_media;
  const auto base_is = greet_arm(base, Arm::base);
  if (!base_is) return base_is.error();
  const auto head_is = greet_arm(head, Arm::head);
  if (!head_is) return head_is.error();
  if (objects) {
    sides.backend = backend_in(words.base, global);
    head.backends[sides.backend] = backend_in(words.head, global);
    add_plugin(words.base, {&base, &control});
    add_plugin(words.head, {&head});
    sides.plugins.push_back(words.base);
  }
  const std::string machine = machine_fingerprint("/");
  sides.base = {label_of(words.base_label, objects ? words.base : base_binary, base_is->version),
                base_is->version, machine, std::nullopt};
  sides.head = {label_of(words.head_label, objects ? words.head : head_binary, head_is->version),
                head_is->version, machine, std::nullopt};
  note_differences(words, sides);
  return sides;
}

Result<std::string> use_judged_backend(const GateSides& sides, const std::string& asked,
                                       Campaign& campaign, const PlanInput& input) {
  if (sides.backend.empty()) return std::string();
  const auto plan = make_plan(campaign, input);
  if (!plan) return plan.error();
  std::set<std::string> used;
  for (const Cell& cell : plan->cells) {
    used.insert(cell.backend);
    if (!is_model(cell.media)) continue;
    return usage_error(
        "{} is a model in virtual time, which does not run the code of {} and {}: nothing of them "
        "would be measured; name a medium of this machine, such as --media dram:64M",
        cell.media, sides.base.label, sides.head.label);
  }
  if (used.contains(sides.backend)) return std::string();
  const std::string others = fmt::format("{}", fmt::join(used, ", "));
  if (!asked.empty()) {
    return usage_error(
        "nothing of {} and {} would be measured: all cells use backend {}, as the command line "
        "asks, and the objects hold backend {}; leave the backend out or name {}",
        sides.base.label, sides.head.label, others, sides.backend, sides.backend);
  }
  const Status set = apply_set(campaign, "backend=" + sides.backend, campaign_schema());
  if (!set) return set.error();
  return fmt::format(
      "no cell of {} uses backend {}, which the objects hold: all cells use it instead of {}",
      campaign.name, sides.backend, others);
}

}  // namespace pmembench
