#include "run/group_rates.hpp"

#include <algorithm>

#include "workloads/parameters.hpp"

namespace pmembench {

void GroupRates::set_paces(std::vector<std::unique_ptr<ThreadContext>>& threads,
                           std::uint64_t operations_a_group) const {
  for (unsigned index = 0; index < threads.size(); ++index) {
    const ThreadGroup& group = groups_[group_of(groups_, index)];
    if (group.bytes_per_s <= 0) continue;
    const auto size = group.parameters.find("operation_size");
    const double bytes = size == group.parameters.end()
                             ? 8.0  // of a chase: a pointer
                             : static_cast<double>(number_of(group.parameters, "operation_size"));
    const double ns =
        static_cast<double>(operations_a_group) * bytes * group.threads / group.bytes_per_s * 1e9;
    threads[index]->pace = LoadPace::at_rate(ns / ns_per_tick_);
  }
}

void GroupRates::add(const std::vector<std::unique_ptr<ThreadContext>>& threads) {
  for (unsigned index = 0; index < threads.size(); ++index) {
    const ThreadContext& thread = *threads[index];
    const double s = static_cast<double>(std::max<std::uint64_t>(1, thread.end - thread.begin)) *
                     ns_per_tick_ * 1e-9;
    Sum& sum = sums_[group_of(groups_, index)];
    sum.operations_per_s += static_cast<double>(thread.work.operations) / s;
    sum.bytes_per_s += static_cast<double>(thread.work.bytes) / s;
  }
  ++slices_;
}

void GroupRates::forget() {
  std::fill(sums_.begin(), sums_.end(), Sum{});
  slices_ = 0;
}

std::map<std::string, double> GroupRates::figures() const {
  std::map<std::string, double> figures;
  for (std::size_t i = 0; i < sums_.size() && slices_ > 0; ++i) {
    const std::string name = fmt::format("group_{}", i + 1);
    figures[name + "_operations_per_s"] = sums_[i].operations_per_s / slices_;
    figures[name + "_bytes_per_s"] = sums_[i].bytes_per_s / slices_;
  }
  return figures;
}

}  // namespace pmembench
