#pragma once
// The infinite-horizon linear-quadratic regulator in discrete time: u = -K x minimises the sum of x' Q x + u' R u under
// x' = A x + B u. Its cost-to-go x' P x solves the discrete algebraic Riccati equation
//
//   P = A' P A - A' P B (R + B' P B)^-1 B' P A + Q,   K = (R + B' P B)^-1 B' P A,
//
// found by structured doubling (Chu, Fan, Lin, Wang 2004, "Structure-preserving algorithms for periodic discrete-time
// algebraic Riccati equations"): each iteration doubles the number of time steps looked ahead.

#include <Eigen/Core>

#include <optional>

namespace fm {

/// The stabilising solution P (n, n), or nullopt if there is none: (A, B) is not stabilisable, or an unstable mode is
/// not detectable through Q.
/// @param A (n, n)
/// @param B (n, m)
/// @param Q (n, n), symmetric, positive semidefinite
/// @param R (m, m), symmetric, positive definite
std::optional<Eigen::MatrixXd> solve_riccati(const Eigen::MatrixXd& A, const Eigen::MatrixXd& B,
                                             const Eigen::MatrixXd& Q, const Eigen::MatrixXd& R);

/// The gain K (m, n) of a step after which the cost-to-go is x' P x.
Eigen::MatrixXd regulator_gain(const Eigen::MatrixXd& A, const Eigen::MatrixXd& B, const Eigen::MatrixXd& P,
                               const Eigen::MatrixXd& R);

/// The gain K (m, n) of the infinite horizon. @throws InputError if there is no stabilising solution.
Eigen::MatrixXd lqr_gain(const Eigen::MatrixXd& A, const Eigen::MatrixXd& B, const Eigen::MatrixXd& Q,
                         const Eigen::MatrixXd& R);

}  // namespace fm
