// Importer: a format of another tool. One file a format, one line in importer_list.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "import/imported.hpp"

namespace pmembench {

// What an importer reads: the checked text of a file, and how the file is called.
struct ForeignFile {
  std::string_view text;
  std::string label;  // the path as the user named it
  // Of the core whose cycles its latencies are; 0: they are ns. Of Mess alone.
  double core_hz = 0;
};

struct Importer {
  const char* name;  // of --format
  const char* what;  // "JSON output of fio (--output-format=json or json+)"
  bool (*recognises)(const ForeignFile& file);
  // All of the file or nothing: an error (usage) gives the place of what is wrong.
  Result<ImportedFile> (*read)(const ForeignFile& file);
  bool may_count_cycles = false;  // its latencies may be of cycles: ForeignFile::core_hz
};

[[nodiscard]] const std::vector<Importer>& importers();
// Null: there is none of that name; none recognises the file.
[[nodiscard]] const Importer* find_importer(std::string_view name);
[[nodiscard]] const Importer* recognise_results(const ForeignFile& file);

// `bytes` of the file `label` by the importer of that name, or by the one that recognises it.
// Errors (usage): what no importer takes, with the list of those that there are; a `core_hz` for a
// format that does not count cycles.
Result<ImportedFile> import_bytes(std::string bytes, const std::string& label,
                                  std::string_view format = "", double core_hz = 0);

// Mess: a folder with the files bwlat_*.txt, and with measuring/ or bw/ and lat/.
Result<ImportedFile> import_mess_folder(const std::string& folder, double core_hz = 0);

// The formats, each made by one file of this folder.
Importer fio_importer();
Importer gbench_importer();
Importer mlc_importer();
Importer mess_importer();
Importer pmdk_csv_importer();
Importer perf_stat_importer();
Importer hyperfine_importer();

}  // namespace pmembench
