// How a struct becomes JSON and back, from one list of its members.
//
//   template <typename T, typename V>           // T: Point or const Point
//     requires IsOf<T, Point>
//   void describe(T& point, V&& members) {
//     members.field("x", point.x);              // always written; its absence is an error
//     members.added("y", point.y);              // always written; may be missing (older documents)
//     members.unless_empty("name", point.name); // written if it has a value; may be missing
//   }
//
// encode(point) writes what describe lists, decode(json, point) reads it. Numbers that are not
// finite are null in JSON. decode throws nlohmann::json::exception if a key is missing or a value
// is of another type, with the keys that lead to it ("placement.asked: type must be string, ...").
// For .cpp files only: a header that includes this reads the whole JSON library.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "measure/histogram.hpp"
#include "record/percentiles.hpp"

namespace pmembench {

template <typename T, typename Struct>
concept IsOf = std::is_same_v<std::remove_cv_t<T>, Struct>;

// A member's name, and its description in the documents.
struct Field {
  Field(const char* field_name, const char* what_unit = "", const char* what_doc = "")
      : name(field_name), unit(what_unit), doc(what_doc) {}  // NOLINT: implicit
  std::string_view name;
  std::string_view unit;  // "ns", "bytes/s"; empty: none, or several
  std::string_view doc;
};

// Specialise for a type whose JSON is not an object of its members:
//   static nlohmann::json write(const T&); static void read(const nlohmann::json&, T&);
template <typename T>
struct JsonForm;

template <typename T>
nlohmann::json encode(const T& value);
template <typename T>
void decode(const nlohmann::json& json, T& value);

namespace describe_detail {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsMap : std::false_type {};
template <typename K, typename T>
struct IsMap<std::map<K, T>> : std::true_type {};
template <typename T>
struct IsPair : std::false_type {};
template <typename A, typename B>
struct IsPair<std::pair<A, B>> : std::true_type {};

template <typename T>
bool is_empty(const T& value) {
  if constexpr (requires { value.empty(); }) {
    return value.empty();
  } else if constexpr (IsOptional<T>::value) {
    return !value.has_value();
  } else {
    return value == T{};
  }
}

struct Writer {
  nlohmann::json& out;

  template <typename T>
  void field(const Field& field, const T& value) {
    out[std::string(field.name)] = encode(value);
  }
  template <typename T>
  void added(const Field& name, const T& value) {
    field(name, value);
  }
  template <typename T>
  void unless_empty(const Field& name, const T& value) {
    if (!is_empty(value)) field(name, value);
  }
  // The members of an optional struct, at this level; `key` is one of them.
  template <typename T>
  void inlined(std::string_view, const std::optional<T>& value) {
    if (value) describe(*value, *this);
  }
  // (name, ns), each as a separate member.
  void percentiles(const std::vector<std::pair<std::string, double>>& values) {
    for (const auto& [name, value] : values) out[name] = encode(value);
  }
};

// The same error with `key` in front of its message. Call it in a handler.
[[noreturn]] void rethrow_at(std::string_view key, const nlohmann::json::exception& error);
// Throws the JSON library's error for a value of another type.
void require_object(const nlohmann::json& json);
void require_array(const nlohmann::json& json);
// The number that a key of an object is. Throws if it is not a whole number.
[[nodiscard]] std::int64_t integer_key(const std::string& key);

// Throws if the value is not a whole number, with "is not a whole number that fits".
[[noreturn]] void refuse_number(const nlohmann::json& json);

// A double that is whole is one: other programs write 3.0 or 1e6.
template <typename T>
T whole_number(const nlohmann::json& json) {
  constexpr double kExactly = 9007199254740992;  // 2^53
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (std::in_range<T>(value)) return static_cast<T>(value);
  } else if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    if (std::in_range<T>(value)) return static_cast<T>(value);
  } else if (json.is_number_float() && std::abs(json.get<double>()) < kExactly) {
    const auto value = static_cast<std::int64_t>(json.get<double>());
    if (static_cast<double>(value) == json.get<double>() && std::in_range<T>(value)) {
      return static_cast<T>(value);
    }
  }
  refuse_number(json);
}

template <typename T>
void decode_at(std::string_view key, const nlohmann::json& json, T& value) {
  try {
    decode(json, value);
  } catch (const nlohmann::json::exception& error) {
    rethrow_at(key, error);
  }
}

struct Reader {
  const nlohmann::json& in;

