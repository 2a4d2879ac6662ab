// The block translations as targets of crash trials, and what each promises.
#include <utility>

#include "block/raw_block.hpp"
#include "block/rmw.hpp"
#include "crash/block_trial.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPage = DAX_PAGE_BYTES;
constexpr std::uint32_t kSectorBytes = 512;
constexpr std::uint32_t kLanes = 2;
constexpr std::uint64_t kEraseBlockBytes = 2048;

SliceOptions small_sectors() {
  SliceOptions slice;
  slice.sector_bytes = kSectorBytes;
  return slice;
}

// Everything that is not in flight stays as it is.
bool only_tears(const CrashOutcome& outcome) {
  return outcome.acknowledged_lost == 0 && outcome.neighbours_damaged == 0 &&
         outcome.broken_invariants == 0;
}

BlockTarget rmw_of(bool erase) {
  BlockTarget target;
  target.device_bytes = 2 * kPage;
  target.open = [erase](DaxDevice& device) {
    RmwOptions options;
    options.slice = small_sectors();
    options.erase_block_bytes = kEraseBlockBytes;
    options.erase = erase;
    return make_rmw(device, options);
  };
  return target;
}

}  // namespace

BlockTarget raw_target() {
  BlockTarget target;
  target.name = "raw";
  target.expected = "may tear the sectors in flight, and harms no other";
  target.device_bytes = kPage;
  target.open = [](DaxDevice& device) { return make_raw_block(device, small_sectors()); };
  target.holds = only_tears;
  return target;
}

BlockTarget btt_target(std::vector<BttStep> write_steps) {
  BttOptions options;
  options.slice = small_sectors();
  options.lanes = kLanes;
  options.write_steps = std::move(write_steps);
  BlockTarget target;
  target.name = "btt";
  target.expected = "tears nothing, loses nothing, and every block is mapped or free";
  target.device_bytes = 6 * kPage;
  target.durable_on_return = true;
  target.format = [options](DaxDevice& device) { return format_btt(device, options); };
  target.open = [options](DaxDevice& device) -> Result<std::unique_ptr<BlockDevice>> {
    auto opened = open_btt(device, options);
    if (!opened) return opened.error();
    return std::unique_ptr<BlockDevice>(*std::move(opened));
  };
  target.check = [](const BlockDevice& block) {
    return dynamic_cast<const BttDevice&>(block).check_structure();
  };
  target.holds = [](const CrashOutcome& outcome) {
    return only_tears(outcome) && outcome.torn == 0;
  };
  return target;
}

BlockTarget rmw_target() {
  BlockTarget target = rmw_of(true);
  target.name = "rmw";
  target.expected =
      "DAMAGES ACKNOWLEDGED NEIGHBOURS: a cut between erase and write takes the whole erase block";
  target.holds = [](const CrashOutcome& outcome) { return outcome.neighbours_damaged > 0; };
  return target;
}

BlockTarget rmw_overwriting_target() {
  BlockTarget target = rmw_of(false);
  target.name = "rmw-no-erase";
  target.expected =
      "may tear the sectors in flight: neighbours are overwritten with what they hold";
  target.holds = only_tears;
  return target;
}

}  // namespace pmembench
