#include "cli/audit_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/text_table.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// The same finding on several masks is one line.
struct Merged {
  json finding;
  std::vector<std::string> masks;
};

std::vector<Merged> merged_findings(const json& masks) {
  std::vector<Merged> all;
  for (const json& mask : masks) {
    if (!mask.contains("findings")) continue;
    for (const json& finding : mask["findings"]) {
      const auto same = std::find_if(all.begin(), all.end(), [&](const Merged& each) {
        return each.finding["rule"] == finding["rule"] && each.finding["place"] == finding["place"];
      });
      if (same == all.end()) {
        all.push_back({finding, {mask["cpu"]}});
      } else {
        same->masks.push_back(mask["cpu"]);
      }
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Merged& a, const Merged& b) {
    return a.finding["error"].get<bool>() && !b.finding["error"].get<bool>();
  });
  return all;
}

std::string finding_text(const Merged& merged) {
  const json& finding = merged.finding;
  const std::string instruction = finding["instruction"], place = finding["place"];
  const std::string detail = finding["detail"];
  std::string text = fmt::format("  {}: {}", finding["error"].get<bool>() ? "ERROR" : "cost",
                                 finding["rule"].get<std::string>());
  if (!instruction.empty()) text += fmt::format(": {}", instruction);
  if (!place.empty()) text += fmt::format(" in {}", place);
  if (finding.contains("word_offset_bytes")) {
    text += fmt::format(", word +{:#x} in line +{:#x}",
                        finding["word_offset_bytes"].get<std::uint64_t>(),
                        finding["line_offset_bytes"].get<std::uint64_t>());
  }
  if (!detail.empty()) text += fmt::format(" ({})", detail);
  const bool of_program = merged.masks.front() == kNoMask;
  text += fmt::format("\n      {}: {}\n", of_program ? "in" : "smallest case",
                      finding["case"].get<std::string>());
  if (!of_program) {
    text += fmt::format("      {}: {}\n", merged.masks.size() == 1 ? "CPU mask" : "CPU masks",
                        fmt::join(merged.masks, ", "));
  }
  return text;
}

std::string per(std::uint64_t count, std::uint64_t operations) {
  if (operations == 0) return "";
  return fmt::format("{:.2f}", static_cast<double>(count) / static_cast<double>(operations));
}

struct Sum {
  std::uint64_t operations = 0, bytes = 0, stores = 0, stored = 0, past = 0, flushes = 0,
                fences = 0, calls = 0;
};

std::string sheet_text(const json& masks) {
  std::vector<std::pair<std::string, Sum>> lines;
  for (const json& mask : masks) {
    for (const json& line : mask["sheet"]) {
      const std::string name = line["operation"];
      auto at = std::find_if(lines.begin(), lines.end(),
                             [&](const auto& each) { return each.first == name; });
      if (at == lines.end()) at = lines.insert(lines.end(), {name, {}});
      Sum& sum = at->second;
      sum.operations += line["operations"].get<std::uint64_t>();
      sum.bytes += line["bytes"].get<std::uint64_t>();
      sum.stores += line["stores"].get<std::uint64_t>();
      sum.stored += line["stored_bytes"].get<std::uint64_t>();
      sum.past += line["past_cache_bytes"].get<std::uint64_t>();
      sum.flushes += line["flushes"].get<std::uint64_t>();
      sum.fences += line["fences"].get<std::uint64_t>();
      sum.calls += line["system_calls"].get<std::uint64_t>();
    }
  }
  TextTable table({{"  an operation"},
                   {"bytes", Align::right},
                   {"stores", Align::right},
                   {"stored bytes", Align::right},
                   {"past the cache", Align::right},
                   {"flushes", Align::right},
                   {"fences", Align::right},
                   {"system calls", Align::right}});
  for (const auto& [name, sum] : lines) {
    table.add({"  " + name, per(sum.bytes, sum.operations), per(sum.stores, sum.operations),
               per(sum.stored, sum.operations), per(sum.past, sum.operations),
               per(sum.flushes, sum.operations), per(sum.fences, sum.operations),
               per(sum.calls, sum.operations)});
  }
  return lines.empty() ? "" : table.text();
}

