// AddressPath: loads and stores at the addresses of the whole device, as an application does them
// that has mapped it; then flush and drain.
#pragma once

#include <cerrno>
#include <utility>

#include "workloads/line_copy.hpp"
#include "workloads/line_load.hpp"
#include "workloads/path_direct.hpp"
#include "workloads/told.hpp"

namespace pmembench {

// Addresses: Result-free and inlined, because every batch asks again (an address is good only
// inside a section):
//   std::int64_t begin(DaxDevice&, const ReadSection&, unsigned char** first_byte); 0 or -errno
template <typename Addresses, typename Told = NobodyTold>
class AddressPath final : public Path {
 public:
  AddressPath(DaxDevice& device, DaxReader reader, Addresses addresses)
      : told_(device.facts().simulation),
        device_(device),
        reader_(std::move(reader)),
        addresses_(std::move(addresses)),
        copy_(line_copy_for_this_cpu()),
        load_(load_ranges_for_this_cpu()),
        load_nontemporal_(nontemporal_load_ranges_for_this_cpu()) {}

  std::uint64_t size_bytes() const override { return device_.size_bytes(); }

  std::int64_t read(dax_iter& iter) override {
    const std::int64_t bytes =
        each_range(iter, [&](unsigned char* at, std::uint64_t offset_bytes, dax_iter& batch) {
          told_.read(offset_bytes, batch.size_bytes);
          copy_(batch.buffer, at, batch.size_bytes);
        });
    if (bytes > 0) device_.note_copies(reader_, 0, static_cast<std::uint64_t>(bytes));
    return bytes;
  }

  std::int64_t load(dax_iter& iter, std::uint64_t& sum) override {
    return load_by(load_, iter, sum);
  }
  std::int64_t load_nontemporal(dax_iter& iter, std::uint64_t& sum) override {
    return load_by(load_nontemporal_, iter, sum);
  }
  std::int64_t load_by(LoadRanges ranges, dax_iter& iter, std::uint64_t& sum) {
    const std::uint64_t bytes = iter.count * iter.size_bytes;
    const ReadSection section(reader_);
    unsigned char* first_byte = nullptr;
    const std::int64_t status = addresses_.begin(device_, section, &first_byte);
    if (status < 0) return status;
    told_.reads(iter);
    sum = ranges(first_byte, iter, sum);
    device_.note_copies(reader_, 0, bytes);
    return static_cast<std::int64_t>(bytes);
  }

  std::int64_t write(dax_iter& iter) override {
    const std::int64_t bytes =
        each_range(iter, [&](unsigned char* at, std::uint64_t offset_bytes, dax_iter& batch) {
          told_.written(offset_bytes, batch.size_bytes);
          copy_(at, batch.buffer, batch.size_bytes);
        });
    if (bytes > 0) device_.note_copies(reader_, static_cast<std::uint64_t>(bytes), 0);
    return bytes;
  }

  // As an application does it: store, ask the device to flush that range, drain, next.
  std::int64_t persist(dax_iter& iter) override {
    std::int64_t bytes = 0;
    while (iter.count > 0) {
      dax_iter flushed = iter;
      dax_iter stored = iter;
      stored.count = flushed.count = 1;
      const std::int64_t written = write(stored);
      if (written < 0) return written;
      const std::int64_t lines = flush(flushed);
      if (lines < 0) return lines;
      const int status = device_.drain(reader_);
      if (status < 0) return status;
      iter.state = stored.state;
      --iter.count;
      bytes += written;
    }
    return bytes;
  }

  // The backend did not see the stores: it must write back what its own copies would not leave
  // dirty.
  std::int64_t flush(dax_iter& iter) override {
    const std::uint32_t flags = std::exchange(iter.flags, iter.flags | DAX_ITER_STORED);
    const std::int64_t lines = device_.flush(reader_, iter);
    iter.flags = flags;
    return lines;
  }
  int drain() override { return device_.drain(reader_); }
  std::span<std::byte> mapping() override { return whole_mapping(device_, reader_); }
  SimMemory* simulation() override { return device_.facts().simulation; }

 private:
  template <typename Range>
  std::int64_t each_range(dax_iter& iter, Range&& range) {
    const ReadSection section(reader_);
    unsigned char* first_byte = nullptr;
    const std::int64_t status = addresses_.begin(device_, section, &first_byte);
    if (status < 0) return status;
    std::int64_t bytes = 0;
    for (; iter.count > 0; --iter.count) {
      const std::uint64_t offset_bytes = dax_iter_next(&iter);
      range(first_byte + offset_bytes, offset_bytes, iter);
      bytes += static_cast<std::int64_t>(iter.size_bytes);
    }
    return bytes;
  }

  [[no_unique_address]] Told told_;
  DaxDevice& device_;
  DaxReader reader_;
  Addresses addresses_;
  LineCopy copy_;
  LoadRanges load_, load_nontemporal_;
};

}  // namespace pmembench
