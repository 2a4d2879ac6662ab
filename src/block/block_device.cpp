#include "block/block_device.hpp"

#include <cerrno>

namespace pmembench {
namespace {

dax_iter one_request(std::uint64_t offset_bytes, std::uint64_t size_bytes, unsigned char* buffer) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.offset_bytes = offset_bytes;
  iter.size_bytes = size_bytes;
  iter.count = 1;
  iter.buffer = buffer;
  return iter;
}

int status_of(std::int64_t done, const dax_iter& iter) {
  if (done < 0) return static_cast<int>(done);
  return iter.count == 0 ? 0 : -EIO;
}

}  // namespace

std::int64_t BlockSession::write_fua(dax_iter& iter) {
  std::int64_t total = 0;
  while (iter.count > 0) {
    dax_iter one = iter;
    one.count = 1;
    std::int64_t done = write(one);
    if (done >= 0) {
      const int flushed = flush();
      if (flushed < 0) done = flushed;
    }
    if (done < 0) return total > 0 ? total : done;
    iter.state = one.state;
    --iter.count;
    total += done;
  }
  return total;
}

int BlockSession::read_at(std::uint64_t offset_bytes, std::span<std::byte> buffer) {
  if (buffer.empty()) return 0;
  dax_iter iter =
      one_request(offset_bytes, buffer.size(), reinterpret_cast<unsigned char*>(buffer.data()));
  return status_of(read(iter), iter);
}

int BlockSession::write_at(std::uint64_t offset_bytes, std::span<const std::byte> data) {
  if (data.empty()) return 0;
  // An iterator's buffer serves both directions; a write does not touch it.
  auto* buffer = const_cast<std::byte*>(data.data());
  dax_iter iter = one_request(offset_bytes, data.size(), reinterpret_cast<unsigned char*>(buffer));
  return status_of(write(iter), iter);
}

}  // namespace pmembench
