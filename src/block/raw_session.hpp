// RawSession: batches of sectors as batches of the device's own operations. What raw and kernel
// share.
#pragma once

#include "block/block_device.hpp"
#include "block/session_counts.hpp"
#include "block/slice.hpp"

namespace pmembench {

class RawSession final : public BlockSession {
 public:
  RawSession(const DaxSlice& slice, SessionCount& count);
  std::int64_t read(dax_iter& iter) override;
  std::int64_t write(dax_iter& iter) override;
  std::int64_t write_fua(dax_iter& iter) override;
  int flush() override;

 private:
  enum class Way { read, write, write_fua };
  template <Way way>
  std::int64_t transfer(dax_iter& iter);
  template <Way way>
  std::int64_t transfer_inside(dax_iter& iter);
  template <Way way>
  std::int64_t call(dax_iter& iter);
  template <Way way>
  int go_past_stop(dax_iter& iter, std::int64_t answer);

  DaxSlice slice_;
  SessionCount& count_;
  DaxReader reader_;
};

}  // namespace pmembench
