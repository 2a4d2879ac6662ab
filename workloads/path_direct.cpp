// The direct path: every batch is one call of the dax device's own operations.
#include "workloads/path_direct.hpp"

#include <cerrno>

#include "workloads/line_load.hpp"
#include "workloads/told.hpp"

namespace pmembench {
namespace {

// With a simulated memory what load() does is reported to it; the device's operations do that
// themselves.
template <typename Told>
class DirectPath final : public Path {
 public:
  explicit DirectPath(DaxDevice& device)
      : told_(device.facts().simulation),
        device_(device),
        reader_(device.make_reader()),
        load_(load_ranges_for_this_cpu()),
        load_nontemporal_(nontemporal_load_ranges_for_this_cpu()) {}

  std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  std::int64_t read(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.copy_to_iter(section, iter);
  }
  std::int64_t load(dax_iter& iter, std::uint64_t& sum) override {
    return load_by(load_, iter, sum);
  }
  std::int64_t load_nontemporal(dax_iter& iter, std::uint64_t& sum) override {
    return load_by(load_nontemporal_, iter, sum);
  }
  std::int64_t load_by(LoadRanges ranges, dax_iter& iter, std::uint64_t& sum) {
    const std::uint64_t bytes = iter.count * iter.size_bytes;
    const auto all = static_cast<std::int64_t>(device_.size_bytes() / DAX_PAGE_BYTES);
    const ReadSection section(reader_);
    void* address = nullptr;
    // An address is good only inside a section, so every batch asks for it again.
    const std::int64_t pages =
        device_.direct_access(section, 0, static_cast<std::uint64_t>(all), DAX_ACCESS, &address);
    if (pages < 0) return pages;
    if (pages < all) return -EOPNOTSUPP;
    told_.reads(iter);
    sum = ranges(static_cast<const unsigned char*>(address), iter, sum);
    device_.note_copies(reader_, 0, bytes);
    return static_cast<std::int64_t>(bytes);
  }
  std::int64_t write(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.copy_from_iter(section, iter);
  }
  std::int64_t zero(dax_iter& iter) override {
    const ReadSection section(reader_);
    std::int64_t bytes = 0;
    for (; iter.count > 0; --iter.count) {
      const std::uint64_t page = dax_iter_next(&iter) / DAX_PAGE_BYTES;
      const int zeroed = device_.zero_page_range(section, page, iter.size_bytes / DAX_PAGE_BYTES);
      if (zeroed < 0) return zeroed;
      bytes += static_cast<std::int64_t>(iter.size_bytes);
    }
    return bytes;
  }
  std::int64_t persist(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.persist_from_iter(section, iter);
  }
  std::int64_t flush(dax_iter& iter) override { return device_.flush(reader_, iter); }
  int drain() override { return device_.drain(reader_); }
  std::span<std::byte> mapping() override { return whole_mapping(device_, reader_); }
  SimMemory* simulation() override { return device_.facts().simulation; }

 private:
  [[no_unique_address]] Told told_;
  DaxDevice& device_;
  DaxReader reader_;
  LoadRanges load_, load_nontemporal_;
};

}  // namespace

std::span<std::byte> whole_mapping(DaxDevice& device, DaxReader& reader) {
  const ReadSection section(reader);
  const auto pages = static_cast<std::int64_t>(device.size_bytes() / DAX_PAGE_BYTES);
  void* address = nullptr;
  const std::int64_t reached =
      device.direct_access(section, 0, static_cast<std::uint64_t>(pages), DAX_ACCESS, &address);
  if (reached < pages) return {};
  return {static_cast<std::byte*>(address), device.size_bytes()};
}

Result<std::unique_ptr<Path>> make_direct_path(DaxDevice& device, PathFixture*) {
  if (device.facts().simulation == nullptr) {
    return std::unique_ptr<Path>(std::make_unique<DirectPath<NobodyTold>>(device));
  }
  return std::unique_ptr<Path>(std::make_unique<DirectPath<SimulationTold>>(device));
}

PathType direct_path() {
  PathType type{kRootPath, "the device's own operations", false, make_direct_path};
  type.loads = true;
  type.zeroes = true;
  type.simulated = true;
  return type;
}

}  // namespace pmembench
