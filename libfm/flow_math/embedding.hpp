#pragma once
// The frequencies of the sinusoidal time embedding (Vaswani et al. 2017, for a continuous time).

#include <vector>

namespace fm {

/// Angular frequencies w_k, rad per unit of flow time; the embedding of t is [sin(w_k t) ..., cos(w_k t) ...].
///
/// Vaswani's frequencies 1 ... 1e-4 fit token positions up to thousands; over flow time, from 0 to 1, they would be
/// almost constant. Here w_k runs geometrically from 1 to 20: the slowest wave separates early from late times, the
/// fastest advances by 0.4 rad in 1/50, the finest step common in sampling.
std::vector<double> embedding_frequencies(int count);

}  // namespace fm
