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

// {type, sentence}, and cause and remedy of types that the catalogue knows.
nlohmann::json to_json(const std::vector<Warning>& warnings);
std::vector<Warning> warnings_from(const nlohmann::json& value);

}  // namespace pmembench
