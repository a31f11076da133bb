#include "libfm/nn/cuda_passes.hpp"

#include "libfm/nn/flat_tensors.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/nn/thread_stream.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>

#include <algorithm>
#include <tuple>

namespace fm {
namespace {

/// A second stream: what it does begins after what the current stream has been given so far.
class SideStream {
 public:
  explicit SideStream(c10::Device device)
      : main_(c10::impl::VirtualGuardImpl(device.type()).getStream(device)),
        side_(thread_stream(device, StreamUse::side)) {}

  template <class Work>
  void run(const Work& work) {
    wait(main_, side_);
    const c10::StreamGuard on_side(side_);
    work();
  }

  /// The current stream waits for the side's work.
  void join() { wait(side_, main_); }

 private:
  static void wait(const c10::Stream& first, const c10::Stream& second) {
    c10::Event done(first.device_type());
    done.record(first);
    done.block(second);
  }

  c10::Stream main_, side_;
};

std::int64_t blocks_of(std::int64_t rows, std::int64_t each) { return (rows + each - 1) / each; }

/// The layers' products and activations, forwards and backwards. Tensors live until both streams have used them.
///
/// Small products are computed by kernels of our own, with what follows them, if products may be rounded to TF32: the
/// library's need several launches. Of the library's products in TF32, g' x is slow; with g' in memory it is not.
class Layers {
 public:
  Layers(std::int64_t rows, at::TensorList parameters, const CudaKernels& kernels)
      : kernels_(kernels), rows_(rows), floats_(parameters[0].options().requires_grad(false)) {
    const bool bfloat16 = rounds_products(at::kCUDA), tf32 = rounds_to_tf32() && !bfloat16;
    for (std::size_t i = 0; i < parameters.size(); i += 2) {
      weights_.push_back(parameters[i].detach());
      biases_.push_back(parameters[i + 1].detach());
      const std::int64_t products = rows * weights_.back().numel();
      small_.push_back(kernels.has_small_products() && (tf32 || bfloat16) && products <= largest_small);
    }
    all_small_ = std::ranges::all_of(small_, [](bool small) { return small; });
    if (bfloat16 && !all_small_) small_.assign(small_.size(), false);  // they read float32
    rounded_ = floats_.dtype(bfloat16 && !all_small_ ? at::kBFloat16 : at::kFloat);
    transposes_ = tf32 && !all_small_;
    for (at::Tensor& W : weights_) W = W.to(rounded_);
    inputs_.push_back(empty(weights_.front().size(1), rounded_));
  }

  const at::Tensor& inputs() const { return inputs_.front(); }
  const at::TensorOptions& floats() const { return floats_; }
  const at::TensorOptions& rounded() const { return rounded_; }

  const at::Tensor& forward() {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const bool last = i + 1 == weights_.size();
      if (!last) inputs_.push_back(empty(weights_[i].size(0), rounded_));
      apply(i, last ? at::Tensor() : inputs_.back());
    }
    return outputs_.back();
  }

  /// @param g of the loss by the outputs, rounded
  /// @param gradients of the parameters, float32; filled
  /// @param sums further sums of columns to compute
  void backward(at::Tensor g, const at::Tensor& g_float, const std::vector<at::Tensor>& gradients,
                std::vector<ColumnSums> sums) {
    SideStream side(floats_.device());
    sums.push_back({g_float, gradients.back()});
    std::vector<WeightGradient> products;
    at::Tensor transposed = transposes_ ? g.t().contiguous() : g.t();
    for (std::size_t i = weights_.size(); i-- > 0;) {
      products.push_back({g, inputs_[i], gradients[2 * i]});
      if (!all_small_) side.run([&] { product(gradients[2 * i], transposed, inputs_[i]); });
      held_.insert(held_.end(), {g, transposed});
      if (i == 0) break;
      const at::Tensor& x = outputs_[i - 1];
      const std::int64_t each = small_[i] ? CudaKernels::rows_per_small_sum : CudaKernels::rows_per_sum;
      sums.push_back({at::empty({blocks_of(rows_, each), x.size(1)}, floats_), gradients[2 * i - 1]});
      std::tie(g, transposed) = gradient_before(i, g, sums.back().parts);
    }
    if (all_small_) side.run([&] { kernels_.weight_gradients(products); });
    kernels_.column_sums(sums);
    side.join();
  }

 private:
  static constexpr std::int64_t largest_small = std::int64_t{1} << 25;  ///< multiplications of a product

  at::Tensor empty(std::int64_t width, const at::TensorOptions& options) const {
    return at::empty({rows_, width}, options);
  }

