#include "tests/bench/figures.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace pmembench::bench {
namespace {

constexpr const char* kFile = "PMEMBENCH_FIGURES";

void add_to_file(const nlohmann::json& figure) {
  const char* const name = std::getenv(kFile);
  if (name == nullptr) return;
  std::FILE* const file = std::fopen(name, "a");
  if (file == nullptr) return;
  fmt::print(file, "{}\n", figure.dump());
  std::fclose(file);
}

}  // namespace

std::string_view text(Word word) {
  switch (word) {
    case Word::met:
      return "met";
    case Word::missed:
      return "missed";
    case Word::undecided:
      break;
  }
  return "undecided";
}

Word judge_at_most(const MedianInterval& value, double limit) {
  if (value.high <= limit) return Word::met;
  return value.low > limit ? Word::missed : Word::undecided;
}

Word judge_at_least(const MedianInterval& value, double limit) {
  if (value.low >= limit) return Word::met;
  return value.high < limit ? Word::missed : Word::undecided;
}

void Figures::at_most(const std::string& name, const MedianInterval& value, double limit,
                      std::string_view unit, const std::string& reason) {
  add(name, &value, fmt::format("<= {:g}{}", limit, unit), unit, judge_at_most(value, limit),
      reason);
}

void Figures::at_least(const std::string& name, const MedianInterval& value, double limit,
                       std::string_view unit, const std::string& reason) {
  add(name, &value, fmt::format(">= {:g}{}", limit, unit), unit, judge_at_least(value, limit),
      reason);
}

void Figures::between(const std::string& name, const MedianInterval& value, double low, double high,
                      std::string_view unit, const std::string& reason) {
  const Word below = judge_at_most(value, high), above = judge_at_least(value, low);
  const Word worse = below == Word::missed || above == Word::missed ? Word::missed
                     : below == Word::met && above == Word::met     ? Word::met
                                                                    : Word::undecided;
  add(name, &value, fmt::format("{:g} to {:g}{}", low, high, unit), unit, worse, reason);
}

void Figures::undecided(const std::string& name, const std::string& asked,
                        const std::string& reason) {
  add(name, nullptr, asked, "", Word::undecided, reason);
}

int Figures::status() const { return missed_ ? 1 : undecided_ ? 3 : 0; }

void Figures::add(const std::string& name, const MedianInterval* value, const std::string& asked,
                  std::string_view unit, Word word, const std::string& reason) {
  missed_ = missed_ || word == Word::missed;
  undecided_ = undecided_ || word == Word::undecided;
  const std::string found =
      value == nullptr
          ? "not measured"
          : fmt::format("{:.3f}{} [{:.3f}, {:.3f}]", value->median, unit, value->low, value->high);
  std::string why = reason;
  if (word == Word::undecided && why.empty()) why = "the interval holds what was asked";
  fmt::print("{:<50} {:<26} {:<14} {}\n", name, found, asked, text(word));
  if (word != Word::met && !why.empty()) fmt::print("  {}\n", why);
  std::fflush(stdout);
  add_to_file({{"figure", name},
               {"asked", asked},
               {"measured", found},
               {"word", text(word)},
               {"reason", word == Word::met ? "" : why}});
}

}  // namespace pmembench::bench
