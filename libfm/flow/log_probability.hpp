#pragma once
// The density that a flow assigns to an action, by the instantaneous change of variables (Chen et al. 2018, theorem 1):
//
//   log p_1(x) = log p_0(z(0)) - int_0^1 div v(z(t), t) dt,   dz/dt = v, z(1) = x,
//
// solved backwards over a sampling grid.

#include "libfm/flow/ode.hpp"

namespace fm {

/// The divergence sum_i dv_i / dz_i of a velocity (N, ...) at z, in each row.
struct Divergence {
  at::Tensor velocity;
  at::Tensor value;  ///< (N)
};

/// Exact, with one backward pass per action dimension: for small actions.
Divergence exact_divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t);

/// The mean of e' (dv/dz) e over probes e (K, N, ...) with mean 0 and covariance I: unbiased, with a variance that
/// falls as 1 / K (Hutchinson 1990; Grathwohl et al. 2019).
Divergence estimated_divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t,
                                const at::Tensor& probes);

using DivergenceRule =
    std::function<Divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t)>;

/// @param x (N, ...)
/// @param grid of sampling, from noise to data
/// @param noise_scale standard deviation of the initial noise in sampling
/// @return (N)
at::Tensor log_probability(const VelocityField& velocity, const at::Tensor& x, const TimeGrid& grid,
                           const ButcherTableau& method, const DivergenceRule& divergence, double noise_scale = 1.0);

}  // namespace fm
