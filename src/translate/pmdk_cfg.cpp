// Configurations of PMDK's pmembench: [global] and scenarios, each with a `bench`.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "import/foreign_text.hpp"
#include "translate/campaign_words.hpp"
#include "translate/ini_file.hpp"
#include "translate/translation.hpp"

namespace pmembench {
namespace {

bool looks_like_pmdk_cfg(std::string_view text) {
  const auto sections = read_ini(text, "");
  return sections && std::any_of(sections->begin(), sections->end(), [](const IniSection& each) {
           return each.find("bench").has_value();
         });
}

// The scenario's keys over those of [global].
class Scenario {
 public:
  Scenario(const IniSection& global, const IniSection& own) : global_(global), own_(own) {}
  [[nodiscard]] std::string get(std::string_view key, std::string_view otherwise = "") const {
    if (const auto value = own_.find(key)) return *value;
    if (const auto value = global_.find(key)) return *value;
    return std::string(otherwise);
  }
  [[nodiscard]] bool is(std::string_view key) const {
    const std::string value = get(key, "false");
    return value == "true" || value == "1";
  }
  [[nodiscard]] std::vector<IniEntry> entries() const {
    std::vector<IniEntry> all = global_.entries;
    all.insert(all.end(), own_.entries.begin(), own_.entries.end());
    return all;
  }

