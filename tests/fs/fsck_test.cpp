// fsck and mount against damage: it is found, and nothing crashes or loops.
#include "fs/file_system.hpp"

#include <cstring>

#include "fs/layout.hpp"
#include "tests/fs/mounted.hpp"

namespace pmembench {
namespace {

class Damage : public Mounted {
 protected:
  Damage() : Mounted(2 << 20) {
    format();
    mount();
    files().make_directory("/d");
    for (int i = 0; i < 20; ++i) put("/d/f" + std::to_string(i), pattern(10'000, 1));
    put("/long" + std::string(200, 'n'), pattern(100, 2));
    // More extents than fit into the inode.
    const int file = make("/holes");
    for (std::uint64_t i = 0; i < 40; ++i) files().write(file, i * 12'288, pattern(4096, i));
    files().fsync(file);
    files().close(file);
    unmount();
    superblock_ = load<fs::Superblock>(image(), 0);
  }
  std::span<std::byte> image() {
    return std::as_writable_bytes(std::span(fake_.bytes(), fake_.size_bytes()));
  }
  template <typename T>
  void change(std::uint64_t offset, T value) {
    std::memcpy(image().data() + offset, &value, sizeof(T));
  }
  template <typename T>
  T get(std::uint64_t offset) {
    return load<T>(image(), offset);
  }
  // The inode again, with its checksum put right.
  void change_inode(std::uint32_t number, const std::function<void(fs::InodeHeader&)>& how) {
    auto header = get<fs::InodeHeader>(superblock_.inode_offset(number));
    how(header);
    header.check = check_of(header);
    change(superblock_.inode_offset(number), header);
  }
  std::string first_problem() {
    const auto problems = check_file_system(source_);
    if (!problems) return problems.error().message;
    return problems->empty() ? "" : problems->front();
  }
  std::string refusal() {
    const auto mounted = FileSystem::mount(source_, {});
    return mounted ? "" : mounted.error().message;
  }
  std::uint32_t inode_of(fs::InodeType type, std::uint32_t from) {
    while (get<fs::InodeHeader>(superblock_.inode_offset(from)).type != type) ++from;
    return from;
  }

  fs::Superblock superblock_;
};

TEST_F(Damage, finds_nothing_where_there_is_none) { EXPECT_EQ(first_problem(), ""); }

TEST_F(Damage, uses_the_second_superblock_where_the_first_is_torn) {
  change<std::uint64_t>(40, 12345);
  EXPECT_EQ(first_problem(), "the first superblock is damaged; its copy was used");
  mount();
  EXPECT_EQ(contents("/d/f3"), pattern(10'000, 1));
}

TEST_F(Damage, refuses_what_it_cannot_know) {
  auto newer = superblock_;
  newer.version = 3;
  change(0, newer);
  change(fs::kBlockBytes, newer);
  EXPECT_EQ(refusal(),
            "the dax device: its file system has format 3, and this pmembench knows 2 alone; use "
            "the pmembench that made it, or format it again with --destroy");
  change<std::uint64_t>(40, 1);
  change<std::uint64_t>(fs::kBlockBytes + 40, 1);
  change<std::uint32_t>(8, 2);
  change<std::uint32_t>(fs::kBlockBytes + 8, 2);
  EXPECT_EQ(refusal(),
            "the dax device: both copies of its superblock are damaged; format it again with "
            "--destroy");
  std::memset(fake_.bytes(), 0, 8192);
  EXPECT_EQ(refusal(), "the dax device: it carries no file system of pmembench; format it first");
  EXPECT_EQ(first_problem(), refusal());
}

// Its checksum is right: somebody made it so.
TEST_F(Damage, follows_no_superblock_out_of_its_device) {
  const fs::Superblock good = superblock_;
  const std::vector<std::function<void(fs::Superblock&)>> ways{
      [](fs::Superblock& sb) { sb.lanes = 0; },
      [](fs::Superblock& sb) { sb.lanes = 0x7FFFFFFF; },
      [](fs::Superblock& sb) { sb.inodes = 0; },
      [](fs::Superblock& sb) { sb.inodes = 0xFFFFFFFF; },
      [](fs::Superblock& sb) { sb.inode_block = 1; },
      [](fs::Superblock& sb) { sb.meta_block = sb.inode_block; },
      [](fs::Superblock& sb) { sb.meta_blocks = 0xFFFFFFFF; },
      [](fs::Superblock& sb) { sb.data_block = sb.meta_block; },
      [](fs::Superblock& sb) { sb.data_blocks = 0xFFFFFFFF; },
      [](fs::Superblock& sb) { sb.data_block = 0xFFFFFFFF; },
      [](fs::Superblock& sb) { sb.device_bytes = std::uint64_t{1} << 60; }};
  for (std::size_t way = 0; way < ways.size(); ++way) {
    fs::Superblock changed = good;
    ways[way](changed);
    changed.check = check_of(changed);
    change(0, changed);
    change(fs::kBlockBytes, changed);
    EXPECT_NE(refusal(), "") << way;
    EXPECT_EQ(first_problem(), refusal()) << way;
  }
}

TEST_F(Damage, names_each_broken_invariant) {
  const auto clean = std::vector<std::byte>(image().begin(), image().end());
  const auto expect = [&](const std::string& sentence) {
    EXPECT_EQ(first_problem(), sentence);
    EXPECT_EQ(refusal().find("the dax device") == 0 ||
                  refusal().find("its metadata are damaged (" + sentence) == 0,
              true)
        << refusal();
    std::copy(clean.begin(), clean.end(), image().begin());
  };
  const std::uint32_t file = inode_of(fs::InodeType::file, 1);
  const std::uint32_t other = inode_of(fs::InodeType::file, file + 1);
  const std::uint32_t directory = inode_of(fs::InodeType::directory, 2);
  const auto name = [](const char* text, std::uint32_t number) {
    return fmt::format(fmt::runtime(text), number);
  };
  change_inode(file, [](fs::InodeHeader& header) { header.links = 0; });
  expect(name("inode {} has 0 links and is found 1 times", file));
  change_inode(file, [](fs::InodeHeader& header) { header.size_bytes = 1; });
  expect(name("inode {} has blocks behind its end", file));
  change_inode(directory, [](fs::InodeHeader& header) { header.size_bytes += 4096; });
  expect(name("directory {} has a hole or a size that is not of whole blocks", directory));
  change_inode(directory, [](fs::InodeHeader& header) { header.parent = 0; });
  expect(name("directory {} is in 1 and names another as its parent", directory));
  change_inode(fs::kRootInode, [](fs::InodeHeader& header) { header.type = fs::InodeType::file; });
  EXPECT_NE(first_problem(), "");
  std::copy(clean.begin(), clean.end(), image().begin());
  // Two files share their blocks.
  auto slot = get<fs::ExtentSlot>(superblock_.inode_offset(file) + fs::kLineBytes);
  slot.check = check_of(slot, fs::slot_seed(other, 1, 0));
  change(superblock_.inode_offset(other) + fs::kLineBytes, slot);
  expect(fmt::format("inode {} has blocks {} to {}, which are used twice or do not exist", other,
                     slot.physical, slot.physical + slot.count - 1));
  change(superblock_.inode_offset(file), fs::InodeHeader{});
  EXPECT_NE(first_problem().find("which is free or damaged"), std::string::npos);
  std::copy(clean.begin(), clean.end(), image().begin());
  change(superblock_.inode_offset(superblock_.inodes), std::uint64_t{1} << 48);
  expect(name("inode {} is free and not zero", superblock_.inodes));
  change(superblock_.lane_offset(1), std::uint64_t{0xFFFF});
  EXPECT_EQ(first_problem(),
            "the dax device: lane 1 of its journal is damaged; format it again with --destroy");
}

// Every one of a thousand random damages to what is in use is found; no one crashes or loops.
TEST_F(Damage, finds_a_thousand_random_ones) {
  const std::uint64_t seed =
      static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const auto clean = std::vector<std::byte>(image().begin(), image().end());
  int found = 0;
  for (int i = 0; i < 1000; ++i) {
    const bool anywhere = i % 2 == 0;
    std::uint64_t at = random.below(superblock_.metadata_bytes());
    if (!anywhere) {
      // In the header or the first extent of an inode in use.
      std::uint32_t number = 0;
      do {
        number = static_cast<std::uint32_t>(random.below(24)) + 1;
      } while (get<fs::InodeHeader>(superblock_.inode_offset(number)).slots == 0);
      at = superblock_.inode_offset(number) + random.below(80);
    }
    const std::uint64_t size = std::min(random.below(64) + 1, superblock_.metadata_bytes() - at);
    const std::uint64_t bytes = random.below(2) == 0 ? 1 : size;
    for (std::uint64_t k = 0; k < bytes; ++k) {
      image()[at + k] ^= static_cast<std::byte>(random.below(255) + 1);
    }
    const bool reported = !first_problem().empty();
    found += reported ? 1 : 0;
    if (!anywhere) {
      EXPECT_TRUE(reported) << "at " << at;
    }
    auto mounted = FileSystem::mount(source_, {});
    if (!reported && mounted) {
      // Then it was nothing that is in use.
      const auto files = (*mounted)->thread();
      FileStatus status;
      EXPECT_EQ(files->stat("/d/f7", status), 0);
    }
    if (mounted) static_cast<void>((*mounted)->unmount());
    std::copy(clean.begin(), clean.end(), image().begin());
  }
  EXPECT_GE(found, 500);
}

TEST_F(Damage, replays_a_committed_transaction_and_finishes_it) {
  // A lane that says: the size of this inode is another one.
  const std::uint32_t file = inode_of(fs::InodeType::file, 1);
  auto header = get<fs::InodeHeader>(superblock_.inode_offset(file));
  header.size_bytes -= 1;
  header.check = check_of(header);
  const std::uint64_t lane = superblock_.lane_offset(1);
  change<std::uint64_t>(lane + 64, superblock_.inode_offset(file));
  change<std::uint64_t>(lane + 72, sizeof(header));
  change(lane + 80, header);
  change<std::uint64_t>(lane, std::uint64_t{0x4A4C} << 16 | (16 + sizeof(header)) / 8);
  EXPECT_EQ(first_problem(), "");
  mount();
  EXPECT_EQ(get<std::uint64_t>(lane), 0);
  EXPECT_EQ(get<fs::InodeHeader>(superblock_.inode_offset(file)).size_bytes, header.size_bytes);
}

}  // namespace
}  // namespace pmembench
