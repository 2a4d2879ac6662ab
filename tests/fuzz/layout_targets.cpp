// What a medium holds: block translation, the small file system, the log of writes. Each begins
// with a good image, and the input changes it; where a checksum would refuse every change, some
// changes put it right again.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "block/btt.hpp"
#include "block/btt_layout.hpp"
#include "dax/logwrites.hpp"
#include "dax/logwrites_layout.hpp"
#include "fs/file_system.hpp"
#include "fs/layout.hpp"
#include "target.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench::fuzz {
namespace {

using fakes::FakeBackend;

std::span<std::byte> image_of(FakeBackend& fake) {
  return std::as_writable_bytes(std::span(fake.bytes(), fake.size_bytes()));
}

void patch(std::span<std::byte> image, std::uint64_t offset, Bytes bytes) {
  offset %= image.size();
  const std::size_t size = std::min<std::size_t>(bytes.size(), image.size() - offset);
  if (size > 0) std::memcpy(image.data() + offset, bytes.data(), size);
}

template <typename T>
T get(std::span<std::byte> image, std::uint64_t offset) {
  T value{};
  if (offset + sizeof(T) <= image.size()) std::memcpy(&value, image.data() + offset, sizeof(T));
  return value;
}

template <typename T>
void put(std::span<std::byte> image, std::uint64_t offset, const T& value) {
  if (offset + sizeof(T) <= image.size()) std::memcpy(image.data() + offset, &value, sizeof(T));
}

// A structure of the image, some of its bytes changed and its checksum right.
template <typename T, typename Check>
void change(std::span<std::byte> image, std::uint64_t offset, Reader& reader, Check check) {
  T value = get<T>(image, offset);
  const std::size_t at = reader.take<std::uint8_t>() % sizeof(T);
  const Bytes bytes = reader.bytes(std::min<std::size_t>(8, sizeof(T) - at));
  if (!bytes.empty())
    std::memcpy(reinterpret_cast<std::byte*>(&value) + at, bytes.data(), bytes.size());
  value.check = check(value);
  put(image, offset, value);
}

// A mount does not write to what it can do without.
constexpr const char* kFirstSuperblock = "the first superblock is damaged; its copy was used";
constexpr std::uint64_t kSystemBytes = 2 << 20;

std::vector<std::byte> make_system() {
  FakeBackend fake(kSystemBytes);
  fake.record = false;
  const auto device = fake.device();
  const MountSource source{device.get(), nullptr};
  require(FileSystem::format(source, {}).has_value(), "a device can be formatted");
  auto mounted = FileSystem::mount(source, {});
  require(mounted.has_value(), "and mounted");
  {
    const auto thread = (*mounted)->thread();
    thread->make_directory("/d");
    const std::vector<std::byte> data(5000, std::byte{7});
    for (const char* name : {"/d/a", "/d/b", "/c"}) {
      const int file = thread->open(name, FileSystemThread::kCreate);
      for (std::uint64_t i = 0; i < 16; ++i) thread->write(file, i * 12288, data);
      thread->fsync(file);
      thread->close(file);
    }
  }
  require((*mounted)->unmount().has_value(), "and unmounted");
  const auto image = image_of(fake);
  return {image.begin(), image.end()};
}

void use_system(FileSystem& system) {
  const auto thread = system.thread();
  std::vector<std::byte> buffer(4096);
  FileStatus status;
  for (const char* name : {"/d/a", "/d/b", "/c", "/d/new"}) {
    static_cast<void>(thread->stat(name, status));
    const int file = thread->open(name, FileSystemThread::kCreate);
    if (file < 0) continue;
    static_cast<void>(thread->read(file, 12288, buffer));
    static_cast<void>(thread->write(file, 100, buffer));
    static_cast<void>(thread->truncate(file, 8192));
    static_cast<void>(thread->append(file, buffer));
    static_cast<void>(thread->fsync(file));
    static_cast<void>(thread->close(file));
  }
  static_cast<void>(thread->read_directory("/d", [](std::string_view) { return true; }));
  static_cast<void>(thread->rename("/d/a", "/c"));
  static_cast<void>(thread->unlink("/d/b"));
  static_cast<void>(thread->remove_directory("/d"));
}

constexpr std::uint64_t kBttBytes = 64 * DAX_PAGE_BYTES;

std::vector<std::byte> make_btt() {
  FakeBackend fake(kBttBytes);
  fake.record = false;
  const auto device = fake.device();
  BttOptions options;
  options.lanes = 2;
  require(format_btt(*device, options).has_value(), "a device can be formatted");
  auto btt = open_btt(*device, options);
  require(btt.has_value(), "and opened");
  const auto session = (*btt)->session();
  const std::vector<std::byte> sector((*btt)->sector_bytes(), std::byte{9});
  for (std::uint64_t i = 0; i < 20; ++i) {
    require(session->write_at(i % 7 * sector.size(), sector) == 0, "and written");
  }
  const auto image = image_of(fake);
  return {image.begin(), image.end()};
}

void use_btt(BttDevice& btt) {
  const auto session = btt.session();
  std::vector<std::byte> sector(btt.sector_bytes());
  const std::uint64_t sectors = btt.size_bytes() / sector.size();
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(sectors, 64); ++i) {
    static_cast<void>(session->read_at(i * sector.size(), sector));
    static_cast<void>(session->write_at(i * sector.size(), sector));
  }
}

}  // namespace