 private:
  const IniSection& global_;
  const IniSection& own_;
};

// "1,2,4" and "1:*2:8" as a campaign writes them.
std::string axis_text(const std::string& value) {
  std::string text;
  for (const std::string_view piece : split_at(value, ',')) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", stripped(piece));
  }
  return text;
}

std::string medium_of(const Scenario& scenario, const char* kind) {
  const std::string file = scenario.get("file");
  if (file.empty()) return "dram:auto";
  if (file.starts_with("/dev/dax")) return file;
  const auto size = parse_size(scenario.get("file-size"));
  return fmt::format("{}:{},size={}", kind, file,
                     size && *size > 0 ? format_size_short(*size) : std::string("256M"));
}

// No `size_key`: the workload has its own size.
void set_common(const Scenario& scenario, const char* size_key, GroupDraft& group) {
  group.set("threads", axis_text(scenario.get("threads", "1")));
  const std::string size = scenario.get("data-size");
  if (!size.empty() && *size_key != 0) group.set(size_key, axis_text(size));
}

// The step of a chain of stores that a call of libpmem is.
void translate_copy(const Scenario& scenario, TranslatedPart& part) {
  const bool set = scenario.get("bench") == "pmem_memset";
  const bool libc = scenario.is(set ? "memset" : "libc-memcpy");
  const bool persist = scenario.get("persist", "true") != "false";
  const std::string source = scenario.get("src-offset", "0");
  const std::string destination = scenario.get("dest-offset", "0");
  GroupDraft group;
  group.set("media", medium_of(scenario, "file"));
  // What libc copies through the caches and flushes behind it, libpmem chooses by size.
  group.set("backend", libc ? std::string("usable") : std::string(words::kLibpmem));
  if (source != "0" || destination != "0") {
    group.set("path", "mapped");
    group.set("workload", "durability");
    group.set("step", persist ? "store_flush_fence" : "store_flush");
    group.set("source_offset", axis_text(source));
    group.set("destination_offset", axis_text(destination));
    group.set("order", scenario.get("dest-mode") == "rand" ? "random" : "sequential");
  } else {
    const std::string mode = scenario.get(set ? "mem-mode" : "dest-mode", "seq");
    group.set("workload", mode == "rand" ? "random" : "sequential");
    group.set("access", "write");
    group.set("durability", persist ? "each" : "none");
    if (mode == "stat") group.set("range_size", scenario.get("data-size", "64"));
  }
  set_common(scenario, "operation_size", group);
  if (set) part.notes.emplace_back("bytes come from a buffer, and are not one repeated byte");
  if (!persist) part.notes.emplace_back("PMDK still flushes; durability=none does not");
  part.groups.push_back(std::move(group));
}

struct FlushOperation {
  std::string_view name, missing;  // empty: there is an equivalent
};
constexpr std::array<FlushOperation, 4> kFlushes{{
    {"persist_4K_msync_0", "a persist and an msync of no bytes together have no workload"},
    {"persist_2M_msync_0", "a persist and an msync of no bytes together have no workload"},
    {"msync_err", "a call that fails by design measures an error path of the kernel"},
    {"msync_invalid", "a call that fails by design measures an error path of the kernel"},
}};

// A call of msync that is not one of the stores before it.
struct MsyncOperation {
  std::string_view name;
  const char *mode, *pages;
};
constexpr std::array<MsyncOperation, 3> kMsyncs{{{"msync_0", "empty", "dirty"},
                                                 {"msync_async", "async", "dirty"},
                                                 {"msync_nodirty", "sync", "clean"}}};

void translate_flush(const Scenario& scenario, TranslatedPart& part) {
  const std::string operation = scenario.get("operation", "noop");
  for (const FlushOperation& each : kFlushes) {
    if (each.name != operation) continue;
    part.missing.push_back(fmt::format("operation={}: {}", operation, each.missing));
    return;
  }
  GroupDraft group;
  const bool random = scenario.get("mode") == "rand";
  const auto* const call =
      std::find_if(kMsyncs.begin(), kMsyncs.end(),
                   [&](const MsyncOperation& each) { return each.name == operation; });
  if (operation == "msync" || call != kMsyncs.end()) {
    const std::string file = scenario.get("file", "testfile");
    const std::size_t slash = file.rfind('/');
    group.set("media", "posix:" + (slash == std::string::npos ? std::string(".")
                                                              : file.substr(0, slash + 1)));
    group.set("path", "posix");
    if (call == kMsyncs.end()) {
      group.set("workload", "mmap_store");
      group.set("sync", "msync");
    } else {
      group.set("workload", "msync");
      group.set("mode", call->mode);
      group.set("pages", call->pages);
      part.notes.emplace_back("msync works on whole pages: operation_size is 4K");
    }
    part.notes.emplace_back("the file is made in the folder, and its size is file_size");
  } else {
    group.set("media", medium_of(scenario, "file"));
    group.set("path", "mapped");
    group.set("backend", operation == "noop" ? words::kNothing : words::kLibpmem);
    if (operation == "noop") {
      group.set("path", "direct");
      group.set("workload", random ? "random" : "sequential");
      group.set("access", "write");
    } else {
      group.set("workload", "durability");
      group.set("step", "store_flush_fence");
      group.set("order", random ? "random" : "sequential");
    }
    if (operation.starts_with("persist_")) {
      part.notes.push_back(
          fmt::format("{}: the page size of the mapping is the medium's, and "
                      "stands in the row",
                      operation));
    }
    part.notes.emplace_back("PMDK dirties 4 bytes of each chunk; here the whole range is stored");
  }
  set_common(scenario, call == kMsyncs.end() ? "operation_size" : "", group);
  part.groups.push_back(std::move(group));
}

void translate_blk(const Scenario& scenario, TranslatedPart& part) {
  const bool kernel = scenario.is("file-io");
  GroupDraft group;
  group.set("media", medium_of(scenario, kernel ? "block" : "file"));
  group.set("path", kernel ? "kernel" : "block-btt");
  group.set("backend", kernel ? words::kKernelBlock : words::kLibpmem);
  group.set("workload", scenario.is("random") ? "random" : "sequential");
  group.set("access", scenario.get("bench") == "blk_read" ? "read" : "write");
  group.set("sector", "512");
  set_common(scenario, "operation_size", group);
  if (!kernel) {
    part.notes.emplace_back("libpmemblk keeps blocks whole with a translation table, as block-btt");
  }
  part.groups.push_back(std::move(group));
}

// Sizes from `least` on, as a list; empty: none is. "" stays "".
std::string sizes_from(const std::string& sizes, std::uint64_t least) {
  std::string text;
  for (const std::string_view piece : split_at(sizes, ',')) {
    const auto values = parse_range(stripped(piece));
    if (!values) continue;
    for (const std::uint64_t value : *values) {
      if (value >= least) text += fmt::format("{}{}", text.empty() ? "" : ", ", value);
    }
  }
  return text;
}

void translate_log(const Scenario& scenario, TranslatedPart& part) {
  constexpr std::uint64_t kLeastRecordBytes = 16;
  GroupDraft group;
  const std::string asked = scenario.get("data-size");
  const std::string sizes = sizes_from(asked, kLeastRecordBytes);
  const bool all = sizes == sizes_from(asked, 0);
  if (!asked.empty() && !all) {
    part.missing.push_back(
        fmt::format("data-size={}: a record has at least {} bytes", asked, kLeastRecordBytes));
    if (sizes.empty()) return;
  }
  group.set("media", medium_of(scenario, "file"));
  group.set("backend", words::kLibpmem);
  group.set("path", "fs-dax");
  group.set("workload", "log_append");
  set_common(scenario, "record_size", group);
  if (!all) group.set("record_size", sizes);
  part.notes.emplace_back("the log is a file of the small file system, and each record is durable");
  part.groups.push_back(std::move(group));
}

// Why a benchmark of PMDK has no equivalent at all, by how its name begins.
struct PmdkFamily {
  std::string_view prefix, reason;
};
constexpr std::array<PmdkFamily, 15> kWithoutEquivalent{{
    {"log_read", "reading a log of libpmemlog in chunks"},
    {"obj_tx", "transactions of libpmemobj"},
    {"obj_lanes", "lanes of libpmemobj"},
    {"obj_lock", "locks of libpmemobj"},
    {"obj_mutex", "locks of libpmemobj"},
    {"obj_rwlock", "locks of libpmemobj"},
    {"obj_", "objects of libpmemobj"},
    {"pobj_", "objects of libpmemobj"},
    {"pmalloc", "the allocator of libpmemobj"},
    {"pfree", "the allocator of libpmemobj"},
    {"pmix", "the allocator of libpmemobj"},
    {"map_", "trees and tables over libpmemobj"},
    {"rpmem", "replication over RDMA"},
    {"vmem", "the volatile allocator libvmem"},
    {"vmalloc", "the volatile allocator libvmem"},
}};

std::string reason_without(const std::string& bench) {
  for (const PmdkFamily& each : kWithoutEquivalent) {
    if (bench.starts_with(each.prefix)) {
      return fmt::format("{}: it measures {}; pmembench measures memory and file systems", bench,
                         each.reason);
    }
  }
  return fmt::format("{}: pmembench does not know this benchmark of PMDK", bench);
}

// Keys that a translation reads, or whose meaning pmembench has without a key.
constexpr std::array<std::string_view, 24> kKnownKeys{
    "bench",       "group",       "file",           "file-size", "threads",     "data-size",
    "operation",   "mode",        "src-mode",       "dest-mode", "mem-mode",    "src-offset",
    "dest-offset", "libc-memcpy", "memset",         "persist",   "random",      "file-io",
    "no-warmup",   "repeats",     "ops-per-thread", "seed",      "no-affinity", "no-memset"};

void note_keys(const Scenario& scenario, TranslatedPart& part) {
  for (const IniEntry& entry : scenario.entries()) {
    if (std::find(kKnownKeys.begin(), kKnownKeys.end(), entry.key) == kKnownKeys.end()) {
      part.missing.push_back(fmt::format("{}={}: no key of a campaign", entry.key, entry.value));
    }
  }
  if (!scenario.get("ops-per-thread").empty()) {
    part.notes.emplace_back("ops-per-thread: operations of a slice are calibrated");
  }
  if (!scenario.get("repeats").empty()) {
    part.notes.emplace_back("repeats: replicates follow precision; --replicates N fixes them");
  }
  if (scenario.get("src-mode") != scenario.get("dest-mode") && !scenario.get("src-mode").empty()) {
    part.missing.emplace_back("src-mode: the source is a buffer in cache, read in order");
  }
}

TranslatedPart translate_scenario(const IniSection& global, const IniSection& own) {
  const Scenario scenario(global, own);
  TranslatedPart part;
  part.name = own.name;
  part.line = own.line;
  const std::string bench = scenario.get("bench");
  if (bench == "pmem_memcpy" || bench == "pmem_memset") {
    translate_copy(scenario, part);
  } else if (bench == "pmem_flush") {
    translate_flush(scenario, part);
  } else if (bench == "blk_read" || bench == "blk_write") {
    translate_blk(scenario, part);
  } else if (bench == "log_append") {
    translate_log(scenario, part);
  } else {
    part.missing.push_back(bench.empty() ? std::string("it names no bench")
                                         : reason_without(bench));
    return part;
  }
  note_keys(scenario, part);
  return part;
}

Result<Translation> translate_pmdk(std::string_view text, const std::string& label) {
  const auto sections = read_ini(text, label);
  if (!sections) return sections.error();
  Translation translation;
  translation.what = pmdk_translator().what;
  IniSection global;
  for (const IniSection& section : *sections) {
    if (section.name == "global") {
      global.entries.insert(global.entries.end(), section.entries.begin(), section.entries.end());
    } else {
      translation.parts.push_back(translate_scenario(global, section));
    }
  }
  return translation;
}

}  // namespace

Translator pmdk_translator() {
  return {"pmdk", "a configuration of PMDK's pmembench", looks_like_pmdk_cfg, translate_pmdk};
}

}  // namespace pmembench
