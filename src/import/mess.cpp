// Mess: curves of bandwidth and latency, bwlat_READ%.txt, one or a folder of them; and the raw
// folders bw/ and sampler/ of a profile.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "base/units.hpp"
#include "import/foreign_limits.hpp"
#include "import/foreign_text.hpp"
#include "import/importer.hpp"

namespace pmembench {
namespace {

namespace files = std::filesystem;

constexpr double kMessMegabyte = 1e6;
constexpr double kNs_per_s = 1e9;
constexpr std::string_view kCurvePrefix = "bwlat_";

std::string file_name(const std::string& label) { return files::path(label).filename().string(); }

// "bwlat_70.txt" -> 70.
std::optional<unsigned> share_in_name(const std::string& label) {
  const std::string name = file_name(label);
  const std::size_t at = name.find(kCurvePrefix);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t first = at + kCurvePrefix.size();
  const std::size_t end = std::min(name.find_first_not_of("0123456789", first), name.size());
  const auto share = parse_count(name.substr(first, end - first));
  if (!share || *share > 100) return std::nullopt;
  return static_cast<unsigned>(*share);
}

bool looks_like_mess(const ForeignFile& file) {
  if (share_in_name(file.label)) return true;
  const auto lines = lines_of(file.text.substr(0, 512));
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {  // the last one may be cut
    const auto words = words_of(lines[i].text);
    if (words.size() != 2 || !decimal(words[0]) || !decimal(words[1])) return false;
  }
  return lines.size() > 1;
}

ImportedRow curve_row(const std::string& source, std::optional<unsigned> share, std::string name,
                      double megabytes_per_s, double latency_ns) {
  ImportedRow imported = imported_row(std::move(name), source);
  Row& row = imported.row;
  row.workload = "loaded";
  row.path = "mess";
  if (share) row.parameters["read_share"] = std::to_string(*share);
  row.latency_ns = LatencyResult{};
  row.latency_ns->mode = "dependent";
  row.latency_ns->mean_ns = latency_ns;
  set_time(latency_ns, row);
  set_bandwidth(megabytes_per_s * kMessMegabyte, row);
  return imported;
}

Result<ImportedFile> read_mess_curve(const ForeignFile& file) {
  ImportedFile imported;
  imported.source = "Mess";
  const auto share = share_in_name(file.label);
  if (!share) {
    imported.notes.push_back(
        "the share of reads is in the name of the file (bwlat_100.txt), and this name has none");
  }
  for (const TextLine& line : lines_of(file.text)) {
    if (stripped(line.text).empty()) continue;
    const auto words = words_of(line.text);
    const auto bandwidth = words.empty() ? std::nullopt : decimal(words[0]);
    const auto latency = words.size() < 2 ? std::nullopt : decimal(words[1]);
    if (words.size() != 2 || !bandwidth || !latency) {
      return refused_at(file.label, line.number,
                        "a line of a curve is MB/s and ns, and this one is not: the file is cut, "
                        "joined or damaged");
    }
    if (!(*bandwidth > 0) || *bandwidth > kMostBytes_per_s / kMessMegabyte || !(*latency > 0) ||
        *latency > kLongest_ns) {
      return refused_at(file.label, line.number,
                        fmt::format("{} MB/s at {} {} cannot be", words[0], words[1],
                                    file.core_hz > 0 ? "cycles" : "ns"));
    }
    const double latency_ns = file.core_hz > 0 ? *latency / file.core_hz * kNs_per_s : *latency;
    const std::string name =
        fmt::format("mess/{}point {}", share ? fmt::format("reads {} %/", *share) : std::string(),
                    imported.rows.size() + 1);
    imported.rows.push_back(curve_row(imported.source, share, name, *bandwidth, latency_ns));
  }
  if (!ends_with_line_break(file.text) && !imported.rows.empty()) {
    return refused_at(file.label, lines_of(file.text).size(),
                      "the last row has no end of line, so it may be cut: end it if it is not");
  }
  return imported;
}

Result<std::string> text_of_file(const files::path& path) {
  std::error_code error;
  if (!files::is_regular_file(path, error)) {
    return usage_error("{} is not a file", path.string());
  }
  if (files::file_size(path, error) > kLargestImportBytes || error) {
    return usage_error("{} is larger than {} bytes", path.string(), kLargestImportBytes);
  }
  std::ifstream stream(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  if (!stream && !stream.eof()) return usage_error("{} cannot be read", path.string());
  return foreign_text(std::move(bytes), path.string());
}

std::vector<files::path> curve_files(const files::path& folder) {
  constexpr int kDeepestFolder = 3;
  constexpr std::size_t kMost = 1000;
  std::vector<files::path> found;
  std::error_code error;
  for (files::recursive_directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    if (each.depth() > kDeepestFolder) each.disable_recursion_pending();
    const std::string name = each->path().filename().string();
    if (name.starts_with(kCurvePrefix) && name.ends_with(".txt")) found.push_back(each->path());
    if (found.size() >= kMost) break;
  }
  std::sort(found.begin(), found.end(), [](const files::path& a, const files::path& b) {
    return std::pair(share_in_name(a.string()), a) < std::pair(share_in_name(b.string()), b);
  });
  return found;
}

// "452.246 BW (GB/s)": what the scripts of a profile print below the counters.
std::optional<double> gigabytes_per_s(std::string_view text) {
  double sum = 0;
  unsigned count = 0;
  for (const TextLine& line : lines_of(text)) {
    const auto words = words_of(line.text);
    if (words.size() != 3 || words[1] != "BW" || words[2] != "(GB/s)") continue;
    const auto value = decimal(words[0]);
    if (!value) return std::nullopt;
    sum += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

// "1,234.56 MiB uncore_imc/cas_count_read/" and "2.001 seconds time elapsed" of perf stat.
std::optional<double> perf_bytes_per_s(std::string_view text) {
  double bytes = 0;
  std::optional<double> seconds;
  for (const TextLine& line : lines_of(text)) {
    auto words = words_of(line.text);
    if (words.size() < 3) continue;
    std::string number(words[0]);
    std::erase(number, ',');
    const auto value = decimal(number);
    if (!value) continue;
    if (words[1] == "MiB") bytes += *value * 1048576;
    if (words[1] == "seconds" && words[2] == "time") seconds = *value;
  }
  if (!seconds || *seconds <= 0 || bytes <= 0) return std::nullopt;
  return bytes / *seconds;
}

// The mean of a column of a CSV of the sampler.
std::optional<double> mean_of_column(std::string_view text, std::string_view wanted) {
  const auto lines = lines_of(text);
  if (lines.empty()) return std::nullopt;
  const auto names = split_at(lines.front().text, ',');
  const auto column = std::find_if(names.begin(), names.end(),
                                   [&](std::string_view name) { return stripped(name) == wanted; });
  if (column == names.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(column - names.begin());
  double sum = 0;
  std::size_t count = 0;
  for (const TextLine& line : lines) {
    if (line.number == 1 || stripped(line.text).empty()) continue;
    const auto fields = split_at(line.text, ',');
    const auto value = index < fields.size() ? decimal(stripped(fields[index])) : std::nullopt;
    if (!value) return std::nullopt;
    sum += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

// Of the column in ns, or of that in cycles, if their length is known.
std::optional<double> sampled_latency_ns(std::string_view text, double core_hz) {
  const auto ns = mean_of_column(text, "latency_ns");
  if (ns || !(core_hz > 0)) return ns;
  const auto cycles = mean_of_column(text, "latency_cycles");
  return cycles ? std::optional(*cycles / core_hz * kNs_per_s) : std::nullopt;
}

// "bw_100_50.txt", "bw_perf_100_50.txt" -> (100, 50).
std::optional<std::pair<unsigned, std::uint64_t>> point_in_name(const files::path& path) {
  const std::string stem = path.stem().string();
  const auto words = split_at(stem, '_');
  if (words.size() < 3) return std::nullopt;
  const auto share = parse_count(words[words.size() - 2]);
  const auto pause = parse_count(words.back());
  if (!share || !pause || *share > 100) return std::nullopt;
  return std::pair(static_cast<unsigned>(*share), *pause);
}

// The raw folders of a profile: points whose bandwidth and latency are both there in known units.
Status read_mess_profile(const files::path& folder, double core_hz, ImportedFile& imported) {
  std::error_code error;
  std::map<std::pair<unsigned, std::uint64_t>, files::path> points;
  for (files::directory_iterator each(folder / "bw", error), end; !error && each != end;
       each.increment(error)) {
    if (const auto point = point_in_name(each->path())) points[*point] = each->path();
  }
  std::size_t without_latency = 0;
  for (const auto& [point, path] : points) {
    const auto text = text_of_file(path);
    if (!text) return text.error();
    auto bandwidth = perf_bytes_per_s(*text);
    if (const auto gigabytes = gigabytes_per_s(*text)) bandwidth = *gigabytes * 1e9;
    if (!bandwidth || *bandwidth > kMostBytes_per_s) {
      return usage_error("{} has no bandwidth in a known unit (MiB of perf stat, or BW (GB/s))",
                         path.string());
    }
    const files::path sampler =
        folder / "sampler" / fmt::format("sampler_{}_{}.csv", point.first, point.second);
    const auto samples =
        files::exists(sampler, error) ? text_of_file(sampler) : Result<std::string>(std::string());
    if (!samples) return samples.error();
    const auto latency = sampled_latency_ns(*samples, core_hz);
    if (!latency || !(*latency > 0) || *latency > kLongest_ns) {
      ++without_latency;
      continue;
    }
    imported.rows.push_back(
        curve_row(imported.source, point.first,
                  fmt::format("mess/reads {} %/pause {}", point.first, point.second),
                  *bandwidth / kMessMegabyte, *latency));
    imported.rows.back().row.parameters["pause"] = std::to_string(point.second);
  }
  if (without_latency > 0) {
    imported.notes.push_back(fmt::format(
        "{} of {} points have no latency in ns (a column latency_ns in sampler/); counts of cycles "
        "(latency_cycles) need the clock of the core: give it with --core-clock",
        without_latency, points.size()));
  }
  return {};
}

}  // namespace

Result<ImportedFile> import_mess_folder(const std::string& folder, double core_hz) {
  ImportedFile imported;
  imported.format = "mess";
  imported.source = "Mess";
  for (const files::path& path : curve_files(folder)) {
    const auto text = text_of_file(path);
    if (!text) return text.error();
    auto curve = read_mess_curve({*text, path.string(), core_hz});
    if (!curve) return curve.error();
    for (ImportedRow& row : curve->rows) imported.rows.push_back(std::move(row));
  }
  if (imported.rows.empty()) {
    const Status read = read_mess_profile(folder, core_hz, imported);
    if (!read) return read.error();
  }
  if (imported.rows.empty()) {
    return usage_error("{} is not a folder of Mess with results: {}", folder,
                       imported.notes.empty() ? "it has neither bwlat_*.txt nor bw/ and sampler/"
                                              : imported.notes.front());
  }
  make_names_unique(imported);
  return imported;
}

Importer mess_importer() {
  return {"mess", "curve of Mess or its simulators (bwlat_*.txt: MB/s and ns), or its folder",
          looks_like_mess, read_mess_curve, true};
}

}  // namespace pmembench
