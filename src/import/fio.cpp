// JSON output of fio: a row for each direction of each job (stat.c of fio has the members).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "import/foreign_json.hpp"
#include "import/foreign_limits.hpp"
#include "import/foreign_text.hpp"
#include "import/importer.hpp"
#include "record/percentiles.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 3> kDirections{"read", "write", "trim"};

bool looks_like_fio(const ForeignFile& file) {
  return first_object(file.text).substr(0, 400).find("\"fio version\"") != std::string_view::npos;
}

// "99.000000" -> "p99", "99.950000" -> "p99.95".
std::string percentile_name(const std::string& key) {
  std::string digits = key;
  if (digits.find('.') != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
  }
  return "p" + digits;
}

bool is_reported_percentile(std::string_view name) {
  for (const NamedPercentile& each : kPercentiles) {
    if (each.name == name) return true;
  }
  return false;
}

class FioReader {
 public:
  explicit FioReader(const ForeignFile& file) : file_(file), numbers_(file.label) {}

  Result<ImportedFile> read() {
    std::string_view behind;
    const std::string_view object = first_object(file_.text, &behind);
    if (!first_object(behind).empty()) {
      return usage_error("{} holds more than one JSON document: split it, and import each part",
                         file_.label);
    }
    const auto document = foreign_json(object, file_.label);
    if (!document) return document.error();
    const json& root = document->json();
    imported_.source = foreign_text_of(root, "fio version");
    if (!imported_.source.starts_with("fio")) {
      return usage_error("{} has no \"fio version\": it is not output of fio", file_.label);
    }
    read_time(root);
    options_ = root.value("global options", json::object());
    const auto jobs = root.find("jobs");
    const auto clients = root.find("client_stats");
    if (jobs != root.end()) read_jobs(*jobs, "jobs");
    if (clients != root.end()) read_jobs(*clients, "client_stats");
    if (jobs == root.end() && clients == root.end()) numbers_.refuse("jobs", "it is absent");
    if (!numbers_.ok()) return numbers_.status().error();
    return std::move(imported_);
  }

 private:
  void read_time(const json& root) {
    const auto seconds = numbers_.optional(root, "document", "timestamp", kLatestTimestamp_s);
    if (seconds) imported_.started_utc = utc_text(static_cast<std::int64_t>(*seconds));
  }

