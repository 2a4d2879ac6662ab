// The formats that are imported, and which of them a file has.
#include <fmt/format.h>

#include <algorithm>

#include "import/foreign_text.hpp"
#include "import/importer.hpp"

namespace pmembench {

const std::vector<Importer>& importers() {
  static const std::vector<Importer> kAll{
      fio_importer(),       gbench_importer(),    mlc_importer(), pmdk_csv_importer(),
      perf_stat_importer(), hyperfine_importer(), mess_importer()};
  return kAll;
}

const Importer* find_importer(std::string_view name) {
  const auto found = std::find_if(importers().begin(), importers().end(),
                                  [&](const Importer& each) { return each.name == name; });
  return found == importers().end() ? nullptr : &*found;
}

const Importer* recognise_results(const ForeignFile& file) {
  const auto found = std::find_if(importers().begin(), importers().end(),
                                  [&](const Importer& each) { return each.recognises(file); });
  return found == importers().end() ? nullptr : &*found;
}

Result<ImportedFile> import_bytes(std::string bytes, const std::string& label,
                                  std::string_view format, double core_hz) {
  const auto text = foreign_text(std::move(bytes), label);
  if (!text) return text.error();
  const ForeignFile file{*text, label, core_hz};
  const Importer* importer = format.empty() ? recognise_results(file) : find_importer(format);
  if (importer == nullptr) {
    std::string known;
    for (const Importer& each : importers()) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
    }
    if (!format.empty()) {
      return usage_error("there is no format \"{}\" to import: choose {}", format, known);
    }
    return usage_error(
        "{} is not a file of results that pmembench knows: name its format with "
        "--format ({}), or see docs/interop.md",
        label, known);
  }
  if (core_hz > 0 && !importer->may_count_cycles) {
    return usage_error("{} is {}, which does not count cycles: leave out --core-clock", label,
                       importer->what);
  }
  auto imported = importer->read(file);
  if (!imported) return imported.error();
  imported->format = importer->name;
  if (imported->rows.empty()) {
    return usage_error(
        "{} has no result: {}", label,
        imported->notes.empty() ? "the tool measured nothing" : imported->notes.front());
  }
  make_names_unique(*imported);
  return imported;
}

}  // namespace pmembench
