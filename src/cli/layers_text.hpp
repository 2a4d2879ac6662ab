// The drawing of `pmembench layers`, from its document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pmembench {

[[nodiscard]] std::string layers_text(const nlohmann::json& document);

}  // namespace pmembench
