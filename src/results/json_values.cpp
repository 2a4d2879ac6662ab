#include "results/json_values.hpp"

#include "results/warning_types.hpp"

namespace pmembench {

using nlohmann::json;

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
