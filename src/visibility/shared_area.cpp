#include "visibility/shared_area.hpp"

#include <sys/mman.h>

#include "base/units.hpp"
#include "dax/system_error.hpp"

namespace pmembench {

Result<SharedArea> SharedArea::open(const std::string& media, std::uint64_t size_bytes,
                                    bool destroy, bool joint) {
  auto spec = parse_media(media);
  if (!spec) return spec.error();
  SharedArea area;
  if (spec->kind == DAX_MEDIA_DRAM) {
    void* const address =
        mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return system_error(errno, "{} cannot be mapped", media);
    area.mapping_ = Mapping(address, size_bytes);
    return area;
  }
  if (spec->kind != DAX_MEDIA_FILE && spec->kind != DAX_MEDIA_DEVDAX) {
    return usage_error(
        "medium '{}' cannot show what hosts see of each other, which takes loads and stores: use "
        "dram, file or devdax",
        media);
  }
  OpenOptions options;
  options.destroy = destroy;
  options.joint = joint;
  auto medium = open_medium(*spec, options, true);
  if (!medium) return medium.error().with_context(fmt::format("medium '{}'", media));
  if (medium->mapping.size_bytes() < size_bytes) {
    return usage_error("medium '{}' has {}, and the test needs {}; name a larger one", media,
                       format_size(medium->mapping.size_bytes()), format_size(size_bytes));
  }
  area.mapping_ = std::move(medium->mapping);
  area.medium_ = *std::move(medium);
  return area;
}

}  // namespace pmembench
