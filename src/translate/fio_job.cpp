// Job files of fio: [global] and jobs with options.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/units.hpp"
#include "import/foreign_text.hpp"
#include "translate/campaign_words.hpp"
#include "translate/fio_options.hpp"
#include "translate/fio_values.hpp"
#include "translate/ini_file.hpp"
#include "translate/translation.hpp"

namespace pmembench {
namespace {

constexpr std::array<std::string_view, 18> kTellingKeys{
    "rw",        "readwrite", "ioengine", "bs",        "blocksize", "filename",
    "directory", "iodepth",   "numjobs",  "bssplit",   "rwmixread", "thinktime",
    "fsync",     "filesize",  "cpuload",  "stonewall", "size",      "nrfiles"};

bool looks_like_fio_job(std::string_view text) {
  const auto sections = read_ini(text, "");
  if (!sections || sections->empty()) return false;
  return std::any_of(sections->begin(), sections->end(), [](const IniSection& section) {
    return std::any_of(kTellingKeys.begin(), kTellingKeys.end(),
                       [&](std::string_view key) { return section.find(key).has_value(); });
  });
}

// Options by their first name: fio knows several for one.
std::string first_name(const std::string& key) {
  static const std::map<std::string, std::string> kSame{
      {"readwrite", "rw"},    {"blocksize", "bs"},
      {"engine", "ioengine"}, {"iodepth", "iodepth"},
      {"io_size", "io_size"}, {"random_distribution", "random_distribution"}};
  const auto found = kSame.find(key);
  return found == kSame.end() ? key : found->second;
}

using Options = std::map<std::string, std::string>;

enum class Engine { memory, mapped, device, kernel, ring, nothing, other };
struct EngineWord {
  std::string_view name;
  Engine engine;
};
constexpr std::array<EngineWord, 15> kEngines{{{"libpmem", Engine::memory},
                                               {"mmap", Engine::mapped},
                                               {"dev-dax", Engine::device},
                                               {"sync", Engine::kernel},
                                               {"psync", Engine::kernel},
                                               {"vsync", Engine::kernel},
                                               {"pvsync", Engine::kernel},
                                               {"pvsync2", Engine::kernel},
                                               {"libaio", Engine::ring},
                                               {"posixaio", Engine::ring},
                                               {"solarisaio", Engine::ring},
                                               {"io_uring", Engine::ring},
                                               {"linuxaio", Engine::ring},
                                               {"splice", Engine::kernel},
                                               {words::kNothing, Engine::nothing}}};

Engine engine_of(const std::string& name) {
  for (const EngineWord& each : kEngines) {
    if (each.name == name) return each.engine;
  }
  return Engine::other;
}

class FioJob {
 public:
  FioJob(const IniSection& global, const IniSection& own) {
    part_.name = own.name;
    part_.line = own.line;
    for (const IniSection* section : {&global, &own}) {
      for (const IniEntry& entry : section->entries) {
        options_[first_name(entry.key)] = entry.value;
      }
    }
  }

  TranslatedPart translate() {
    const std::string engine_name = get("ioengine", "psync");
    engine_ = engine_of(engine_name);
    if (engine_ == Engine::other) {
      refuse(
          fmt::format("ioengine={}: pmembench has loads, stores and the kernel's block "
                      "path, and no network, library or CPU load",
                      engine_name));
      return std::move(part_);
    }
    if (has_variable()) {
      part_.notes.emplace_back("a ${VARIABLE} of the environment is written unchanged");
    }
    if (!set_direction() || !set_size()) return std::move(part_);
    set_engine();
    set_threads();
    set_rest();
    list_others();
    part_.groups.push_back(std::move(group_));
    return std::move(part_);
  }

  // Of the campaign as a whole.
  [[nodiscard]] std::string runtime() const { return get("runtime"); }

 private:
  [[nodiscard]] std::string get(const std::string& key, std::string_view otherwise = "") const {
    const auto found = options_.find(key);
    return found == options_.end() || found->second.empty() ? std::string(otherwise)
                                                            : found->second;
  }
  [[nodiscard]] bool has(const std::string& key) const { return options_.contains(key); }

  void refuse(std::string why) {
    part_.missing.push_back(std::move(why));
    part_.groups.clear();
  }

  [[nodiscard]] bool has_variable() const {
    return std::any_of(options_.begin(), options_.end(), [](const auto& option) {
      return option.second.find("${") != std::string::npos;
    });
  }

