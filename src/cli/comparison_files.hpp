// ComparisonFiles: --markdown and --junit of the commands that compare.
#pragma once

#include <span>
#include <string>

#include "cli/output_file.hpp"
#include "results/comparison.hpp"

namespace CLI {
class App;
}

namespace pmembench {

class ComparisonFiles {
 public:
  // --markdown, --junit and --force.
  void add_to(CLI::App& command);
  // Before anything is measured. `inputs`: what they may not be.
  Status open(std::span<const NamedPath> inputs);
  // What cannot be written is said on standard error and changes no verdict.
  void write(const Comparison& comparison);

 private:
  std::string markdown_path_, junit_path_;
  bool force_ = false;
  OutputFile markdown_, junit_;
};

}  // namespace pmembench
