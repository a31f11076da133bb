#include "libfm/expert/riccati.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/random.hpp"
#include "libfm/expert/pendulum_model.hpp"
#include "tests/catch.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <cmath>

using Catch::Matchers::WithinAbs;
using Eigen::MatrixXd;

namespace {

MatrixXd random_matrix(fm::Draws& draws, int rows, int columns) {
  return MatrixXd::NullaryExpr(rows, columns, [&] { return draws.normal(); });
}

/// The residual of the Riccati equation, relative to P.
double residual(const MatrixXd& A, const MatrixXd& B, const MatrixXd& Q, const MatrixXd& R, const MatrixXd& P) {
  const MatrixXd K = (R + B.transpose() * P * B).inverse() * (B.transpose() * P * A);
  return (A.transpose() * P * A - A.transpose() * P * B * K + Q - P).norm() / P.norm();
}

double spectral_radius(const MatrixXd& M) { return M.eigenvalues().cwiseAbs().maxCoeff(); }

}  // namespace

CATCH_TEST_CASE("a scalar Riccati equation has the root of its quadratic", "[riccati]") {
  // p = a^2 p r / (r + b^2 p) + q, so b^2 p^2 + (r - a^2 r - b^2 q) p - q r = 0.
  for (const double a : {0.5, 1.0, 3.0}) {
    const double b = 0.7, q = 2.0, r = 0.3;
    const double half = (r - a * a * r - b * b * q) / 2.0;
    const double p = (-half + std::sqrt(half * half + b * b * q * r)) / (b * b);
    const auto P = fm::solve_riccati(MatrixXd{{a}}, MatrixXd{{b}}, MatrixXd{{q}}, MatrixXd{{r}});
    CATCH_REQUIRE(P);
    CATCH_CHECK_THAT((*P)(0, 0), WithinAbs(p, 1e-12 * p));
  }
}

CATCH_TEST_CASE("the balanced pendulum has its known gain and is stable", "[riccati]") {
  const fm::PendulumModel model({});
  const MatrixXd A = model.A(), B = model.B(), Q = fm::PendulumModel::Q(), R = fm::PendulumModel::R();
  const MatrixXd K = fm::lqr_gain(A, B, Q, R);
  CATCH_CHECK_THAT(K(0, 0), WithinAbs(19.693, 5e-4));
  CATCH_CHECK_THAT(K(0, 1), WithinAbs(5.2625, 5e-5));
  CATCH_CHECK(spectral_radius(A) > 1.0);
  CATCH_CHECK(spectral_radius(A - B * K) < 1.0);
}

CATCH_TEST_CASE("random systems: no residual, positive definite, stable, and the cost is x' P x", "[riccati]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    fm::Draws draws = fm::RandomStream(seed, "systems").at(0);
    const int n = 2 + static_cast<int>(draws.below(6)), m = 1 + static_cast<int>(draws.below(3));
    const MatrixXd A = random_matrix(draws, n, n), B = random_matrix(draws, n, m);
    const MatrixXd C = random_matrix(draws, n, n), D = random_matrix(draws, m, m);
    const MatrixXd Q = C * C.transpose(), R = D * D.transpose() + MatrixXd::Identity(m, m);
    const auto P = fm::solve_riccati(A, B, Q, R);
    CATCH_REQUIRE(P);
    const MatrixXd K = fm::lqr_gain(A, B, Q, R);
    CATCH_CHECK(residual(A, B, Q, R, *P) < 1e-8);
    CATCH_CHECK(Eigen::SelfAdjointEigenSolver<MatrixXd>(*P).eigenvalues().minCoeff() > 0.0);
    CATCH_CHECK(spectral_radius(A - B * K) < 1.0);

    Eigen::VectorXd x = random_matrix(draws, n, 1);
    const double promised = x.dot(*P * x);
    double cost = 0.0;
    for (int step = 0; step < 5000; ++step) {
      const Eigen::VectorXd u = -K * x;
      cost += x.dot(Q * x) + u.dot(R * u);
      x = A * x + B * u;
    }
    CATCH_CHECK_THAT(cost / promised, WithinAbs(1.0, 1e-6));
  }
}

CATCH_TEST_CASE("an uncontrollable mode is accepted if it is stable", "[riccati]") {
  const MatrixXd A{{1.5, 0.0}, {0.0, 0.5}}, B{{1.0}, {0.0}}, I = MatrixXd::Identity(2, 2);
  const auto P = fm::solve_riccati(A, B, I, MatrixXd{{1.0}});
  CATCH_REQUIRE(P);
  CATCH_CHECK_THAT((*P)(1, 1), WithinAbs(1.0 / (1.0 - 0.25), 1e-12));
  CATCH_CHECK(residual(A, B, I, MatrixXd{{1.0}}, *P) < 1e-12);
}

CATCH_TEST_CASE("no regulator exists for an unstable mode that is uncontrollable or has no cost", "[riccati]") {
  const MatrixXd I = MatrixXd::Identity(2, 2), one{{1.0}};
  const MatrixXd A{{0.5, 0.0}, {0.0, 1.5}}, unreached{{1.0}, {0.0}}, reached{{0.0}, {1.0}};
  CATCH_CHECK(!fm::solve_riccati(A, unreached, I, one));
  CATCH_CHECK_THROWS_AS(fm::lqr_gain(A, unreached, I, one), fm::InputError);
  CATCH_CHECK(!fm::solve_riccati(A, reached, MatrixXd{{1.0, 0.0}, {0.0, 0.0}}, one));
  CATCH_CHECK(fm::solve_riccati(A, reached, I, one));
}
