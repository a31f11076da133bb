#include "libfm/cuda/kernels.hpp"

#include "libfm/cuda/program.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace fm {
namespace {

constexpr const char* source =
#include "libfm/cuda/kernels.cu"
    ;

using Grid = CudaProgram::Grid;
using Kernel = CudaProgram::Kernel;

constexpr unsigned block = 256;    ///< threads
constexpr std::int64_t tile = 16;  ///< rows and columns of a block of a small product
static_assert(tile == CudaKernels::rows_per_small_sum);

/// Blocks for n numbers, one a thread as long as the device has room.
Grid blocks_for(std::int64_t n) {
  constexpr std::int64_t most = 4096;
  return {static_cast<unsigned>(std::clamp<std::int64_t>((n + block - 1) / block, 1, most))};
}

unsigned blocks_of(std::int64_t n, std::int64_t size) { return static_cast<unsigned>((n + size - 1) / size); }

/// Null where the tensor is undefined. @tparam T of the kernel's parameter
template <class T = float>
T* data(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.mutable_data_ptr()) : nullptr;
}

int size_of(const at::Tensor& tensor, int dimension) { return static_cast<int>(tensor.size(dimension)); }
int stride_of(const at::Tensor& tensor) { return tensor.defined() ? static_cast<int>(tensor.stride(0)) : 0; }

/// A kernel that writes float32 or bfloat16.
class RoundingKernel {
 public:
  RoundingKernel(const CudaProgram& program, const std::string& name)
      : float32_(program.kernel(name + "_float")), bfloat16_(program.kernel(name + "_bfloat16")) {}
  Kernel writing(const at::Tensor& rounded) const {
    return rounded.scalar_type() == at::kBFloat16 ? bfloat16_ : float32_;
  }

 private:
  Kernel float32_, bfloat16_;
};

// As in kernels.cu.
struct Segments {
  const float* parts[CudaKernels::max_segments];
  float* sums[CudaKernels::max_segments];
  int rows[CudaKernels::max_segments];
  int columns[CudaKernels::max_segments];
  int count;
};
struct Products {
  const float* g[CudaKernels::max_segments];
  const float* x[CudaKernels::max_segments];
  float* out[CudaKernels::max_segments];
  int M[CudaKernels::max_segments];
  int K[CudaKernels::max_segments];
  int count;
};

class Kernels final : public CudaKernels {
 public:
  void fill_points(const DevicePoints& p, const at::Tensor& frequencies, const at::Tensor& observations,
                   const at::Tensor& inputs, const at::Tensor& targets) const override {
    const long long rows = p.x1.size(0);
    const int numbers = size_of(p.x1, 1), waves = size_of(frequencies, 0), seen = size_of(observations, 1);
    program_.run(points_.writing(inputs), blocks_for(inputs.numel()), {block}, rows, numbers, waves, seen, data(p.x1),
                 stride_of(p.x1), data(p.z0), stride_of(p.z0), data(p.times), stride_of(p.times), data(p.coefficients),
                 data(frequencies), data(observations), stride_of(observations), data<void>(inputs), data(targets));
  }

  void silu(const at::Tensor& x, const at::Tensor& y) const override {
    program_.run(silu_.writing(y), blocks_for(x.numel() / 4), {block}, static_cast<long long>(x.numel()), data(x),
                 data<void>(y));
  }

  void silu_gradient(const at::Tensor& x, const at::Tensor& g_y, const at::Tensor& g_x, const at::Tensor& sums,
                     const at::Tensor& transposed) const override {
    const Grid blocks = {blocks_of(x.size(1), 128), blocks_of(x.size(0), rows_per_sum)};
    program_.run(silu_gradient_.writing(g_x), blocks, {32, 8}, static_cast<long long>(x.size(0)), size_of(x, 1),
                 data(x), data(g_y), data<void>(g_x), data(sums), data(transposed));
  }

  void squared_error(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor& weights,
                     const at::Tensor& gradient, const at::Tensor& gradient_float,
                     const at::Tensor& losses) const override {
    program_.run(squared_error_.writing(gradient), {static_cast<unsigned>(losses.size(0))}, {block},
                 static_cast<long long>(outputs.size(0)), size_of(outputs, 1), data(outputs), data(targets),
                 data(weights), stride_of(weights), data<void>(gradient), data(gradient_float), data(losses));
  }

