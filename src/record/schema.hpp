// JSON schemas (draft 2020-12) of the record, made from the same lists as its JSON
// (record/members.hpp). They ship in docs/schemas/; a test keeps those equal to these.
#pragma once

#include <string>
#include <vector>

namespace pmembench {

struct RecordSchema {
  std::string name;  // "row": docs/schemas/row.schema.json
  std::string text;  // indented JSON that ends with a new line
};

// row, medium, details, estimate, warning. What this version writes: keys that documents of older
// versions lack are required.
[[nodiscard]] std::vector<RecordSchema> record_schemas();

}  // namespace pmembench
