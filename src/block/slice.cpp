#include "block/slice.hpp"

#include <cerrno>
#include <utility>

namespace pmembench {
Result<DaxSlice> make_slice(std::string_view kind, DaxDevice& device, const SliceOptions& options) {
  const std::uint32_t sector = options.sector_bytes;
  if (sector != 512 && sector != 4096) {
    return invalid_argument("{} over '{}' cannot have sectors of {} bytes; use 512 or 4096", kind,
                            device.name(), sector);
  }
  const dax_operations* operations = device.operations();
  if (operations == nullptr) {
    return invalid_argument(
        "{} over '{}' has nothing to write with: no operations are bound; bind some", kind,
        device.name());
  }
  if (sector < operations->minimum_io_bytes ||
      (operations->alignment_bytes > 1 && sector % operations->alignment_bytes != 0)) {
    return invalid_argument(
        "{} over '{}' cannot have sectors of {} bytes: backend {} writes multiples of {}"
        " bytes and at least {}; use larger sectors",
        kind, device.name(), sector, operations->name, operations->alignment_bytes,
        operations->minimum_io_bytes);
  }
  if (options.offset_bytes % sector != 0) {
    return invalid_argument(
        "{} over '{}' cannot begin at byte {}: that is not a multiple of its sector of "
        "{} bytes; round it",
        kind, device.name(), options.offset_bytes, sector);
  }
  const std::uint64_t end = device.size_bytes();
  if (options.offset_bytes > end || options.size_bytes > end - options.offset_bytes) {
    return invalid_argument("{} over '{}' would reach to byte {} + {} of {}; make it smaller", kind,
                            device.name(), options.offset_bytes, options.size_bytes, end);
  }
  const std::uint64_t size =
      options.size_bytes == 0 ? end - options.offset_bytes : options.size_bytes;
  if (size < sector) {
    return invalid_argument(
        "{} over '{}' has {} bytes, less than one sector of {} bytes; make it larger", kind,
        device.name(), size, sector);
  }
  return DaxSlice{&device, options.offset_bytes, size / sector * sector, sector,
                  (operations->capabilities & DAX_CAP_NEEDS_FLUSH) != 0};
}

}  // namespace pmembench
