#include "record/document.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.hpp"

namespace pmembench {

Document::Document() : json_(std::make_unique<nlohmann::json>()) {}
Document::Document(nlohmann::json value)
    : json_(std::make_unique<nlohmann::json>(std::move(value))) {}
Document::Document(const Document& other) : Document(other.json()) {}
Document::Document(Document&& other) noexcept = default;
Document& Document::operator=(Document other) noexcept {
  json_.swap(other.json_);
  return *this;
}
Document::~Document() = default;

const nlohmann::json& Document::json() const {
  PMB_CHECK(json_ != nullptr, "a document that was moved from is not read");
  return *json_;
}

nlohmann::json& Document::json() {
  PMB_CHECK(json_ != nullptr, "a document that was moved from is not read");
  return *json_;
}

}  // namespace pmembench
