#pragma once
// The energy distance between sampled and recorded actions (Szekely and Rizzo 2013):
// D^2 = 2 E|X - Y| - E|X - X'| - E|Y - Y'|, which is 0 only if both have the same distribution.

#include "libfm/evaluation/sampled_actions.hpp"

namespace fm {

/// D^2 / (2 E|X - Y|), in [0, 1] but for sampling error: 0 if the distributions are equal, 1 if each is a single point
/// of its own. X and Y are predictions of H actions, each dimension relative to its spread; constant ones are left out.
/// Expectations are over pairs of different states, at most 2,000 states evenly chosen, so that it has no bias. NaN
/// where nothing varies, or with fewer than two states.
/// @param spread (A), as ActionError::spread
double energy_distance(const SampledActions& actions, const std::vector<double>& spread);

}  // namespace fm
