// pmembench replay: the state of a device at a mark, from its log of writes.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/small_media.hpp"
#include "dax/logwrites.hpp"
#include "fs/file_system.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

class ReplayCommand final : public Command {
 public:
  explicit ReplayCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "replay", "Read the log of a logwrites medium, and replay it to any mark.")) {
    subcommand_->footer(
        "A mark is a drain of the device: what was written before it is there.\n"
        "Exit status 1: --fsck found a mark whose file system is damaged.\n"
        "Examples:\n  pmembench replay file:/tmp/log\n"
        "  pmembench replay file:/tmp/log --mark 17 --onto file:/tmp/state --destroy\n"
        "  pmembench replay file:/tmp/log --fsck");
    subcommand_->add_option("log", log_, "The medium that holds the log.")
        ->required()
        ->type_name("MEDIUM");
    auto* const onto =
        subcommand_->add_option("--onto", onto_, "Replay onto this medium, which is zeroed first.")
            ->type_name("MEDIUM");
    subcommand_->add_option("--mark", mark_, "Up to this mark. Without it: the last.")
        ->type_name("NUMBER");
    subcommand_
        ->add_flag("--destroy", destroy_, "Allow existing content of --onto to be overwritten.")
        ->needs(onto);
    subcommand_->add_flag("--fsck", fsck_,
                          "Mount the small file system of every mark, in memory, and check it.");
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const auto host = open_host(global);
    if (!host) return host.error();
    const auto looked = open_to_look(*host, log_, "");
    if (!looked) return looked.error();
    auto log = WriteLog::read(*looked->opened.device);
    if (!log) return log.error().with_context(fmt::format("medium '{}'", log_));
    const std::uint64_t mark = mark_.value_or(log->marks());
    if (!onto_.empty()) {
      if (const Status done = replay_onto(*host, *log, mark); !done) return done.error();
    }
    json checked = json::array();
    if (fsck_) {
      const Status done = check_marks(*host, *log, checked);
      if (!done) return done.error();
    }
    report(*log, mark, checked);
    return damaged_ > 0 ? kStatusFound : kStatusDone;
  }

 private:
  static Result<OpenedDevice> open_target(const Host& host, const std::string& media,
                                          const OpenOptions& options) {
    const auto spec = parse_media(media);
    if (!spec) return spec.error();
    const auto entry =
        host.registry.find(most_specific_backend(host.registry, simple_media(*spec).front()->kind));
    if (!entry) return entry.error();
    return open_device(**entry, *spec, host.info, options);
  }

  // A log holds changes: what was there before them is taken to be zeroes.
  static Status zero_all(DaxDevice& device) {
    DaxReader reader = device.make_reader();
    int zeroed = 0;
    {
      const ReadSection section(reader);
      zeroed = device.zero_page_range(section, 0, device.size_bytes() / DAX_PAGE_BYTES);
    }
    if (zeroed == 0 && device.drain(reader) == 0) return {};
    return runtime_error("'{}' cannot be zeroed; see its backend", device.name());
  }

  Status replay_onto(const Host& host, WriteLog& log, std::uint64_t mark) const {
    OpenOptions options;
    options.destroy = destroy_;
    options.keep_created = true;
    options.registry = &host.registry;
    auto target = open_target(host, onto_, options);
    if (!target) return target.error();
    if (Status zeroed = zero_all(*target->device); !zeroed) return zeroed;
    return log.replay(mark, *target->device);
  }

  Status check_marks(const Host& host, WriteLog& log, json& checked) {
    const std::string medium = fmt::format("dram:{}", log.device_bytes());
    auto state = open_target(host, medium, {});
    if (!state) return state.error();
    if (Status zeroed = zero_all(*state->device); !zeroed) return zeroed;
    MountSource source;
    source.dax = state->device.get();
    // Making a file system is not atomic: it counts from the first mark at which it is whole.
    json before = json::array();
    for (std::uint64_t mark = 1; mark <= log.marks(); ++mark) {
      if (Status done = log.replay(mark, *state->device); !done) return done;
      const auto problems = check_file_system(source);
      const bool none = !problems && problems.error().kind == ErrorKind::usage;
      if (none && checked_ == 0) continue;
      const std::string sentence = !problems            ? problems.error().message
                                   : !problems->empty() ? problems->front()
                                                        : std::string();
      const bool whole = sentence.empty();
      if (whole || checked_ > 0) ++checked_;
      if (whole) continue;
      (checked_ > 0 ? checked : before).push_back({{"mark", mark}, {"problem", sentence}});
    }
    if (checked_ == 0) checked = before;
    damaged_ = checked.size();
    return {};
  }

  void report(const WriteLog& log, std::uint64_t mark, const json& problems) const {
    if (as_json_) {
      print_json({{"log", log_},
                  {"device_bytes", log.device_bytes()},
                  {"entries", log.entries().size()},
                  {"marks", log.marks()},
                  {"replayed_onto", onto_},
                  {"replayed_to", onto_.empty() ? json() : json(mark)},
                  {"checked_marks", checked_},
                  {"problems", problems}},
                 2);
      return;
    }
    std::string text =
        fmt::format("{}: {} entries, {} marks, of a device of {}\n", log_, log.entries().size(),
                    log.marks(), format_size(log.device_bytes()));
    if (!onto_.empty()) text += fmt::format("{}: its state at mark {}\n", onto_, mark);
    if (fsck_) text += fmt::format("{} marks checked, {} damaged\n", checked_, damaged_);
    for (const json& problem : problems) {
      text += fmt::format("mark {}: {}\n", problem["mark"].get<std::uint64_t>(),
                          problem["problem"].get<std::string>());
    }
    print_text(text);
  }

  std::string log_, onto_;
  std::optional<std::uint64_t> mark_;
  std::uint64_t checked_ = 0, damaged_ = 0;
  bool destroy_ = false, fsck_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_replay_command(CLI::App& app) {
  return std::make_unique<ReplayCommand>(app);
}

}  // namespace pmembench
