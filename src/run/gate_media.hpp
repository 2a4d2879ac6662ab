// gate_media: the media of three workers that are open at the same time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "measure/arm_samples.hpp"

namespace pmembench {

// What an arm opens for a cell's `media`: dram is each worker's own; a file that does not exist is
// made by each under its own name (".base" and so on behind the path); of a dax device or a file
// that exists each has a part, a third where the medium names no size, in whole pages of 2 MiB
// where there are three and in the device's alignment. `destroy`: what is there may be overwritten,
// which parts need, since one arm cannot know what another left. Refuses: parts without `destroy`,
// a medium too small for three (usage); block devices, which one process claims (environment).
Result<std::string> media_of_arm(const std::string& media, Arm arm, bool destroy,
                                 const std::string& root);

// Do the three fit in memory at once? Refuses (environment) with what is asked for and available;
// what is not known of the host is not checked.
Status check_three_media(const std::array<std::string, kArms>& media,
                         std::optional<std::uint64_t> available_bytes);

}  // namespace pmembench
