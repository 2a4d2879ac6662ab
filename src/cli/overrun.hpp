// What a command says when it took longer than its budget.
#pragma once

#include <string>

namespace pmembench {

// A sentence with its line end; empty where the time beyond is not worth a word: up to a tenth of
// the budget, and up to one second. Times in ns.
[[nodiscard]] std::string overrun_text(double overran_ns, double budget_ns);

}  // namespace pmembench
