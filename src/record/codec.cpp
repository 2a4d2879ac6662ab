#include "record/codec.hpp"

#include "base/plain_text.hpp"
#include "record/members.hpp"
#include "record/older_rows.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

template <typename T>
Result<T> from_text(std::string_view text, const char* what) {
  T value;
  try {
    decode(json::parse(text), value);
  } catch (const json::exception& failure) {
    return runtime_error("{} cannot be read: {}", what, without_library(failure.what()));
  }
  return value;
}

}  // namespace

json number_or_null(double value) { return encode(value); }

double number_from(const json& value) {
  double number = 0;
  decode(value, number);
  return number;
}

json to_json(const Estimate& estimate) { return encode(estimate); }
json to_json(const std::optional<Estimate>& estimate) { return encode(estimate); }

std::optional<Estimate> optional_estimate_from(const json& value) {
  std::optional<Estimate> estimate;
  decode(value, estimate);
  return estimate;
}

json to_json(const std::vector<Warning>& warnings) { return encode(warnings); }

std::vector<Warning> warnings_from(const json& value) {
  std::vector<Warning> warnings;
  decode(value, warnings);
  return warnings;
}

json to_json(const Row& row) { return encode(row); }

Result<Row> row_from_json(const json& value) {
  Row row;
  try {
    decode(value, row);
    if (!value.contains("capabilities")) row.capabilities = older_capabilities(row.backend);
    complete_older_rating(row);
  } catch (const json::exception& failure) {
    return runtime_error(
        "this is not a row of results ({}): it is damaged or of another version of pmembench; read "
        "it with the version that wrote it",
        without_library(failure.what()));
  }
  return row;
}

json to_json(const MediumFacts& medium) { return encode(medium); }
json to_json(const Details& details) { return encode(details); }

std::string json_text(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

Result<MediumFacts> medium_from_text(std::string_view text) {
  return from_text<MediumFacts>(text, "the medium of a replicate");
}

Result<Details> details_from_text(std::string_view text) {
  return from_text<Details>(text, "the details of a replicate");
}

}  // namespace pmembench
