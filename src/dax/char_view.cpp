#include "dax/char_view.hpp"

#include <cerrno>

#include "dax/one_piece.hpp"

namespace pmembench {
namespace {

Error with_code(Error error, int code) {
  error.code = code;
  return error;
}

Error access_error(const DaxDevice& device, const MapRequest& request, std::int64_t code) {
  const auto& name = device.name();
  switch (-code) {
    case ENXIO:
      return with_code(runtime_error("dax device '{}' is dead; open it again to map it", name),
                       ENXIO);
    case EOPNOTSUPP:
      return with_code(environment_error("dax device '{}' has no direct access; it cannot be "
                                         "mapped, use copies",
                                         name),
                       EOPNOTSUPP);
    case EHWPOISON:
      return with_code(runtime_error("dax device '{}' has a bad block in [{}, +{}); repair it by "
                                     "recovery_write or map around it",
                                     name, request.offset_bytes, request.length_bytes),
                       EHWPOISON);
    default:
      return with_code(runtime_error("dax device '{}' refuses direct access to [{}, +{}) with "
                                     "errno {}; see its backend",
                                     name, request.offset_bytes, request.length_bytes, -code),
                       static_cast<int>(-code));
  }
}

}  // namespace

Status CharView::check(const MapRequest& request) const {
  const std::string& name = device_.name();
  const std::uint64_t alignment = device_.facts().alignment_bytes;
  if (request.kind == MapKind::private_mapping) {
    return with_code(
        usage_error("dax device '{}' gives shared mappings only; ask for a shared one", name),
        EINVAL);
  }
  if (request.length_bytes == 0 || request.offset_bytes % alignment != 0 ||
      request.length_bytes % alignment != 0) {
    return with_code(usage_error("a mapping of [{}, +{}) of dax device '{}' is not made of whole "
                                 "granules; use multiples of its alignment of {} bytes",
                                 request.offset_bytes, request.length_bytes, name, alignment),
                     EINVAL);
  }
  if (request.synchronous && !device_.synchronous()) {
    return with_code(environment_error("dax device '{}' is not synchronous, its stores need a "
                                       "message to a host to be durable; map it without "
                                       "synchronous",
                                       name),
                     EOPNOTSUPP);
  }
  const std::uint64_t size = device_.size_bytes();
  if (request.offset_bytes >= size || request.length_bytes > size - request.offset_bytes) {
    return with_code(usage_error("a mapping of [{}, +{}) ends beyond dax device '{}' of {} bytes; "
                                 "map less",
                                 request.offset_bytes, request.length_bytes, name, size),
                     ENXIO);
  }
  return {};
}

Result<std::span<std::byte>> CharView::map(const ReadSection& section,
                                           const MapRequest& request) const {
  if (!device_.alive()) return access_error(device_, request, -ENXIO);
  if (const Status checked = check(request); !checked) return checked.error();
  const OnePiece piece = address_of(device_, section, request.offset_bytes, request.length_bytes);
  if (piece.error == -ERANGE && piece.reached_bytes > 0) {
    return with_code(runtime_error("[{}, +{}) of dax device '{}' is in several pieces, the first "
                                   "of {} bytes; map them one by one",
                                   request.offset_bytes, request.length_bytes, device_.name(),
                                   piece.reached_bytes),
                     ERANGE);
  }
  if (piece.error < 0) return access_error(device_, request, piece.error);
  return std::span<std::byte>(piece.address, request.length_bytes);
}

}  // namespace pmembench
