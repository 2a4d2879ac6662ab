// What Intel's Memory Latency Checker prints: loaded latencies, matrices, peaks, one idle latency.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>

#include "import/foreign_limits.hpp"
#include "import/foreign_text.hpp"
#include "import/importer.hpp"

namespace pmembench {
namespace {

constexpr double kMlcMegabyte = 1e6;  // "1 MB/sec = 1,000,000 Bytes/sec"

bool looks_like_mlc(const ForeignFile& file) {
  const std::string_view start = file.text.substr(0, 8192);
  for (const char* words :
       {"Memory Latency Checker", "ALL Reads ", "Measuring idle latencies",
        "Measuring Loaded Latencies", "Measuring Memory Bandwidths", "Measuring cache-to-cache"}) {
    if (start.find(words) != std::string_view::npos) return true;
  }
  // The bare table of loaded latencies, as people keep it.
  for (const TextLine& line : lines_of(start)) {
    const auto words = words_of(line.text);
    if (words.size() == 3 && words[0] == "Inject" && words[1] == "Latency") return true;
  }
  return false;
}

std::optional<std::vector<double>> numbers_of(const std::vector<std::string_view>& words) {
  std::vector<double> numbers;
  for (const std::string_view word : words) {
    const auto number = decimal(word);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

// Which share of reads a line of the peaks stands for; -1: it is not one of a share.
int read_share_of(std::string_view traffic) {
  if (traffic.starts_with("ALL Reads")) return 100;
  if (traffic.starts_with("3:1")) return 75;
  if (traffic.starts_with("2:1")) return 67;
  if (traffic.starts_with("1:1")) return 50;
  return -1;
}

class MlcReader {
 public:
  explicit MlcReader(const ForeignFile& file) : file_(file), lines_(lines_of(file.text)) {}

  Result<ImportedFile> read() {
    imported_.source = "Intel MLC";
    for (at_ = 0; at_ < lines_.size() && error_; ++at_) {
      const std::string_view line = stripped(lines_[at_].text);
      if (!line.empty()) read_line(line, words_of(line));
    }
    if (error_ && !ends_with_line_break(file_.text) && last_row_line_ == lines_.size()) {
      fail(lines_.size(), "the last row has no end of line, so it may be cut: end it if it is not");
    }
    if (!error_) return error_.error();
    for (ImportedRow& row : imported_.rows) {
      row.row.backend = row.row.source = imported_.source;
      for (const std::string& warning : warnings_) {
        row.row.warnings.push_back({"source_warns", "MLC warned: " + warning});
      }
    }
    return std::move(imported_);
  }

 private:
  void fail(std::size_t line, std::string_view sentence) {
    if (error_) error_ = refused_at(file_.label, line, sentence);
  }
  void fail_here(std::string_view sentence) { fail(lines_[at_].number, sentence); }

  void read_line(std::string_view line, const std::vector<std::string_view>& words) {
    if (const std::size_t found = line.find("Memory Latency Checker"); found != line.npos) {
      const std::size_t dash = line.rfind("- v");
      if (dash != line.npos) imported_.source = fmt::format("Intel MLC {}", line.substr(dash + 2));
    } else if (line.starts_with("Command line parameters:")) {
      parameters_ = stripped(line.substr(line.find(':') + 1));
    } else if (line.starts_with('*')) {
      const std::size_t first = line.find_first_not_of("* ");
      if (first != line.npos) warnings_.emplace_back(line.substr(first));
    } else if (line.starts_with("Measuring")) {
      title_ = line;
      traffic_.clear();
      unit_ = line.find("(in ns)") != line.npos ? Unit::ns : Unit::none;
    } else if (line.find("MB/sec (1 MB/sec = 1,000,000 Bytes/sec)") != line.npos) {
      unit_ = Unit::megabytes_per_s;
    } else if (line.starts_with("Using") && line.ends_with("traffic type")) {
      traffic_ = line.substr(6, line.size() - 6 - std::string_view(" traffic type").size());
    } else if (words[0] == "Inject" && words.size() >= 3) {
      read_loaded(words);
    } else if (line == "Numa node" || line == "Memory node" || line == "Reader Numa Node") {
      read_matrix();
    } else if (line.starts_with("Each iteration took")) {
      read_idle(line);
    } else {
      read_named_value(line);
    }
  }

  ImportedRow new_row(const std::string& name) const {
    ImportedRow imported = imported_row("mlc/" + name, imported_.source);
    Row& row = imported.row;
    row.path = "mlc";
    row.workload = "mlc";
    if (!parameters_.empty()) row.parameters["mlc.command_line"] = parameters_;
    if (!traffic_.empty()) row.parameters["mlc.traffic"] = traffic_;
    return imported;
  }

  void keep(ImportedRow row) {
    last_row_line_ = lines_[at_].number;
    imported_.rows.push_back(std::move(row));
  }

  // A latency of a chain, as ours: the time of one load.
  static void set_latency(double ns, Row& row) {
    row.latency_ns = LatencyResult{};
    row.latency_ns->mode = "dependent";
    row.latency_ns->mean_ns = ns;
    row.latency_ns->minimum_ns = row.latency_ns->maximum_ns = kUnknown;
    set_time(ns, row);
  }

  bool check(double value, double most, std::string_view what) {
    if (value > 0 && value < most) return true;
    fail_here(
        fmt::format("a {} of {} cannot be: it must be above 0 and below {:g}", what, value, most));
    return false;
  }

  // "Inject Latency Bandwidth" / "Delay (ns) MB/sec" / "=====" / rows.
  void read_loaded(const std::vector<std::string_view>& first) {
    const std::size_t header = at_;
    const auto units =
        ++at_ < lines_.size() ? words_of(lines_[at_].text) : std::vector<std::string_view>();
    if (first.size() < 3 || first[1] != "Latency" || first[2] != "Bandwidth" || units.size() < 3 ||
        units[0] != "Delay" || units[1] != "(ns)" || units[2] != "MB/sec") {
      at_ = header;
      return fail_here(
          "the table of loaded latencies is not one of Delay, (ns) and MB/sec: its units are "
          "unknown");
    }
    std::size_t rows = 0;
    for (; at_ + 1 < lines_.size(); ++at_) {
      const std::string_view next = stripped(lines_[at_ + 1].text);
      if (next.starts_with("==") || (next.empty() && rows == 0)) continue;
      if (next.empty() || !(next[0] >= '0' && next[0] <= '9')) break;
      ++at_;
      read_loaded_row(words_of(next));
      --at_;
      if (!error_) return;
      ++rows;
    }
    if (rows == 0) fail_here("the table of loaded latencies has no row: the file is cut");
  }

  void read_loaded_row(const std::vector<std::string_view>& words) {
    const auto numbers =
        numbers_of({words.begin(), words.begin() + std::min<std::ptrdiff_t>(3, std::ssize(words))});
    if (!numbers || numbers->size() < 3) {
      return fail_here(
          "a row of loaded latencies has a delay, ns and MB/sec, and this one does "
          "not: the file is cut or damaged");
    }
    if (!check((*numbers)[1], kLongest_ns, "latency") ||
        !check((*numbers)[2], kMostBytes_per_s / kMlcMegabyte, "bandwidth")) {
      return;
    }
    std::string name = "loaded_latency/";
    if (!traffic_.empty()) name += traffic_ + "/";
    ImportedRow imported = new_row(fmt::format("{}delay={}", name, words[0]));
    Row& row = imported.row;
    row.workload = "loaded";
    row.parameters["pause"] = fmt::format("{:.0f}", (*numbers)[0]);
    if (traffic_ == "Read-only") row.parameters["read_share"] = "100";
    set_latency((*numbers)[1], row);
    set_bandwidth((*numbers)[2] * kMlcMegabyte, row);
    keep(std::move(imported));
  }

  // "Numa node 0 1" and rows of a node and a value for each column; "-": not measured.
  void read_matrix() {
    if (unit_ == Unit::none) {
      return fail_here(
          "the matrix has no unit above it (in ns, or MB/sec), so it is unknown what its numbers "
          "are");
    }
    while (at_ + 1 < lines_.size() && stripped(lines_[at_ + 1].text).empty()) ++at_;
    std::vector<std::string_view> header;
    if (++at_ < lines_.size()) header = words_of(lines_[at_].text);
    while (!header.empty() && !decimal(header.front())) header.erase(header.begin());
    const auto columns = numbers_of(header);
    if (!columns || columns->empty()) {
      at_ = std::min(at_, lines_.size() - 1);
      return fail_here("the matrix has no line with the numbers of its columns: the file is cut");
    }
    std::size_t rows = 0;
    for (; at_ + 1 < lines_.size(); ++at_) {
      const auto words = words_of(lines_[at_ + 1].text);
      if (words.empty() && rows == 0) continue;
      if (words.empty() || !decimal(words[0])) break;
      ++at_;
      read_matrix_row(words, *columns);
      --at_;
      if (!error_) return;
      ++rows;
    }
    if (rows == 0) fail_here("the matrix has no row: the file is cut");
  }

  void read_matrix_row(const std::vector<std::string_view>& words,
                       const std::vector<double>& columns) {
    if (words.size() != columns.size() + 1) {
      return fail_here(
          fmt::format("the matrix has {} columns and this row has {}: the file is cut "
                      "or damaged",
                      columns.size(), words.size() - 1));
    }
    const auto from = decimal(words[0]);
    for (std::size_t i = 0; from && i < columns.size(); ++i) {
      if (words[i + 1] == "-") continue;
      const auto value = decimal(words[i + 1]);
      if (!value) return fail_here(quoted_part(words[i + 1]) + " is not a number");
      add_field(static_cast<int>(*from), static_cast<int>(columns[i]), *value);
    }
  }

  void add_field(int from, int to, double value) {
    const bool latency = unit_ == Unit::ns;
    const bool transfer = title_.find("cache-to-cache") != std::string::npos;
    if (!check(value, latency ? kLongest_ns : kMostBytes_per_s / kMlcMegabyte,
               latency ? "latency" : "bandwidth")) {
      return;
    }
    ImportedRow imported = new_row(fmt::format("{}/node {} to node {}",
                                               transfer  ? "c2c_latency"
                                               : latency ? "latency_matrix"
                                                         : "bandwidth_matrix",
                                               from, to));
    Row& row = imported.row;
    if (transfer) {  // between two caches: of no memory
      set_latency(value, row);
      return keep(std::move(imported));
    }
    RowPair pair;
    pair.initiator_node = from;
    pair.target = fmt::format("node {}", to);
    pair.target_node = to;
    pair.group = fmt::format("{} ({})", imported_.source, kImportedClaim);
    pair.measure = latency ? "latency_ns" : "bytes_per_s";
    row.numa = pair;
    if (latency) {
      row.workload = "chase";
      set_latency(value, row);
    } else {
      set_bandwidth(value * kMlcMegabyte, row);
    }
    keep(std::move(imported));
  }

  // "Each iteration took 186.1 core clocks ( 80.9 ns)"
  void read_idle(std::string_view line) {
    const std::size_t open = line.rfind('(');
    const std::size_t close = line.rfind("ns)");
    const auto ns = open == line.npos || close == line.npos || close < open
                        ? std::nullopt
                        : decimal(stripped(line.substr(open + 1, close - open - 1)));
    if (!ns) return fail_here("the line of the idle latency has no (N ns)");
    if (!check(*ns, kLongest_ns, "latency")) return;
    ImportedRow imported = new_row("idle_latency");
    imported.row.workload = "chase";
    set_latency(*ns, imported.row);
    keep(std::move(imported));
  }

  // "ALL Reads        :\t280874.6", "Local Socket L2->L2 HIT  latency\t50.2".
  void read_named_value(std::string_view line) {
    const bool transfer = line.find("L2->L2") != line.npos && line.find(" latency") != line.npos;
    const bool peak = read_share_of(line) >= 0 || line.starts_with("Stream-triad like");
    if (!transfer && !peak) {
      if (line.find_first_not_of("-=_0123456789. \t") == line.npos &&
          line.find_first_of("0123456789") != line.npos) {
        fail_here("numbers outside of a table: the file is cut, joined or damaged");
      }
      return;  // a sentence
    }
    const std::size_t end = peak ? line.find(':', line.find("Reads")) : line.rfind(" latency");
    const std::size_t from =
        peak ? (line.starts_with("Stream") ? line.find(':') : end) : line.rfind(" latency") + 7;
    if (from == line.npos || from >= line.size()) return fail_here("the line has no number");
    const std::string_view rest = stripped(line.substr(from + 1));
    const auto words = words_of(rest);
    const auto value = words.empty() ? std::nullopt : decimal(words.front());
    if (transfer && !value) return;  // a heading
    if (!value) return fail_here("the line has no number behind its name");
    add_named(transfer ? line.substr(0, end) : line.substr(0, from), *value, transfer);
  }

  void add_named(std::string_view name, double value, bool transfer) {
    if (!check(value, transfer ? kLongest_ns : kMostBytes_per_s / kMlcMegabyte,
               transfer ? "latency" : "bandwidth")) {
      return;
    }
    const std::string_view bare = stripped(name);
    ImportedRow imported =
        new_row(fmt::format("{}/{}", transfer ? "c2c_latency" : "peak_injection_bandwidth", bare));
    if (transfer) {
      set_latency(value, imported.row);
    } else {
      if (const int share = read_share_of(bare); share >= 0) {
        imported.row.parameters["read_share"] = std::to_string(share);
      }
      imported.row.parameters["mlc.traffic"] = bare;
      set_bandwidth(value * kMlcMegabyte, imported.row);
    }
    keep(std::move(imported));
  }

  enum class Unit { none, ns, megabytes_per_s };
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  const ForeignFile& file_;
  std::vector<TextLine> lines_;
  std::size_t at_ = 0;
  std::size_t last_row_line_ = 0;
  Status error_;
  ImportedFile imported_;
  Unit unit_ = Unit::none;
  std::string title_, traffic_, parameters_;
  std::vector<std::string> warnings_;
};

Result<ImportedFile> read_mlc(const ForeignFile& file) { return MlcReader(file).read(); }

}  // namespace

Importer mlc_importer() {
  return {"mlc", "text of Intel Memory Latency Checker", looks_like_mlc, read_mlc};
}

}  // namespace pmembench
