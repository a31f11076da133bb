// Couplings, solvers and densities on CUDA against the CPU.

#include "libfm/flow/coupling.hpp"
#include "libfm/flow/log_probability.hpp"
#include "libfm/flow/ode.hpp"

#include "tests/cuda.hpp"
#include "tests/flow/mixture.hpp"
#include "tests/nn/tensors.hpp"

#include <ATen/ops/cos.h>
#include <ATen/ops/sin.h>

namespace {

/// dz/dt = sin(3 t) - z cos(2 z) in every dimension.
at::Tensor wavy(const at::Tensor& z, const at::Tensor& t) {
  return at::sin(3.0 * t).view({-1, 1, 1}) - z * at::cos(2.0 * z);
}

}  // namespace

CATCH_TEST_CASE("every coupling pairs on CUDA as on the CPU", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::Tensor x1 = normals({24, 1, 2}, 1), z0 = normals({24, 1, 2}, 2), seen = normals({24, 1, 3}, 3);
  for (const std::string& name : fm::names_in(fm::coupling_kinds)) {
    CATCH_INFO(name);
    const fm::Coupling coupling = fm::make_coupling({.name = name});
    const auto draws = [] { return fm::RandomStream(1, "coupling").at(0); };
    const at::Tensor expected = coupling(x1, z0, {.observations = seen}, draws());
    const at::Tensor found = coupling(x1.to(*device), z0.to(*device), {.observations = seen.to(*device)}, draws());
    CATCH_CHECK(found.is_cuda());
    CATCH_CHECK(found.cpu().equal(expected));
  }
}

CATCH_TEST_CASE("every ODE solver gives on CUDA what it gives on the CPU", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::Tensor z0 = normals({20, 2, 2}, 4).to(at::kDouble);
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    const auto solve = [&](const at::Tensor& z) {
      return method.adapts() ? fm::integrate_adaptive(wavy, z, 0.0, 1.0, method, {})
                             : fm::integrate(wavy, z, fm::TimeGrid::uniform(10), method, fm::Record::end_only);
    };
    CATCH_CHECK(difference(solve(z0.to(*device)).z.cpu(), solve(z0).z) < 1e-10);
  }
}

CATCH_TEST_CASE("divergences, exact and estimated, are the CPU's", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::Tensor z = normals({20, 2, 2}, 4).to(at::kDouble), t = normals({20}, 5).to(at::kDouble).sigmoid(),
                   probes = normals({3, 20, 2, 2}, 6).to(at::kDouble);
  CATCH_CHECK(difference(fm::exact_divergence(wavy, z.to(*device), t.to(*device)).value.cpu(),
                         fm::exact_divergence(wavy, z, t).value) < 1e-10);
  CATCH_CHECK(difference(fm::estimated_divergence(wavy, z.to(*device), t.to(*device), probes.to(*device)).value.cpu(),
                         fm::estimated_divergence(wavy, z, t, probes).value) < 1e-10);
}
