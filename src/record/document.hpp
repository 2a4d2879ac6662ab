// Document: a JSON document as a value, for structs whose headers do not read the JSON library.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace pmembench {

// Copies are deep. Not thread-safe; no part of it is ever absent: a new one is null.
class Document {
 public:
  Document();
  // Implicit: a JSON value is one. NOLINTNEXTLINE
  Document(nlohmann::json value);
  Document(const Document& other);
  Document(Document&& other) noexcept;
  Document& operator=(Document other) noexcept;
  ~Document();

  [[nodiscard]] const nlohmann::json& json() const;
  [[nodiscard]] nlohmann::json& json();

 private:
  std::unique_ptr<nlohmann::json> json_;  // null only after it was moved from
};

}  // namespace pmembench