  /// Layer i; `activated` is filled unless undefined.
  void apply(std::size_t i, const at::Tensor& activated) {
    const at::Tensor &x = inputs_[i], &W = weights_[i], &b = biases_[i];
    if (small_[i]) {
      outputs_.push_back(empty(W.size(0), floats_));
      kernels_.affine(x, W, b, outputs_[i], activated);
      return;
    }
    outputs_.push_back(rounded_.dtype() == at::kFloat ? at::addmm(b, x, W.t())
                                                      : at::addmm(b.expand({rows_, b.size(0)}), x, W.t(), at::kFloat));
    if (activated.defined()) kernels_.silu(outputs_[i], activated);
  }

  /// The gradient by the outputs of layer i - 1 from that of layer i, and its transpose.
  std::pair<at::Tensor, at::Tensor> gradient_before(std::size_t i, const at::Tensor& g, const at::Tensor& sums) {
    const at::Tensor& x = outputs_[i - 1];
    const at::Tensor before = empty(x.size(1), rounded_);
    if (small_[i]) {
      kernels_.affine_gradient(g, weights_[i], x, before, sums);
      return {before, transposes_ ? before.t().contiguous() : before.t()};
    }
    held_.push_back(empty(x.size(1), floats_));
    product(held_.back(), g, weights_[i]);
    const at::Tensor transposed = transposes_ ? at::empty({x.size(1), rows_}, floats_) : at::Tensor();
    kernels_.silu_gradient(x, held_.back(), before, sums, transposed);
    return {before, transposes_ ? transposed : before.t()};
  }

  /// out = a b in float32.
  static void product(at::Tensor out, const at::Tensor& a, const at::Tensor& b) {
    if (a.scalar_type() == at::kFloat) {
      at::mm_out(out, a, b);
    } else {
      at::mm_out(out, a, b, at::kFloat);
    }
  }

  const CudaKernels& kernels_;
  std::int64_t rows_;
  at::TensorOptions floats_, rounded_;
  std::vector<at::Tensor> weights_, biases_;  ///< the former rounded
  std::vector<bool> small_;                   ///< of each layer's products
  bool all_small_, transposes_;
  std::vector<at::Tensor> inputs_, outputs_;  ///< of each layer
  std::vector<at::Tensor> held_;
};

}  // namespace

bool cuda_passes_apply(const at::Tensor& actions, at::TensorList parameters) {
  const auto fits = [](const at::Tensor& x) {
    return x.is_cuda() && x.scalar_type() == at::kFloat && !x._fw_grad(0).defined();
  };
  const std::size_t layers = parameters.size() / 2;
  constexpr std::int64_t most_rows = 65535 * CudaKernels::rows_per_small_sum;  // a launch has 65,535 blocks at most
  if (!fits(actions) || actions.size(0) > most_rows || layers + 1 > CudaKernels::max_segments ||
      cuda_support() == nullptr) {
    return false;
  }
  const c10::DeviceGuard on_device(actions.device());  // for which the kernels are compiled
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool hidden = i < 2 * (layers - 1);
    if (!fits(parameters[i]) || (hidden && parameters[i].size(0) % 4 != 0)) return false;
  }
  return cuda_support()->kernels() != nullptr;
}

at::Tensor outputs_on_cuda(const at::Tensor& z, const at::Tensor& times, const at::Tensor& frequencies,
                           const at::Tensor& observations, at::TensorList parameters) {
  const c10::DeviceGuard on_device(z.device());
  const CudaKernels& kernels = *cuda_support()->kernels();
  Layers layers(z.size(0), parameters, kernels);
  kernels.fill_points({.x1 = z, .z0 = {}, .times = times, .coefficients = {}, .weights = {}}, frequencies, observations,
                      layers.inputs(), {});
  return layers.forward();
}

at::Tensor regress_mlp_on_cuda(const DevicePoints& points, const at::Tensor& frequencies,
                               const at::Tensor& observations, at::TensorList parameters) {
  const at::NoGradGuard no_grad;
  const c10::DeviceGuard on_device(points.x1.device());
  const CudaKernels& kernels = *cuda_support()->kernels();
  const std::vector<at::Tensor> gradients = gradient_parts(parameters);
  Layers layers(points.x1.size(0), parameters, kernels);
  const at::Tensor targets = at::empty(points.x1.sizes(), layers.floats());
  kernels.fill_points(points, frequencies, observations, layers.inputs(), targets);
  const at::Tensor outputs = layers.forward();

  constexpr std::int64_t numbers_per_part = 1024;
  const at::Tensor g = at::empty(outputs.sizes(), layers.rounded()), g_float = at::empty_like(outputs),
                   loss = at::empty({1}, layers.floats()),
                   losses = at::empty({blocks_of(outputs.numel(), numbers_per_part), 1}, layers.floats());
  kernels.squared_error(outputs, targets, points.weights, g, g_float, losses);
  layers.backward(g, g_float, gradients, {{losses, loss}});
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].mutable_grad() = gradients[i];
  return loss.squeeze(0);
}

}  // namespace fm
