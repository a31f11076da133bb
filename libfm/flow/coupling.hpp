#pragma once
// How noise and actions of a training batch are paired. The triples (action, observation, goal) are unchanged: only the
// noise is permuted.
//
//   independent                     noise in the order drawn
//   optimal_transport               the permutation that minimises sum |z0 - x1|^2 (Tong et al. 2024, OT-CFM; Pooladian
//                                   et al. 2023). With one condition it straightens the flow. With several it pairs the
//                                   actions of a condition with a part of the noise, so that noise and condition are
//                                   dependent in training but not in sampling: the conditional distribution is biased.
//   sinkhorn                        a permutation drawn from the entropic plan (Cuturi 2013), row by row among the
//                                   columns still free
//   conditional_optimal_transport   noise i belongs to the condition of row i; pairing it with action j costs
//                                   weight |c_i - c_j|^2 in addition to |z0_i - x1_j|^2 (Cheng and Schwing 2025, C2OT)

#include "libfm/core/random.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/coupling_options.hpp"

#include <functional>

namespace fm {

/// @param x1, z0 (N, H, A)
/// @return (N, H, A), z0 with permuted rows: row i is paired with x1's row i
using Coupling =
    std::function<at::Tensor(const at::Tensor& x1, const at::Tensor& z0, const Condition& condition, Draws draws)>;

/// @throws InputError for a name that is not in the table.
Coupling make_coupling(const CouplingOptions& options);

}  // namespace fm
