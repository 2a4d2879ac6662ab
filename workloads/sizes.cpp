// sizes: operations of several sizes, each in a stated share.
#include <algorithm>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/shares.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

// Rounds of 100 operations in an order that is drawn once, so that the shares are exact and no
// operation decides its size. Each size has its own part of the range: what was written is
// verified, and another size would write over it.
class Sizes final : public Workload {
 public:
  Sizes(std::vector<std::unique_ptr<Workload>> parts, std::vector<std::uint8_t> round)
      : parts_(std::move(parts)), round_(std::move(round)) {}

  Status prepare() override {
    return each([](Workload& part) { return part.prepare(); });
  }
  void expect(std::uint64_t operations) override {
    for (const auto& part : parts_) part->expect(operations);
  }
  void refresh() override {
    for (const auto& part : parts_) part->refresh();
  }
  Work run(std::uint64_t operations) override {
    Work work;
    while (work.operations < operations) {
      const Work one = parts_[round_[at_]]->run(1);
      if (one.operations != 1) break;
      work.operations += 1;
      work.bytes += one.bytes;
      at_ = at_ + 1 == round_.size() ? 0 : at_ + 1;
    }
    return work;
  }
  std::string failure() const override {
    for (const auto& part : parts_) {
      if (std::string failure = part->failure(); !failure.empty()) return failure;
    }
    return {};
  }
  Status verify() override {
    return each([](Workload& part) { return part.verify(); });
  }

 private:
  Status each(Status (*what)(Workload&)) {
    for (const auto& part : parts_) {
      const Status status = what(*part);
      if (!status) return status;
    }
    return {};
  }
  std::vector<std::unique_ptr<Workload>> parts_;
  std::vector<std::uint8_t> round_;
  std::size_t at_ = 0;
};

struct SizePart {
  SizeShare share;
  Parameters parameters;  // of the workload `order`
};

// One after the other in the range, each as large as its share of the bytes, in whole pages.
std::vector<SizePart> parts_of(const Parameters& parameters, const std::vector<SizeShare>& sizes,
                               std::uint64_t device_bytes) {
  double bytes_of_all = 0;
  for (const SizeShare& size : sizes) {
    bytes_of_all += static_cast<double>(size.bytes) * size.percent;
  }
  const std::uint64_t range_bytes = range_bytes_of(parameters, device_bytes);
  std::uint64_t next = 0;
  std::vector<SizePart> parts;
  for (const SizeShare& size : sizes) {
    const double share = static_cast<double>(size.bytes) * size.percent / bytes_of_all;
    const auto all = static_cast<std::uint64_t>(share * static_cast<double>(range_bytes));
    const std::uint64_t bytes = all / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
    Parameters part = parameters;
    part["operation_size"] = std::to_string(size.bytes);
    part["range_offset"] = std::to_string(next);
    part["range_size"] = std::to_string(bytes);
    part["distribution"] = "uniform";
    part["batch"] = "1";
    next += bytes;
    parts.push_back({size, std::move(part)});
  }
  return parts;
}

std::unique_ptr<Workload> make_sizes(const Parameters& parameters, Path& path,
                                     const ThreadPosition& position) {
  const auto sizes = read_sizes(text_of(parameters, "sizes"));
  PMB_CHECK(sizes.has_value(), "sizes were checked with the campaign");
  const WorkloadType& order = *find_workload(text_of(parameters, "order"));
  std::vector<std::unique_ptr<Workload>> parts;
  std::vector<std::uint8_t> round;
  for (const SizePart& part : parts_of(parameters, *sizes, path.size_bytes())) {
    round.insert(round.end(), part.share.percent, static_cast<std::uint8_t>(parts.size()));
    ThreadPosition own = position;
    own.cell_seed ^= mix_seed(parts.size());
    parts.push_back(order.make(part.parameters, path, own));
  }
  shuffle(round, position.thread_seed());
  return std::make_unique<Sizes>(std::move(parts), std::move(round));
}

Status check_sizes(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const auto sizes = read_sizes(text_of(parameters, "sizes"));
  if (!sizes) return sizes.error();
  if (device_bytes != 0 && range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  for (const SizePart& part : parts_of(parameters, *sizes, device_bytes)) {
    const bool fits = device_bytes == 0 || number_of(part.parameters, "range_size") != 0;
    const Status checked =
        fits ? check_ranges(part.parameters, part.share.bytes, device_bytes, threads)
             : usage_error("its part of the range is less than a page: use a larger range_size");
    if (!checked) {
      return checked.error().with_context("operations of " + format_size_short(part.share.bytes));
    }
  }
  return {};
}

bool sizes_write(const Parameters& parameters) { return text_of(parameters, "access") == "write"; }

}  // namespace

WorkloadType sizes_type() {
  WorkloadType type;
  type.name = "sizes";
  type.summary = "ranges of several sizes in stated shares, in rounds of 100 operations";
  type.parameters = {{"sizes",
                      ValueKind::text,
                      "4K:80+64K:20",
                      {},
                      "SIZE:PERCENT of the operations; each size has its own part of the range"},
                     {"order",
                      ValueKind::choice,
                      "random",
                      {"random", "sequential"},
                      "of the ranges of each size"},
                     access_spec(),
                     durability_spec("each"),
                     range_spec(),
                     range_size_spec()};
  type.writes = sizes_write;
  type.durable = [](const Parameters& parameters) {
    return sizes_write(parameters) && text_of(parameters, "durability") != "none";
  };
  type.check = check_sizes;
  type.make = make_sizes;
  limit_operations(type);
  return type;
}

}  // namespace pmembench
