#include "dax/media_spec.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/units.hpp"
#include "base/utf8.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kDaxPrefix = "/dev/dax";
constexpr std::string_view kEach = "each";
// What cells need without a given size: the files of the personalities at their default scale.
constexpr std::uint64_t kPosixBytes = std::uint64_t{64} << 20;

constexpr std::array<MediaKindWords, 9> kKinds{{
    {"dram", DAX_MEDIA_DRAM, "node, interleave, pages",
     "dram:SIZE|auto[,node=N][,interleave=N:W+M:V][,pages=4k|thp|2m|1g]",
     "anonymous memory: a stand-in, or the medium itself on a CXL or far node"},
    {"file", DAX_MEDIA_FILE, "size, offset", "file:PATH[,size=SIZE][,offset=SIZE]",
     "a mapped file: fs-dax where MAP_SYNC holds, else page cache"},
    {"devdax", DAX_MEDIA_DEVDAX, "size, offset", "devdax:/dev/daxX.Y[,size=SIZE][,offset=SIZE]",
     "a dax device; /dev/daxX.Y alone names it too"},
    {"block", DAX_MEDIA_BLOCK, "size, loop", "block:PATH[,size=SIZE][,loop=off|on|auto]",
     "a block device or a file behind the kernel's block path"},
    {"posix", DAX_MEDIA_POSIX, "size", "posix:DIRECTORY[,size=SIZE]",
     "a mounted file system: files in a subdirectory that pmembench makes and removes"},
    {"sim", DAX_MEDIA_SIM, "size", "sim:FILE[,size=SIZE]",
     "a model of a memory in virtual time (docs/sim.md): no hardware is measured"},
    {"linear", DAX_MEDIA_LINEAR, "", "linear:MEDIUM[,backend=NAME]+MEDIUM[,backend=NAME]...",
     "several media one behind the other, as dm-linear"},
    {"stripe", DAX_MEDIA_STRIPE, "", "stripe:N,CHUNK:MEDIUM[,backend=NAME]+...",
     "chunks of several media in turn, as dm-stripe"},
    {"logwrites", DAX_MEDIA_LOGWRITES, "", "logwrites:MEDIUM,log=MEDIUM",
     "a medium with a log of its writes on another, as dm-log-writes"},
}};

struct PageWord {
  std::string_view word;
  PageChoice pages;
};
constexpr std::array<PageWord, 4> kPageWords{{{"4k", PageChoice::small_4k},
                                              {"thp", PageChoice::transparent},
                                              {"2m", PageChoice::huge_2m},
                                              {"1g", PageChoice::huge_1g}}};