void fuzz_file_system(Bytes input) {
  static const std::vector<std::byte> good = make_system();
  static FakeBackend fake(kSystemBytes);  // once: a sanitizer makes a new 2 MiB expensive
  fake.record = false;
  const auto image = image_of(fake);
  std::copy(good.begin(), good.end(), image.begin());
  const auto superblock = get<fs::Superblock>(image, 0);
  for (Reader reader(input); !reader.empty();) {
    const auto way = reader.take<std::uint8_t>();
    const auto number = reader.take<std::uint16_t>();
    const std::uint32_t inode = number % 16;
    const std::uint64_t at = superblock.inode_offset(inode);
    if (way % 8 < 3) {
      patch(image, (std::uint64_t{reader.take<std::uint8_t>()} << 16) + number,
            reader.bytes(reader.take<std::uint8_t>() % 16));
    } else if (way % 8 < 5) {
      change<fs::InodeHeader>(image, at, reader, [](const auto& it) { return check_of(it); });
    } else if (way % 8 < 7) {
      const std::uint32_t slot = number / 16 % fs::kInlineExtents;
      const auto header = get<fs::InodeHeader>(image, at);
      change<fs::ExtentSlot>(image, superblock.slot_offset(inode, {}, slot), reader, [&](auto it) {
        return check_of(it, fs::slot_seed(header.number, header.generation, slot));
      });
    } else {
      change<fs::Superblock>(image, 0, reader, [](const auto& it) { return check_of(it); });
    }
  }
  const auto device = fake.device();
  const MountSource source{device.get(), nullptr};
  const auto problems = check_file_system(source);
  auto mounted = FileSystem::mount(source, {});
  if (!mounted) return;
  require(problems.has_value(), "what mounts can be checked");
  use_system(**mounted);
  const bool stopped = (*mounted)->shut_down();
  const bool unmounted = (*mounted)->unmount().has_value();
  mounted->reset();
  const auto after = check_file_system(source);
  const std::string found = !after ? after.error().message : after->empty() ? "" : after->front();
  require(stopped || !unmounted || found.empty() || found == kFirstSuperblock, found.c_str());
}

void fuzz_btt(Bytes input) {
  static const std::vector<std::byte> good = make_btt();
  static FakeBackend fake(kBttBytes);
  fake.record = false;
  const auto image = image_of(fake);
  std::copy(good.begin(), good.end(), image.begin());
  BttOptions options;
  options.lanes = 2;
  for (Reader reader(input); !reader.empty();) {
    const auto way = reader.take<std::uint8_t>();
    if (way % 4 == 0) {
      const BttInfoBlock info = encode_info(reader.take<BttGeometry>());
      put(image, 0, info);
      put(image, image.size() - info.size(), info);
    } else {
      // Map and flog are behind the data, at the end.
      const std::uint64_t offset = reader.take<std::uint16_t>();
      const std::uint64_t from = way % 4 == 1 ? 0 : image.size() - 4 * DAX_PAGE_BYTES;
      patch(image, from + offset % (4 * DAX_PAGE_BYTES),
            reader.bytes(reader.take<std::uint8_t>() % 33));
    }
  }
  const auto device = fake.device();
  auto btt = open_btt(*device, options);
  if (!btt) return;
  const bool whole = (*btt)->check_structure().has_value();
  use_btt(**btt);
  if (!whole) return;
  require((*btt)->check_structure().has_value(), "what was whole stays whole");
  btt->reset();
  require(open_btt(*device, options).has_value(), "and opens again");
}

void fuzz_logwrites(Bytes input) {
  constexpr std::uint64_t kBytes = 16 * DAX_PAGE_BYTES;
  static FakeBackend log(kBytes);
  static FakeBackend target(kBytes);
  log.record = target.record = false;
  const auto image = image_of(log);
  std::fill(image.begin(), image.end(), std::byte{0});
  LogHead head;
  head.device_bytes = kBytes;
  head.nonce = 5;
  Reader reader(input);
  if (reader.take<std::uint8_t>() % 4 == 0) head.device_bytes = reader.take<std::uint64_t>();
  head.check = head.expected_check();
  put(image, 0, head);
  std::uint64_t at = kFirstLogEntry;
  for (std::uint64_t sequence = 0; !reader.empty() && at + sizeof(LogLine) < kBytes; ++sequence) {
    LogLine line;
    const auto way = reader.take<std::uint8_t>();
    line.sequence = sequence + 1 + (way >> 7);
    line.kind = way % 5;
    line.offset_bytes =
        (way & 32) != 0 ? reader.take<std::uint64_t>() : reader.take<std::uint16_t>();
    line.size_bytes = (way & 64) != 0 ? reader.take<std::uint64_t>() : reader.take<std::uint8_t>();
    const std::uint64_t data = at + sizeof line;
    if (line.kind == 1 && line.size_bytes <= kBytes - data) {
      line.data_check = checksum(image.subspan(data, line.size_bytes), head.nonce);
    }
    line.check = line.expected_check(head.nonce);
    put(image, at, line);
    at = data + (line.kind == 1 ? whole_log_lines(line.size_bytes % kBytes) : 0);
  }
  const auto log_device = log.device();
  const auto device = target.device();
  auto written = WriteLog::read(*log_device);
  if (!written) return;
  for (std::uint64_t mark = 0; mark <= std::min<std::uint64_t>(written->marks(), 8); ++mark) {
    static_cast<void>(written->replay(mark, *device));
  }
}

}  // namespace pmembench::fuzz
