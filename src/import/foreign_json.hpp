// JSON as other programs write it: bare NaN and Infinity, text around the document; and numbers of
// it that are checked before anybody uses them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "record/document.hpp"

namespace pmembench {

// NaN and Infinity, which JSON does not have and Google Benchmark writes, become null; words inside
// of strings stay.
[[nodiscard]] std::string with_null_for_special_numbers(std::string_view text);

// The one document of `text`. Errors (usage) give the library's place: not JSON, cut, more than one
// document, deeper than 64 levels.
Result<Document> foreign_json(std::string_view text, const std::string& label);

// From the first line that begins with "{" to the brace that closes it: other lines may come before
// and behind. Empty: there is no such line. `behind`: what follows.
[[nodiscard]] std::string_view first_object(std::string_view text,
                                            std::string_view* behind = nullptr);

// A member that may be absent or of another type, as files of many versions have it.
[[nodiscard]] std::string foreign_text_of(const nlohmann::json& entry, const char* key,
                                          std::string_view otherwise = "");

// Reads numbers of a document; the first that is wrong is the error, with its place.
class CheckedNumbers {
 public:
  explicit CheckedNumbers(std::string label) : label_(std::move(label)) {}

  // The number `key` of `object` (which is at `place`); 0 if it is absent, not a number, negative,
  // or above `most`: then ok() is false.
  double required(const nlohmann::json& object, const std::string& place, const char* key,
                  double most);
  // The same, but it may be absent.
  std::optional<double> optional(const nlohmann::json& object, const std::string& place,
                                 const char* key, double most);
  void refuse(const std::string& place, std::string_view why);

  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] bool ok() const { return status_.has_value(); }

 private:
  double checked(const nlohmann::json& value, const std::string& place, double most);
  std::string label_;
  Status status_;
};

}  // namespace pmembench
