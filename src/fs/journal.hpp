// The journal: what one metadata operation changes is written aside, committed, and only then put
// in place, so that a power loss leaves all of it or nothing.
//
// A redo journal of independent lanes. Two transactions that are open at once never touch the same
// bytes (their owners hold the locks of what they change until commit() returns), so the lanes may
// be replayed in any order. A thread has a lane; beyond their number, lanes are shared.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "block/byte_store.hpp"
#include "fs/layout.hpp"

namespace pmembench::fs {

// What commit() does, as data, so that a test can show which crash each step prevents.
enum class JournalStep {
  records,             // write the records into the lane
  commit,              // write the commit word: 8 bytes, atomic
  records_and_commit,  // both at once; the word carries a checksum, as sectors may tear
  in_place,            // write each record to where it belongs
  clear,               // zero the commit word
  barrier,             // all before is durable before anything after
};
using JournalProcedure = std::vector<JournalStep>;

// On dax the order rests on fences. On sectors a torn lane is known by its checksum, and the last
// barrier can be left out: a flush is of the whole device, so the next transaction's first one
// comes before it changes what this one changed.
[[nodiscard]] JournalProcedure default_procedure(bool sectors);

// The records of one operation. Reused by its thread; at most one lane long, which aborts beyond.
class Transaction {
 public:
  Transaction() { reset(); }
  void reset() { bytes_used_ = kLineBytes; }
  void add(std::uint64_t offset_bytes, std::span<const std::byte> data);  // whole words of 8 bytes

 private:
  friend class Journal;
  alignas(kLineBytes) std::array<std::byte, kBlockBytes> bytes_{};  // as the lane will be
  std::size_t bytes_used_ = kLineBytes;
};

class Journal {
 public:
  Journal(const Superblock& superblock, bool sectors, JournalProcedure procedure);
  // 0 when the transaction is durable and in place; -EIO: unknown, so shut down. Any thread.
  int commit(ByteSession& session, Transaction& transaction, std::uint32_t lane);
  // Puts what was committed into `image` (the metadata, from the device's first byte), and on the
  // device where there is a `session`. Error: a lane is damaged, or the device fails.
  static Status replay(const Superblock& superblock, std::span<std::byte> image,
                       ByteSession* session);

 private:
  int perform(JournalStep step, ByteSession& session, Transaction& transaction,
              std::uint64_t lane_offset) const;
  const Superblock superblock_;
  const bool sectors_;
  const JournalProcedure procedure_;
  struct alignas(128) Lane : std::mutex {};  // two lines: prefetchers move them as a pair
  std::deque<Lane> lanes_;
};

}  // namespace pmembench::fs
