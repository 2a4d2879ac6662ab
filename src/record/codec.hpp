// The record as JSON and back: the same in every `--json`, in JSON lines, in the store and on the
// wire between coordinator and worker. Thread-safe: no state.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

// JSON has no NaN and no infinity: null.
[[nodiscard]] nlohmann::json number_or_null(double value);
// null is NaN. Throws the JSON library's exception if it is not a number.
[[nodiscard]] double number_from(const nlohmann::json& value);

// {estimate, low, high, has_interval}; without an interval low and high are null. Absent: null.
nlohmann::json to_json(const Estimate& estimate);
nlohmann::json to_json(const std::optional<Estimate>& estimate);
// The inverse; throws the JSON library's exception where a key is missing or of another type.
std::optional<Estimate> optional_estimate_from(const nlohmann::json& value);

// {type, sentence}, and cause and remedy of types that the catalogue knows.
nlohmann::json to_json(const std::vector<Warning>& warnings);
std::vector<Warning> warnings_from(const nlohmann::json& value);

// Exactly the fields of the table in record/members.hpp. Error (runtime): no row, or of another
// version.
nlohmann::json to_json(const Row& row);
Result<Row> row_from_json(const nlohmann::json& value);

nlohmann::json to_json(const MediumFacts& medium);
nlohmann::json to_json(const Details& details);

// As text: bytes that are not UTF-8 (of a host name, say) become U+FFFD. The only way from JSON to
// text: dump() throws on such bytes. `indent`: spaces a level, -1 for one line.
[[nodiscard]] std::string json_text(const nlohmann::json& value, int indent = -1);
// A replicate's medium and details from such a column. What older versions did not write has its
// default. Error (runtime): no JSON object, or a value of another type.
Result<MediumFacts> medium_from_text(std::string_view text);
Result<Details> details_from_text(std::string_view text);

}  // namespace pmembench
