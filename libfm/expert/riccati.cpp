#include "libfm/expert/riccati.hpp"

#include "libfm/core/error.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace fm {

using Eigen::MatrixXd;

std::optional<MatrixXd> solve_riccati(const MatrixXd& A, const MatrixXd& B, const MatrixXd& Q, const MatrixXd& R) {
  constexpr int max_doublings = 60;
  // A_k tends to zero like the closed loop's 2^k-th power, so its norm shows how much of the horizon is missing.
  MatrixXd A_k = A, H = Q;
  MatrixXd G = B * R.llt().solve(B.transpose());
  for (int k = 0; k < max_doublings && A_k.allFinite() && H.allFinite() && G.allFinite(); ++k) {
    const Eigen::PartialPivLU<MatrixXd> W(MatrixXd::Identity(A.rows(), A.rows()) + G * H);
    const MatrixXd W_A = W.solve(A_k), W_G = W.solve(G);
    const MatrixXd step = A_k.transpose() * H * W_A;
    G += A_k * W_G * A_k.transpose();
    H += step;
    A_k = A_k * W_A;
    if (A_k.norm() <= 1e-8 && step.norm() <= 1e-15 * H.norm()) return 0.5 * (H + H.transpose());
  }
  return std::nullopt;
}

MatrixXd regulator_gain(const MatrixXd& A, const MatrixXd& B, const MatrixXd& P, const MatrixXd& R) {
  return (R + B.transpose() * P * B).llt().solve(B.transpose() * P * A);
}

MatrixXd lqr_gain(const MatrixXd& A, const MatrixXd& B, const MatrixXd& Q, const MatrixXd& R) {
  const auto P = solve_riccati(A, B, Q, R);
  if (!P) throw InputError("no linear-quadratic regulator: these A, B, Q and R have no stabilising Riccati solution");
  return regulator_gain(A, B, *P, R);
}

}  // namespace fm