// In the order of LoopChoice.
constexpr std::array<std::string_view, 3> kLoopWords{"off", "on", "auto"};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator, start)) {
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

Result<std::uint64_t> page_multiple(std::string_view text) {
  const Result<std::uint64_t> size = parse_size(text);
  if (!size) return size.error();
  if (*size == 0) return usage_error("the size is 0; a medium has at least one page, 4K");
  if (*size % DAX_PAGE_BYTES != 0) {
    const std::uint64_t below = *size / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
    return usage_error("size {} is not a multiple of 4096 bytes; write {} or {}", text,
                       below == 0 ? DAX_PAGE_BYTES : below, below + DAX_PAGE_BYTES);
  }
  return *size;
}

Result<std::uint64_t> page_offset(std::string_view text) {
  const Result<std::uint64_t> offset = parse_size(text);
  if (!offset || *offset % DAX_PAGE_BYTES == 0) return offset;
  return usage_error("offset {} is not a multiple of 4096 bytes; write {}", text,
                     *offset / DAX_PAGE_BYTES * DAX_PAGE_BYTES);
}

Result<int> node_number(std::string_view text) {
  const Result<std::uint64_t> node = parse_count(text);
  if (node && *node <= 1023) return static_cast<int>(*node);
  return usage_error("node '{}' is not the number of a NUMA node; write node=0, node=1, ...", text);
}

// "0:3+1:1": three pages on node 0, one on node 1, and so on.
Status set_interleave(MediaSpec& spec, std::string_view value) {
  for (const std::string_view part : split(value, '+')) {
    const std::size_t colon = part.find(':');
    const Result<std::uint64_t> weight =
        parse_count(colon == std::string_view::npos ? "" : part.substr(colon + 1));
    if (!weight || *weight < 1 || *weight > 255) {
      return usage_error(
          "interleave '{}' has the part '{}', which is not a node and a weight; write NODE:PAGES "
          "with 1 to 255 pages, joined by +, as in interleave=0:3+1:1",
          value, part);
    }
    const Result<int> node = node_number(part.substr(0, colon));
    if (!node) return node.error();
    for (const NodeWeight& other : spec.interleave) {
      if (other.node != *node) continue;
      return usage_error("interleave '{}' names node {} twice; name it once", value, *node);
    }
    spec.interleave.push_back({*node, static_cast<unsigned>(*weight)});
  }
  return {};
}

Status set_key(MediaSpec& spec, std::string_view key, std::string_view value) {
  if (key == "size") {
    const Result<std::uint64_t> size = page_multiple(value);
    if (!size) return size.error();
    spec.size_bytes = *size;
    return {};
  }
  if (key == "offset") {
    const Result<std::uint64_t> offset = page_offset(value);
    if (!offset) return offset.error();
    spec.offset_bytes = *offset;
    return {};
  }
  if (key == "node" || key == "interleave") {
    if (value == kEach) {
      spec.each = true;
      return {};
    }
    if (key == "interleave") return set_interleave(spec, value);
    const Result<int> node = node_number(value);
    if (!node) return node.error();
    spec.node = *node;
    return {};
  }
  if (key == "loop") {
    const auto* const word = std::find(kLoopWords.begin(), kLoopWords.end(), value);
    if (word == kLoopWords.end()) {
      return usage_error("loop '{}' is unknown; write loop=off, loop=on or loop=auto", value);
    }
    spec.loop = static_cast<LoopChoice>(word - kLoopWords.begin());
    return {};
  }
  const auto* page = std::find_if(kPageWords.begin(), kPageWords.end(),
                                  [&](const PageWord& each) { return each.word == value; });
  if (page == kPageWords.end()) {
    return usage_error("pages '{}' is unknown; write pages=4k, pages=thp, pages=2m or pages=1g",
                       value);
  }
  spec.pages = page->pages;
  return {};
}

Status read_keys(MediaSpec& spec, const MediaKindWords& words,
                 const std::vector<std::string_view>& parts) {
  std::vector<std::string_view> seen;
  std::vector<std::string> known;
  for (const std::string_view each : split(words.keys, ',')) {
    known.emplace_back(each.substr(each.find_first_not_of(' ')));
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::size_t equals = parts[i].find('=');
    const std::string_view key = parts[i].substr(0, equals);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      const std::string near = nearest(key, known);
      return usage_error("'{}' is not a key of {}{}; write {}", key, words.word,
                         near.empty() ? "" : fmt::format(" (did you mean {}=?)", near),
                         words.usage);
    }
    if (equals == std::string_view::npos) {
      return usage_error("key {} has no value; write {}", key, words.usage);
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      return usage_error("key {} is given twice; write it once", key);
    }
    seen.push_back(key);
    if (Status set = set_key(spec, key, parts[i].substr(equals + 1)); !set) return set;
  }
  return {};
}

