// block: a block device or a file behind the kernel's block path. The backend opens it by its path;
// here it is found fit, sized, held against mounting, and made where it does not exist.
#include "dax/loop_device.hpp"
#include "dax/media.hpp"
#include "dax/media_path.hpp"
#include "dax/media_space.hpp"
#include "dax/persistence_domain.hpp"

namespace pmembench {
namespace {

Status fill(const PathSight& sight, Medium& medium) {
  if (sight.block_device) return {};
  if (medium.facts.created) return write_whole_file(medium.fd.get(), sight.size_bytes);
  return fill_holes(medium.fd.get(), sight.size_bytes);
}

// The backend then opens the loop device. If one is only preferred, the facts record what prevented
// it.
Status put_loop_over(const MediaSpec& spec, const PathSight& sight, Medium& medium) {
  if (sight.block_device) {
    return usage_error("{} is a block device already; leave loop= out", spec.path);
  }
  Result<AttachedLoop> loop = attach_loop_device(medium.fd.get());
  if (loop) {
    medium.path = loop->path;
    medium.loop = std::move(loop->fd);
    medium.facts.block_device = "loop device with direct I/O";
    // A flush of it is an fsync of the file: what is durable there is so as in the file.
    return {};
  }
  if (spec.loop == LoopChoice::on) return loop.error();
  medium.facts.block_device = "none: " + loop.error().message;
  return {};
}

}  // namespace

Status look_at_block(const MediaSpec& spec, const OpenOptions& options) {
  const Result<PathSight> sight = look_at_path(spec, options, Access::look, true);
  return sight ? Status{} : Status{sight.error()};
}

Result<Medium> open_block(const MediaSpec& spec, const OpenOptions& options) {
  const Access access = options.read_only ? Access::read : Access::use;
  Result<PathSight> sight = look_at_path(spec, options, access, true);
  if (!sight) return sight.error();
  Medium medium;
  medium.facts.size_bytes = sight->size_bytes;
  medium.facts.file_system = sight->file_system;
  medium.facts.persistence_domain = written_back_domain(sight->stack);
  medium.facts.stack = sight->stack.text;
  medium.fd = std::move(sight->fd);
  medium.backing = std::move(sight->backing);
  if (!sight->exists) {
    if (Status made = create_medium_file(spec, options, medium); !made) return made.error();
  }
  if (!options.read_only) {
    if (Status filled = fill(*sight, medium); !filled) return filled.error();
  }
  if (options.keep_created) medium.created.keep();
  if (spec.loop == LoopChoice::off) return medium;
  if (Status put = put_loop_over(spec, *sight, medium); !put) return put.error();
  return medium;
}

}  // namespace pmembench
