// Sides of a comparison out of Google Benchmark's JSON: every entry becomes a replicate of a cell,
// a cell that has a reason, or is left out with a reason.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "record/codec.hpp"
#include "results/compare.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

Error not_gbench(const std::string& label, std::string_view why) {
  return usage_error(
      "{} is not output of Google Benchmark ({}): write it with --benchmark_format=json, or with "
      "`pmembench export --format gbench`",
      label, why);
}

bool is_special_number(std::string_view word) {
  std::string lower;
  for (const char c : word) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower == "nan" || lower == "inf" || lower == "infinity";
}

// Google Benchmark writes counters that are no number as NaN and Infinity, which JSON does not
// have: they become null. Words inside of strings stay.
std::string with_null_for_special_numbers(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (in_string || std::isalpha(static_cast<unsigned char>(c)) == 0) {
      result += c;
      if (in_string && c == '\\' && at + 1 < text.size()) result += text[++at];
      if (c == '"') in_string = !in_string;
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    const std::string_view word = text.substr(at, end - at);
    const bool special = is_special_number(word);
    if (special && !result.empty() && (result.back() == '-' || result.back() == '+')) {
      result.pop_back();
    }
    result += special ? json_text(json()) : std::string(word);
    at = end;
  }
  return result;
}

// A member that may be absent or of another type, as files of many versions have it.
std::string text_of(const json& entry, const char* key, std::string_view otherwise = "") {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>()
                                                    : std::string(otherwise);
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

std::optional<double> ns_of(const json& entry) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  const std::string unit = text_of(entry, "time_unit", "ns");
  const auto time = entry.find("real_time");
  if (time == entry.end() || !time->is_number()) return std::nullopt;
  for (const auto& [name, factor] : kUnits) {
    if (name == unit) return time->get<double>() * factor;
  }
  return std::nullopt;
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

class GbenchReader {
 public:
  GbenchReader(const json& benchmarks, StoredRun& run) : benchmarks_(benchmarks), run_(run) {
    for (const json& entry : benchmarks_) {
      const std::string name = text_of(entry, "name");
      names_.insert(name);
      if (!stem_of(name).empty()) ++stems_[stem_of(name)];
    }
  }

  void read() {
    for (const json& entry : benchmarks_) {
      if (!is_aggregate(entry)) read_measured(entry);
    }
    for (const json& entry : benchmarks_) {
      if (is_aggregate(entry)) read_aggregate(entry);
    }
    for (const auto& [name, twins] : places_) {
      for (const Place& place : twins) {
        run_.cells[place.cell].same_name = static_cast<unsigned>(twins.size());
      }
    }
  }

  [[nodiscard]] bool only_aggregates() const { return measured_ == 0; }

 private:
  // Before version 1.5 entries have no type. A name with an aggregate's ending is an aggregate if
  // the benchmark itself, or another of its aggregates, is in the file.
  [[nodiscard]] bool is_aggregate(const json& entry) const {
    const std::string type = text_of(entry, "run_type");
    if (!type.empty()) return type == "aggregate";
    if (entry.contains("aggregate_name") || entry.contains("big_o") || entry.contains("rms")) {
      return true;
    }
    const std::string stem = stem_of(text_of(entry, "name"));
    return !stem.empty() && (names_.contains(stem) || stems_.at(stem) > 1);
  }

  static std::string run_name_of(const json& entry) {
    return text_of(entry, "run_name", text_of(entry, "name"));
  }

  // The place of the entry's cell. Two benchmarks may have one name: they differ in the family, or
  // show by a repetition that comes twice.
  StoredCell& cell_of(const json& entry) {
    const std::string name = run_name_of(entry);
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
      return run_.cells[place.cell];
    }
    std::vector<Place>& twins = places_[name];
    Place place{family, instance, {}, 1, run_.cells.size()};
    if (repetition) place.seen.insert(*repetition);
    const std::string own = twins.empty() ? name : fmt::format("{} #{}", name, twins.size() + 1);
    twins.push_back(std::move(place));
    run_.cells.push_back({own, "ok", "", {}, 1});
    return run_.cells.back();
  }

  static void fail(const char* status, std::string reason, StoredCell& cell) {
    cell.status = status;
    cell.reason = std::move(reason);
  }

  // An error that our own export wrote begins with the status of the row.
  static void read_error(const json& entry, StoredCell& cell) {
    const std::string message = text_of(entry, "error_message", "it failed");
    constexpr std::string_view kSkipped = "skipped: ";
    if (message.starts_with(kSkipped))
      return fail("skipped", message.substr(kSkipped.size()), cell);
    fail("error", message, cell);
  }

  void read_measured(const json& entry) {
    ++measured_;
    StoredCell& cell = cell_of(entry);
    if (flag_of(entry, "error_occurred")) return read_error(entry, cell);
    if (flag_of(entry, "skipped")) {
      return fail("skipped", text_of(entry, "skip_message", "it was skipped"), cell);
    }
    const auto time_ns = ns_of(entry);
    if (!time_ns || !std::isfinite(*time_ns) || *time_ns <= 0) {
      const auto time = entry.find("real_time");
      return fail("error",
                  fmt::format("its time is not a number above zero (real_time {}, unit {})",
                              time == entry.end() ? "is absent" : time->dump(),
                              text_of(entry, "time_unit", "ns")),
                  cell);
    }
    cell.median_ns[static_cast<unsigned>(cell.median_ns.size())] = *time_ns;
  }

  void read_aggregate(const json& entry) {
    const std::string name = text_of(entry, "name");
    const std::string stem = stem_of(name);
    const std::string of = text_of(entry, "run_name", stem.empty() ? name : stem);
    const auto measured = places_.find(of);
    if (measured != places_.end()) {
      return left_out(name, "an aggregate of a benchmark that is compared by its repetitions");
    }
    const auto [place, added] = aggregates_.try_emplace(of, run_.cells.size());
    if (!added) return;
    run_.cells.push_back({of,
                          "error",
                          "the file has only aggregates of it, which have no replicates to "
                          "compare: run it without --benchmark_report_aggregates_only",
                          {},
                          1});
  }

  void left_out(const std::string& entry, std::string reason) {
    run_.left_out.push_back({"", entry, std::move(reason)});
  }

  struct Place {
    std::optional<std::int64_t> family, instance;
    std::set<std::int64_t> seen;  // repetitions
    std::int64_t entries = 0;
    std::size_t cell = 0;
  };

  const json& benchmarks_;
  StoredRun& run_;
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
    if (!entry.is_object() || text_of(entry, "name").empty()) {
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

void read_context(const json& document, StoredRun& run) {
  run.environment = json::object();
  const auto context = document.find("context");
  if (context == document.end() || !context->is_object()) return;
  run.side.version = text_of(*context, "pmembench_version");
  for (const char* key : {"host_name", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "caches",
                          "library_build_type"}) {
    if (context->contains(key)) run.environment.json()[key] = (*context)[key];
  }
}

}  // namespace

Result<StoredRun> gbench_run(const std::string& text, const std::string& label) {
  const json document = json::parse(with_null_for_special_numbers(text), nullptr, false);
  if (document.is_discarded()) return not_gbench(label, "it is not JSON");
  const auto benchmarks = document.is_object() ? document.find("benchmarks") : document.end();
  if (!document.is_object() || benchmarks == document.end() || !benchmarks->is_array()) {
    return not_gbench(label, "it has no list \"benchmarks\"");
  }
  const Status sane = check_entries(*benchmarks, label);
  if (!sane) return sane.error();
  StoredRun run;
  run.side.label = label;
  read_context(document, run);
  GbenchReader reader(*benchmarks, run);
  reader.read();
  if (reader.only_aggregates() && !benchmarks->empty()) {
    return usage_error(
        "{} holds aggregates only, which have no replicates to compare: run the benchmark without "
        "--benchmark_report_aggregates_only",
        label);
  }
  return run;
}

}  // namespace pmembench
