#include "results/json_values.hpp"

#include "results/warning_types.hpp"

namespace pmembench {

using nlohmann::json;

json to_json(const Estimate& estimate) {
  const bool known = estimate.has_interval;
  return {{"estimate", number_or_null(estimate.estimate)},
          {"low", known ? number_or_null(estimate.low) : json(nullptr)},
          {"high", known ? number_or_null(estimate.high) : json(nullptr)},
          {"has_interval", known}};
}

json to_json(const std::optional<Estimate>& estimate) {
  return estimate ? to_json(*estimate) : json(nullptr);
}

Estimate estimate_from(const json& value) {
  Estimate estimate;
  estimate.estimate = estimate.low = estimate.high = number_from(value.at("estimate"));
  const json& low = value.at("low");
  const json& high = value.at("high");
  estimate.has_interval = value.value("has_interval", !low.is_null() && !high.is_null());
  if (!estimate.has_interval) return estimate;
  estimate.low = number_from(low);
  estimate.high = number_from(high);
  return estimate;
}

std::optional<Estimate> optional_estimate_from(const json& value) {
  if (value.is_null()) return std::nullopt;
  return estimate_from(value);
}

json to_json(const std::vector<Warning>& warnings) {
  json value = json::array();
  for (const Warning& warning : warnings) {
    json one = {{"type", warning.type}, {"sentence", warning.sentence}};
    if (const WarningType* type = find_warning_type(warning.type); type != nullptr) {
      one["cause"] = type->cause;
      one["remedy"] = type->remedy;
    }
    value.push_back(std::move(one));
  }
  return value;
}

std::vector<Warning> warnings_from(const json& value) {
  std::vector<Warning> warnings;
  for (const json& warning : value) {
    warnings.push_back(
        {warning.at("type").get<std::string>(), warning.at("sentence").get<std::string>()});
  }
  return warnings;
}

}  // namespace pmembench
