#include "libfm/realtime/dense.hpp"

#include "tests/catch.hpp"
#include "tests/realtime/emulated_avx512.hpp"

#include <cmath>

using fm::Dense;
using Matrix = fm::FloatMatrix;
using fm::Precision;
using fm::RowView;

namespace {

struct NamedKernels {
  std::string name;
  const fm::Kernels* kernels;
};

/// Every set of kernels that this processor runs, and AVX-512's loops without its instructions.
std::vector<NamedKernels> kernels_here() {
  std::vector<NamedKernels> here = {{"AVX-512, emulated", &fm::emulated_avx512}};
  for (const fm::InstructionSet set : fm::instruction_sets()) {
    here.push_back({fm::name_of(set), &fm::realtime_kernels.of(set)});
  }
  return here;
}

Matrix normal_numbers(int rows, int columns, std::uint64_t seed) {
  fm::Draws draws = fm::RandomStream(seed, "numbers").at(0);
  return Matrix::NullaryExpr(rows, columns, [&] { return static_cast<float>(draws.normal()); });
}

float rounded(float value) { return fm::to_float(fm::to_bfloat16(value)); }

/// W x + b of every row of x (rows, inputs), all at once or one by one.
Matrix applied(const Dense& dense, Matrix x, bool together) {
  const int rows = static_cast<int>(x.rows()), width = fm::padded(dense.outputs());
  Matrix y(rows, width);
  const RowView in{x.data(), x.cols()}, out{y.data(), width};
  if (together) dense.apply(rows, in, out);
  for (int i = 0; !together && i < rows; ++i) dense.apply(1, {in.row(i), in.stride}, {out.row(i), width});
  return y.leftCols(dense.outputs());
}

}  // namespace

CATCH_TEST_CASE("a packed layer is the matrix product, and rows are independent", "[kernels]") {
  const std::vector<std::pair<int, int>> shapes = {{1, 1}, {3, 256}, {256, 1}, {64, 21}, {40, 40}, {7, 100}, {100, 64}};
  for (const auto& [name, kernels] : kernels_here()) {
    for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
      for (const auto& [inputs, outputs] : shapes) {
        CATCH_INFO(name << ", " << inputs << " to " << outputs);
        const Matrix weight = normal_numbers(outputs, inputs, 1), bias = normal_numbers(1, outputs, 2);
        const Matrix stored = precision == Precision::float32 ? weight : weight.unaryExpr(&rounded).eval();
        const Dense dense(*kernels, weight, {bias.data(), static_cast<std::size_t>(outputs)}, precision);
        const Matrix x = normal_numbers(31, inputs, 3), y = applied(dense, x, true);
        const Eigen::MatrixXd expected =
            (x.cast<double>() * stored.cast<double>().transpose()).rowwise() + bias.cast<double>().row(0);
        CATCH_CHECK((y.cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-5 * std::sqrt(inputs));
        CATCH_CHECK(y == applied(dense, x, false));
      }
    }
  }
}

CATCH_TEST_CASE("the kernels' SiLU is x / (1 + exp(-x)) at every size of x", "[kernels]") {
  for (const auto& [name, kernels] : kernels_here()) {
    CATCH_INFO(name);
    Matrix x(1, 4096);
    for (int i = 0; i < x.cols(); ++i) x(0, i) = 0.05F * static_cast<float>(i - 2048);
    Matrix y = x;
    kernels->silu(y.data(), static_cast<int>(y.cols()));
    for (int i = 0; i < x.cols(); ++i) {
      const double expected = x(0, i) / (1.0 + std::exp(-static_cast<double>(x(0, i))));
      CATCH_REQUIRE(std::abs(y(0, i) - expected) <= 5e-7 * std::abs(expected) + 1e-30);
    }
  }
}

CATCH_TEST_CASE("the kernels' layer norm has mean 0 and variance 1 over its width alone", "[kernels]") {
  for (const auto& [name, kernels] : kernels_here()) {
    CATCH_INFO(name);
    for (const int width : {5, 20, 256}) {
      const Matrix x = (3.0F * normal_numbers(1, width, 4)).array() + 7.0F;
      Matrix y(1, width);
      kernels->layer_norm(x.data(), y.data(), width);
      CATCH_CHECK(std::abs(y.mean()) < 1e-6);
      CATCH_CHECK(std::abs(y.array().square().mean() - 1.0) < 1e-4);
    }
  }
}