  template <typename T>
  void field(const Field& field, T& value) {
    decode_at(field.name, in.at(std::string(field.name)), value);
  }
  template <typename T>
  void added(const Field& field, T& value) {
    const auto found = in.find(field.name);
    if (found != in.end()) decode_at(field.name, *found, value);
  }
  template <typename T>
  void unless_empty(const Field& name, T& value) {
    added(name, value);
  }
  template <typename T>
  void inlined(std::string_view key, std::optional<T>& value) {
    if (in.find(key) == in.end()) return;
    value = T{};  // not emplace(): clang 14 does not find it for a struct within a struct
    describe(*value, *this);
  }
  void percentiles(std::vector<std::pair<std::string, double>>& values) {
    values.clear();
    for (const NamedPercentile& each : kPercentiles) {
      const auto found = in.find(each.name);
      if (found == in.end()) continue;
      values.emplace_back(each.name, 0);
      decode_at(each.name, *found, values.back().second);
    }
  }
};

}  // namespace describe_detail

template <>
struct JsonForm<Histogram> {
  static nlohmann::json write(const Histogram& histogram) { return histogram.sparse(); }
  static void read(const nlohmann::json& json, Histogram& histogram) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets;
    decode(json, buckets);
    auto found = Histogram::from_sparse(buckets);
    if (!found) throw nlohmann::json::other_error::create(599, found.error().message, nullptr);
    histogram = *std::move(found);
  }
};

template <typename T>
nlohmann::json encode(const T& value) {
  using nlohmann::json;
  namespace detail = describe_detail;
  if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(value) ? json(value) : json(nullptr);
  } else if constexpr (requires { JsonForm<T>::write(value); }) {
    return JsonForm<T>::write(value);
  } else if constexpr (detail::IsOptional<T>::value) {
    return value ? encode(*value) : json(nullptr);
  } else if constexpr (detail::IsVector<T>::value) {
    json array = json::array();
    for (const auto& each : value) array.push_back(encode<typename T::value_type>(each));
    return array;
  } else if constexpr (detail::IsMap<T>::value) {
    json object = json::object();
    for (const auto& [key, each] : value) {
      if constexpr (std::is_integral_v<typename T::key_type>) {
        object[std::to_string(key)] = encode(each);
      } else {
        object[key] = encode(each);
      }
    }
    return object;
  } else if constexpr (detail::IsPair<T>::value) {
    return json::array({encode(value.first), encode(value.second)});
  } else if constexpr (std::is_enum_v<T>) {
    return json(std::string(name_of(value)));
  } else if constexpr (std::is_arithmetic_v<T> || std::is_convertible_v<T, std::string_view> ||
                       std::is_same_v<T, json>) {
    return json(value);
  } else {
    json object = json::object();
    describe(value, detail::Writer{object});
    return object;
  }
}

// Throws nlohmann::json::exception where a key is missing or a value is of another type; the file
// that calls it turns that into an Error.
template <typename T>
void decode(const nlohmann::json& json, T& value) {
  namespace detail = describe_detail;
  if constexpr (std::is_floating_point_v<T>) {
    value = json.is_null() ? std::numeric_limits<T>::quiet_NaN() : json.get<T>();
  } else if constexpr (requires { JsonForm<T>::read(json, value); }) {
    JsonForm<T>::read(json, value);
  } else if constexpr (detail::IsOptional<T>::value) {
    value.reset();
    if (json.is_null()) return;
    decode(json, value.emplace());
  } else if constexpr (detail::IsVector<T>::value) {
    value.clear();
    detail::require_array(json);
    for (const nlohmann::json& element : json) {
      typename T::value_type each{};
      decode(element, each);
      value.push_back(std::move(each));
    }
  } else if constexpr (detail::IsMap<T>::value) {
    value.clear();
    detail::require_object(json);
    for (const auto& [key, each] : json.items()) {
      if constexpr (std::is_integral_v<typename T::key_type>) {
        detail::decode_at(key, each,
                          value[static_cast<typename T::key_type>(detail::integer_key(key))]);
      } else {
        detail::decode_at(key, each, value[key]);
      }
    }
  } else if constexpr (detail::IsPair<T>::value) {
    decode(json.at(0), value.first);
    decode(json.at(1), value.second);
  } else if constexpr (std::is_enum_v<T>) {
    from_name(json.get<std::string>(), value);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    value = detail::whole_number<T>(json);
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string> ||
                       std::is_same_v<T, nlohmann::json>) {
    value = json.get<T>();
  } else {
    detail::require_object(json);
    describe(value, detail::Reader{json});
  }
}

}  // namespace pmembench
