#include "cli/audit_program.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "audit/audit_json.hpp"
#include "audit/program_audit.hpp"
#include "base/units.hpp"
#include "cli/audit_table.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// "4K:512": an offset and a size.
Result<ByteRange> parse_range(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto offset = parse_size(text.substr(0, colon));
  const auto size = colon == std::string::npos ? offset : parse_size(text.substr(colon + 1));
  if (colon == std::string::npos || !offset || !size || *size == 0) {
    return usage_error("--unclaimed '{}' is not an offset and a size, as in 4K:512", text);
  }
  return ByteRange{*offset, *size};
}

}  // namespace

void ProgramAudit::add_to(CLI::App& command) {
  command
      .add_option("--range", ranges_,
                  "Of a program: watch this file too, although it is not on DAX.")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option("--unclaimed", unclaimed_,
                  "Of a program: bytes of its files that it does not mean to keep, such as 4K:512.")
      ->type_name("OFFSET:SIZE")
      ->allow_extra_args(false);
  command.add_option("--steps", most_steps_, "Of a program: stop after this many instructions.")
      ->type_name("NUMBER")
      ->capture_default_str();
}

bool ProgramAudit::wanted() const { return !ranges_.empty() || !unclaimed_.empty(); }

Result<json> ProgramAudit::run(const std::vector<std::string>& words,
                               std::optional<AuditDomain> domain) const {
  ProgramOptions options;
  options.words = words;
  options.ranges = ranges_;
  options.domain = domain;
  options.steps = most_steps_;
  for (const std::string& text : unclaimed_) {
    const auto range = parse_range(text);
    if (!range) return range.error();
    options.unclaimed.push_back(*range);
  }
  const ProgramResult result = run_program_audit(options);
  json mask = audit_to_json(result.audit);
  mask["cpu"] = kNoMask;
  return json{
      {"backend", words.front()},   {"media", fmt::format("{}", fmt::join(result.files, ", "))},
      {"ended", result.ended},      {"object_hash", ""},
      {"verdict", mask["verdict"]}, {"masks", json::array({mask})}};
}

std::string program_text(const json& entry) {
  const json& mask = entry.at("masks").front();
  const json& sheet = mask.at("sheet").empty() ? json::object() : mask.at("sheet").front();
  const std::string name = entry.at("backend"), verdict = entry.at("verdict");
  const std::string reason = mask.at("reason"), files = entry.at("media");
  std::string text = fmt::format("{}: {}{}{}\n", name, verdict, reason.empty() ? "" : ": ", reason);
  for (const std::string& line : finding_lines(entry)) text += line;
  text += fmt::format(
      "{} instructions were stepped while it had {} mapped: {} stores of {} bytes, {} of them past "
      "the cache, {} flushes, {} fences, {} calls of msync or fsync. It ended with {}.\n",
      mask.at("steps").get<std::uint64_t>(), files.empty() ? "nothing" : files,
      sheet.value("stores", 0UL), sheet.value("stored_bytes", 0UL),
      sheet.value("past_cache_bytes", 0UL), sheet.value("flushes", 0UL), sheet.value("fences", 0UL),
      sheet.value("system_calls", 0UL),
      entry.at("ended").get<std::string>().empty() ? "nothing that was seen"
                                                   : entry.at("ended").get<std::string>());
  return text;
}

}  // namespace pmembench