  bool set_direction() {
    const std::string given = get("rw", "read");
    const std::string rw = given.substr(0, given.find(':'));
    if (rw != given) {
      part_.missing.push_back(
          fmt::format("rw={}: an offset or number behind ':' has no key", given));
    }
    static const std::set<std::string> kMixes{"rw", "readwrite", "randrw"};
    const bool random = rw.starts_with("rand");
    if (rw.find("trim") != std::string::npos) {
      refuse(fmt::format("rw={}: memory has no trim", rw));
      return false;
    }
    if (kMixes.contains(rw)) {
      const auto writes = parse_count(get("rwmixwrite"));
      const std::string reads = has("rwmixread")           ? get("rwmixread", "50")
                                : writes && *writes <= 100 ? std::to_string(100 - *writes)
                                                           : std::string("50");
      group_.set("workload", "mix");
      group_.set("read_share", reads);
      group_.set("order", random ? "random" : "sequential");
      return true;
    }
    if (rw != "read" && rw != "write" && rw != "randread" && rw != "randwrite") {
      refuse(fmt::format("rw={}: pmembench does not know this direction", rw));
      return false;
    }
    writes_ = rw.ends_with("write");
    random_ = random;
    const char* const order = random ? "random" : "sequential";
    group_.set("workload", has("bssplit") ? "sizes" : order);
    if (has("bssplit")) group_.set("order", order);
    group_.set("access", writes_ ? "write" : "read");
    return true;
  }

  bool set_sizes() {
    const std::string given = get("bssplit");
    const auto sizes = has_key("read_share") ? std::nullopt : sizes_of_bssplit(given, writes_);
    if (!sizes) {
      refuse(fmt::format(
          "bssplit={}: sizes takes whole percents of reads or of writes that add up to 100",
          given));
      return false;
    }
    group_.set("sizes", *sizes);
    part_.notes.emplace_back("bssplit: each size has its own part of the range");
    return true;
  }

  // "4k", "4k,8k" (reads, writes).
  bool set_size() {
    if (has("bssplit")) return set_sizes();
    if (has("bsrange") || has("blocksize_range")) {
      refuse("bsrange: any size in a range; write bssplit, or a list of operation_size");
      return false;
    }
    const std::string given = get("bs", "4k");
    const auto pieces = split_at(given, ',');
    const std::string_view own = writes_ && pieces.size() > 1 ? pieces[1] : pieces[0];
    const auto bytes = size_of_fio(own);
    if (!bytes) {
      refuse(fmt::format("bs={}: it is not a size that pmembench reads", given));
      return false;
    }
    if (pieces.size() > 1) {
      part_.missing.push_back(fmt::format("bs={}: one size for reads and writes", given));
    }
    group_.set("operation_size", format_size_short(*bytes));
    return true;
  }

  [[nodiscard]] std::string size_text() const {
    const auto bytes = size_of_fio(get("size", get("filesize", "256M")));
    return bytes ? format_size_short(*bytes) : std::string("256M");
  }

  // The first file of "a:b"; without one the job's name in its directory.
  [[nodiscard]] std::string file_text() const {
    std::string file = get("filename");
    file = file.substr(0, file.find(':'));
    const std::string directory = get("directory");
    if (file.empty() && directory.empty()) return "";
    if (file.empty()) file = "pmembench.data";
    if (directory.empty() || file.starts_with('/')) return file;
    return directory + (directory.ends_with('/') ? "" : "/") + file;
  }

  void set_engine() {
    const std::string file = file_text();
    const std::string size = size_text();
    const bool device = engine_ == Engine::device || file.starts_with("/dev/dax");
    if (get("filename").find(':') != std::string::npos) {
      part_.missing.emplace_back("filename: of several files the first is used");
    }
    if (device && !file.empty()) {
      group_.set("media", has("size") ? fmt::format("{},size={}", file, size) : file);
    } else if (engine_ == Engine::kernel || engine_ == Engine::ring) {
      group_.set("media",
                 fmt::format("block:{},size={}", file.empty() ? "pmembench.data" : file, size));
    } else if (file.empty()) {
      group_.set("media", "dram:auto");
    } else {
      group_.set("media", fmt::format("file:{},size={}", file, size));
    }
    if (engine_ == Engine::kernel || engine_ == Engine::ring) group_.set("path", "kernel");
    if (engine_ == Engine::mapped) group_.set("path", "mapped");
    if (engine_ == Engine::memory || engine_ == Engine::device || engine_ == Engine::mapped) {
      group_.set("backend", words::kLibpmem);
    }
    if (engine_ == Engine::kernel) group_.set("backend", words::kKernelBlock);
    if (engine_ == Engine::ring) {
      group_.set("backend",
                 fmt::format("{}:engine=io_uring;queue_depth={}", words::kKernelBlock,
                             std::clamp<std::uint64_t>(parse_count(get("iodepth", "1")).has_value()
                                                           ? *parse_count(get("iodepth", "1"))
                                                           : 1,
                                                       1, 256)));
    } else if (has("iodepth") && get("iodepth") != "1") {
      part_.notes.emplace_back("iodepth: a thread has one operation under way; use more threads");
    }
    if (engine_ == Engine::nothing) group_.set("backend", words::kNothing);
    if (has("offset") && get("offset") != "0") {
      part_.missing.emplace_back("offset: add offset=SIZE to the medium, a multiple of 4096");
    }
  }

