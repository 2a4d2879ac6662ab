// pmembench lookup: from a block device to the dax device beneath it, or why there is none.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/small_media.hpp"
#include "run/layers.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

class LookupCommand final : public Command {
 public:
  explicit LookupCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "lookup", "Look up the dax device and byte beneath a block device on a medium.")) {
    subcommand_->footer(
        "Examples:\n  pmembench lookup dram:64M\n"
        "  pmembench lookup dram:64M --start 1M --size 8M\n"
        "  pmembench lookup dram:64M --layer block-btt\n"
        "Exit status 1: the block device gives no dax device.");
    subcommand_->add_option("media", media_, "The medium.")->required()->type_name("MEDIUM");
    subcommand_
        ->add_option("--layer", window_.layer,
                     "The block device on it. Without it: block-partition with --start or "
                     "--size, else kernel for block and posix media, and block-raw.")
        ->check(CLI::IsMember(block_layers()));
    subcommand_->add_option("--start", start_, "First byte of the partition.")->type_name("SIZE");
    subcommand_->add_option("--size", size_, "Bytes of the partition. Without it: to the end.")
        ->type_name("SIZE");
    subcommand_->add_option("--sector", window_.sector_bytes, "Bytes of a sector.")
        ->check(CLI::IsMember({512, 4096}))
        ->capture_default_str();
    subcommand_->add_option("--backend", backend_, "How to reach the medium. Without it: any.")
        ->type_name("BACKEND");
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    if (const Status read = read_window(); !read) return read.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    const auto looked = open_to_look(*host, media_, backend_);
    if (!looked) return looked.error();
    const bool kernels =
        looked->spec.kind == DAX_MEDIA_BLOCK || looked->spec.kind == DAX_MEDIA_POSIX;
    if (!named_layer() && kernels && window_.layer == "block-raw") window_.layer = "kernel";
    const auto found = look_up(*looked->opened.device, window_);
    if (!found) return found.error().with_context(fmt::format("medium '{}'", media_));
    report(*found);
    return found->refusal.empty() ? kStatusDone : kStatusFound;
  }

 private:
  [[nodiscard]] bool named_layer() const { return subcommand_->count("--layer") > 0; }

  Status read_window() {
    const bool part = !start_.empty() || !size_.empty();
    if (!named_layer() && part) window_.layer = "block-partition";
    if (part && window_.layer != "block-partition") {
      return usage_error(
          "--start and --size are of a partition, and --layer names {}; leave one of "
          "them out",
          window_.layer);
    }
    for (const auto& [text, bytes] :
         {std::pair(&start_, &window_.start_bytes), std::pair(&size_, &window_.size_bytes)}) {
      if (text->empty()) continue;
      const auto size = parse_size(*text);
      if (!size) return size.error();
      *bytes = *size;
    }
    return {};
  }

  void report(const Lookup& found) const {
    const bool there = found.refusal.empty();
    if (as_json_) {
      print_json({{"media", media_},
                  {"layer", window_.layer},
                  {"found", there},
                  {"device", there ? json(found.device->name()) : json()},
                  {"offset_bytes", there ? json(found.offset_bytes) : json()},
                  {"size_bytes", found.size_bytes},
                  {"reason", found.refusal}},
                 2);
    } else if (there) {
      print_text(fmt::format("{} of {} on {}: dax device '{}' from byte {} on\n", window_.layer,
                             format_size(found.size_bytes), media_, found.device->name(),
                             found.offset_bytes));
    } else {
      print_text(
          fmt::format("{} on {}: no dax device: {}\n", window_.layer, media_, found.refusal));
    }
  }

  std::string media_, backend_, start_, size_;
  BlockWindow window_;
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_lookup_command(CLI::App& app) {
  return std::make_unique<LookupCommand>(app);
}

}  // namespace pmembench
