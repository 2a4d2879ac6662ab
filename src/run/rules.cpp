#include "run/rules.hpp"

#include <algorithm>

namespace pmembench {

Result<OpenedDevice> RuleHost::open(const std::string& medium, bool needs_flush) const {
  const auto spec = parse_media(medium);
  if (!spec) return spec.error();
  for (const BackendEntry& entry : registry.entries()) {
    if (!entry.usable() || entry.operations->open != nullptr) continue;
    const std::uint64_t capabilities = entry.operations->capabilities;
    const bool flushes = (capabilities & DAX_CAP_NEEDS_FLUSH) != 0;
    const bool works = (capabilities & DAX_CAP_NO_WORK) == 0;
    if (!works || flushes != needs_flush) continue;
    OpenOptions options;
    options.registry = &registry;
    return open_device(entry, *spec, info, options);
  }
  return environment_error("no backend here maps memory and {} a flush",
                           needs_flush ? "needs" : "needs no");
}

void RuleSeen::must(bool holds, const std::string& expectation) {
  if (!holds && broken_.empty()) broken_ = expectation;
}

void RuleSeen::saw(const std::string& sentence) { text_ += (text_.empty() ? "" : "; ") + sentence; }

OpenedDevice* RuleSeen::take(Result<OpenedDevice> opened) {
  if (!opened) {
    must(false, opened.error().message);
    return nullptr;
  }
  devices_.push_back(std::make_unique<OpenedDevice>(*std::move(opened)));
  return devices_.back().get();
}

const std::vector<DesignRule>& design_rules() {
  static const std::vector<DesignRule> kRules = [] {
    std::vector<DesignRule> rules = device_rules();
    for (const DesignRule& rule : layer_rules()) rules.push_back(rule);
    std::sort(rules.begin(), rules.end(),
              [](const DesignRule& a, const DesignRule& b) { return a.number < b.number; });
    return rules;
  }();
  return kRules;
}

}  // namespace pmembench
