#include "fs/directory.hpp"

#include <bit>
#include <cstring>

namespace pmembench::fs {
const DirectoryEntry* Directory::find(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second;
}

EntryPlace Directory::place_for(std::size_t name_bytes) {
  const std::uint16_t lines = lines_for(name_bytes);
  while (hint_ < blocks() && free_[hint_] == 0) ++hint_;
  for (std::uint32_t block = hint_; block < blocks(); ++block) {
    std::uint64_t fits = free_[block];  // bit n: lines n .. n + lines - 1 are free
    for (std::uint16_t i = 1; i < lines; ++i) fits &= free_[block] >> i;
    if (fits == 0) continue;
    return {block, static_cast<std::uint16_t>(std::countr_zero(fits)), lines};
  }
  return {};
}

void Directory::add(std::string_view name, const DirectoryEntry& entry) {
  names_.insert_or_assign(std::string(name), entry);
  free_[entry.place.block] &= ~entry.place.mask();
}

void Directory::remove(std::string_view name) {
  const auto found = names_.find(name);
  const EntryPlace place = found->second.place;
  free_[place.block] |= place.mask();
  if (place.block < hint_) hint_ = place.block;
  names_.erase(found);
}

std::vector<std::string> Directory::names() const {
  std::vector<std::string> all;
  all.reserve(names_.size());
  for (const auto& [name, entry] : names_) all.push_back(name);
  return all;
}

std::uint16_t lines_for(std::size_t name_bytes) {
  return static_cast<std::uint16_t>((sizeof(EntryHeader) + name_bytes + kLineBytes - 1) /
                                    kLineBytes);
}

void encode_entry(std::span<std::byte> to, std::string_view name, std::uint32_t inode,
                  std::uint32_t generation, std::uint32_t directory) {
  std::memset(to.data(), 0, to.size());
  EntryHeader header;
  header.inode = inode;
  header.generation = generation;
  header.name_bytes = static_cast<std::uint32_t>(name.size());
  std::memcpy(to.data(), &header, sizeof(header));
  std::memcpy(to.data() + sizeof(header), name.data(), name.size());
  header.check = short_checksum(to.subspan(sizeof(header.check)), directory);
  std::memcpy(to.data(), &header.check, sizeof(header.check));
}

ReadEntry read_entry(std::span<const std::byte> block, EntryPlace line, std::uint32_t directory) {
  const auto rest = block.subspan(line.line * kLineBytes);
  const auto header = load<EntryHeader>(rest, 0);
  line.lines = 1;
  ReadEntry read{{}, {header.inode, header.generation, line}, nullptr};
  if (header.inode == 0) {
    if (!all_zero(rest.first(kLineBytes))) read.problem = "a free line is not zero";
    return read;
  }
  const std::uint16_t lines = lines_for(header.name_bytes);
  if (header.name_bytes == 0 || header.name_bytes > kMaximumName ||
      lines * kLineBytes > rest.size()) {
    read.problem = "an entry has no possible length";
    return read;
  }
  read.entry.place.lines = lines;
  const auto bytes = rest.first(lines * kLineBytes);
  read.name = {reinterpret_cast<const char*>(bytes.data()) + sizeof(header), header.name_bytes};
  if (header.check != short_checksum(bytes.subspan(sizeof(header.check)), directory)) {
    read.problem = "an entry's checksum is wrong";
  }
  return read;
}

}  // namespace pmembench::fs
