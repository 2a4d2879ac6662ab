#include "dax/media_hold.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "dax/media.hpp"
#include "dax/media_claim.hpp"

namespace pmembench {
namespace {

constexpr int kFlags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

UniqueFd open_to_hold(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDWR | kFlags));
  return fd ? std::move(fd) : UniqueFd(open(path.c_str(), O_RDONLY | kFlags));
}

}  // namespace

Status MediaHolds::take(const MediaSpec& medium, bool joint, const std::string& root) {
  if (medium.path.empty()) return {};
  struct stat facts {};
  // A FIFO would have an effect on being opened.
  if (stat(medium.path.c_str(), &facts) != 0) return {};
  if (!S_ISREG(facts.st_mode) && !S_ISBLK(facts.st_mode) && !S_ISCHR(facts.st_mode)) return {};
  // Each process that is started asks again: what is kept already is not opened for it.
  const std::string key =
      fmt::format("{} {}+{}", medium_identity(facts), medium.offset_bytes, medium.size_bytes);
  if (held_.contains(key)) return {};
  UniqueFd fd = open_to_hold(medium.path);
  struct stat opened {};
  if (!fd || fstat(fd.get(), &opened) != 0) return {};
  // Replaced meanwhile: the process that is started refuses it.
  if (medium_identity(opened) != medium_identity(facts)) return {};
  const Status held = hold_medium(medium.path, fd.get(), medium.offset_bytes, medium.size_bytes,
                                  joint, OpenOptions().claim_patience_ms, root);
  if (!held) return held;
  held_.emplace(key, std::move(fd));
  return {};
}

}  // namespace pmembench
