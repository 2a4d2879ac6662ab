// Makes the JSON schema of a type from the list of its members (record/describe.hpp). For .cpp
// files only.
#pragma once

#include <string>
#include <utility>

#include "record/members.hpp"
#include "record/schema.hpp"

namespace pmembench {
namespace schema_detail {

using nlohmann::json;

// The name under which other schemas refer to the schema of a type; null: it is written in place.
template <typename T>
inline constexpr const char* kDefinition = nullptr;
template <>
inline constexpr const char* kDefinition<Estimate> = "estimate";
template <>
inline constexpr const char* kDefinition<Warning> = "warning";
template <>
inline constexpr const char* kDefinition<LatencyResult> = "latency";
template <>
inline constexpr const char* kDefinition<MediumFacts> = "medium";

inline json array_of(const json& items) { return {{"type", "array"}, {"items", items}}; }

inline json tuple_of(const json& first, const json& second) {
  return {{"type", "array"},
          {"prefixItems", {first, second}},
          {"minItems", 2},
          {"maxItems", 2},
          {"items", false}};
}

inline json or_null(const json& schema) {
  if (schema.contains("type") && schema["type"].is_array())
    return schema;  // a number: null already
  return {{"anyOf", {schema, {{"type", "null"}}}}};
}

class SchemaMaker {
 public:
  template <typename T>
  json schema_of();
  // An object of the members that describe lists.
  template <typename T>
  json object_of();
  // The schema, or JSON's value of nothing.
  static json or_nothing(const json& schema) { return or_null(schema); }
  [[nodiscard]] const json& definitions() const { return definitions_; }

 private:
  json definitions_ = json::object();
};

// What describe lists, as the properties of one object.
struct PropertyCollector {
  SchemaMaker& maker;
  json properties = json::object();
  json required = json::array();
  bool all_optional = false;

  template <typename T>
  void unless_empty(const Field& field, const T&) {
    json schema = maker.schema_of<T>();
    std::string description(field.doc);
    if (!field.unit.empty()) description += unit_text(field.unit, description.empty());
    if (!description.empty()) schema["description"] = description;
    properties[std::string(field.name)] = schema;
  }
  template <typename T>
  void field(const Field& field, const T& value) {
    unless_empty(field, value);
    if (!all_optional) required.push_back(std::string(field.name));
  }
  template <typename T>
  void added(const Field& name, const T& value) {
    field(name, value);
  }
  template <typename T>
  void inlined(std::string_view, const std::optional<T>&) {
    const bool outer = std::exchange(all_optional, true);
    const T part{};
    describe(part, *this);
    all_optional = outer;
  }
  void percentiles(const std::vector<std::pair<std::string, double>>&) {
    for (const NamedPercentile& each : kPercentiles) {
      properties[std::string(each.name)] = maker.schema_of<double>();
    }
  }

  static std::string unit_text(std::string_view unit, bool alone) {
    return (alone ? "in " : " (in ") + std::string(unit) + (alone ? "" : ")");
  }
};

template <typename T>
json SchemaMaker::object_of() {
  PropertyCollector collector{*this};
  const T value{};
  describe(value, collector);
  return {{"type", "object"},
          {"properties", collector.properties},
          {"required", collector.required},
          {"additionalProperties", false}};
}

// Cause and remedy are of types that the catalogue knows.
template <>
inline json SchemaMaker::object_of<Warning>() {
  const json text{{"type", "string"}};
  return {{"type", "object"},
          {"properties", {{"type", text}, {"sentence", text}, {"cause", text}, {"remedy", text}}},
          {"required", {"type", "sentence"}},
          {"additionalProperties", false}};
}

template <typename T>
json SchemaMaker::schema_of() {
  namespace detail = describe_detail;
  if constexpr (kDefinition<T> != nullptr) {
    const std::string name = kDefinition<T>;
    if (!definitions_.contains(name)) {
      definitions_[name] = nullptr;  // it may refer to itself
      definitions_[name] = object_of<T>();
    }
    return {{"$ref", "#/$defs/" + name}};
  } else if constexpr (requires { JsonForm<T>::schema(*this); }) {
    return JsonForm<T>::schema(*this);
  } else if constexpr (std::is_floating_point_v<T>) {
    return {{"type", {"number", "null"}}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_unsigned_v<T>) {
    return {{"type", "integer"}, {"minimum", 0}};
  } else if constexpr (std::is_integral_v<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::is_same_v<T, std::string> || std::is_enum_v<T>) {
    return {{"type", "string"}};
  } else if constexpr (std::is_same_v<T, NodeWeight>) {
    return tuple_of(schema_of<int>(), schema_of<unsigned>());
  } else if constexpr (std::is_same_v<T, Histogram>) {
    return array_of(tuple_of(schema_of<unsigned>(), schema_of<unsigned>()));
  } else if constexpr (detail::IsOptional<T>::value) {
    return or_null(schema_of<typename T::value_type>());
  } else if constexpr (detail::IsVector<T>::value) {
    return array_of(schema_of<typename T::value_type>());
  } else if constexpr (detail::IsPair<T>::value) {
    return tuple_of(schema_of<typename T::first_type>(), schema_of<typename T::second_type>());
  } else if constexpr (detail::IsMap<T>::value) {
    json schema{{"type", "object"}, {"additionalProperties", schema_of<typename T::mapped_type>()}};
    if constexpr (std::is_integral_v<typename T::key_type>) {
      schema["propertyNames"] = {{"pattern", "^-?[0-9]+$"}};
    }
    return schema;
  } else {
    return object_of<T>();
  }
}

}  // namespace schema_detail

// The schema of a type, with the definitions that it refers to.
template <typename T>
nlohmann::json schema_document(const std::string& title) {
  schema_detail::SchemaMaker maker;
  nlohmann::json schema = maker.object_of<T>();
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = title;
  if (!maker.definitions().empty()) schema["$defs"] = maker.definitions();
  return schema;
}

// `name`: of its file in docs/schemas.
template <typename T>
RecordSchema named_schema(const std::string& name, const std::string& title) {
  return {name, schema_document<T>(title).dump(2) + "\n"};
}

}  // namespace pmembench
