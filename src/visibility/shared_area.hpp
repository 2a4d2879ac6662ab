// SharedArea: the bytes of a medium through which hosts test what they see of each other.
#pragma once

#include "base/result.hpp"
#include "dax/media.hpp"

namespace pmembench {

// Used by one thread. The area goes with the object.
class SharedArea {
 public:
  // `media`: dram (shared with processes that are forked from here), file or devdax; the area is
  // the beginning of the medium. `joint`: other processes of this measurement have it open too.
  // Errors: another kind of medium, one that is too small
  // (usage); those of opening it.
  static Result<SharedArea> open(const std::string& media, std::uint64_t size_bytes, bool destroy,
                                 bool joint);
  [[nodiscard]] unsigned char* address() const { return mapping_.address(); }

 private:
  SharedArea() = default;
  Medium medium_;  // what holds the file; without its mapping for dram
  Mapping mapping_;
};

}  // namespace pmembench
