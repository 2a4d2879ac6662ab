// What a host tells: the files of /sys and /proc, the content of a device, a plugin's table.
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "base/unique_fd.hpp"
#include "dax/media_content.hpp"
#include "dax/operations_check.hpp"
#include "platform/device_stack.hpp"
#include "platform/devices.hpp"
#include "platform/environment.hpp"
#include "platform/topology.hpp"
#include "target.hpp"
#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench::fuzz {
namespace {

// "sys/a/b", without a way out of the tree.
bool is_usable_path(std::string_view path) {
  if (path.empty() || path.size() > 120 || path.front() == '/' || path.back() == '/') return false;
  return path.find("..") == path.npos && path.find("//") == path.npos &&
         path.find('\0') == path.npos;
}

// Lines of "path=content"; "path>target" is a link. What cannot be made is left out.
void make_tree(std::string_view text, fakes::SysfsTree& tree) {
  for (int files = 0; !text.empty() && files < 40; ++files) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    const std::size_t split = line.find_first_of("=>");
    if (split == line.npos || !is_usable_path(line.substr(0, split))) continue;
    const std::string_view rest = line.substr(split + 1);
    try {
      if (line[split] == '=') {
        tree.raw(line.substr(0, split), rest);
      } else if (is_usable_path(rest)) {
        tree.link(line.substr(0, split), rest);
      }
    } catch (const std::filesystem::filesystem_error&) {
      continue;
    }
  }
}

}  // namespace

void fuzz_host(Bytes input) {
  fakes::SysfsTree tree;
  make_tree(text_of(input), tree);
  const Topology topology = read_topology(tree.root());
  require(!topology.nodes.empty(), "a host has a node");
  static_cast<void>(topology.cache_bytes(topology.usable_cpus, 0));
  static_cast<void>(read_dax_devices(tree.root()));
  static_cast<void>(read_nd_regions(tree.root()));
  static_cast<void>(read_cxl_devices(tree.root()));
  static_cast<void>(read_block_devices(tree.root()));
  static_cast<void>(mounts_of(tree.root(), "/dev/pmem0"));
  static_cast<void>(stack_of_device(tree.root(), makedev(259, 0)));
  static_cast<void>(stack_of_device(tree.root(), makedev(253, 0)));
  static_cast<void>(stack_of_file(tree.root(), makedev(253, 0), "ext4"));
}

void fuzz_content(Bytes input) {
  constexpr off_t kSmallest = 1 << 20;  // libblkid looks at less of smaller ones
  const UniqueFd file(memfd_create("fuzz", MFD_CLOEXEC));
  if (!file || ftruncate(file.get(), kSmallest) != 0) return;
  // Where most formats have something: the first 64 KiB; and a second copy at the end.
  if (pwrite(file.get(), input.data(), input.size(), 0) < 0) return;
  const auto size = static_cast<off_t>(input.size());
  if (size > 0 && size < kSmallest &&
      pwrite(file.get(), input.data(), input.size(), kSmallest - size) < 0) {
    return;
  }
  static_cast<void>(recognised_content(file.get()));
  const auto first = first_nonzero(file.get(), static_cast<std::uint64_t>(kSmallest));
  require(first.has_value(), "a file in memory is readable");
  const bool zero = std::all_of(input.begin(), input.end(), [](auto byte) { return byte == 0; });
  require(first->has_value() != zero, "what is not zero is found");
}

// The numbers of a table from the bytes; its pointers from a few that a loader gives.
void fuzz_plugin_table(Bytes input) {
  Reader reader(input);
  const auto fields = reader.take<std::uint8_t>();
  const auto functions = reader.take<std::uint16_t>();
  const auto numbers = reader.take<std::array<std::uint64_t, 6>>();
  const std::string name(text_of(reader.bytes(40)));
  const std::string summary(text_of(reader.bytes(400)));
  dax_operations table{};
  table.magic = (fields & 1) != 0 ? numbers[0] : DAX_OPERATIONS_MAGIC;
  table.abi_version = (fields & 2) != 0 ? static_cast<std::uint32_t>(numbers[1])
                                        : std::uint32_t{DAX_OPERATIONS_ABI_VERSION};
  // A plugin that was compiled with a longer table brings a longer one; a shorter one is read as
  // far as it says.
  table.struct_size = (fields & 4) != 0 ? static_cast<std::uint32_t>(numbers[1] >> 32) %
                                              (sizeof(dax_operations) + 1)
                                        : std::uint32_t{sizeof(dax_operations)};
  table.name = (fields & 8) != 0 ? nullptr : name.c_str();
  table.summary = (fields & 16) != 0 ? nullptr : summary.c_str();
  table.capabilities = numbers[2];
  table.media = numbers[3];
  table.minimum_io_bytes = static_cast<std::uint32_t>(numbers[4]);
  table.alignment_bytes = static_cast<std::uint32_t>(numbers[5]);
  const auto given = [&](int bit) { return (functions >> bit & 1) == 0; };
  if (given(0)) table.probe = [](const dax_host_info*, char*, std::uint64_t) { return 0; };
  if (given(1)) {
    table.open = [](const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                    std::uint64_t) { return -1; };
  }
  if (given(2)) table.close = [](void*) {};
  if (given(3)) {
    table.direct_access = [](void*, std::uint64_t, std::uint64_t, std::uint32_t, void**) {
      return std::int64_t{-1};
    };
  }
  const auto copy = [](void*, dax_iter*) { return std::int64_t{-1}; };
  if (given(4)) table.copy_from_iter = copy;
  if (given(5)) table.copy_to_iter = copy;
  if (given(6)) table.flush = copy;
  if (given(7)) table.drain = [](void*) { return 0; };
  if (given(8)) table.zero_page_range = [](void*, std::uint64_t, std::uint64_t) { return 0; };
  const auto complete = complete_operations(&table);
  if (!complete) return;
  require(complete->probe != nullptr && complete->copy_from_iter != nullptr &&
              complete->copy_to_iter != nullptr && complete->flush != nullptr &&
              complete->drain != nullptr && complete->zero_page_range != nullptr,
          "a table that is taken has what is called");
  require(complete->name != nullptr && complete->name[0] != '\0', "it has a name");
  require(complete->minimum_io_bytes > 0 && complete->alignment_bytes > 0, "no size is 0");
  require(complete->open == nullptr || complete->close != nullptr, "what is opened is closed");
  static_cast<void>(probe_operations(*complete, dax_host_info{}));
}

}  // namespace pmembench::fuzz
