#include "cli/result_view.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <sstream>

#include "base/units.hpp"
#include "cli/result_groups.hpp"
#include "cli/result_table.hpp"
#include "cli/text_table.hpp"
#include "cli/text_wrap.hpp"
#include "results/printed_words.hpp"
#include "results/row_facts.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Unit {
  double size;
  const char* name;
};
constexpr std::array<Unit, 4> kTimes{{{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}}};
constexpr std::array<Unit, 4> kRates{
    {{1, "op/s"}, {1e3, "k op/s"}, {1e6, "M op/s"}, {1e9, "G op/s"}}};
constexpr std::array<Unit, 4> kBandwidths{
    {{1, "B/s"}, {1024.0, "KiB/s"}, {1048576.0, "MiB/s"}, {1073741824.0, "GiB/s"}}};
constexpr std::array<Unit, 1> kPercents{{{0.01, "%"}}};

// A column has words, or numbers of one unit.
struct ResultColumn {
  const char* name;
  std::string (*words)(const Row&);
  double (*number)(const Row&);
  std::span<const Unit> units;
};

double estimate_of(const std::optional<Estimate>& estimate) {
  return estimate ? estimate->estimate : kNone;
}

double percentile_number(const Row& row, std::string_view name) {
  return percentile_of(row.latency_ns, name).value_or(kNone);
}

constexpr ResultColumn kResultColumns[] = {
    {"backend", [](const Row& row) { return backend_text(row); }, nullptr, {}},
    {"path", [](const Row& row) { return row.path; }, nullptr, {}},
    {"threads",
     [](const Row& row) {
       return row.threads > 1 ? std::to_string(row.threads) : std::string("1");
     },
     nullptr,
     {}},
    {"time/op", nullptr, [](const Row& row) { return estimate_of(row.ns_per_operation); }, kTimes},
    {"interval", nullptr,
     [](const Row& row) {
       return row.ns_per_operation ? half_width_of(*row.ns_per_operation) : kNone;
     },
     kPercents},
    {"per thread", nullptr,
     [](const Row& row) {
       const unsigned threads = counted_threads(row.workload, row.threads);
       return threads > 1 ? estimate_of(row.ns_per_operation) * threads : kNone;
     },
     kTimes},
    {"operations", nullptr, [](const Row& row) { return estimate_of(row.operations_per_s); },
     kRates},
    {"bandwidth", nullptr, [](const Row& row) { return estimate_of(row.bytes_per_s); },
     kBandwidths},
    {"p50", nullptr, [](const Row& row) { return percentile_number(row, "p50"); }, kTimes},
    {"p90", nullptr, [](const Row& row) { return percentile_number(row, "p90"); }, kTimes},
    {"p99", nullptr, [](const Row& row) { return percentile_number(row, "p99"); }, kTimes},
    {"p99.9", nullptr, [](const Row& row) { return percentile_number(row, "p99.9"); }, kTimes},
    {"claim", [](const Row& row) { return row.claim; }, nullptr, {}},
    {"replicates", nullptr, [](const Row& row) { return static_cast<double>(row.replicates); }, {}},
    {"flags", [](const Row& row) { return marks_of(row); }, nullptr, {}},
};

// Left out first if the terminal is too narrow: what another column contains too, or few users
// need.
constexpr std::string_view kLeastWanted[] = {"operations", "replicates", "p90",     "p99.9",
                                             "path",       "per thread", "interval"};

const ResultColumn* find_column(std::string_view name) {
  for (const ResultColumn& column : kResultColumns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) names.push_back(word);
  return names;
}

std::string all_column_names() {
  std::string names;
  for (const ResultColumn& column : kResultColumns) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", column.name);
  }
  return names;
}

Status check_column(const char* option, const std::string& name) {
  if (find_column(name) != nullptr) return {};
  std::vector<std::string> known;
  for (const ResultColumn& column : kResultColumns) known.emplace_back(column.name);
  const std::string near = nearest(name, known);
  return usage_error("{}: there is no column '{}'{}; there are: {}", option, name,
                     near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                     all_column_names());
}

// The unit of a whole column: that in which its median is at least one.
Unit unit_of(std::vector<double> numbers, std::span<const Unit> units) {
  std::erase_if(numbers, [](double number) { return std::isnan(number); });
  if (units.empty() || numbers.empty()) return {1, units.empty() ? "" : units.front().name};
  std::nth_element(numbers.begin(),
                   numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2),
                   numbers.end());
  const double middle = std::abs(numbers[numbers.size() / 2]);
  Unit chosen = units.front();
  for (const Unit& unit : units) {
    if (middle >= unit.size) chosen = unit;
  }
  return chosen;
}

// Decimals that show three digits of the median and two of the smallest, at most two.
int decimals_of(std::vector<double> numbers, double unit) {
  std::erase_if(numbers, [](double number) { return std::isnan(number); });
  if (numbers.empty()) return 0;
  if (std::all_of(numbers.begin(), numbers.end(),
                  [&](double number) { return number / unit == std::floor(number / unit); })) {
    return 0;
  }
  for (double& number : numbers) number = std::abs(number) / unit;
  std::sort(numbers.begin(), numbers.end());
  const double middle = numbers[numbers.size() / 2];
  const auto smallest = std::upper_bound(numbers.begin(), numbers.end(), 0.0);
  const double least = smallest == numbers.end() ? middle : *smallest;
  const int of_middle = middle >= 100 ? 0 : middle >= 10 ? 1 : 2;
  const int of_least = least >= 10 ? 0 : least >= 1 ? 1 : 2;
  return std::max(of_middle, of_least);
}

