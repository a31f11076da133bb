#include "libfm/nn/serial_product.hpp"

// Column-major BLAS. Weak symbols: null if LibTorch does not export them.
extern "C" {
[[gnu::weak]] void sgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                          const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                          const float* beta, float* c, const int* ldc);
[[gnu::weak]] void gemm_bf16bf16f32_(const char* transpose_a, const char* transpose_b, const int* m, const int* n,
                                     const int* k, const float* alpha, const fm::Bfloat16* a, const int* lda,
                                     const fm::Bfloat16* b, const int* ldb, const float* beta, float* c,
                                     const int* ldc);
}

namespace fm {
namespace {

constexpr auto blas_of(const float*) { return sgemm_; }
constexpr auto blas_of(const Bfloat16*) { return gemm_bf16bf16f32_; }

/// A row-major product is the column-major product of the transposes: y' = w' x'.
template <class Number>
void multiply(const char* transpose_w, const char* transpose_x, int inner, MatrixView<const Number> w,
              MatrixView<const Number> x, MatrixView<float> y) {
  constexpr float one = 1.0F, zero = 0.0F;
  blas_of(x.values)(transpose_w, transpose_x, &y.columns, &y.rows, &inner, &one, w.values, &w.stride, x.values,
                    &x.stride, &zero, y.values, &y.stride);
}

}  // namespace

template <class Number>
bool has_serial_product() {
  return blas_of(static_cast<const Number*>(nullptr)) != nullptr;
}

template <class Number>
void product_nt(MatrixView<const Number> x, MatrixView<const Number> w, MatrixView<float> y) {
  multiply("T", "N", x.columns, w, x, y);
}

template <class Number>
void product_nn(MatrixView<const Number> x, MatrixView<const Number> w, MatrixView<float> y) {
  multiply("N", "N", x.columns, w, x, y);
}

template <class Number>
void product_tn(MatrixView<const Number> x, MatrixView<const Number> w, MatrixView<float> y) {
  multiply("N", "T", x.rows, w, x, y);
}

template bool has_serial_product<float>();
template bool has_serial_product<Bfloat16>();
template void product_nt(MatrixView<const float>, MatrixView<const float>, MatrixView<float>);
template void product_nt(MatrixView<const Bfloat16>, MatrixView<const Bfloat16>, MatrixView<float>);
template void product_nn(MatrixView<const float>, MatrixView<const float>, MatrixView<float>);
template void product_nn(MatrixView<const Bfloat16>, MatrixView<const Bfloat16>, MatrixView<float>);
template void product_tn(MatrixView<const float>, MatrixView<const float>, MatrixView<float>);
template void product_tn(MatrixView<const Bfloat16>, MatrixView<const Bfloat16>, MatrixView<float>);

}  // namespace fm
