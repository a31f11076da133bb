#pragma once
// Real-time chunking (Black, Galliker, Levine 2025, "Real-time execution of action chunking flow policies"): a chunk is
// inpainted where it overlaps with the last one, y, by pseudo-inverse guidance (Song et al. 2023; Pokle et al. 2024):
//
//   v_guided = v(z, t) + min(beta, c(t)) (W (y - x1(z, t)))' dx1/dz,   x1(z, t) = E[x1 | z]
//
// W is diagonal: 1 for the actions that are executed while the chunk is computed, then falling to 0 at the end of the
// overlap. With p(x1 | z) taken as Gaussian around x1(z, t), of variance r^2 = sigma^2 / (alpha^2 + sigma^2),
// the weight of the score in the velocity is
//
//   c(t) = (alpha' / alpha - sigma' / sigma) (alpha^2 + sigma^2),   for alpha = t, sigma = 1 - t: (1 - t) / (t r^2).
//
// An evaluation costs a forward and a backward pass of the network.

#include "libfm/flow/learned_flow.hpp"

#include <vector>

namespace fm {

/// The diagonal of W over the chunk, (H): with d actions committed and s executed between predictions, w_i = 1 for
/// i < d, 0 for i >= H - s, and between them c (e^c - 1) / (e - 1) with c = (H - s - i) / (H - s - d + 1).
std::vector<double> overlap_weights(int horizon, int delay, int executed);

struct ChunkGuidance {
  at::Tensor last;     ///< (N, H, A), the last chunk from the current step on
  at::Tensor weights;  ///< (H, 1)
  double most;         ///< beta
};

/// v_guided at z (N, H, A) and t (N).
at::Tensor guided_velocity(const LearnedFlow& flow, const ChunkGuidance& guidance, const at::Tensor& z,
                           const at::Tensor& t);

}  // namespace fm
