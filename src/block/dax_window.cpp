#include "block/dax_window.hpp"

#include <cerrno>

#include "block/requests.hpp"
#include "dax/one_range.hpp"

namespace pmembench {

dax_iter DaxWindow::range(std::uint64_t offset_bytes, const void* data,
                          std::uint64_t size_bytes) const {
  return one_range(slice_.offset_bytes + offset_bytes, data, size_bytes);
}

int DaxWindow::outcome(std::int64_t done, const dax_iter& iter) const {
  if (done >= 0 && iter.count == 0) [[likely]]
    return 0;
  if (!slice_.device->alive()) return -ENXIO;
  return done < 0 ? block_error(done) : -EIO;
}

int DaxWindow::load(std::uint64_t offset_bytes, void* data, std::uint64_t size_bytes) {
  dax_iter iter = range(offset_bytes, data, size_bytes);
  const ReadSection section(reader_);
  return outcome(slice_.device->copy_to_iter(section, iter), iter);
}

int DaxWindow::write_back(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  if (!slice_.needs_flush) return 0;
  dax_iter iter = range(offset_bytes, nullptr, size_bytes);
  const std::int64_t lines = slice_.device->flush(reader_, iter);
  return lines < 0 ? block_error(lines) : 0;
}

int DaxWindow::store(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes) {
  dax_iter iter = range(offset_bytes, data, size_bytes);
  const ReadSection section(reader_);
  const int stored = outcome(slice_.device->copy_from_iter(section, iter), iter);
  return stored < 0 ? stored : write_back(offset_bytes, size_bytes);
}

int DaxWindow::persist(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes) {
  dax_iter iter = range(offset_bytes, data, size_bytes);
  const ReadSection section(reader_);
  return outcome(slice_.device->persist_from_iter(section, iter), iter);
}

int DaxWindow::drain() {
  const int drained = slice_.device->drain(reader_);
  return drained < 0 ? block_error(drained) : 0;
}

int DaxWindow::recover(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes) {
  dax_iter iter = range(offset_bytes, data, size_bytes);
  const ReadSection section(reader_);
  const int written = outcome(slice_.device->recovery_write(section, iter), iter);
  return written < 0 ? written : write_back(offset_bytes, size_bytes);
}

int DaxWindow::store_over(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes) {
  const int stored = store(offset_bytes, data, size_bytes);
  return stored == -EIO ? recover(offset_bytes, data, size_bytes) : stored;
}

int DaxWindow::persist_over(std::uint64_t offset_bytes, const void* data,
                            std::uint64_t size_bytes) {
  const int stored = persist(offset_bytes, data, size_bytes);
  if (stored != -EIO) [[likely]]
    return stored;
  const int recovered = recover(offset_bytes, data, size_bytes);
  return recovered < 0 ? recovered : drain();
}

}  // namespace pmembench
