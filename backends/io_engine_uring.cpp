// The engine of io_uring: up to queue_depth ranges under way at once, through registered buffers.
//
// Every piece in flight needs separate memory, because the ranges of a batch share one buffer and
// complete in any order. A registered arena of queue_depth pieces gives it. So:
//   write: the buffer is copied into the arena once a batch, and all ranges are written from there
//          (a range longer than a piece is copied piece by piece);
//   read:  ranges arrive in the arena, and the last one is copied to the buffer, which is all that
//          a caller can see of a batch.
// The caller's buffer may therefore be anywhere.
#include "backends/io_engine.h"

#ifdef PMEMBENCH_HAVE_LIBURING

#include <liburing.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "backends/iter.h"

namespace pmembench {
namespace {

struct Piece {
  std::uint64_t range = 0;   // its number in the batch
  std::uint64_t within = 0;  // offset in the range
  std::uint64_t offset = 0;  // on the device
  unsigned char* memory = nullptr;
  unsigned length = 0;
  unsigned done = 0;
};

// Walks a batch piece by piece.
struct Cursor {
  dax_iter iter;
  std::uint64_t range = 0;
  std::uint64_t within = 0;
  std::uint64_t range_offset = 0;

  [[nodiscard]] bool at_end() const noexcept { return range == iter.count; }
  Piece next() noexcept {
    if (within == 0) range_offset = dax_iter_next(&iter);
    const std::uint64_t length = std::min(kIoPieceBytes, iter.size_bytes - within);
    const Piece piece{range, within, range_offset + within, nullptr, static_cast<unsigned>(length),
                      0};
    within += length;
    if (within != iter.size_bytes) return piece;
    within = 0;
    ++range;
    return piece;
  }
};

class IoUringEngine final : public IoEngine {
 public:
  explicit IoUringEngine(const IoTarget& target) noexcept : target_(target) {}
  ~IoUringEngine() override {
    if (ring_is_up_) ::io_uring_queue_exit(&ring_);
  }
  int setup() noexcept;
  std::int64_t read(dax_iter* iter) noexcept override { return run<false>(iter); }
  std::int64_t write(dax_iter* iter) noexcept override;

 private:
  template <bool is_write>
  std::int64_t run(dax_iter* iter) noexcept;
  template <bool is_write>
  void fill(Cursor* cursor) noexcept;
  template <bool is_write>
  void submit(unsigned slot) noexcept;
  template <bool is_write>
  void complete(unsigned slot, int result, const dax_iter& batch) noexcept;
  template <bool is_write>
  int reap(const dax_iter& batch) noexcept;
  void fail(std::uint64_t range, int error) noexcept;

