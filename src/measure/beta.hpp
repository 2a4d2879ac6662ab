// The regularized incomplete beta function: the tails of the binomial and of Student's t.
#pragma once

namespace pmembench {

// I_x(a, b) for a, b > 0 and x in [0, 1], by the continued fraction (NIST DLMF 8.17.22) with
// Lentz's method. Absolute error below 1e-10 up to a + b = 1e5; below 1e-5 up to 1e9.
[[nodiscard]] double regularized_beta(double a, double b, double x);

}  // namespace pmembench