  void set_threads() {
    const auto jobs = parse_count(get("numjobs", "1"));
    if (jobs && *jobs > 0) {
      group_.set("threads", std::to_string(*jobs));
      if (*jobs > 1) part_.notes.emplace_back("numjobs: threads of one process, on disjoint parts");
    } else {
      part_.missing.push_back(
          fmt::format("numjobs={}: it is not a number of threads", get("numjobs")));
      group_.set("threads", "1");
    }
  }

  void set_rest() {
    const bool mix = has_key("read_share");
    if (writes_ || mix) {
      const bool each = get("fsync", "0") == "1" || get("fdatasync", "0") == "1" || is_sync();
      group_.set("durability", each ? "each" : "none");
      if (!each && (has("fsync") || has("fdatasync"))) {
        part_.missing.push_back(fmt::format(
            "fsync={}: on files append_fsync has fsync_every; ranges are durable each, by batch or "
            "never",
            get("fsync", get("fdatasync"))));
      }
    }
    const std::string distribution = get("random_distribution");
    if (!distribution.empty() && distribution != "random") set_distribution(distribution);
    if (const auto rate = parse_count(get("rate_iops")); rate && *rate > 0) {
      group_.set("timing", "operation");
      group_.set("arrival", get("rate_process") == "poisson" ? "poisson" : "fixed");
      group_.set("rate", std::to_string(*rate));
      part_.notes.emplace_back("rate_iops: latency counts from when an operation was due");
    }
  }

  // "zipf:1.2", "pareto:0.2", "zoned:60/10:30/20:10/70".
  void set_distribution(const std::string& given) {
    const std::size_t colon = given.find(':');
    const std::string name = given.substr(0, colon);
    const std::string value = colon == std::string::npos ? "" : given.substr(colon + 1);
    const bool fits = random_ && !has("bssplit") && given.find(',') == std::string::npos;
    if (fits && (name == "zipf" || name == "pareto")) {
      group_.set("distribution", name);
      if (decimal(value)) group_.set(name == "zipf" ? "alpha" : "pareto_h", value);
    } else if (fits && name == "zoned" && !value.empty()) {
      group_.set("distribution", name);
      group_.set("zones", zones_of_fio(value));
    } else {
      part_.missing.push_back(fmt::format(
          "random_distribution={}: workload random alone has zipf, pareto and zoned", given));
    }
  }

  [[nodiscard]] bool is_sync() const {
    const std::string sync = get("sync", "0");
    return sync == "1" || sync == "sync" || sync == "dsync";
  }
  [[nodiscard]] bool has_key(std::string_view key) const {
    return std::any_of(group_.keys.begin(), group_.keys.end(),
                       [&](const auto& entry) { return entry.first == key; });
  }

  void list_others() {
    for (const auto& [key, value] : options_) {
      if (used_fio_options().contains(key)) continue;
      const auto known = automatic_fio_options().find(key);
      if (known == automatic_fio_options().end()) {
        part_.missing.push_back(
            fmt::format("{}{}{}: no key of a campaign", key, value.empty() ? "" : "=", value));
      } else if (!known->second.empty()) {
        part_.notes.push_back(fmt::format("{}: {}", key, known->second));
      }
    }
  }

  Options options_;
  Engine engine_ = Engine::kernel;
  bool writes_ = false;
  bool random_ = false;
  TranslatedPart part_;
  GroupDraft group_;
};

// "60", "60s", "5m" of fio (seconds without a unit).
std::string budget_text(const std::string& runtime) {
  if (runtime.empty()) return "";
  const std::string text =
      runtime.find_first_not_of("0123456789") == std::string::npos ? runtime + "s" : runtime;
  const auto duration = parse_duration_ns(text);
  return duration && *duration > 0 ? text : std::string();
}

Result<Translation> translate_fio(std::string_view text, const std::string& label) {
  const auto sections = read_ini(text, label);
  if (!sections) return sections.error();
  Translation translation;
  translation.what = fio_translator().what;
  IniSection global;
  std::string longest;
  for (const IniSection& section : *sections) {
    if (section.name == "global") {
      global.entries.insert(global.entries.end(), section.entries.begin(), section.entries.end());
      continue;
    }
    FioJob job(global, section);
    if (const std::string budget = budget_text(job.runtime()); !budget.empty()) longest = budget;
    translation.parts.push_back(job.translate());
  }
  if (translation.parts.size() > 1) {
    for (TranslatedPart& part : translation.parts) {
      if (!part.has_equivalent()) continue;
      part.notes.emplace_back("jobs of one file run at the same time in fio, and here one by one");
      break;
    }
  }
  if (!longest.empty()) translation.settings.emplace_back("budget", longest);
  return translation;
}

}  // namespace

Translator fio_translator() {
  return {"fio", "a job file of fio", looks_like_fio_job, translate_fio};
}

}  // namespace pmembench
