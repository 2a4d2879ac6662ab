#include "import/gbench_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "import/foreign_json.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

Error not_gbench(const std::string& label, std::string_view why) {
  return usage_error(
      "{} is not output of Google Benchmark ({}): write it with --benchmark_format=json, or with "
      "`pmembench export --format gbench`",
      label, why);
}

bool flag_of(const json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_boolean() && found->get<bool>();
}

std::optional<std::int64_t> number_of(const json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

double real_of(const json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_number() ? found->get<double>() : 0;
}

std::optional<double> unit_of(const json& entry) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  const std::string unit = foreign_text_of(entry, "time_unit", "ns");
  for (const auto& [name, factor] : kUnits) {
    if (name == unit) return factor;
  }
  return std::nullopt;
}

std::optional<double> ns_of(const json& entry) {
  const auto unit = unit_of(entry);
  const auto time = entry.find("real_time");
  if (!unit || time == entry.end() || !time->is_number()) return std::nullopt;
  return time->get<double>() * *unit;
}

constexpr std::array<std::string_view, 6> kAggregates{"_mean", "_median", "_stddev",
                                                      "_cv",   "_BigO",   "_RMS"};

// "BM_a_mean" -> "BM_a"; empty: the name has no such ending.
std::string stem_of(const std::string& name) {
  for (const std::string_view ending : kAggregates) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      return name.substr(0, name.size() - ending.size());
    }
  }
  return {};
}

