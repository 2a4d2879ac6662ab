#include "cli/comparison_files.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/output.hpp"

namespace pmembench {
namespace {

void write_or_say(OutputFile& file, const std::string& text) {
  const Status written = file.write(text);
  if (!written) say(stderr, fmt::format("pmembench: {}\n", written.error().message));
}

}  // namespace

void ComparisonFiles::add_to(CLI::App& command) {
  command.add_option("--markdown", markdown_path_, "Write a summary in Markdown to this new file.")
      ->type_name("FILE");
  command.add_option("--junit", junit_path_, "Write the verdicts as JUnit XML to this new file.")
      ->type_name("FILE");
  command.add_flag("--force", force_, "Overwrite the files that --markdown and --junit name.");
}

Status ComparisonFiles::open(std::span<const NamedPath> inputs) {
  const NamedPath outputs[] = {{"--markdown", markdown_path_}, {"--junit", junit_path_}};
  if (Status apart = keep_apart(outputs, inputs); !apart) return apart;
  auto markdown = OutputFile::open(markdown_path_, "--markdown", force_);
  if (!markdown) return markdown.error();
  auto junit = OutputFile::open(junit_path_, "--junit", force_);
  if (!junit) return junit.error();
  markdown_ = *std::move(markdown);
  junit_ = *std::move(junit);
  return {};
}

void ComparisonFiles::write(const Comparison& comparison) {
  write_or_say(markdown_, comparison_markdown(comparison));
  write_or_say(junit_, comparison_junit(comparison));
}

}  // namespace pmembench
