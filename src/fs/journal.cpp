#include "fs/journal.hpp"

#include <cerrno>

namespace pmembench::fs {
namespace {

constexpr std::uint64_t kCommitMagic = 0x4A4C;

struct RecordHeader {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};

// Bits 0-15: length of the records in words; 16-31: magic; 32-63: checksum, 0 where fences order.
std::uint64_t commit_word(std::span<const std::byte> records, bool sectors) {
  const std::uint64_t check = sectors ? short_checksum(records, kCommitMagic) | 1U : 0;
  return check << 32 | kCommitMagic << 16 | records.size() / 8;
}

// Calls see(offset, data) for each record of a lane until it returns false; false too where they
// are not well formed.
template <typename See>
bool for_each_record(std::span<const std::byte> records, See see) {
  while (!records.empty()) {
    if (records.size() < sizeof(RecordHeader)) return false;
    const auto [offset_bytes, size_bytes] = load<RecordHeader>(records, 0);
    records = records.subspan(sizeof(RecordHeader));
    if (size_bytes == 0 || size_bytes % 8 != 0 || size_bytes > records.size() ||
        !see(offset_bytes, records.first(size_bytes))) {
      return false;
    }
    records = records.subspan(size_bytes);
  }
  return true;
}

// What was committed in a lane, perhaps nothing.
Result<std::span<const std::byte>> committed_records(const Superblock& superblock,
                                                     std::span<const std::byte> image,
                                                     std::uint32_t lane) {
  const auto bytes = image.subspan(superblock.lane_offset(lane), kBlockBytes);
  const auto word = load<std::uint64_t>(bytes, 0);
  if (word == 0) return bytes.first(0);
  const std::size_t size = (word & 0xFFFF) * 8;
  bool good = (word >> 16 & 0xFFFF) == kCommitMagic && size <= kBlockBytes - kLineBytes;
  const auto records = bytes.subspan(kLineBytes, good ? size : 0);
  const bool sectors = word >> 32 != 0;
  // A torn write of a lane: it was never acknowledged.
  if (good && sectors && commit_word(records, true) != word) return bytes.first(0);
  good = good && for_each_record(records, [&](std::uint64_t offset, auto data) {
           return offset >= superblock.inode_offset(0) && offset < superblock.metadata_bytes() &&
                  data.size() <= superblock.metadata_bytes() - offset;
         });
  if (good) return records;
  return runtime_error("lane {} of its journal is damaged; format it again with --destroy", lane);
}

}  // namespace

JournalProcedure default_procedure(bool sectors) {
  using enum JournalStep;
  if (sectors) return {records_and_commit, barrier, in_place, barrier, clear};
  return {records, barrier, commit, barrier, in_place, barrier, clear, barrier};
}

void Transaction::add(std::uint64_t offset_bytes, std::span<const std::byte> data) {
  const RecordHeader header{offset_bytes, data.size()};
  const std::size_t size = sizeof(header) + data.size();
  PMB_CHECK(size <= bytes_.size() - bytes_used_, "a transaction is longer than its lane");
  std::byte* const to = bytes_.data() + bytes_used_;
  std::memcpy(to, &header, sizeof(header));
  std::memcpy(to + sizeof(header), data.data(), data.size());
  bytes_used_ += size;
}

Journal::Journal(const Superblock& superblock, bool sectors, JournalProcedure procedure)
    : superblock_(superblock), sectors_(sectors), procedure_(std::move(procedure)) {
  for (std::uint32_t lane = 0; lane < superblock.lanes; ++lane) lanes_.emplace_back();
}

int Journal::commit(ByteSession& session, Transaction& transaction, std::uint32_t lane) {
  lane %= superblock_.lanes;
  const std::scoped_lock lock(lanes_[lane]);
  for (const JournalStep step : procedure_) {
    const int result = perform(step, session, transaction, superblock_.lane_offset(lane));
    if (result < 0) return -EIO;
  }
  transaction.reset();
  return 0;
}

int Journal::perform(JournalStep step, ByteSession& session, Transaction& transaction,
                     std::uint64_t lane_offset) const {
  const std::span<std::byte> all = std::span(transaction.bytes_).first(transaction.bytes_used_);
  const std::span<const std::byte> records = all.subspan(kLineBytes);
  const std::uint64_t word = commit_word(records, sectors_);
  switch (step) {
    case JournalStep::records:
      return session.write(lane_offset + kLineBytes, records);
    case JournalStep::commit:
      return session.write(lane_offset, bytes_of(word));
    case JournalStep::records_and_commit:
      std::memcpy(all.data(), &word, sizeof(word));
      return session.write(lane_offset, all);
    case JournalStep::in_place: {
      const bool done = for_each_record(records, [&session](std::uint64_t offset, auto data) {
        return session.write(offset, data) == 0;
      });
      return done ? 0 : -EIO;
    }
    case JournalStep::clear:
      return session.write(lane_offset, bytes_of(std::uint64_t{0}));
    case JournalStep::barrier:
      return session.barrier();
  }
  return -EIO;
}

Status Journal::replay(const Superblock& superblock, std::span<std::byte> image,
                       ByteSession* session) {
  bool failed = false;
  const auto put = [&](std::uint64_t offset, std::span<const std::byte> data) {
    std::memcpy(image.data() + offset, data.data(), data.size());
    failed = failed || (session != nullptr && session->write(offset, data) < 0);
    return true;
  };
  std::vector<std::uint32_t> replayed;
  for (std::uint32_t lane = 0; lane < superblock.lanes; ++lane) {
    const auto records = committed_records(superblock, image, lane);
    if (!records) return records.error();
    if (records->empty()) continue;
    for_each_record(*records, put);
    replayed.push_back(lane);
  }
  if (session == nullptr || replayed.empty()) return {};
  failed = failed || session->barrier() < 0;
  for (const std::uint32_t lane : replayed) {
    put(superblock.lane_offset(lane), bytes_of(std::uint64_t{0}));
  }
  if (failed || session->barrier() < 0) {
    return runtime_error("its journal cannot be replayed: the device fails");
  }
  return {};
}

}  // namespace pmembench::fs
