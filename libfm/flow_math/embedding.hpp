#pragma once
// The frequencies of the sinusoidal time embedding (Vaswani et al. 2017, for a continuous time).

#include <vector>

namespace fm {

/// Angular frequencies w_k, rad per unit of flow time; the embedding of t is [sin(w_k t) ..., cos(w_k t) ...].
///
/// Positions in a text run to thousands, where Vaswani's frequencies 1 ... 1e-4 fit. Flow time runs from 0 to 1, where
/// they would be all but constant; so here w_k goes geometrically from 1 to 20: the slowest wave tells early from late,
/// the fastest turns by 0.4 rad in 1/50, the finest step that is usual in sampling.
std::vector<double> embedding_frequencies(int count);

}  // namespace fm
