// Errors of decode: what is wrong, and at which key.
#include "record/describe.hpp"
#include "base/plain_text.hpp"

#include <charconv>

namespace pmembench::describe_detail {
namespace {

using nlohmann::json;

// Of errors that name their key already.
constexpr int kErrorAtKey = 600;
constexpr int kWrongType = 302;  // the library's number for it

void require(bool right, const char* wanted, const json& found) {
  if (right) return;
  throw json::type_error::create(
      kWrongType, std::string("type must be ") + wanted + ", but is " + found.type_name(), nullptr);
}

}  // namespace

void rethrow_at(std::string_view key, const json::exception& error) {
  const std::string_view separator = error.id == kErrorAtKey ? "." : ": ";
  throw json::other_error::create(
      kErrorAtKey, std::string(key).append(separator).append(without_library(error.what())),
      nullptr);
}

void require_object(const json& value) { require(value.is_object(), "object", value); }
void require_array(const json& value) { require(value.is_array(), "array", value); }

void refuse_number(const nlohmann::json& value) {
  const std::string found = value.is_number() ? value.dump() : value.type_name();
  throw json::type_error::create(kWrongType,
                                 "type must be a whole number that fits, but is " + found, nullptr);
}

std::int64_t integer_key(const std::string& key) {
  std::int64_t number = 0;
  const char* end = key.data() + key.size();
  const auto [stop, failure] = std::from_chars(key.data(), end, number);
  if (failure == std::errc() && stop == end) return number;
  throw json::type_error::create(kWrongType, "key '" + key + "' must be a whole number", nullptr);
}

}  // namespace pmembench::describe_detail
