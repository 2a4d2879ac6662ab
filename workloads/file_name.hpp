// FileName: a path of the mount, made before anything is timed and kept without an allocation.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.hpp"

namespace pmembench {

class FileName {
 public:
  FileName() = default;
  explicit FileName(std::string_view path) : length_(static_cast<std::uint8_t>(path.size())) {
    PMB_CHECK(path.size() <= text_.size(), "names of workloads are short");
    std::memcpy(text_.data(), path.data(), path.size());
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), length_}; }
  [[nodiscard]] std::string_view leaf() const { return view().substr(view().rfind('/') + 1); }

 private:
  std::array<char, 47> text_{};
  std::uint8_t length_ = 0;
};

}  // namespace pmembench
