// fxmark: the 19 cases of C. Min, S. Kashyap, S. Maass, W. Kang, T. Kim, "Understanding Manycore
// Scalability of File Systems" (USENIX ATC 2016), by their names: D(ata) or M(etadata), what is
// done, and the level of sharing.
#include "workloads/fxmark.hpp"

#include <algorithm>
#include <array>

#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

enum class Kind {
  read,
  overwrite,
  append,
  cut,
  write_sync,
  resolve,
  list,
  create,
  remove,
  rename,
};

struct Case {
  std::string_view name;
  Kind kind;
  Sharing sharing;
};

using enum Sharing;
constexpr std::array<Case, 19> kCases{{
    {"DRBL", Kind::read, low},         {"DRBM", Kind::read, medium},
    {"DRBH", Kind::read, high},        {"DWOL", Kind::overwrite, low},
    {"DWOM", Kind::overwrite, medium}, {"DWAL", Kind::append, low},
    {"DWTL", Kind::cut, low},          {"DWSL", Kind::write_sync, low},
    {"MRPL", Kind::resolve, low},      {"MRPM", Kind::resolve, medium},
    {"MRPH", Kind::resolve, high},     {"MRDL", Kind::list, low},
    {"MRDM", Kind::list, medium},      {"MWCL", Kind::create, low},
    {"MWCM", Kind::create, medium},    {"MWUL", Kind::remove, low},
    {"MWUM", Kind::remove, medium},    {"MWRL", Kind::rename, low},
    {"MWRM", Kind::rename, medium},
}};

const Case& case_of(const Parameters& parameters) {
  const std::string& name = text_of(parameters, "case");
  return *std::find_if(kCases.begin(), kCases.end(),
                       [&](const Case& each) { return each.name == name; });
}

bool reads_only(Kind kind) {
  return kind == Kind::read || kind == Kind::resolve || kind == Kind::list;
}

std::unique_ptr<Workload> make_overwriter(const Case& what, const Parameters& parameters,
                                          Path& path, const ThreadPosition& position) {
  const Parameters own{{"operation_size", "4096"},
                       {"skew", "0"},
                       {"file_size", text_of(parameters, "file_size")},
                       {"file", what.sharing == low ? "private" : "shared"},
                       {"durability", what.kind == Kind::write_sync ? "each" : "none"}};
  return find_workload("overwrite")->make(own, path, position);
}

std::unique_ptr<Workload> make_appender(const Parameters& parameters, Path& path,
                                        const ThreadPosition& position) {
  const Parameters own{{"append_size", "4096"},
                       {"fsync_every", "0"},
                       {"file_size", text_of(parameters, "file_size")}};
  return find_workload("append_fsync")->make(own, path, position);
}

std::unique_ptr<Workload> make_fxmark(const Parameters& parameters, Path& path,
                                      const ThreadPosition& position) {
  const Case& what = case_of(parameters);
  const FxShape shape{what.sharing, number_of(parameters, "file_size") / position.count,
                      number_of(parameters, "files")};
  switch (what.kind) {
    case Kind::read:
      return make_block_reader(shape, path, position);
    case Kind::overwrite:
    case Kind::write_sync:
      return make_overwriter(what, parameters, path, position);
    case Kind::append:
      return make_appender(parameters, path, position);
    case Kind::cut:
      return make_truncater(shape, path, position);
    case Kind::resolve:
      return make_resolver(shape, path, position);
    case Kind::list:
      return make_lister(shape, path, position);
    case Kind::create:
      return make_creator(shape, path, position);
    case Kind::remove:
      return make_remover(shape, path, position);
    case Kind::rename:
      break;
  }
  const Parameters own{{"directory", what.sharing == low ? "private" : "across"},
                       {"files", text_of(parameters, "files")}};
  return find_workload("rename")->make(own, path, position);
}

Status check_fxmark(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  if (Status fits = check_size(parameters, "files", 1, 99'999); !fits) return fits;
  constexpr std::uint64_t kLeastBytes = 8192;  // two blocks
  if (number_of(parameters, "file_size") / threads < kLeastBytes) {
    return usage_error("file_size {} leaves less than two blocks of 4 KiB to each of {} threads",
                       number_of(parameters, "file_size"), threads);
  }
  return check_footprint(number_of(parameters, "file_size"), mount_bytes);
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const Case& each : kCases) names.emplace_back(each.name);
  return names;
}

}  // namespace

WorkloadType fxmark_type() {
  WorkloadType type;
  type.name = "fxmark";
  type.summary = "the 19 cases of FxMark: data and metadata at three levels of sharing";
  type.parameters = {
      {"case", ValueKind::choice, "DRBL", case_names(),
       "D(ata) or M(etadata), Read or Write, of what, and how shared: Low, Medium, High"},
      {"file_size", ValueKind::size, "16777216", {}, "bytes of all threads' files together"},
      {"files", ValueKind::count, "256", {}, "of each thread, in cases on metadata"}};
  type.writes = [](const Parameters& parameters) { return !reads_only(case_of(parameters).kind); };
  type.durable = [](const Parameters& parameters) {
    return case_of(parameters).kind == Kind::write_sync;
  };
  type.only_names = [](const Parameters& parameters) {
    const Kind kind = case_of(parameters).kind;
    return kind == Kind::create || kind == Kind::remove || kind == Kind::rename;
  };
  type.check = check_fxmark;
  type.make = make_fxmark;
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
