// Curves as text: from the document that is stored.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pmembench {

// A table of points and a few lines of what each curve says; then the interference matrix.
std::string curves_text(const nlohmann::json& document);

}  // namespace pmembench
