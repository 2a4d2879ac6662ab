// Numbers that may be none, and warnings, as JSON and back: the same in every document.
#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "results/row.hpp"

namespace pmembench {

// JSON has no NaN and no infinity: null.
template <typename Json = nlohmann::json>
[[nodiscard]] Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

// null is NaN.
[[nodiscard]] inline double number_from(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

// {estimate, low, high, has_interval}. Without an interval low and high are null: equal bounds
// would read as perfect certainty. Absent: null.
nlohmann::json to_json(const Estimate& estimate);
nlohmann::json to_json(const std::optional<Estimate>& estimate);
// The inverse; has_interval may be missing (documents of older versions), bounds then decide.
// Throws the library's exception where a key is missing or of another type.
Estimate estimate_from(const nlohmann::json& value);
std::optional<Estimate> optional_estimate_from(const nlohmann::json& value);

// {type, sentence}, and cause and remedy of types that the catalogue knows.
nlohmann::json to_json(const std::vector<Warning>& warnings);
std::vector<Warning> warnings_from(const nlohmann::json& value);

}  // namespace pmembench