  void read_jobs(const json& jobs, const std::string& place) {
    if (!jobs.is_array()) return numbers_.refuse(place, "it is not a list");
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      read_job(jobs[i], fmt::format("{}[{}]", place, i));
    }
  }

  void read_job(const json& job, const std::string& place) {
    if (!job.is_object()) return numbers_.refuse(place, "it is not an object");
    std::string name = foreign_text_of(job, "jobname");
    if (name.empty()) return numbers_.refuse(place + ".jobname", "it is absent");
    const std::string host = foreign_text_of(job, "hostname");
    // The sum over all hosts repeats what each of them has.
    if (name == "All clients") return;
    if (!host.empty()) name = host + "/" + name;
    json options = options_.is_object() ? options_ : json::object();
    if (const auto own = job.find("job options"); own != job.end() && own->is_object()) {
      options.update(*own);
    }
    const auto error = numbers_.optional(job, place, "error", 1e6);
    if (error.value_or(0) != 0) {
      ImportedRow failed = imported_row(name, imported_.source);
      failed.row.status = "error";
      failed.row.reason = fmt::format("fio reports error {} of this job", *error);
      imported_.rows.push_back(std::move(failed));
      return;
    }
    bool any = false;
    for (const char* direction : kDirections) {
      const auto found = job.find(direction);
      if (found == job.end() || !found->is_object()) continue;
      any = read_direction(*found, fmt::format("{}.{}", place, direction), name, direction, job,
                           options) ||
            any;
    }
    if (!any && numbers_.ok()) imported_.notes.push_back(name + ": the job did no I/O");
  }

  // fio writes the bandwidth twice, in bytes and in KiB, rounded down.
  double bandwidth_of(const json& part, const std::string& place) {
    const auto kib = numbers_.optional(part, place, "bw", kMostBytes_per_s / 1024);
    const auto bytes = numbers_.optional(part, place, "bw_bytes", kMostBytes_per_s);
    if (!bytes && !kib) numbers_.refuse(place + ".bw_bytes", "it is absent");
    if (!bytes) return kib.value_or(0) * 1024;
    if (kib && std::abs(*kib * 1024 - *bytes) > 1024 + *bytes * 1e-6) {
      numbers_.refuse(place, fmt::format("bw_bytes is {} bytes/s and bw is {} KiB/s, which is not "
                                         "the same",
                                         *bytes, *kib));
    }
    return *bytes;
  }

  // False: this direction did nothing.
  bool read_direction(const json& part, const std::string& place, const std::string& name,
                      const std::string& direction, const json& job, const json& options) {
    const double total = numbers_.required(part, place, "total_ios", kMostOperations);
    const double iops = numbers_.required(part, place, "iops", kMostOperations);
    const double bandwidth = bandwidth_of(part, place);
    if (!numbers_.ok() || total == 0) return false;
    ImportedRow imported = imported_row(name + "/" + direction, imported_.source);
    Row& row = imported.row;
    row.operations = static_cast<std::uint64_t>(total);
    row.bytes = static_cast<std::uint64_t>(bytes_of(part, place));
    if (iops == 0) {
      numbers_.refuse(place + ".iops", fmt::format("it is 0 and total_ios is {}", total));
      return false;
    }
    set_rates(iops, bandwidth, row);
    describe_job(options, direction, row);
    one_replicate(imported);
    read_latencies(part, place, imported);
    for (const char* key : {"short_ios", "drop_ios", "bw_min", "bw_max", "bw_mean", "bw_dev",
                            "iops_min", "iops_max", "iops_mean", "iops_stddev"}) {
      if (const auto value = numbers_.optional(part, place, key, kMostBytes_per_s)) {
        row.figures[key] = *value;
      }
    }
    for (const char* key : {"usr_cpu", "sys_cpu", "ctx", "majf", "minf"}) {
      if (const auto value = numbers_.optional(job, place, key, kMostOperations)) {
        row.figures[key] = *value;
      }
    }
    imported_.rows.push_back(std::move(imported));
    return true;
  }

  double bytes_of(const json& part, const std::string& place) {
    if (const auto bytes = numbers_.optional(part, place, "io_bytes", kMostBytes)) return *bytes;
    return numbers_.optional(part, place, "io_kbytes", kMostBytes / 1024).value_or(0) * 1024;
  }

  static std::string option_of(const json& options, const char* key) {
    return foreign_text_of(options, key);
  }

  // What the job says it did, in the words of a campaign where both mean the same.
  static void describe_job(const json& options, const std::string& direction, Row& row) {
    for (const auto& [key, value] : options.items()) {
      if (value.is_string()) row.parameters["fio." + key] = value.get<std::string>();
    }
    const std::string rw = option_of(options, "rw").empty() ? option_of(options, "readwrite")
                                                            : option_of(options, "rw");
    const bool random = rw.starts_with("rand");
    row.workload = direction == "trim" ? "trim" : random ? "random" : "sequential";
    row.parameters["access"] = direction;
    const std::string size = option_of(options, "bs").empty() ? option_of(options, "blocksize")
                                                              : option_of(options, "bs");
    if (const auto bytes = parse_size(size)) {
      row.parameters["operation_size"] = std::to_string(*bytes);
    }
    const std::string engine = option_of(options, "ioengine");
    row.path = engine.empty() ? "fio" : "fio:" + engine;
    const std::string file = option_of(options, "filename");
    if (!file.empty()) row.media = file;
    const auto jobs = parse_count(option_of(options, "numjobs"));
    const bool grouped = options.contains("group_reporting");
    row.threads =
        jobs && grouped ? static_cast<unsigned>(std::min<std::uint64_t>(*jobs, 1U << 20)) : 1;
    warn_of_known_faults(options, engine, row);
  }

  // github.com/axboe/fio, issue 1416.
  static void warn_of_known_faults(const json& options, const std::string& engine, Row& row) {
    if (engine != "dev-dax" && engine != "libpmem") return;
    const auto jobs = parse_count(option_of(options, "numjobs"));
    const std::string offset = option_of(options, "offset");
    const bool moved = !offset.empty() && offset != "0";
    if (!moved && !(jobs && *jobs > 1)) return;
    row.warnings.push_back(
        {"known_wrong_source",
         fmt::format("fio's engine {} with {} maps the wrong part of the file or the same part in "
                     "every job (axboe/fio issue 1416): the numbers are of other bytes than asked",
                     engine,
                     moved ? "offset=" + offset : "numjobs=" + option_of(options, "numjobs"))});
  }

  void read_latencies(const json& part, const std::string& place, ImportedRow& imported) {
    // Percentiles are of the kind that has them: completion by default.
    const char* chosen = "clat";
    for (const char* kind : {"clat", "lat", "slat"}) {
      const auto found = part.find(fmt::format("{}_ns", kind));
      if (found != part.end() && found->contains("percentile")) {
        chosen = kind;
        break;
      }
    }
    for (const char* kind : {"slat", "clat", "lat"}) {
      const std::string key = fmt::format("{}_ns", kind);
      const std::string old = fmt::format("{}", kind);  // before fio 3: microseconds
      const bool new_form = part.contains(key);
      if (!new_form && !part.contains(old)) continue;
      const json& latency = part[new_form ? key : old];
      const double unit_ns = new_form ? 1 : 1000;
      const std::string at = fmt::format("{}.{}", place, new_form ? key : old);
      if (std::string_view(kind) == chosen) {
        read_latency(latency, at, kind, unit_ns, imported);
      } else {
        for (const char* member : {"min", "max", "mean", "stddev"}) {
          const auto value = numbers_.optional(latency, at, member, kLongest_ns / unit_ns);
          if (value) imported.row.figures[fmt::format("{}_ns_{}", kind, member)] = *value * unit_ns;
        }
      }
    }
  }

  void read_latency(const json& latency, const std::string& place, const char* kind, double unit_ns,
                    ImportedRow& imported) {
    Row& row = imported.row;
    LatencyResult result;
    result.mode = kind;
    const double most = kLongest_ns / unit_ns;
    result.n = static_cast<std::uint64_t>(
        numbers_.optional(latency, place, "N", kMostOperations).value_or(0));
    result.mean_ns = numbers_.required(latency, place, "mean", most) * unit_ns;
    result.minimum_ns = numbers_.required(latency, place, "min", most) * unit_ns;
    result.maximum_ns = numbers_.required(latency, place, "max", most) * unit_ns;
    if (const auto value = numbers_.optional(latency, place, "stddev", most)) {
      row.figures[fmt::format("{}_ns_stddev", kind)] = *value * unit_ns;
    }
    if (result.minimum_ns > result.maximum_ns) {
      numbers_.refuse(place,
                      fmt::format("min {} is above max {}", result.minimum_ns, result.maximum_ns));
    }
    if (const auto found = latency.find("percentile"); found != latency.end()) {
      read_percentiles(*found, place + ".percentile", kind, unit_ns, result, row);
    }
    if (const auto bins = latency.find("bins"); bins != latency.end()) {
      read_bins(*bins, place + ".bins", imported);
    }
    row.latency_ns = std::move(result);
  }

  void read_percentiles(const json& values, const std::string& place, const char* kind,
                        double unit_ns, LatencyResult& result, Row& row) {
    if (!values.is_object()) return numbers_.refuse(place, "it is not an object");
    for (const auto& [key, value] : values.items()) {
      const auto share = decimal(key);
      // fio before version 3 pads its list with "0.00".
      if (share && *share == 0) continue;
      if (!share || *share < 0 || *share > 100) {
        return numbers_.refuse(place, quoted_part(key) + " is not a percentile");
      }
      const double ns =
          numbers_.required(values, place, key.c_str(), kLongest_ns / unit_ns) * unit_ns;
      const std::string name = percentile_name(key);
      if (is_reported_percentile(name)) {
        result.percentiles.emplace_back(name, ns);
      } else {
        row.figures[fmt::format("{}_ns_{}", kind, name)] = ns;
      }
    }
    // In the order of their names in JSON 50 comes before 9: sorted as they are reported.
    std::sort(
        result.percentiles.begin(), result.percentiles.end(), [](const auto& a, const auto& b) {
          return decimal(a.first.substr(1)).value_or(0) < decimal(b.first.substr(1)).value_or(0);
        });
  }

  // fio has 64 buckets in a power of two, and each falls into one of our 128.
  void read_bins(const json& bins, const std::string& place, ImportedRow& imported) {
    if (!bins.is_object()) return numbers_.refuse(place, "it is not an object");
    Histogram histogram;
    double counted = 0;
    for (const auto& [key, value] : bins.items()) {
      const auto ns = parse_count(key);
      if (!ns) return numbers_.refuse(place, quoted_part(key) + " is not a number of nanoseconds");
      const double count = numbers_.required(bins, place, key.c_str(), kMostOperations);
      histogram.record_many(*ns, static_cast<std::uint64_t>(count));
      counted += count;
    }
    if (counted > static_cast<double>(imported.row.operations)) {
      return numbers_.refuse(
          place, fmt::format("{} are counted, of {} operations", counted, imported.row.operations));
    }
    one_replicate(imported).histogram = std::move(histogram);
  }

  // fio ran the job once: one replicate, and so no interval.
  static Replicate& one_replicate(ImportedRow& imported) {
    if (imported.replicates.empty()) {
      const double ns = imported.row.ns_per_operation->estimate;
      const Row before = imported.row;
      set_replicates({ns}, before.source, imported);
      imported.row.operations_per_s = before.operations_per_s;
      imported.row.ns_per_operation = before.ns_per_operation;
      imported.replicates.front().operations = before.operations;
      imported.replicates.front().bytes = before.bytes;
      imported.replicates.front().ns_per_tick = 1;
    }
    return imported.replicates.front();
  }

  const ForeignFile& file_;
  CheckedNumbers numbers_;
  ImportedFile imported_;
  json options_;
};

Result<ImportedFile> read_fio(const ForeignFile& file) { return FioReader(file).read(); }

}  // namespace

Importer fio_importer() {
  return {"fio", "JSON of fio (--output-format=json or json+)", looks_like_fio, read_fio};
}

}  // namespace pmembench
