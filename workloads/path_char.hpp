// The path char: loads and stores through the character presentation of the dax device, which gives
// mappings as strictly as /dev/daxX.Y does (dax/char_view.hpp).
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

// Refuses (environment) a device whose size is not made of whole granules of its alignment, or
// whose bytes are in several pieces, with the reason of the presentation.
Result<std::unique_ptr<Path>> make_char_path(DaxDevice& device, PathFixture* fixture);

PathType char_path();

}  // namespace pmembench