// The number with N decimals, or with two digits where these would change it by over 5 %.
std::string digits_of(double number, int decimals) {
  std::string text = fmt::format("{:.{}f}", number, decimals);
  const double rounding = std::abs(std::stod(text) - number);
  return rounding > 0.05 * std::abs(number) ? fmt::format("{:.2g}", number) : text;
}

struct Printed {
  TextTable::Column column;
  std::vector<std::string> cells;  // by row; all empty: nothing to say
  std::string_view name;
};

Printed print_column(const ResultColumn& column, const std::vector<NumberedRow>& rows) {
  Printed printed{{column.name, Align::left}, {}, column.name};
  if (column.words != nullptr) {
    for (const NumberedRow& each : rows) printed.cells.push_back(column.words(*each.row));
    return printed;
  }
  std::vector<double> numbers;
  for (const NumberedRow& each : rows) numbers.push_back(column.number(*each.row));
  const Unit unit = unit_of(numbers, column.units);
  const int decimals = decimals_of(numbers, unit.size);
  // A rate's unit says what it is of.
  const std::string_view name = unit.name;
  if (name.ends_with("/s")) {
    printed.column.title = name;
  } else if (name == kPercents.front().name) {  // the half width of an interval
    printed.column.title = fmt::format("± {}", name);
  } else if (!name.empty()) {
    printed.column.title += fmt::format(" {}", name);
  }
  printed.column.align = Align::right;
  for (const double number : numbers) {
    if (std::isnan(number)) {
      printed.cells.emplace_back();
      continue;
    }
    printed.cells.push_back(digits_of(number / unit.size, decimals));
  }
  return printed;
}

std::string text_of(const std::vector<Printed>& columns, const std::vector<NumberedRow>& rows) {
  std::vector<TextTable::Column> titles{{"#", Align::right}};
  for (const Printed& printed : columns) titles.push_back(printed.column);
  TextTable table(titles);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<std::string> cells{std::to_string(rows[i].number)};
    for (const Printed& printed : columns) cells.push_back(printed.cells[i]);
    table.add(std::move(cells));
  }
  return table.text(0);
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, text_width(line));
  return widest;
}

std::string group_text(const ResultGroup& group, const ResultView& view) {
  const std::vector<NumberedRow>& rows = group.rows;
  std::vector<Printed> columns;
  if (!group.varied.empty()) {
    columns.push_back({{group.varied, Align::right}, group.values, group.varied});
  }
  if (view.columns.empty()) {
    for (const ResultColumn& column : kResultColumns) columns.push_back(print_column(column, rows));
  } else {
    for (const std::string& name : split_names(view.columns)) {
      columns.push_back(print_column(*find_column(name), rows));
    }
  }
  std::string text = text_of(columns, rows);
  if (!view.columns.empty() || view.terminal.columns == 0) return text;
  for (const std::string_view least : kLeastWanted) {
    if (widest_line(text) <= view.terminal.columns) break;
    std::erase_if(columns, [&](const Printed& printed) { return printed.name == least; });
    text = text_of(columns, rows);
  }
  return text;
}

}  // namespace

void ResultView::add_to(CLI::App& command) {
  command.add_flag("--wide", wide, "Print one wide table for each medium, with every column.");
  command.add_option("--columns", columns, "Print these columns: " + all_column_names() + ".")
      ->type_name("LIST");
  command
      .add_option("--sort", sort, "Sort the rows by this column; -COLUMN sorts from high to low.")
      ->type_name("COLUMN");
  command
      .add_option("--filter", filter,
                  "Print only rows whose cell has all of these words in its name.")
      ->type_name("WORDS");
}

Status ResultView::read() {
  terminal = output_terminal();
  if (wide) terminal.columns = 0;
  for (const std::string& name : split_names(columns)) {
    if (Status known = check_column("--columns", name); !known) return known;
  }
  if (sort.empty()) return {};
  return check_column("--sort", sort.starts_with('-') ? sort.substr(1) : sort);
}

std::vector<NumberedRow> shown_rows(const std::vector<Row>& rows, const ResultView& view) {
  std::vector<NumberedRow> shown;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::istringstream words(view.filter);
    bool fits = true;
    for (std::string word; words >> word;) {
      fits = fits && rows[i].cell.find(word) != std::string::npos;
    }
    if (fits) shown.push_back({i + 1, &rows[i]});
  }
  if (view.sort.empty()) return shown;
  const bool falling = view.sort.starts_with('-');
  const ResultColumn& column = *find_column(falling ? view.sort.substr(1) : view.sort);
  const auto before = [&](const Row& a, const Row& b) {
    if (column.words != nullptr) return column.words(a) < column.words(b);
    const double left = column.number(a), right = column.number(b);
    if (std::isnan(left) || std::isnan(right)) return false;
    return left < right;
  };
  // What has no number comes last in either order.
  const auto has_none = [&](const NumberedRow& each) {
    return column.number != nullptr && std::isnan(column.number(*each.row));
  };
  const auto last = std::stable_partition(shown.begin(), shown.end(), std::not_fn(has_none));
  std::stable_sort(shown.begin(), last, [&](const NumberedRow& a, const NumberedRow& b) {
    return falling ? before(*b.row, *a.row) : before(*a.row, *b.row);
  });
  return shown;
}

std::string narrow_tables(const std::vector<NumberedRow>& rows, const ResultView& view) {
  std::string text;
  for (const ResultGroup& group : result_groups(rows)) {
    text += "\n" + bold(group.what, view.terminal) + "\n" + group_text(group, view);
  }
  return text + "\n";
}

}  // namespace pmembench
