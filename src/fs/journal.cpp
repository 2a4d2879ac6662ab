#include "fs/journal.hpp"

#include <cerrno>
#include <functional>

namespace pmembench::fs {
namespace {

constexpr std::uint64_t kCommitMagic = 0x4A4C;

struct RecordHeader {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};

constexpr std::size_t padded(std::size_t size) { return (size + 7) / 8 * 8; }

// Bits 0-15: length of the records in words; 16-31: magic; 32-63: checksum, 0 where fences order.
std::uint64_t commit_word(std::span<const std::byte> records, bool sectors) {
  const std::uint64_t check = sectors ? short_checksum(records, kCommitMagic) | 1U : 0;
  return check << 32 | kCommitMagic << 16 | records.size() / 8;
}

// Each record of a lane, until `see` returns false; false too where they are not well formed.
bool for_each_record(std::span<const std::byte> records,
                     const std::function<bool(std::uint64_t, std::span<const std::byte>)>& see) {
  while (!records.empty()) {
    if (records.size() < sizeof(RecordHeader)) return false;
    const auto header = load<RecordHeader>(records, 0);
    records = records.subspan(sizeof(header));
    if (header.size_bytes == 0 || header.size_bytes > records.size() ||
        padded(header.size_bytes) > records.size()) {
      return false;
    }
    if (!see(header.offset_bytes, records.first(header.size_bytes))) return false;
    records = records.subspan(padded(header.size_bytes));
  }
  return true;
}

enum class LaneState { empty, committed, damaged };

LaneState lane_state(const Superblock& superblock, std::span<const std::byte> lane,
                     std::span<const std::byte>* records) {
  const auto word = load<std::uint64_t>(lane, 0);
  if (word == 0) return LaneState::empty;
  const std::size_t size = (word & 0xFFFF) * 8;
  if ((word >> 16 & 0xFFFF) != kCommitMagic || size > lane.size() - kLineBytes) {
    return LaneState::damaged;
  }
  *records = lane.subspan(kLineBytes, size);
  const bool sectors = word >> 32 != 0;
  // A torn write of a lane: it was never acknowledged.
  if (sectors && commit_word(*records, true) != word) return LaneState::empty;
  const bool good =
      for_each_record(*records, [&](std::uint64_t offset, std::span<const std::byte> data) {
        return offset >= superblock.inode_offset(0) && offset < superblock.metadata_bytes() &&
               data.size() <= superblock.metadata_bytes() - offset;
      });
  return good ? LaneState::committed : LaneState::damaged;
}

}  // namespace

JournalProcedure default_procedure(bool sectors) {
  using enum JournalStep;
  if (sectors) return {records_and_commit, barrier, in_place, barrier, clear};
  return {records, barrier, commit, barrier, in_place, barrier, clear, barrier};
}

void Transaction::add(std::uint64_t offset_bytes, std::span<const std::byte> data) {
  const RecordHeader header{offset_bytes, data.size()};
  const std::size_t size = sizeof(header) + padded(data.size());
  PMB_CHECK(size <= bytes_.size() - bytes_used_, "a transaction is longer than its lane");
  std::byte* const to = bytes_.data() + bytes_used_;
  std::memcpy(to, &header, sizeof(header));
  std::memset(to + size - 8, 0, 8);
  std::memcpy(to + sizeof(header), data.data(), data.size());
  bytes_used_ += size;
}

Journal::Journal(const Superblock& superblock, bool sectors, JournalProcedure procedure)
    : superblock_(superblock), sectors_(sectors), procedure_(std::move(procedure)) {
  for (std::uint32_t lane = 0; lane < superblock.lanes; ++lane) lanes_.emplace_back();
}

int Journal::commit(StoreSession& session, Transaction& transaction, std::uint32_t lane) {
  lane %= superblock_.lanes;
  const std::scoped_lock lock(lanes_[lane]);
  for (const JournalStep step : procedure_) {
    const int result = perform(step, session, transaction, superblock_.lane_offset(lane));
    if (result < 0) return -EIO;
  }
  transaction.reset();
  return 0;
}

int Journal::perform(JournalStep step, StoreSession& session, Transaction& transaction,
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
      const bool done = for_each_record(
          records, [&session](std::uint64_t offset, std::span<const std::byte> data) {
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
                       StoreSession* session) {
  bool failed = false;
  std::vector<std::uint32_t> replayed;
  for (std::uint32_t lane = 0; lane < superblock.lanes; ++lane) {
    std::span<const std::byte> records;
    const auto bytes = image.subspan(superblock.lane_offset(lane), kBlockBytes);
    const LaneState state = lane_state(superblock, bytes, &records);
    if (state == LaneState::damaged) {
      return runtime_error("lane {} of its journal is damaged; format it anew with --destroy",
                           lane);
    }
    if (state == LaneState::empty) continue;
    for_each_record(records, [&](std::uint64_t offset, std::span<const std::byte> data) {
      std::memcpy(image.data() + offset, data.data(), data.size());
      failed = failed || (session != nullptr && session->write(offset, data) < 0);
      return true;
    });
    replayed.push_back(lane);
  }
  if (session == nullptr || replayed.empty()) return {};
  failed = failed || session->barrier() < 0;
  const std::uint64_t nothing = 0;
  for (const std::uint32_t lane : replayed) {
    std::memcpy(image.data() + superblock.lane_offset(lane), &nothing, sizeof(nothing));
    failed = failed || session->write(superblock.lane_offset(lane), bytes_of(nothing)) < 0;
  }
  failed = failed || session->barrier() < 0;
  if (failed) return runtime_error("its journal cannot be replayed: the device fails");
  return {};
}

}  // namespace pmembench::fs
