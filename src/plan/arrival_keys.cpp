#include "plan/arrival_keys.hpp"

#include <algorithm>
#include <charconv>

#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr double kMostPercent = 1000;
constexpr double kMostRate = 1e10;
constexpr std::uint64_t kShortestSlot_ns = 1000;

double unit_of(std::string_view unit) {
  if (unit.empty()) return 1;
  if (unit == "k" || unit == "K") return 1e3;
  if (unit == "M") return 1e6;
  return unit == "G" ? 1e9 : 0;
}

// A key that this cell cannot have: an error where its group wrote it, else passed over.
Status only_with_operations(const Combination& combination, const char* key) {
  const CampaignAxis* axis = combination.group().axis(key);
  if (axis == nullptr || axis->inherited) return {};
  return error_at(combination.at(key),
                  fmt::format("{}: only operations that are timed one by one have it: add 'timing: "
                              "operation'",
                              key));
}

Status read_rate(const Combination& combination, Cell& cell) {
  cell.rate = combination.text_or("rate", "");
  if (cell.rate.empty()) {
    return error_at(combination.at("arrival"),
                    fmt::format("arrival: {} needs a rate: add one, such as 'rate: 50%' of the "
                                "closed loop's own, or 'rate: 20k' operations a second",
                                cell.arrival));
  }
  const auto rate = parse_rate(cell.rate);
  if (!rate) return error_at(combination.at("rate"), "rate: " + rate.error().message);
  return {};
}

Status read_slots(const Combination& combination, Cell& cell) {
  const std::string text = combination.text_or("slots", "");
  if (text.empty()) return {};
  const auto length = parse_duration_ns(text);
  if (!length) return error_at(combination.at("slots"), "slots: " + length.error().message);
  if (*length < kShortestSlot_ns) {
    return error_at(
        combination.at("slots"),
        fmt::format("slots: {} is shorter than 1us, in which too little happens", text));
  }
  cell.slots_ns = *length;
  return {};
}

}  // namespace

Result<Rate> parse_rate(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(read.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - read.ptr));
  const bool percent = unit == "%";
  if (read.ec != std::errc{} || (!percent && unit_of(unit) == 0)) {
    return usage_error(
        "'{}' is not a rate: write a share such as 50%, or operations a second such as 20000, 20k "
        "or "
        "1.5M",
        text);
  }
  const double most = percent ? kMostPercent : kMostRate;
  const double number = percent ? value : value * unit_of(unit);
  if (!(number > 0 && number <= most)) {
    return usage_error("'{}' is out of range: a rate is above 0 and at most {}", text,
                       percent ? "1000%" : "10G");
  }
  if (percent) return Rate{0, value / 100};
  return Rate{number, 0};
}

double interval_ns(const Cell& cell) {
  if (cell.arrival.empty() || cell.arrival == "closed") return 0;
  const auto rate = parse_rate(cell.rate);
  if (!rate || rate->operations_per_s <= 0) return 0;
  return 1e9 * std::max(1U, cell.threads) / rate->operations_per_s;
}

Status read_arrival(const Combination& combination, const WorkloadType& workload, Cell& cell) {
  // Threads that wait for each other take their operations together.
  const bool together =
      workload.paced || workload.lives || workload.first_serves || workload.groups;
  if (cell.timing != Timing::operation || together) {
    for (const char* key : {"arrival", "rate", "slots"}) {
      if (const Status status = only_with_operations(combination, key); !status) return status;
    }
    return {};
  }
  cell.arrival = combination.text_or("arrival", "closed");
  if (cell.arrival != "closed") {
    if (const Status status = read_rate(combination, cell); !status) return status;
  } else if (const CampaignAxis* rate = combination.group().axis("rate");
             rate != nullptr && !rate->inherited &&
             combination.group().axis("arrival") == nullptr) {
    return error_at(combination.at("rate"),
                    "rate: a closed loop goes as fast as it can: add 'arrival: fixed' or 'arrival: "
                    "poisson'");
  }
  if (const Status slots = read_slots(combination, cell); !slots) return slots;
  const bool timed = cell.arrival != "closed" || cell.slots_ns != 0;
  if (timed && workload.operations_a_slice != nullptr &&
      workload.operations_a_slice(cell.parameters) != 0) {
    return error_at(
        combination.at(cell.slots_ns != 0 ? "slots" : "arrival"),
        "operations: a slice that has a rate or slots ends by time: leave operations out");
  }
  return {};
}

}  // namespace pmembench