// What the library itself writes; every other number is a counter of the benchmark.
bool is_of_library(std::string_view key) {
  constexpr std::array<std::string_view, 12> kKeys{"family_index",     "per_family_instance_index",
                                                   "repetitions",      "repetition_index",
                                                   "threads",          "iterations",
                                                   "real_time",        "cpu_time",
                                                   "time_unit",        "bytes_per_second",
                                                   "items_per_second", "aggregate_unit"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

GbenchRepetition repetition_of(const json& entry, double time_ns) {
  GbenchRepetition repetition;
  repetition.time_ns = time_ns;
  repetition.cpu_ns = real_of(entry, "cpu_time") * unit_of(entry).value_or(1);
  repetition.iterations = real_of(entry, "iterations");
  repetition.bytes_per_s = real_of(entry, "bytes_per_second");
  repetition.items_per_s = real_of(entry, "items_per_second");
  for (const auto& [key, value] : entry.items()) {
    if (value.is_number() && !is_of_library(key)) repetition.counters[key] = value.get<double>();
  }
  return repetition;
}

class GbenchReader {
 public:
  GbenchReader(const json& benchmarks, GbenchFile& file) : benchmarks_(benchmarks), file_(file) {
    for (const json& entry : benchmarks_) {
      const std::string name = foreign_text_of(entry, "name");
      names_.insert(name);
      if (!stem_of(name).empty()) ++stems_[stem_of(name)];
    }
  }

  void read() {
    for (std::size_t i = 0; i < benchmarks_.size(); ++i) {
      if (!is_aggregate(benchmarks_[i])) read_measured(benchmarks_[i], i);
    }
    for (const json& entry : benchmarks_) {
      if (is_aggregate(entry)) read_aggregate(entry);
    }
    for (const auto& [name, twins] : places_) {
      for (const Place& place : twins) {
        file_.cells[place.cell].same_name = static_cast<unsigned>(twins.size());
      }
    }
    file_.empty = benchmarks_.empty();
    file_.only_aggregates = measured_ == 0 && !file_.empty;
  }

 private:
  // Before version 1.5 entries have no type. A name with an aggregate's ending is an aggregate if
  // the benchmark itself, or another of its aggregates, is in the file.
  [[nodiscard]] bool is_aggregate(const json& entry) const {
    const std::string type = foreign_text_of(entry, "run_type");
    if (!type.empty()) return type == "aggregate";
    if (entry.contains("aggregate_name") || entry.contains("big_o") || entry.contains("rms")) {
      return true;
    }
    const std::string stem = stem_of(foreign_text_of(entry, "name"));
    return !stem.empty() && (names_.contains(stem) || stems_.at(stem) > 1);
  }

  // The place of the entry's cell. Two benchmarks may have one name: they differ in the family, or
  // show by a repetition that comes twice.
  GbenchCell& cell_of(const json& entry) {
    const std::string name = foreign_text_of(entry, "run_name", foreign_text_of(entry, "name"));
    const auto family = number_of(entry, "family_index");
    const auto instance = number_of(entry, "per_family_instance_index");
    const auto repetition = number_of(entry, "repetition_index");
    const auto repetitions = number_of(entry, "repetitions");
    for (Place& place : places_[name]) {
      if (place.family != family || place.instance != instance) continue;
      if (repetition && place.seen.contains(*repetition)) continue;
      if (!repetition && repetitions && *repetitions > 0 && place.entries >= *repetitions) continue;
      if (repetition) place.seen.insert(*repetition);
      ++place.entries;
      return file_.cells[place.cell];
    }
    std::vector<Place>& twins = places_[name];
    Place place{family, instance, {}, 1, file_.cells.size()};
    if (repetition) place.seen.insert(*repetition);
    GbenchCell cell;
    cell.name = twins.empty() ? name : fmt::format("{} #{}", name, twins.size() + 1);
    cell.status = "ok";
    const auto threads = number_of(entry, "threads");
    if (threads && *threads > 0 && *threads < 1'000'000) {
      cell.threads = static_cast<unsigned>(*threads);
    }
    twins.push_back(std::move(place));
    file_.cells.push_back(std::move(cell));
    return file_.cells.back();
  }

  static void fail(const char* status, std::string reason, GbenchCell& cell) {
    cell.status = status;
    cell.reason = std::move(reason);
  }

  // An error that our own export wrote begins with the status of the row.
  static void read_error(const json& entry, GbenchCell& cell) {
    const std::string message = foreign_text_of(entry, "error_message", "it failed");
    constexpr std::string_view kSkipped = "skipped: ";
    if (message.starts_with(kSkipped))
      return fail("skipped", message.substr(kSkipped.size()), cell);
    fail("error", message, cell);
  }

  void read_measured(const json& entry, std::size_t index) {
    ++measured_;
    GbenchCell& cell = cell_of(entry);
    if (flag_of(entry, "error_occurred")) return read_error(entry, cell);
    if (flag_of(entry, "skipped")) {
      return fail("skipped", foreign_text_of(entry, "skip_message", "it was skipped"), cell);
    }
    const auto time_ns = ns_of(entry);
    if (!time_ns || !std::isfinite(*time_ns) || *time_ns <= 0) {
      const auto time = entry.find("real_time");
      const std::string why =
          fmt::format("its time is not a number above zero (real_time {}, unit {})",
                      time == entry.end() ? "is absent" : json_text(*time),
                      foreign_text_of(entry, "time_unit", "ns"));
      cell.bad_time = fmt::format("benchmarks[{}]: {}", index, why);
      return fail("error", why, cell);
    }
    cell.repetitions.push_back(repetition_of(entry, *time_ns));
  }

  void read_aggregate(const json& entry) {
    const std::string name = foreign_text_of(entry, "name");
    const std::string stem = stem_of(name);
    const std::string of = foreign_text_of(entry, "run_name", stem.empty() ? name : stem);
    const auto measured = places_.find(of);
    if (measured != places_.end()) {
      file_.left_out.push_back(
          {name, "an aggregate of a benchmark that is compared by its repetitions"});
      return;
    }
    const auto [place, added] = aggregates_.try_emplace(of, file_.cells.size());
    if (added) {
      GbenchCell cell;
      cell.name = of;
      fail("error",
           "the file has only aggregates of it, which have no replicates to "
           "compare: run it without --benchmark_report_aggregates_only",
           cell);
      file_.cells.push_back(std::move(cell));
    }
    keep_aggregate(entry, name, stem, file_.cells[place->second]);
  }

  static void keep_aggregate(const json& entry, const std::string& name, const std::string& stem,
                             GbenchCell& cell) {
    std::string which = foreign_text_of(entry, "aggregate_name");
    if (which.empty() && !stem.empty()) which = name.substr(stem.size() + 1);
    const auto time = entry.find("real_time");
    if (which.empty() || time == entry.end() || !time->is_number()) return;
    const bool share = foreign_text_of(entry, "aggregate_unit") == "percentage" || which == "cv";
    cell.aggregates[which] = share ? time->get<double>() : ns_of(entry).value_or(0);
    cell.aggregated = std::max(cell.aggregated, real_of(entry, "repetitions"));
  }

  struct Place {
    std::optional<std::int64_t> family, instance;
    std::set<std::int64_t> seen;  // repetitions
    std::int64_t entries = 0;
    std::size_t cell = 0;
  };

  const json& benchmarks_;
  GbenchFile& file_;
  std::set<std::string> names_;
  std::map<std::string, unsigned> stems_;  // how many aggregates of it there are
  std::map<std::string, std::vector<Place>> places_;
  std::map<std::string, std::size_t> aggregates_;
  std::size_t measured_ = 0;
};

// What no entry may be; and that there are times at all.
Status check_entries(const json& benchmarks, const std::string& label) {
  bool timed = false;
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    const json& entry = benchmarks[i];
    if (!entry.is_object() || foreign_text_of(entry, "name").empty()) {
      return not_gbench(label, fmt::format("entry {} of \"benchmarks\" {}", i + 1,
                                           entry.is_object() ? "has no name" : "is not an object"));
    }
    timed = timed || entry.contains("real_time");
    timed = timed || flag_of(entry, "error_occurred") || flag_of(entry, "skipped");
  }
  if (timed || benchmarks.empty()) return {};
  return usage_error(
      "{} has names of benchmarks and no times: run the benchmark without --benchmark_list_tests",
      label);
}

}  // namespace

Result<GbenchFile> read_gbench(const std::string& text, const std::string& label) {
  const json document = json::parse(with_null_for_special_numbers(text), nullptr, false);
  if (document.is_discarded()) return not_gbench(label, "it is not JSON");
  const auto benchmarks = document.is_object() ? document.find("benchmarks") : document.end();
  if (!document.is_object() || benchmarks == document.end() || !benchmarks->is_array()) {
    return not_gbench(label, "it has no list \"benchmarks\"");
  }
  const Status sane = check_entries(*benchmarks, label);
  if (!sane) return sane.error();
  GbenchFile file;
  const auto context = document.find("context");
  file.context = context != document.end() && context->is_object() ? *context : json::object();
  GbenchReader(*benchmarks, file).read();
  return file;
}

}  // namespace pmembench
