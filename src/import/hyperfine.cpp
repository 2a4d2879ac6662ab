// JSON of hyperfine: a row for each command, a replicate for each of its runs. Times are seconds.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "import/foreign_json.hpp"
#include "import/foreign_limits.hpp"
#include "import/importer.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr double kSecond_ns = 1e9;

bool looks_like_hyperfine(const ForeignFile& file) {
  const std::string_view start = file.text.substr(0, 65536);
  return start.find("\"results\"") != start.npos && start.find("\"command\"") != start.npos;
}

void read_result(const json& result, const std::string& place, CheckedNumbers& numbers,
                 ImportedFile& file) {
  const std::string command = foreign_text_of(result, "command");
  if (command.empty()) return numbers.refuse(place + ".command", "it is absent");
  ImportedRow imported = imported_row(command, file.source);
  Row& row = imported.row;
  row.workload = "command";
  const double mean_s = numbers.required(result, place, "mean", kLongest_ns / kSecond_ns);
  std::vector<double> times;
  if (const auto all = result.find("times"); all != result.end() && all->is_array()) {
    for (std::size_t i = 0; i < all->size(); ++i) {
      const json entry{{"time", (*all)[i]}};
      times.push_back(kSecond_ns * numbers.required(entry, fmt::format("{}.times[{}]", place, i),
                                                    "time", kLongest_ns / kSecond_ns));
    }
  }
  set_time(mean_s * kSecond_ns, row);
  if (!numbers.ok()) return;
  if (!times.empty()) set_replicates(times, "hyperfine", imported);
  row.figures["mean_s"] = mean_s;
  for (const char* key : {"stddev", "median", "user", "system", "min", "max"}) {
    if (!result.contains(key) || result[key].is_null()) continue;
    row.figures[fmt::format("{}_s", key)] =
        numbers.required(result, place, key, kLongest_ns / kSecond_ns);
  }
  if (const auto parameters = result.find("parameters");
      parameters != result.end() && parameters->is_object()) {
    for (const auto& [key, value] : parameters->items()) {
      if (value.is_string()) row.parameters[key] = value.get<std::string>();
    }
  }
  if (numbers.ok()) file.rows.push_back(std::move(imported));
}

Result<ImportedFile> read_hyperfine(const ForeignFile& file) {
  std::string_view behind;
  const std::string_view object = first_object(file.text, &behind);
  if (!first_object(behind).empty()) {
    return usage_error("{} holds more than one JSON document: split it, and import each part",
                       file.label);
  }
  const auto document = foreign_json(object, file.label);
  if (!document) return document.error();
  const auto results = document->json().find("results");
  if (results == document->json().end() || !results->is_array()) {
    return usage_error("{} has no list \"results\": it is not output of hyperfine", file.label);
  }
  ImportedFile imported;
  imported.source = "hyperfine";
  CheckedNumbers numbers(file.label);
  for (std::size_t i = 0; i < results->size(); ++i) {
    read_result((*results)[i], fmt::format("results[{}]", i), numbers, imported);
  }
  if (!numbers.ok()) return numbers.status().error();
  return imported;
}

}  // namespace

Importer hyperfine_importer() {
  return {"hyperfine", "JSON of hyperfine (--export-json)", looks_like_hyperfine, read_hyperfine};
}

}  // namespace pmembench
