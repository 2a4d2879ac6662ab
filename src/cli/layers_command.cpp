// pmembench layers: what is on what, of a medium or of what a running process has open.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/layers_text.hpp"
#include "cli/output.hpp"
#include "cli/small_media.hpp"
#include "dax/device_table.hpp"
#include "platform/process_files.hpp"
#include "run/layers.hpp"
#include "run/layers_board.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

class LayersCommand final : public Command {
 public:
  explicit LayersCommand(CLI::App& app)
      : Command(app.add_subcommand("layers",
                                   "Draw what is on what: medium, backend, flags, "
                                   "presentations, mounts, holders.")) {
    subcommand_->footer(
        "Examples:\n  pmembench layers dram:64M\n"
        "  pmembench layers stripe:2,64K:dram:64M+dram:64M --json\n"
        "  pmembench layers --process 4711\n"
        "  pmembench layers file:/mnt/pmem/x --find /dev/loop0");
    auto* const medium =
        subcommand_->add_option("media", media_, "Media, opened for this command alone.")
            ->type_name("MEDIUM");
    auto* const process =
        subcommand_
            ->add_option("--process", process_,
                         "Draw what this running pmembench and its workers have open.")
            ->type_name("PID");
    process->excludes(medium);
    subcommand_->add_option("--backend", backend_, "How to reach the media. Without it: any.")
        ->type_name("BACKEND");
    subcommand_
        ->add_option("--find", words_,
                     "Print the device that this name, number, path or block device leads to.")
        ->type_name("NAME");
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    if (process_ != 0) return of_process();
    if (media_.empty()) {
      return usage_error("no medium and no --process is named; write pmembench layers dram:64M");
    }
    auto host = open_host(global);
    if (!host) return host.error();
    DeviceTable table;
    std::vector<OpenedDevice> opened;
    std::vector<json> devices;
    for (const std::string& text : media_) {
      auto one = open_to_look(*host, text, backend_);
      if (!one) return one.error();
      const auto id = table.add(one->spec, *one->opened.device);
      if (!id) return id.error();
      devices.push_back(layers_of(one->opened, one->spec, *id, true));
      opened.push_back(std::move(one->opened));
    }
    json document = layers_document(std::move(devices));
    bool all_found = true;
    if (!words_.empty()) document["found"] = found_in(table, all_found);
    print(document);
    return all_found ? kStatusDone : kStatusFound;
  }

 private:
  Result<int> of_process() {
    const std::string root = "/";
    const auto pid = static_cast<pid_t>(process_);
    if (!process_exists(root, pid)) {
      return usage_error("there is no process {}; name one that runs", process_);
    }
    std::vector<json> devices;
    for (const ProcessFile& file : memory_files(root, pid, kLayersBoard)) {
      const json shown = json::parse(file.text, nullptr, false);
      if (!shown.is_object() || !shown.contains("devices")) continue;
      for (json device : shown["devices"]) {
        device["process"] = file.pid;
        devices.push_back(std::move(device));
      }
    }
    if (devices.empty()) {
      return environment_error(
          "process {} has no dax device open that can be seen: it is not a pmembench, measures "
          "nothing "
          "now, or belongs to another user",
          process_);
    }
    print(layers_document(std::move(devices)));
    return kStatusDone;
  }

  json found_in(const DeviceTable& table, bool& all_found) const {
    json found = json::array();
    for (const std::string& word : words_) {
      const DeviceEntry* const entry = table.find(word);
      all_found = all_found && entry != nullptr;
      found.push_back({{"name", word}, {"id", entry == nullptr ? json() : json(entry->id)}});
    }
    return found;
  }

  void print(const json& document) const {
    as_json_ ? print_json(document, 2) : print_text(layers_text(document));
  }

  std::vector<std::string> media_, words_;
  std::string backend_;
  int process_ = 0;
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_layers_command(CLI::App& app) {
  return std::make_unique<LayersCommand>(app);
}

}  // namespace pmembench