// Splits "KIND:rest"; "/dev/daxX.Y" stands for "devdax:/dev/daxX.Y".
Result<const MediaKindWords*> take_kind(std::string_view& text) {
  if (text.starts_with(kDaxPrefix)) return &kKinds[2];
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  if (colon == std::string_view::npos || word.find('/') != std::string_view::npos) {
    if (word.find('/') != std::string_view::npos) {
      return usage_error(
          "a path alone does not say how it is to be used; write file:{0} to map it or block:{0} "
          "for the kernel's block path",
          text);
    }
    return usage_error(
        "no kind of medium is named; write dram:SIZE, file:PATH, /dev/daxX.Y, "
        "block:PATH or posix:DIRECTORY, or several as one: linear:dram:64M+dram:64M");
  }
  std::vector<std::string> known;
  for (const MediaKindWords& each : kKinds) {
    known.emplace_back(each.word);
    if (each.word != word) continue;
    text.remove_prefix(colon + 1);
    return &each;
  }
  const std::string near = nearest(word, known);
  return usage_error(
      "'{}' is not a kind of medium{}; write dram:SIZE, file:PATH, /dev/daxX.Y, "
      "block:PATH, posix:DIRECTORY or sim:FILE",
      word, near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
}

// Where a medium begins behind a '+': "KIND:" or "/dev/dax".
bool begins_medium(std::string_view text) {
  if (text.starts_with(kDaxPrefix)) return true;
  const std::string_view word = text.substr(0, text.find(':'));
  return word.size() < text.size() &&
         std::any_of(kKinds.begin(), kKinds.end(),
                     [&](const MediaKindWords& kind) { return kind.word == word; });
}

std::vector<std::string_view> split_media(std::string_view text) {
  std::vector<std::string_view> media;
  std::size_t start = 0;
  for (std::size_t at = text.find('+'); at != std::string_view::npos; at = text.find('+', at + 1)) {
    if (!begins_medium(text.substr(at + 1))) continue;
    media.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  media.push_back(text.substr(start));
  return media;
}

Result<MediaSpec> parse(std::string_view text);

// "MEDIUM[,backend=NAME]".
Result<MediaSpec> parse_part(std::string_view text, std::string_view whole) {
  constexpr std::string_view kBackendKey = ",backend=";
  const std::size_t key = text.rfind(kBackendKey);
  std::string_view backend;
  if (key != std::string_view::npos) {
    backend = text.substr(key + kBackendKey.size());
    if (backend.empty() || backend.find(',') != std::string_view::npos) {
      return usage_error(
          "backend='{}' of part '{}' is not a backend's name; write it last, as in "
          "dram:64M,backend=NAME",
          backend, text);
    }
    text = text.substr(0, key);
  }
  if (text.empty()) return usage_error("a part of '{}' is empty; write a medium there", whole);
  auto part = parse(text);
  if (!part) return usage_error("part '{}': {}", text, part.error().message);
  if (part->kind >= DAX_MEDIA_SIM || part->each) {
    return usage_error("'{}' cannot be a part of another medium; use dram, file, devdax or block",
                       text);
  }
  part->backend = backend;
  return part;
}

// "N,CHUNK:MEDIUM+..."; leaves the media in `text`.
Status read_stripe(MediaSpec& spec, std::string_view& text, const MediaKindWords& words,
                   std::uint64_t* devices) {
  const std::size_t comma = text.find(',');
  const std::size_t colon = text.find(':');
  if (comma == std::string_view::npos || colon == std::string_view::npos || comma > colon) {
    return usage_error("the number of media or the chunk is missing; write {}", words.usage);
  }
  const auto count = parse_count(text.substr(0, comma));
  const std::string_view chunk_text = text.substr(comma + 1, colon - comma - 1);
  const auto chunk = parse_size(chunk_text);
  if (!count || *count < 2) {
    return usage_error("'{}' is not a number of media of 2 or more; write {}",
                       text.substr(0, comma), words.usage);
  }
  if (!chunk || *chunk < DAX_PAGE_BYTES || (*chunk & (*chunk - 1)) != 0) {
    return usage_error("chunk {} is not a power of two of at least 4096 bytes; write stripe:2,64K:",
                       chunk_text);
  }
  spec.chunk_bytes = *chunk;
  *devices = *count;
  text.remove_prefix(colon + 1);
  return {};
}

// 0 where the size of a part is not known yet.
std::uint64_t stacked_bytes(const MediaSpec& spec) {
  if (spec.kind == DAX_MEDIA_LOGWRITES) return spec.parts.front().size_bytes;
  std::uint64_t sum = 0, least = UINT64_MAX;
  for (const MediaSpec& part : spec.parts) {
    sum += part.size_bytes;
    least = std::min(least, part.size_bytes);
  }
  if (least == 0) return 0;
  if (spec.kind == DAX_MEDIA_LINEAR) return sum;
  return least / spec.chunk_bytes * spec.chunk_bytes * spec.parts.size();
}

Status parse_stack(MediaSpec& spec, std::string_view text, const MediaKindWords& words) {
  constexpr std::string_view kLogKey = ",log=";
  constexpr std::size_t kMostParts = 64;
  std::uint64_t devices = 0;
  const std::size_t log = text.find(kLogKey);
  if (spec.kind == DAX_MEDIA_LOGWRITES && log == std::string_view::npos) {
    return usage_error("the medium of the log is missing; write {}", words.usage);
  }
  if (spec.kind == DAX_MEDIA_STRIPE) {
    if (Status read = read_stripe(spec, text, words, &devices); !read) return read;
  }
  const auto texts =
      spec.kind == DAX_MEDIA_LOGWRITES
          ? std::vector<std::string_view>{text.substr(0, log), text.substr(log + kLogKey.size())}
          : split_media(text);
  for (const std::string_view each : texts) {
    auto part = parse_part(each, text);
    if (!part) return part.error();
    spec.parts.push_back(*std::move(part));
  }
  if (devices != 0 && devices != spec.parts.size()) {
    return usage_error("a stripe of {} media names {}; write as many as it has", devices,
                       spec.parts.size());
  }
  if (spec.parts.size() < 2 || spec.parts.size() > kMostParts) {
    return usage_error("{} is made of {} medium; name 2 to {}, joined by +", words.word,
                       spec.parts.size(), kMostParts);
  }
  spec.size_bytes = stacked_bytes(spec);
  return {};
}

Result<MediaSpec> parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return usage_error("it contains a NUL byte, which no path or key can hold; leave it out");
  }
  if (!is_utf8(text)) {
    return usage_error("it is not UTF-8, so no result could name it; rename it, or link to it");
  }
  MediaSpec spec;
  spec.text = text;
  const Result<const MediaKindWords*> words = take_kind(text);
  if (!words) return words.error();
  spec.kind = (*words)->kind;
  if (spec.kind >= DAX_MEDIA_LINEAR) {
    if (Status read = parse_stack(spec, text, **words); !read) return read.error();
    return spec;
  }
  const std::vector<std::string_view> parts = split(text, ',');
  if (spec.kind == DAX_MEDIA_DRAM) {
    if (parts[0].empty() || parts[0].find('=') != std::string_view::npos) {
      return usage_error("the size is missing; write {}", (*words)->usage);
    }
    if (parts[0] != "auto") {
      const Result<std::uint64_t> size = page_multiple(parts[0]);
      if (!size) return size.error();
      spec.size_bytes = *size;
    }
  } else {
    if (parts[0].empty()) return usage_error("the path is empty; write {}", (*words)->usage);
    spec.path = parts[0];
  }
  if (spec.kind == DAX_MEDIA_POSIX) spec.size_bytes = kPosixBytes;
  if (spec.kind == DAX_MEDIA_DEVDAX && spec.path == kEach) spec.each = true;
  if (Status read = read_keys(spec, **words, parts); !read) return read.error();
  const auto names = [&](std::string_view key) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return part.starts_with(key); });
  };
  if (names("node=") && names("interleave=")) {
    return usage_error("node= and interleave= both name the nodes of the pages; write one of them");
  }
  return spec;
}

}  // namespace

std::span<const MediaKindWords> media_kinds() { return kKinds; }

std::string_view media_kind_name(std::uint32_t kind) {
  for (const MediaKindWords& each : kKinds) {
    if (each.kind == kind) return each.word;
  }
  return "unknown";
}

std::vector<const MediaSpec*> simple_media(const MediaSpec& spec) {
  std::vector<const MediaSpec*> media;
  for (const MediaSpec& part : spec.parts) media.push_back(&part);
  return media.empty() ? std::vector{&spec} : media;
}

bool has_one_address_range(dax_media_kind kind) {
  return kind != DAX_MEDIA_STRIPE && kind != DAX_MEDIA_LOGWRITES;
}

Result<MediaSpec> parse_media(std::string_view text) {
  auto spec = parse(text);
  return spec ? spec : usage_error("medium '{}': {}", text, spec.error().message);
}

}  // namespace pmembench
