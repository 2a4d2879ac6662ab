// The rules of the design, each as a small experiment on a device in memory: what Linux' dax core,
// block devices over it and file systems on it promise (docs/design-discussion.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dax/open_device.hpp"

namespace pmembench {

// Where experiments get their devices.
struct RuleHost {
  const Registry& registry;
  const dax_host_info& info;
  // A device of that medium by the first backend that leaves mapping to the host and whose copies
  // need a flush, or do not.
  [[nodiscard]] Result<OpenedDevice> open(const std::string& medium, bool needs_flush) const;
};

// What an experiment saw: sentences, and the first expectation that did not hold.
class RuleSeen {
 public:
  void must(bool holds, const std::string& expectation);
  void saw(const std::string& sentence);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& broken() const { return broken_; }  // empty: all hold
  // The device of an experiment; null, and the experiment is broken, if it cannot be opened.
  OpenedDevice* take(Result<OpenedDevice> opened);

 private:
  std::string text_, broken_;
  std::vector<std::unique_ptr<OpenedDevice>> devices_;
};

struct DesignRule {
  unsigned number = 0;  // of the row in docs/design-discussion.md
  std::string_view claim;
  void (*run)(const RuleHost& host, RuleSeen& seen) = nullptr;
};

// By number. Those of the device alone are in rules_device.cpp, those of the layers in
// rules_layers.cpp.
[[nodiscard]] const std::vector<DesignRule>& design_rules();
[[nodiscard]] std::vector<DesignRule> device_rules();
[[nodiscard]] std::vector<DesignRule> layer_rules();

}  // namespace pmembench
