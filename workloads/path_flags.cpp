#include "workloads/path_flags.hpp"

#include <utility>

#include "workloads/path_direct.hpp"

namespace pmembench {
namespace {

class FlagsPath final : public Path {
 public:
  FlagsPath(DaxDevice& device, std::unique_ptr<Path> direct)
      : device_(device), reader_(device.make_reader()), direct_(std::move(direct)) {}

  std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  std::int64_t read(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.copy_by_flags(section, iter, false);
  }
  // Loads and zeroing have no flag to choose by: they are the same either way.
  std::int64_t load(dax_iter& iter, std::uint64_t& sum) override {
    return direct_->load(iter, sum);
  }
  std::int64_t load_nontemporal(dax_iter& iter, std::uint64_t& sum) override {
    return direct_->load_nontemporal(iter, sum);
  }
  std::int64_t zero(dax_iter& iter) override { return direct_->zero(iter); }
  std::int64_t write(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.copy_by_flags(section, iter, true);
  }
  std::int64_t persist(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.persist_by_flags(section, iter);
  }
  std::int64_t flush(dax_iter& iter) override { return device_.flush(reader_, iter); }
  int drain() override { return device_.drain(reader_); }
  std::span<std::byte> mapping() override { return whole_mapping(device_, reader_); }

 private:
  DaxDevice& device_;
  DaxReader reader_;
  std::unique_ptr<Path> direct_;
};

}  // namespace

Result<std::unique_ptr<Path>> make_flags_path(DaxDevice& device, PathFixture*) {
  DaxReader reader = device.make_reader();
  dax_iter nothing{};
  nothing.multiplier = 1;
  nothing.slots = 1;
  nothing.size_bytes = nothing.granule_bytes = DAX_LINE_BYTES;
  const ReadSection section(reader);
  if (device.copy_by_flags(section, nothing, false) < 0) {
    return environment_error(
        "path 'flags' cannot be used on {}: its backend maps the medium itself, or it is a stack; "
        "use path 'direct'",
        device.name());
  }
  auto direct = make_direct_path(device, nullptr);
  if (!direct) return direct.error();
  return std::unique_ptr<Path>(std::make_unique<FlagsPath>(device, *std::move(direct)));
}

PathType flags_path() {
  PathType type{"flags", "copies chosen by flags and called directly, as Linux does since 5.17",
                true, make_flags_path};
  type.needs_host_mapping = true;
  type.parents = {kRootPath};
  type.loads = true;
  type.zeroes = true;
  return type;
}

}  // namespace pmembench
