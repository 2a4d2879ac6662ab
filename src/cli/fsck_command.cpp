// pmembench mkfs and fsck: the small file system on a medium, made and checked.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "block/kernel_block.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/small_media.hpp"
#include "dax/open_device.hpp"
#include "fs/file_system.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// The medium, opened and ready to be mounted: sectors where its backend cannot do with less.
// The device calls the table of operations that the registry owns, so the registry outlives it.
struct OpenedMedium {
  Host host;
  OpenedDevice opened;
  std::unique_ptr<BlockDevice> block;
  MountSource source;
};

class MediumCommand : public Command {
 protected:
  MediumCommand(CLI::App& app, const char* name, const char* summary)
      : Command(app.add_subcommand(name, summary)) {
    subcommand_->add_option("media", media_, "The medium.")->required()->type_name("MEDIUM");
    subcommand_
        ->add_option("--backend", backend_,
                     "How to reach the medium. Without it: block for block:, devdax for devdax:, "
                     "else movnt.")
        ->type_name("BACKEND");
  }

  // `options`: what is meant for the medium.
  [[nodiscard]] Result<OpenedMedium> open(const GlobalOptions& global, const OpenOptions& options) {
    auto host = open_host(global);
    if (!host) return host.error();
    const auto spec = parse_media(media_);
    if (!spec) return spec.error();
    const auto media = simple_media(*spec);
    const bool lasts = std::all_of(media.begin(), media.end(), [](const MediaSpec* part) {
      return !part->path.empty() && part->kind != DAX_MEDIA_POSIX;
    });
    if (!lasts) {
      return usage_error(
          "medium '{}' is made for one command and is gone after it: name a file or a device for "
          "the "
          "file system",
          media_);
    }
    if (backend_.empty()) {
      backend_ = most_specific_backend(host->registry, media.front()->kind);
    }
    const auto entry = host->registry.find(backend_);
    if (!entry) return entry.error();
    if (!(*entry)->usable()) {
      return environment_error("backend {} cannot run here: {}", backend_, (*entry)->reason);
    }
    OpenOptions with_parts = options;
    with_parts.registry = &host->registry;
    auto device = open_device(**entry, *spec, host->info, with_parts);
    if (!device) return device.error();
    OpenedMedium medium;
    medium.host = *std::move(host);
    medium.opened = std::move(*device);
    DaxDevice& dax = *medium.opened.device;
    if (dax.operations()->alignment_bytes <= 1 && dax.operations()->minimum_io_bytes <= 1) {
      medium.source.dax = &dax;
      return medium;
    }
    auto block = make_kernel_block(dax);
    if (!block) return block.error();
    medium.block = std::move(*block);
    medium.source.block = medium.block.get();
    return medium;
  }

  std::string media_, backend_;
};

class MkfsCommand final : public MediumCommand {
 public:
  explicit MkfsCommand(CLI::App& app)
      : MediumCommand(app, "mkfs", "Make the small file system on a medium.") {
    subcommand_->footer("Example:\n  pmembench mkfs /dev/dax0.0 --destroy");
    subcommand_->add_flag("--destroy", destroy_, "Allow existing content to be overwritten.");
    subcommand_
        ->add_option("--inodes", inodes_,
                     "Make room for this many files. Without it: by the size of the medium.")
        ->type_name("NUMBER");
  }
  Result<int> run(const GlobalOptions& global) override {
    OpenOptions options;
    options.destroy = destroy_;
    options.keep_created = true;
    auto medium = open(global, options);
    if (!medium) return medium.error();
    FormatOptions format;
    format.inodes = inodes_;
    if (Status made = FileSystem::format(medium->source, format); !made) {
      return made.error().with_context(fmt::format("medium '{}'", media_));
    }
    return kStatusDone;
  }

 private:
  bool destroy_ = false;
  std::uint32_t inodes_ = 0;
};

class FsckCommand final : public MediumCommand {
 public:
  explicit FsckCommand(CLI::App& app)
      : MediumCommand(app, "fsck", "Check the small file system on a medium; changes nothing.") {
    subcommand_->footer(
        "Example:\n  pmembench fsck /dev/dax0.0\nExit status 1: something is wrong.");
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }
  Result<int> run(const GlobalOptions& global) override {
    OpenOptions options;
    options.read_only = true;
    auto medium = open(global, options);
    if (!medium) return medium.error();
    const auto found = check_file_system(medium->source);
    if (!found && found.error().kind != ErrorKind::runtime) {
      return found.error().with_context(fmt::format("medium '{}'", media_));
    }
    // Too broken to look any further is a finding too.
    const auto problems = found ? *found : std::vector<std::string>{found.error().message};
    if (as_json_) {
      const json all = {{"media", media_},
                        {"backend", backend_},
                        {"clean", problems.empty()},
                        {"problems", problems}};
      print_json(all, 2);
    } else {
      for (const std::string& problem : problems) print_text(problem + "\n");
      print_text(
          fmt::format("{}: {}.\n", media_,
                      problems.empty() ? "clean" : fmt::format("{} problems", problems.size())));
    }
    return problems.empty() ? kStatusDone : kStatusFound;
  }

 private:
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_mkfs_command(CLI::App& app) {
  return std::make_unique<MkfsCommand>(app);
}
std::unique_ptr<Command> make_fsck_command(CLI::App& app) {
  return std::make_unique<FsckCommand>(app);
}

}  // namespace pmembench
