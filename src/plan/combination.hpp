// Combination: one point of a group's cross product, with the place of every word.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/campaign.hpp"

namespace pmembench {

// Refers to the group, which must outlive it.
class Combination {
 public:
  Combination(const CellGroup& group, const std::vector<std::size_t>& indices)
      : group_(group), indices_(indices) {}
  [[nodiscard]] const CellGroup& group() const { return group_; }
  // Null where the key is not written.
  [[nodiscard]] const CampaignValue* find(std::string_view key) const;
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise) const;
  // The position of the key's value; if the key is not written, the beginning of the group.
  [[nodiscard]] SourcePosition at(std::string_view key) const;

 private:
  const CellGroup& group_;
  const std::vector<std::size_t>& indices_;  // one an axis
};

// Visits the product in the order written, the last axis fastest; ends at the first error.
Status for_each_combination(const CellGroup& group,
                            const std::function<Status(const Combination&)>& visit);

}  // namespace pmembench
