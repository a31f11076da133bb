#pragma once
// Ordinary differential equations dz/dt = v(z, t), solved by explicit Runge-Kutta methods; supports autograd.

#include "libfm/flow_math/butcher_tableau.hpp"
#include "libfm/flow_math/time_grid.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace fm {

/// v(z, t) with z (N, ...) and t (N); returns the shape of z.
using VelocityField = std::function<at::Tensor(const at::Tensor& z, const at::Tensor& t)>;

struct OdeSolution {
  at::Tensor z;  ///< at the end of the grid, shaped as z0
  int nfe = 0;   ///< number of function evaluations
  int steps = 0;
  std::vector<at::Tensor> trajectory;  ///< z at `times`; empty for Record::end_only
  std::vector<double> times;
};

enum class Record { end_only, trajectory };

/// Integrates z0 (N, ...) from the first time of the grid to the last, one step per interval. A row's result does not
/// depend on the other rows.
OdeSolution integrate(const VelocityField& velocity, const at::Tensor& z0, const TimeGrid& grid,
                      const ButcherTableau& method, Record record = Record::end_only);

/// The same with steps that each row adapts to its own error, by the method's embedded pair and a proportional
/// controller (Hairer, Norsett, Wanner 1993, section II.4); forwards or backwards. `steps` of the result is the
/// number of the row with the most steps.
/// @throws InputError if a row needs more than options.max_steps steps, or its error is not finite.
OdeSolution integrate_adaptive(const VelocityField& velocity, const at::Tensor& z0, double begin, double end,
                               const ButcherTableau& method, const AdaptiveOptions& options);

}  // namespace fm
