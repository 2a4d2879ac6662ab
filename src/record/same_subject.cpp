#include "record/same_subject.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/units.hpp"

namespace pmembench {
namespace {

// The node of most pages; nothing where that is unknown.
std::string main_node(const MediumFacts& medium) {
  if (medium.node_share.empty()) return {};
  const auto most =
      std::max_element(medium.node_share.begin(), medium.node_share.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first < 0 ? std::string() : std::to_string(most->first);
}

std::string size_or_nothing(std::uint64_t bytes) { return bytes == 0 ? "" : format_size(bytes); }

struct Fact {
  const char* name;
  std::string earlier, later;
  [[nodiscard]] bool differs() const {
    return !earlier.empty() && !later.empty() && earlier != later;
  }
};

std::optional<Fact> different_medium(const MediumFacts& earlier, const MediumFacts& later) {
  const auto yes_no = [](bool value) { return std::string(value ? "yes" : "no"); };
  for (const Fact& fact : {
           Fact{"medium's kind", earlier.kind, later.kind},
           Fact{"medium's identity", earlier.identity, later.identity},
           Fact{"medium's size", size_or_nothing(earlier.size_bytes),
                size_or_nothing(later.size_bytes)},
           Fact{"medium's page size", size_or_nothing(earlier.page_bytes),
                size_or_nothing(later.page_bytes)},
           Fact{"medium's NUMA node", main_node(earlier), main_node(later)},
           Fact{"medium's persistence domain", earlier.persistence_domain,
                later.persistence_domain},
           Fact{"medium's file system", earlier.file_system, later.file_system},
           Fact{"medium's MAP_SYNC", yes_no(earlier.map_sync), yes_no(later.map_sync)},
       }) {
    if (fact.differs()) return fact;
  }
  if (earlier.probe.empty() || later.probe.empty()) return std::nullopt;
  return different_medium(earlier.probe.front(), later.probe.front());
}

}  // namespace

std::string subject_difference(const Replicate& earlier, const Replicate& later) {
  std::optional<Fact> fact = different_medium(earlier.medium, later.medium);
  const Fact software{"software", earlier.details.software, later.details.software};
  const auto kernel_of = [](const Replicate& replicate) {
    return replicate.details.kernel ? replicate.details.kernel->name : std::string();
  };
  const Fact kernel{"kernel that reads", kernel_of(earlier), kernel_of(later)};
  if (!fact && software.differs()) fact = software;
  if (!fact && kernel.differs()) fact = kernel;
  if (!fact) return {};
  return fmt::format(
      "the {} was {} in replicate {} and is {} in replicate {}: they are not the same and cannot "
      "be "
      "one row; measure again with what is there now",
      fact->name, fact->earlier, earlier.index, fact->later, later.index);
}

}  // namespace pmembench
