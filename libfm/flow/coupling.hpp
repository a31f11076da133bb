#pragma once
// Which noise each action of a batch is paired with. The triples (action, observation, goal) stay as they are: only the
// noise is permuted.
//
//   independent                     noise as it was drawn
//   optimal_transport               the permutation of least sum |z0 - x1|^2 (Tong et al. 2024, OT-CFM; Pooladian et
//   al.
//                                   2023). Over one condition it straightens the flow. Over several it pairs a
//                                   condition's actions with a part of the noise, so that noise and condition depend on
//                                   each other in training and not in sampling: the conditional law is biased.
//   sinkhorn                        a permutation drawn from the entropic plan (Cuturi 2013), row by row among the
//                                   columns that are free
//   conditional_optimal_transport   noise i belongs to the condition of row i, and moving it to another's costs
//                                   weight |c_i - c_j|^2 beside |z0_i - x1_j|^2 (Cheng and Schwing 2025, C2OT)

#include "libfm/core/random.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/coupling_options.hpp"

#include <functional>

namespace fm {

/// @param x1, z0 (N, H, A)
/// @return z0's rows in another order: row i goes with x1's row i
using Coupling =
    std::function<at::Tensor(const at::Tensor& x1, const at::Tensor& z0, const Condition& condition, Draws draws)>;

/// @throws InputError for a name that is not in the table.
Coupling make_coupling(const CouplingOptions& options);

}  // namespace fm
