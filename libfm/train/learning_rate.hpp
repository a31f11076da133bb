#pragma once
// Linear warm-up, then a cosine to zero (Loshchilov and Hutter 2017).

#include <cstdint>

namespace fm {

/// @param step from 0 to total - 1
/// @param warm_up share of all steps, in [0, 1)
double learning_rate(std::int64_t step, std::int64_t total, double peak, double warm_up);

}  // namespace fm