  IoTarget target_;
  IoMemory arena_;
  struct io_uring ring_ = {};
  bool ring_is_up_ = false;
  bool broken_ = false;  // the ring refused to go on: what was in flight is unknown
  bool staged_ = false;  // the whole range is at the arena's beginning
  std::array<Piece, kMaxQueueDepth> pieces_;
  std::array<unsigned, kMaxQueueDepth> free_slots_;
  unsigned free_count_ = 0;
  std::uint64_t failed_range_ = 0;  // the first, while error_ is not 0
  int error_ = 0;
};

int IoUringEngine::setup() noexcept {
  int error = arena_.reserve(kIoPieceBytes * target_.queue_depth);
  if (error != 0) return error;
  error = ::io_uring_queue_init(target_.queue_depth, &ring_, 0);
  if (error != 0) return error;
  ring_is_up_ = true;
  const struct iovec all = {arena_.data(), arena_.size()};
  return ::io_uring_register_buffers(&ring_, &all, 1);
}

void IoUringEngine::fail(std::uint64_t range, int error) noexcept {
  if (error_ != 0 && range >= failed_range_) return;
  error_ = error;
  failed_range_ = range;
}

// Queues what is left of a slot's piece. A submission entry is always free: there are as many as
// slots, and a slot has one at a time.
template <bool is_write>
void IoUringEngine::submit(unsigned slot) noexcept {
  const Piece& piece = pieces_[slot];
  struct io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
  unsigned char* const memory = piece.memory + piece.done;
  const unsigned length = piece.length - piece.done;
  const std::uint64_t offset = piece.offset + piece.done;
  if constexpr (is_write) {
    ::io_uring_prep_write_fixed(entry, target_.fd, memory, length, offset, 0);
  } else {
    ::io_uring_prep_read_fixed(entry, target_.fd, memory, length, offset, 0);
  }
  entry->user_data = slot;
}

template <bool is_write>
void IoUringEngine::fill(Cursor* cursor) noexcept {
  while (free_count_ != 0 && error_ == 0 && !cursor->at_end()) {
    const unsigned slot = free_slots_[--free_count_];
    Piece& piece = pieces_[slot];
    piece = cursor->next();
    piece.memory = arena_.data() + (is_write && staged_ ? 0 : slot * kIoPieceBytes);
    if (is_write && !staged_) {
      std::memcpy(piece.memory, cursor->iter.buffer + piece.within, piece.length);
    }
    submit<is_write>(slot);
  }
}

template <bool is_write>
void IoUringEngine::complete(unsigned slot, int result, const dax_iter& batch) noexcept {
  Piece& piece = pieces_[slot];
  if (result == -EINTR || result == -EAGAIN) return submit<is_write>(slot);
  if (result > 0) {
    piece.done += static_cast<unsigned>(result);
    if (piece.done < piece.length) return submit<is_write>(slot);
    if (!is_write && piece.range + 1 == batch.count) {
      std::memcpy(batch.buffer + piece.within, piece.memory, piece.length);
    }
  } else {
    fail(piece.range, result == 0 ? -EIO : result);
  }
  free_slots_[free_count_++] = slot;
}

// Submits, waits for one completion, takes all that are there. 0 or a negative errno.
template <bool is_write>
int IoUringEngine::reap(const dax_iter& batch) noexcept {
  const int submitted = ::io_uring_submit_and_wait(&ring_, 1);
  if (submitted < 0 && submitted != -EINTR && submitted != -EAGAIN && submitted != -EBUSY) {
    return submitted;
  }
  struct io_uring_cqe* entry = nullptr;
  while (::io_uring_peek_cqe(&ring_, &entry) == 0) {
    const auto slot = static_cast<unsigned>(entry->user_data);
    const int result = entry->res;
    ::io_uring_cqe_seen(&ring_, entry);
    complete<is_write>(slot, result, batch);
  }
  return 0;
}

template <bool is_write>
std::int64_t IoUringEngine::run(dax_iter* iter) noexcept {
  if (broken_) return -EIO;
  Cursor cursor{*iter};
  error_ = 0;
  for (free_count_ = 0; free_count_ != target_.queue_depth; ++free_count_) {
    free_slots_[free_count_] = target_.queue_depth - 1 - free_count_;
  }
  for (;;) {
    fill<is_write>(&cursor);
    if (free_count_ == target_.queue_depth) break;
    const int error = reap<is_write>(*iter);
    if (error != 0) {
      broken_ = true;
      return error;
    }
  }
  const std::uint64_t done = error_ == 0 ? iter->count : failed_range_;
  skip_ranges(iter, done);
  return done == 0 ? error_ : static_cast<std::int64_t>(done * iter->size_bytes);
}

std::int64_t IoUringEngine::write(dax_iter* iter) noexcept {
  staged_ = iter->size_bytes <= kIoPieceBytes;
  if (staged_) std::memcpy(arena_.data(), iter->buffer, iter->size_bytes);
  return run<true>(iter);
}

}  // namespace

std::unique_ptr<IoEngine> make_io_uring_engine(const IoTarget& target, int* error) noexcept {
  std::unique_ptr<IoUringEngine> engine(new (std::nothrow) IoUringEngine(target));
  *error = engine == nullptr ? -ENOMEM : engine->setup();
  if (*error != 0) return nullptr;
  return engine;
}

}  // namespace pmembench

#else

#include <cerrno>

namespace pmembench {

std::unique_ptr<IoEngine> make_io_uring_engine(const IoTarget& /*target*/, int* error) noexcept {
  *error = -ENOSYS;
  return nullptr;
}

}  // namespace pmembench

#endif
