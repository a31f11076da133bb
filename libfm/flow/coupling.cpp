#include "libfm/flow/coupling.hpp"

#include "libfm/core/assignment.hpp"
#include "libfm/core/error.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace fm {
namespace {

/// Squared distances (N, N) between rows, float64 on the CPU; row: a, column: b.
at::Tensor squared_distances(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.detach().flatten(1).to(at::kCPU, at::kDouble),
                   y = b.detach().flatten(1).to(at::kCPU, at::kDouble);
  return at::cdist(x, y, 2.0, /*compute_mode=*/2).square();
}

/// z0's row for each row of x1. @param cost (N, N), row: x1, column: z0
at::Tensor cheapest(const at::Tensor& z0, const at::Tensor& cost) {
  const at::Tensor c = cost.contiguous();
  const std::vector<std::int64_t> columns =
      solve_assignment({c.data_ptr<double>(), static_cast<std::size_t>(c.numel())}, c.size(0));
  return z0.index_select(0, at::tensor(columns, at::kLong).to(z0.device()));
}

at::Tensor optimal(const at::Tensor& x1, const at::Tensor& z0) { return cheapest(z0, squared_distances(x1, z0)); }

/// Logarithm of the entropic plan, by scaling rows and columns alternately. @param cost (N, N)
at::Tensor log_plan(const at::Tensor& cost, const SinkhornOptions& options) {
  const at::Tensor kernel = -cost / (options.regularisation * cost.mean() + 1e-300);
  at::Tensor rows = at::zeros({cost.size(0), 1}, cost.options()),
             columns = at::zeros({1, cost.size(0)}, cost.options());
  for (int i = 0; i < options.iterations; ++i) {
    rows = -at::logsumexp(kernel + columns, 1, true);
    columns = -at::logsumexp(kernel + rows, 0, true);
  }
  return kernel + rows + columns;
}

/// Draws a column for each row with the plan's probabilities among the columns still free.
/// @param plan (N, N), logarithms
std::vector<std::int64_t> draw_columns(const at::Tensor& plan, Draws& draws) {
  const at::Tensor p = plan.contiguous();
  const std::int64_t n = p.size(0);
  std::vector<std::int64_t> free(static_cast<std::size_t>(n)), chosen;
  for (std::int64_t i = 0; i < n; ++i) free[static_cast<std::size_t>(i)] = i;
  for (std::int64_t i = 0; i < n; ++i) {
    const double* row = p.data_ptr<double>() + i * n;
    double largest = row[free.front()], total = 0.0;
    for (const std::int64_t j : free) largest = std::max(largest, row[j]);
    for (const std::int64_t j : free) total += std::exp(row[j] - largest);
    double rest = draws.uniform() * total;
    std::size_t k = 0;
    while (k + 1 < free.size() && (rest -= std::exp(row[free[k]] - largest)) > 0.0) ++k;
    chosen.push_back(free[k]);
    free.erase(free.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return chosen;
}

/// Everything that an action is conditioned on, (N, ...).
at::Tensor conditions(const Condition& c) {
  const at::Tensor observations = c.observations.flatten(1);
  return c.goal.defined() ? at::cat({observations, c.goal}, 1) : observations;
}

struct Row {
  const char* name;
  Coupling (*make)(const CouplingOptions& options);
};

constexpr Row table[] = {
    {"independent",
     [](const CouplingOptions&) -> Coupling {
       return [](const at::Tensor&, const at::Tensor& z0, const Condition&, Draws) { return z0; };
     }},
    {"optimal_transport",
     [](const CouplingOptions&) -> Coupling {
       return [](const at::Tensor& x1, const at::Tensor& z0, const Condition&, Draws) { return optimal(x1, z0); };
     }},
    {"sinkhorn",
     [](const CouplingOptions& options) -> Coupling {
       return [o = options.sinkhorn](const at::Tensor& x1, const at::Tensor& z0, const Condition&, Draws draws) {
         const auto columns = draw_columns(log_plan(squared_distances(x1, z0), o), draws);
         return z0.index_select(0, at::tensor(columns, at::kLong).to(z0.device()));
       };
     }},
    {"conditional_optimal_transport",
     [](const CouplingOptions& options) -> Coupling {
       return [w = options.conditional_optimal_transport.condition_weight](const at::Tensor& x1, const at::Tensor& z0,
                                                                           const Condition& condition, Draws) {
         const at::Tensor c = conditions(condition);
         return cheapest(z0, squared_distances(x1, z0) + w * squared_distances(c, c));
       };
     }},
};

static_assert(has_rows_for(table, coupling_kinds));

}  // namespace

Coupling make_coupling(const CouplingOptions& options) {
  if (const Row* row = find_row(table, options.name)) return row->make(options);
  throw_input_error("policy.flow.coupling.name: no coupling '{}'", options.name);
}

}  // namespace fm
