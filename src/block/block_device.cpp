#include "block/block_device.hpp"

#include <cerrno>

#include "dax/one_range.hpp"

namespace pmembench {
namespace {

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
  dax_iter iter = one_range(offset_bytes, buffer.data(), buffer.size());
  return status_of(read(iter), iter);
}

int BlockSession::write_at(std::uint64_t offset_bytes, std::span<const std::byte> data) {
  if (data.empty()) return 0;
  dax_iter iter = one_range(offset_bytes, data.data(), data.size());
  return status_of(write(iter), iter);
}

}  // namespace pmembench
