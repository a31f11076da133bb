#include "libfm/flow/ode.hpp"

#include <ATen/ops/add.h>
#include <ATen/ops/full.h>

namespace fm {
namespace {

/// z + h sum_j w_j k_j, without terms where w_j = 0.
at::Tensor combine(at::Tensor z, double h, const std::vector<double>& weights, const std::vector<at::Tensor>& k) {
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] != 0.0) z = at::add(z, k[j], h * weights[j]);
  }
  return z;
}

at::Tensor step(const VelocityField& velocity, const at::Tensor& z, double t, double h, const ButcherTableau& method) {
  std::vector<at::Tensor> k;
  for (int i = 0; i < method.stages(); ++i) {
    const at::Tensor time = at::full({1}, t + method.c[i] * h, z.options()).expand({z.size(0)});
    k.push_back(velocity(combine(z, h, method.a[i], k), time));
  }
  return combine(z, h, method.b, k);
}

}  // namespace

OdeSolution integrate(const VelocityField& velocity, const at::Tensor& z0, const TimeGrid& grid,
                      const ButcherTableau& method, Record record) {
  OdeSolution solution{.z = z0, .nfe = grid.steps() * method.stages(), .steps = grid.steps()};
  const bool keep = record == Record::trajectory;
  if (keep) solution.trajectory.push_back(z0);
  for (int i = 0; i < grid.steps(); ++i) {
    solution.z = step(velocity, solution.z, grid[i], grid[i + 1] - grid[i], method);
    if (keep) solution.trajectory.push_back(solution.z);
  }
  if (keep) solution.times = grid.times();
  return solution;
}

}  // namespace fm
