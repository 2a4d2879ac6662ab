// Reads lines "CONFIDENCE VALUE VALUE ..." and prints one JSON object for each: the estimate that
// estimate_scipy_test.py compares with scipy's.
#include <fmt/format.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "measure/estimate.hpp"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    double confidence = 0;
    words >> confidence;
    std::vector<double> values;
    for (double value = 0; words >> value;) values.push_back(value);
    if (values.empty() || !words.eof()) {
      fmt::print(stderr, "cannot read \"{}\"\n", line);
      return 2;
    }
    const pmembench::Estimate result = pmembench::hodges_lehmann(values, confidence);
    fmt::print(
        "{{\"estimate\": {}, \"low\": {}, \"high\": {}, \"has_interval\": {}, \"median\": {}}}\n",
        result.estimate, result.low, result.high, result.has_interval, pmembench::median(values));
  }
  return 0;
}
