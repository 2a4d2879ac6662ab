// lifetime: what a thread does to a device that is going to be killed, and how that is judged
// afterwards. The killing itself is the session's part (src/run/life_trial.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "workloads/workload.hpp"

namespace pmembench {

// Writes that are durable when they return, or reads, one range after the other in its own slots.
// Every word that is written follows from thread, slot and number of the write, so a reader knows
// which write it finds.
class LifeUser final : public Workload {
 public:
  LifeUser(const Parameters& parameters, Path& path, const ThreadPosition& position);
  Status prepare() override;
  Work run(std::uint64_t operations) override;
  std::string failure() const override;
  Status verify() override { return check(path_); }

  // The errno of the operation that failed, 0: none did. One that did nothing without an errno is
  // an EIO, as a copy by a dead device is.
  [[nodiscard]] int failed_errno() const { return failed_errno_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  // One operation more, also after a failure: its errno, 0: it was done.
  int try_again();
  // All that was acknowledged is there, read by way of another path to the same bytes; the write
  // that failed may be there in part. Error: what is lost.
  Status check(Path& path) const;

 private:
  struct FreeBuffer {
    void operator()(unsigned char* bytes) const;
  };
  using Buffer = std::unique_ptr<unsigned char, FreeBuffer>;
  int operate(std::uint64_t number);
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t slot) const;
  [[nodiscard]] std::uint64_t word(std::uint64_t slot, std::uint64_t number,
                                   std::uint64_t at) const;
  void stamp(std::uint64_t slot, std::uint64_t number);

  Path& path_;
  ThreadPosition position_;
  std::uint64_t size_bytes_;
  bool writes_;
  bool fills_;  // what is read is written first
  std::uint64_t first_byte_ = 0;
  std::vector<std::uint64_t> last_;  // by slot: the write that was acknowledged last; 0: none
  std::uint64_t number_ = 0;         // of the last operation
  std::uint64_t acknowledged_ = 0;
  int failed_errno_ = 0;
  std::vector<std::uint64_t> failed_;  // numbers of writes that were refused: they may be there
  Buffer buffer_;
};

}  // namespace pmembench
