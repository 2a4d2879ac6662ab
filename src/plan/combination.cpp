#include "plan/combination.hpp"

namespace pmembench {
namespace {

// Counts like an odometer; false after the last combination.
bool advance(const CellGroup& group, std::vector<std::size_t>& indices) {
  for (std::size_t i = indices.size(); i > 0; --i) {
    if (++indices[i - 1] < group.axes[i - 1].values.size()) return true;
    indices[i - 1] = 0;
  }
  return false;
}

}  // namespace

const CampaignValue* Combination::find(std::string_view key) const {
  for (std::size_t i = 0; i < indices_.size(); ++i) {
    if (group_.axes[i].key == key) return &group_.axes[i].values[indices_[i]];
  }
  return nullptr;
}

std::string Combination::text_or(std::string_view key, std::string_view otherwise) const {
  const CampaignValue* value = find(key);
  return value == nullptr ? std::string(otherwise) : value->text;
}

SourcePosition Combination::at(std::string_view key) const {
  const CampaignValue* value = find(key);
  return value == nullptr ? group_.at : value->at;
}

Status for_each_combination(const CellGroup& group,
                            const std::function<Status(const Combination&)>& visit) {
  std::vector<std::size_t> indices(group.axes.size(), 0);
  do {
    if (const Status status = visit(Combination(group, indices)); !status) return status;
  } while (advance(group, indices));
  return {};
}

}  // namespace pmembench
