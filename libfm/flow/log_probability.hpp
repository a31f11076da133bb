#pragma once
// The density that a flow gives to an action, by the instantaneous change of variables (Chen et al. 2018, theorem 1):
//
//   log p_1(x) = log p_0(z(0)) - int_0^1 div v(z(t), t) dt,   dz/dt = v, z(1) = x,
//
// solved backwards over the grid that sampling uses.

#include "libfm/flow/ode.hpp"

namespace fm {

/// The divergence sum_i dv_i / dz_i of a velocity (N, ...) at z, in each row.
struct Divergence {
  at::Tensor velocity;
  at::Tensor value;  ///< (N)
};

/// By one backward pass for each of a row's numbers: for small actions.
Divergence exact_divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t);

/// The mean of e' (dv/dz) e over the probes e (K, N, ...), of mean 0 and covariance I: unbiased, with a variance that
/// falls as 1 / K (Hutchinson 1990; Grathwohl et al. 2019).
Divergence estimated_divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t,
                                const at::Tensor& probes);

using DivergenceRule =
    std::function<Divergence(const VelocityField& velocity, const at::Tensor& z, const at::Tensor& t)>;

/// @param x (N, ...)
/// @param grid of sampling, from noise to data
/// @param noise_scale the standard deviation that sampling begins with
/// @return (N)
at::Tensor log_probability(const VelocityField& velocity, const at::Tensor& x, const TimeGrid& grid,
                           const ButcherTableau& method, const DivergenceRule& divergence, double noise_scale = 1.0);

}  // namespace fm
