// What the tests of media share: the backends outside the tree, and openers in one line.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "dax/open_device.hpp"
#include "plain_table.hpp"

namespace pmembench {

inline const Registry& outside_backends() {
  static const Result<Registry> registry =
      Registry::build(plain_host(), {}, {{}, {PMEMBENCH_BINARY_DIR "/plugins/good"}});
  return *registry;
}

inline const BackendEntry& backend_called(const std::string& name) {
  return **outside_backends().find(name);
}

inline Result<OpenedDevice> open_medium_with(const std::string& backend, const std::string& medium,
                                             const OpenOptions& options = {}) {
  const Result<MediaSpec> spec = parse_media(medium);
  if (!spec) return spec.error();
  return open_device(backend_called(backend), *spec, plain_host(), options);
}

// The sentence with which looking refuses, after making sure that opening says the same.
inline std::string refusal_of(const std::string& backend, const std::string& medium,
                              const OpenOptions& options = {}) {
  const Result<MediaSpec> spec = parse_media(medium);
  EXPECT_TRUE(spec) << spec.error().message;
  const Status looked = check_media(backend_called(backend), *spec, options);
  const Result<OpenedDevice> opened = open_medium_with(backend, medium, options);
  if (looked && opened) return "accepted";
  if (looked) return "only opening refuses: " + opened.error().message;
  if (opened) return "only looking refuses: " + looked.error().message;
  EXPECT_EQ(looked.error().message, opened.error().message);
  EXPECT_EQ(looked.error().kind, opened.error().kind);
  EXPECT_NE(looked.error().kind, ErrorKind::runtime);
  EXPECT_TRUE(looked.error().message.starts_with("medium '" + medium + "': "))
      << looked.error().message;
  return looked.error().message;
}

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool exists(const std::string& path) {
  struct stat facts {};
  return lstat(path.c_str(), &facts) == 0;
}

// Acts as an ordinary user while it lives; `possible` only for root.
class OrdinaryUser {
 public:
  OrdinaryUser() : possible(geteuid() == 0 && seteuid(65534) == 0) {}
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;
  ~OrdinaryUser() {
    if (!possible) return;
    EXPECT_EQ(seteuid(0), 0);
  }
  const bool possible;
};

}  // namespace pmembench