  void column_sums(std::span<const ColumnSums> columns) const override {
    Segments segments = {};
    unsigned total = 0;
    for (const ColumnSums& each : columns) {
      const auto k = static_cast<std::size_t>(segments.count++);
      segments.parts[k] = data(each.parts);
      segments.sums[k] = data(each.sums);
      segments.rows[k] = size_of(each.parts, 0);
      segments.columns[k] = size_of(each.parts, 1);
      total += static_cast<unsigned>(segments.columns[k]);
    }
    program_.run(column_sums_, {total}, {128}, segments);
  }

  bool has_small_products() const override { return affine_ != nullptr; }

  void affine(const at::Tensor& x, const at::Tensor& W, const at::Tensor& b, const at::Tensor& y,
              const at::Tensor& activated) const override {
    program_.run(affine_, {blocks_of(y.size(1), tile), blocks_of(y.size(0), tile)}, {128}, size_of(y, 0), size_of(y, 1),
                 size_of(x, 1), data(x), data(W), data(b), data(y), data(activated));
  }

  void affine_gradient(const at::Tensor& g_y, const at::Tensor& W, const at::Tensor& x, const at::Tensor& g_x,
                       const at::Tensor& sums) const override {
    program_.run(affine_gradient_, {blocks_of(x.size(1), tile), blocks_of(x.size(0), tile)}, {128}, size_of(x, 0),
                 size_of(g_y, 1), size_of(x, 1), data(g_y), data(W), data(x), data(g_x), data(sums));
  }

  void weight_gradients(std::span<const WeightGradient> gradients) const override {
    Products products = {};
    unsigned blocks = 0;
    for (const WeightGradient& each : gradients) {
      const auto k = static_cast<std::size_t>(products.count++);
      products.g[k] = data(each.g);
      products.x[k] = data(each.x);
      products.out[k] = data(each.out);
      products.M[k] = size_of(each.out, 0);
      products.K[k] = size_of(each.out, 1);
      blocks += blocks_of(products.M[k], tile) * blocks_of(products.K[k], tile);
    }
    program_.run(weight_gradients_, {blocks}, {128}, size_of(gradients.front().g, 0), products);
  }

  void sums_of_squares(const at::Tensor& x, const at::Tensor& sums) const override {
    program_.run(sums_of_squares_, {static_cast<unsigned>(square_sums)}, {block}, static_cast<long long>(x.numel()),
                 data(x), data(sums));
  }

  void adamw(const AdamWTensors& t, double max_norm) const override {
    const int parts = static_cast<int>(square_sums), parameters = size_of(t.steps, 0);
    program_.run(adamw_, blocks_for(t.weights.numel()), {block}, static_cast<long long>(t.weights.numel()),
                 data(t.coefficients), data(t.gradient), data(t.squares), parts, static_cast<float>(max_norm),
                 data(t.weights), data(t.first_moments), data(t.second_moments), data(t.average), data(t.steps),
                 parameters);
  }

 private:
  CudaProgram program_{source};
  RoundingKernel points_{program_, "points"}, silu_{program_, "silu"}, silu_gradient_{program_, "silu_gradient"},
      squared_error_{program_, "squared_error"};
  Kernel column_sums_ = program_.kernel("column_sums"), sums_of_squares_ = program_.kernel("sums_of_squares"),
         adamw_ = program_.kernel("adamw");
  Kernel affine_ = program_.kernel_if_present("affine"),
         affine_gradient_ = program_.kernel_if_present("affine_gradient"),
         weight_gradients_ = program_.kernel_if_present("weight_gradients");
};

static_assert(CudaKernels::square_sums == block, "adamw adds them in one block");

}  // namespace

std::unique_ptr<const CudaKernels> compile_cuda_kernels() {
  try {
    return std::make_unique<Kernels>();
  } catch (const std::runtime_error& e) {
    std::fprintf(stderr, "warning: device: training on CUDA is slower without libfm's own kernels (%s)\n", e.what());
    return nullptr;
  }
}

}  // namespace fm
