// MediaSpec: a medium as the user names it, parsed and not yet touched.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/dax_operations.h"
#include "base/result.hpp"
#include "platform/page_interleave.hpp"

namespace pmembench {

// A kind of medium in words. The only list of their names; how each is opened is in media.cpp.
struct MediaKindWords {
  std::string_view word;  // as users type it: "dram"
  dax_media_kind kind;
  std::string_view keys;     // that may follow, for the refusals
  std::string_view usage;    // what may follow the word
  std::string_view summary;  // one line for `pmembench list media`
};
[[nodiscard]] std::span<const MediaKindWords> media_kinds();

// The word of a kind; "unknown" for one that this pmembench does not have.
[[nodiscard]] std::string_view media_kind_name(std::uint32_t kind);

// Is a file to be reached by way of a loop device? `automatic`: if loop devices are available.
enum class LoopChoice { off, on, automatic };
enum class PageChoice { kernel_default, small_4k, huge_2m, huge_1g, transparent };

// "dram:SIZE|auto[,node=N][,interleave=N:W+M:V][,pages=4k|2m|1g|thp]",
// "file:PATH[,size=SIZE][,offset=SIZE]", "/dev/daxX.Y" or "devdax:PATH" with the same two,
// "block:PATH[,size=SIZE][,loop=off|on|auto]", "posix:DIRECTORY[,size=SIZE]". Any "file:" or
// "block:" path that does not exist is made with the size given, and removed at the end; in a posix
// directory that is done in a CreatedDirectory. "sim:FILE[,size=SIZE]" is a model of a memory.
//
// "linear:A+B", "stripe:N,CHUNK:A+B+...", "logwrites:A,log=B": a medium made of others, each of
// them one of the above but posix; "backend=NAME" behind a part names its own backend. A '+' parts
// media only if another medium follows it.
//
// "dram:auto" is as large as platform/used_range.hpp says.
//
// The word "each" (node=each, interleave=each, devdax:each) stands for all that the host has: a
// plan writes media without it in its place, and keeps it only where there is nothing to write.
struct MediaSpec {
  std::string text;  // as typed
  dax_media_kind kind = DAX_MEDIA_DRAM;
  std::string path;                    // empty for dram
  std::uint64_t size_bytes = 0;        // 0: as large as the medium is, behind the offset, or auto
  std::uint64_t offset_bytes = 0;      // where in the file or dax device the medium begins
  int node = -1;                       // -1: none asked for
  std::vector<NodeWeight> interleave;  // empty: none asked for
  bool each = false;                   // stands for several media: cannot be opened
  // Of a medium that is made of others: these, in their order; of logwrites the log is the last.
  std::vector<MediaSpec> parts;
  std::uint64_t chunk_bytes = 0;  // of a stripe
  std::string backend;            // of a part: by which it is reached; empty: as the whole is
  PageChoice pages = PageChoice::kernel_default;
  LoopChoice loop = LoopChoice::off;
};

// Itself, or the media that it is made of.
[[nodiscard]] std::vector<const MediaSpec*> simple_media(const MediaSpec& spec);

// Is every byte of it at an address that follows from the first one's, if its parts have addresses?
[[nodiscard]] bool has_one_address_range(dax_media_kind kind);

// Every refusal is a usage error that names the part that is wrong and lists what is allowed there.
Result<MediaSpec> parse_media(std::string_view text);

}  // namespace pmembench
