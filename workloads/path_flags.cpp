#include "workloads/path_flags.hpp"

#include "workloads/path_direct.hpp"

namespace pmembench {
namespace {

class FlagsPath final : public Path {
 public:
  explicit FlagsPath(DaxDevice& device) : device_(device), reader_(device.make_reader()) {}

  std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  std::int64_t read(dax_iter& iter) override {
    const ReadSection section(reader_);
    return device_.copy_by_flags(section, iter, false);
  }
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
};

}  // namespace

Result<std::unique_ptr<Path>> make_flags_path(DaxDevice& device, PathGround*) {
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
  return std::unique_ptr<Path>(std::make_unique<FlagsPath>(device));
}

PathType flags_path() {
  PathType type{"flags", "copies chosen by flags and called directly, as Linux does since 5.17",
                true, make_flags_path};
  type.needs_host_mapping = true;
  type.parents = {kRootPath};
  return type;
}

}  // namespace pmembench
