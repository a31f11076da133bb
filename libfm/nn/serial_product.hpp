#pragma once
// Single-threaded matrix products from the BLAS in LibTorch: within a parallel region every thread computes its own
// product, without dispatch, allocation or synchronisation. All matrices are row-major; factors are
// float or Bfloat16, sums and results float.

#include "libfm/nn/kernels.hpp"

namespace fm {

/// Whether this LibTorch exports the products: float always with MKL or OpenBLAS, Bfloat16 with MKL.
template <class Number>
bool has_serial_product();

/// A matrix within a larger one of `stride` columns.
template <class Number>
struct MatrixView {
  Number* values;
  int rows;
  int columns;
  int stride;
};

/// y (N, M) = x (N, K) w (M, K)'
template <class Number>
void product_nt(MatrixView<const Number> x, MatrixView<const Number> w, MatrixView<float> y);

/// y (N, M) = x (N, K) w (K, M)
template <class Number>
void product_nn(MatrixView<const Number> x, MatrixView<const Number> w, MatrixView<float> y);

/// y (N, M) = x (K, N)' w (K, M)
template <class Number>
void product_tn(MatrixView<const Number> x, MatrixView<const Number> w, MatrixView<float> y);

}  // namespace fm
