// The model that a `sim:` medium names.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "dax/media_spec.hpp"
#include "sim/model_file.hpp"

namespace pmembench {

// Does the text of a medium name a model? For a text that was not parsed, or was before.
[[nodiscard]] inline bool is_model(std::string_view media) { return media.starts_with("sim:"); }

// With the size that the medium gives, where it gives one.
Result<SimModel> sim_model_of(const MediaSpec& spec);

// What its largest level holds; 0 where it has none, or cannot be read.
[[nodiscard]] std::uint64_t sim_cache_bytes(const MediaSpec& spec);

}  // namespace pmembench