std::string verdict_text(const json& backend) {
  const json& masks = backend["masks"];
  std::uint64_t cases = 0, steps = 0;
  std::vector<std::string> names;
  std::string domain, reason;
  for (const json& mask : masks) {
    cases += mask["cases"].get<std::uint64_t>();
    steps += mask["steps"].get<std::uint64_t>();
    if (mask["verdict"] != "not_here") names.push_back(mask["cpu"]);
    domain = fmt::format("{} (from {})", mask["domain"].get<std::string>(),
                         mask["domain_from"].get<std::string>());
    const std::string why = mask["reason"];
    if (mask["verdict"] == backend["verdict"] && !why.empty()) reason = why;
  }
  const std::string name = backend["backend"], verdict = backend["verdict"];
  if (verdict == "unaudited") return fmt::format("{}: unaudited: {}\n", name, reason);
  if (verdict == "no_claim") return fmt::format("{}: nothing to audit: {}\n", name, reason);
  return fmt::format("{}: {} for persistence domain {}: {} cases, {} instructions, {} CPU masks\n",
                     name, verdict, domain, cases, steps, names.size());
}

}  // namespace

std::vector<std::string> finding_lines(const json& backend) {
  std::vector<std::string> lines;
  for (const Merged& merged : merged_findings(backend["masks"])) {
    lines.push_back(finding_text(merged));
  }
  return lines;
}

std::string audit_findings_text(const json& backend) {
  std::string text = verdict_text(backend);
  for (const std::string& line : finding_lines(backend)) text += line;
  return text;
}

std::string audit_text(const json& document) {
  std::string text;
  for (const json& backend : document["backends"]) {
    text += audit_findings_text(backend) + sheet_text(backend["masks"]);
  }
  return text;
}

std::string power_cuts_text(const json& document) {
  TextTable table({{"backend"},
                   {"CPU mask"},
                   {"under"},
                   {"events", Align::right},
                   {"cuts", Align::right},
                   {"images", Align::right},
                   {"torn", Align::right},
                   {"acknowledged lost", Align::right},
                   {"neighbours damaged", Align::right},
                   {"structure broken", Align::right},
                   {"verdict"}});
  std::string below;
  const auto number = [](const json& work, const char* key) {
    return std::to_string(work.at(key).get<std::uint64_t>());
  };
  for (const json& backend : document["backends"]) {
    const std::string name = backend["backend"];
    for (const json& mask : backend["masks"]) {
      const std::string cpu = mask["cpu"];
      for (const json& work : mask["power_cuts"]) {
        const std::string subject = work["subject"], reason = work["reason"];
        const std::string example = work["example"];
        const bool holds = work["holds"].get<bool>();
        table.add({name, cpu, subject, number(work, "events"), number(work, "cuts"),
                   number(work, "images"), number(work, "torn"), number(work, "acknowledged_lost"),
                   number(work, "neighbours_damaged"), number(work, "broken_invariants"),
                   !reason.empty() ? "unaudited"
                   : holds         ? "holds"
                                   : "BROKEN"});
        if (!reason.empty()) below += fmt::format("{} under {}: {}\n", name, subject, reason);
        if (!example.empty()) below += fmt::format("{} under {}: {}\n", name, subject, example);
      }
    }
  }
  return table.text() + below;
}

std::string self_test_text(const json& document) {
  TextTable table({{"backend"},
                   {"mutants", Align::right},
                   {"change an image", Align::right},
                   {"found", Align::right},
                   {"score", Align::right},
                   {"change none", Align::right},
                   {"reported wrongly", Align::right}});
  std::string misjudged;
  for (const json& backend : document["backends"]) {
    std::uint64_t mutants = 0, harmful = 0, found = 0, harmless = 0, wrongly = 0;
    const std::string name = backend["backend"];
    for (const json& mask : backend["masks"]) {
      mutants += mask["mutants"].get<std::uint64_t>();
      harmful += mask["harmful"].get<std::uint64_t>();
      found += mask["found"].get<std::uint64_t>();
      harmless += mask["harmless"].get<std::uint64_t>();
      wrongly += mask["wrongly_reported"].get<std::uint64_t>();
      const std::string reason = mask["reason"];
      if (!reason.empty()) misjudged += fmt::format("{}: {}\n", name, reason);
      for (const json& each : mask["misjudged"]) {
        misjudged += fmt::format("  {} ({}): {}\n", name, mask["cpu"].get<std::string>(),
                                 each.get<std::string>());
      }
    }
    const std::string score = harmful == 0
                                  ? ""
                                  : fmt::format("{:.1f} %", 100.0 * static_cast<double>(found) /
                                                                static_cast<double>(harmful));
    table.add({name, std::to_string(mutants), std::to_string(harmful), std::to_string(found), score,
               std::to_string(harmless), std::to_string(wrongly)});
  }
  return table.text() + misjudged;
}

}  // namespace pmembench
