#include "dax/plugin_loader.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "dax/float_control.hpp"
#include "dax/operations_check.hpp"
#include "dax/plugin_trial.hpp"
#include "platform/process_state.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kPrefix = "pmembench-";
constexpr std::string_view kSuffix = ".so";

// dlopen searches the system's library folders for a name without '/'.
std::string path_for_dlopen(const std::string& path) {
  return path.find('/') == std::string::npos ? "./" + path : path;
}

std::string last_dl_error() {
  const char* text = dlerror();
  return text == nullptr ? "no reason given" : text;
}

// Code of a plugin; what it leaves in the registers for floating point is put back before any of
// ours runs.
template <typename Foreign>
auto with_float_control(Foreign foreign) {
  const FloatControl kept;
  return foreign();
}

// Loads and checks; what crashes here crashes the process, so the child goes first.
Result<dax_operations> load_table(const std::string& path, const TrialStage& stage) {
  stage("was loaded");
  const ProcessState before = ProcessState::now();
  const std::string name = path_for_dlopen(path);
  void* library = with_float_control([&] { return dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL); });
  if (library == nullptr) {
    return environment_error("it cannot be opened: {}", last_dl_error());
  }
  void* symbol = dlsym(library, DAX_BACKEND_SYMBOL);
  if (symbol == nullptr) {
    return environment_error(
        "it has no symbol {}; a backend exports that one function (see dax_operations.h)",
        DAX_BACKEND_SYMBOL);
  }
  stage("ran pmembench_backend()");
  const auto backend = reinterpret_cast<dax_backend_function>(symbol);
  Result<dax_operations> table = complete_operations(with_float_control(backend));
  const std::string changes = before.changes(ProcessState::now());
  if (changes.empty()) return table;
  return environment_error("it {} while it was loaded; a backend leaves the process as it found it",
                           changes);
}

// What a plan is made from. Pointers differ between processes.
std::string facts_of(const dax_operations& table) {
  std::string text =
      fmt::format("{} {:#x} {:#x} {} {} {}", table.name, table.capabilities, table.media,
                  table.minimum_io_bytes, table.alignment_bytes, table.nontemporal_from_bytes);
  for (const bool there :
       {table.open != nullptr, table.direct_access != nullptr, table.recovery_write != nullptr,
        table.persist_from_iter != nullptr, table.choose_read_kernel != nullptr}) {
    text += there ? '1' : '0';
  }
  return text;
}

}  // namespace

Result<LoadedPlugin> load_plugin(const std::string& path, const dax_host_info& host,
                                 std::uint64_t limit_ms) {
  const std::string context = "plugin " + path;
  const auto trial = [&](const TrialStage& stage) -> Result<std::string> {
    Result<dax_operations> table = load_table(path, stage);
    if (!table) return table.error();
    stage("was probed");
    return facts_of(*table) + "\n" + probe_operations(*table, host);
  };
  const Result<std::string> answer = try_in_child(trial, limit_ms);
  if (!answer) return answer.error().with_context(context);
  Result<dax_operations> table = load_table(path, [](std::string_view) {});
  if (!table) return table.error().with_context(context);
  const std::size_t end = answer->find('\n');
  if (answer->substr(0, end) != facts_of(*table)) {
    return environment_error(
        "{}: its table was another when it was loaded before: {} and {} (name, capabilities, "
        "media, "
        "sizes, operations); a table is constant",
        context, answer->substr(0, end), facts_of(*table));
  }
  return LoadedPlugin{*table, end == std::string::npos ? "" : answer->substr(end + 1)};
}

Result<std::vector<std::string>> plugins_in_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error == std::errc::no_such_file_or_directory) return std::vector<std::string>{};
  std::vector<std::string> paths;
  for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    const bool named_so = name.size() > kPrefix.size() + kSuffix.size() &&
                          name.starts_with(kPrefix) && name.ends_with(kSuffix);
    if (named_so) paths.push_back(entries->path().string());
  }
  if (error) {
    return environment_error(
        "plugin folder {} cannot be read: {}; fix it, or remove it from PMEMBENCH_PLUGIN_PATH",
        folder, error.message());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string plugin_name_of(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  if (name.ends_with(kSuffix)) name.erase(name.size() - kSuffix.size());
  return name;
}

}  // namespace pmembench
