#include "run/read_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "measure/timer.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

constexpr const char* kParameter = "kernel";
constexpr const char* kAuto = "auto";
constexpr std::uint64_t kLapBytes = 256 << 10;  // 10 to 50 us
constexpr unsigned kLaps = 41;                  // of each loop
constexpr double kWorthAChange = 1.02;
constexpr std::uint64_t kSeed = 1;

struct FreeBytes {
  void operator()(unsigned char* bytes) const { std::free(bytes); }
};

bool reads_by_kernel(const Cell& cell) {
  return cell.parameters.contains(kParameter) && text_of(cell.parameters, "access") == "read";
}

// Every loop in turn, lap by lap, each going on where the one before ended.
class Contest {
 public:
  Contest(DaxDevice& device, const Cell& cell, unsigned kernels)
      : device_(device), reader_(device.make_reader()), ticks_(kernels) {
    const std::uint64_t size_bytes = number_of(cell.parameters, "operation_size");
    const Region all{0, device.size_bytes()};
    iter_ = cell.workload == "random" ? uniform_iter(all, size_bytes, kSeed)
                                      : sequential_iter(all, size_bytes, 0);
    ranges_ = std::max<std::uint64_t>(1, kLapBytes / size_bytes);
    const std::uint64_t page = DAX_PAGE_BYTES;
    buffer_.reset(static_cast<unsigned char*>(
        std::aligned_alloc(page, (size_bytes + page - 1) / page * page)));
    iter_.buffer = buffer_.get();
  }

  // By what factor each loop is faster than the first; 0 where it cannot be told.
  std::vector<double> run() {
    std::vector<double> faster(ticks_.size(), 0);
    if (buffer_ == nullptr) return faster;
    for (unsigned lap = 0; lap < kLaps; ++lap) {
      for (std::size_t turn = 0; turn < ticks_.size(); ++turn) {
        if (!take_lap((turn + lap) % ticks_.size())) return faster;
      }
    }
    for (std::size_t kernel = 0; kernel < ticks_.size(); ++kernel) {
      faster[kernel] = undisturbed(ticks_[0]) / undisturbed(ticks_[kernel]);
    }
    return faster;
  }

 private:
  // The lower quartile: what else the host does makes laps longer, never shorter.
  static double undisturbed(std::vector<double> ticks) {
    const auto quartile = ticks.begin() + static_cast<std::ptrdiff_t>(ticks.size() / 4);
    std::nth_element(ticks.begin(), quartile, ticks.end());
    return *quartile;
  }

  bool take_lap(std::size_t kernel) {
    (void)device_.choose_read_kernel(static_cast<std::uint32_t>(kernel));
    iter_.count = ranges_;
    const ReadSection section(reader_);
    const std::uint64_t begin = tsc_begin();
    const std::int64_t bytes = device_.copy_to_iter(section, iter_);
    ticks_[kernel].push_back(static_cast<double>(tsc_end_durable() - begin));
    return bytes >= 0 && iter_.count == 0;
  }

  DaxDevice& device_;
  DaxReader reader_;
  std::vector<std::vector<double>> ticks_;  // by loop and lap
  dax_iter iter_{};
  std::uint64_t ranges_ = 1;
  std::unique_ptr<unsigned char, FreeBytes> buffer_;
};

std::vector<std::string> names_of(DaxDevice& device) {
  std::vector<std::string> names;
  for (std::uint32_t index = 0;; ++index) {
    auto name = device.choose_read_kernel(index);
    if (!name) break;
    names.push_back(*std::move(name));
  }
  (void)device.choose_read_kernel(0);
  return names;
}

KernelChoice take(DaxDevice& device, const std::vector<std::string>& names, std::size_t index,
                  double margin) {
  (void)device.choose_read_kernel(static_cast<std::uint32_t>(index));
  return {names[index], margin};
}

}  // namespace

Result<std::optional<KernelChoice>> choose_read_kernel(DaxDevice& device, const Cell& cell,
                                                       const std::string& as_before) {
  const std::vector<std::string> names = names_of(device);
  if (!reads_by_kernel(cell)) return std::optional<KernelChoice>();
  const std::string& asked = text_of(cell.parameters, kParameter);
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  if (asked != kAuto) {
    const std::size_t index = index_of(asked);
    if (index < names.size()) return std::optional(take(device, names, index, 0));
    return usage_error(
        "backend {} has no kernel '{}' to read by; it has: {}", cell.backend, asked,
        names.empty() ? "one without a name" : fmt::format("{}", fmt::join(names, ", ")));
  }
  if (names.size() < 2) return std::optional<KernelChoice>();
  if (const std::size_t before = index_of(as_before); before < names.size()) {
    return std::optional(take(device, names, before, 0));
  }
  const std::vector<double> faster =
      Contest(device, cell, static_cast<unsigned>(names.size())).run();
  auto best =
      static_cast<std::size_t>(std::max_element(faster.begin(), faster.end()) - faster.begin());
  if (faster[best] < kWorthAChange) best = 0;
  // By how much it beats the best of the others.
  double second = 0;
  for (std::size_t kernel = 0; kernel < names.size(); ++kernel) {
    if (kernel != best) second = std::max(second, faster[kernel]);
  }
  const double margin = second > 0 ? faster[best] / second - 1 : 0;
  return std::optional(take(device, names, best, margin));
}

namespace {

std::string kind_of_cell(const Cell& cell) {
  const auto size = cell.parameters.find("operation_size");
  return fmt::format("{} {} {}", cell.media.substr(0, cell.media.find(':')), cell.workload,
                     size == cell.parameters.end() ? "" : size->second);
}

}  // namespace

std::string KernelChoices::of(const Cell& cell) const {
  const auto found = names_.find(kind_of_cell(cell));
  return found == names_.end() ? std::string() : found->second;
}

void KernelChoices::remember(const Cell& cell, const KernelChoice& choice) {
  const auto asked = cell.parameters.find(kParameter);
  if (asked == cell.parameters.end() || asked->second != kAuto) return;
  names_.emplace(kind_of_cell(cell), choice.name);
}

}  // namespace pmembench
