// Rows of older versions lack fields that can be known all the same.
#pragma once

#include "record/row.hpp"

namespace pmembench {

// Rows from before schema 3 do not record what their backend declared: what the backends of that
// time declared. The defaults for a name that was not among them (a plugin).
[[nodiscard]] BackendCapabilities older_capabilities(const std::string& backend);

// Rows from before other sources of ratings do not record the source: it was HMAT.
void complete_older_rating(Row& row);

}  // namespace pmembench
