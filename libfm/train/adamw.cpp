#include "libfm/train/adamw.hpp"

#include "libfm/nn/ema.hpp"
#include "libfm/nn/flat_tensors.hpp"
#include "libfm/nn/kernels.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

constexpr std::int64_t block_size =
    4096;  ///< numbers; block sums are added in order, independent of the number of threads

std::int64_t block_count(std::int64_t n) { return (n + block_size - 1) / block_size; }

/// Calls work(index, begin, size) for the blocks of n numbers, in parallel.
template <class Work>
void for_number_blocks(std::int64_t n, const Work& work) {
  const std::int64_t count = block_count(n);
#pragma omp parallel for schedule(static) num_threads(at::get_num_threads())
  for (std::int64_t i = 0; i < count; ++i) work(i, i * block_size, std::min(block_size, n - i * block_size));
}

/// The factor by which clipping scales a gradient of this norm, before it is limited to 1.
template <class Scalar>
Scalar clip_ratio(const Scalar& norm, double max_norm) {
  return max_norm / (norm + 1e-6);
}

/// The coefficients of step `t`, counted from 1.
AdamWCoefficients coefficients(const AdamWOptions& options, double scale, double learning_rate, std::int64_t step) {
  const auto t = static_cast<double>(step);
  return {.scale = static_cast<float>(scale),
          .beta1 = static_cast<float>(options.beta1),
          .beta2 = static_cast<float>(options.beta2),
          .keep = static_cast<float>(1.0 - learning_rate * options.weight_decay),
          .rate = static_cast<float>(learning_rate / (1.0 - std::pow(options.beta1, t))),
          .root_correction2 = static_cast<float>(std::sqrt(1.0 - std::pow(options.beta2, t))),
          .epsilon = static_cast<float>(options.epsilon),
          .follow = static_cast<float>(1.0 - warmed_up_decay(options.ema, step - 1))};
}

}  // namespace

AdamW::AdamW(std::vector<at::Tensor> parameters, const AdamWOptions& options, const std::vector<at::Tensor>& averaged)
    : options_(options), parameters_(std::move(parameters)), weights_(flatten_in_place(parameters_)),
      averages_(averaged.empty() ? at::Tensor() : flatten_in_place(averaged)), first_moments_(at::zeros_like(weights_)),
      second_moments_(at::zeros_like(weights_)), gathered_(at::empty_like(weights_)),
      steps_(at::zeros({std::ssize(parameters_)}, weights_.options().dtype(at::kFloat))) {
  if (options_.clip) squares_ = at::zeros({block_count(weights_.numel())}, at::kDouble);
  if (!weights_.is_cuda() || weights_.scalar_type() != at::kFloat || cuda_support() == nullptr) return;
  cuda_ = cuda_support()->kernels();
  coefficients_ = at::zeros({max_prepared, 8}, weights_.options());
  if (options_.clip) squares_ = at::zeros({CudaKernels::square_sums}, weights_.options());
}

void AdamW::prepare(std::span<const double> learning_rates) {
  const at::NoGradGuard no_grad;
  if (prepared_from_ < 0) prepared_from_ = std::llround(steps_[0].item<double>());  // after a resume more than 0
  prepared_from_ += std::ssize(learning_rates_);
  learning_rates_.assign(learning_rates.begin(), learning_rates.end());
  if (cuda_ == nullptr) return;
  const std::int64_t count = std::ssize(learning_rates);
  const at::Tensor host = at::empty({count, 8}, at::TensorOptions(at::kFloat).pinned_memory(true));
  auto* each = static_cast<AdamWCoefficients*>(host.mutable_data_ptr());
  static_assert(sizeof(AdamWCoefficients) == 8 * sizeof(float));
  for (std::int64_t i = 0; i < count; ++i) {
    each[i] = coefficients(options_, 1.0, learning_rates_[static_cast<std::size_t>(i)], prepared_from_ + i + 1);
  }
  coefficients_.slice(0, 0, count).copy_(host, /*non_blocking=*/true);
}

void AdamW::apply(std::int64_t index) {
  const at::NoGradGuard no_grad;
  const at::Tensor gradient = flat_gradient(parameters_, gathered_);
  if (cuda_ != nullptr) {
    step_on_cuda(gradient, index);
  } else if (weights_.is_cpu() && weights_.scalar_type() == at::kFloat) {
    step_by_kernels(gradient, index);
  } else {
    step_by_operations(gradient, index);
  }
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

void AdamW::step_on_cuda(const at::Tensor& gradient, std::int64_t index) {
  if (squares_.defined()) cuda_->sums_of_squares(gradient, squares_);
  cuda_->adamw({coefficients_[index], gradient, squares_, weights_, first_moments_, second_moments_, averages_, steps_},
               options_.clip.value_or(0.0));
}

void AdamW::step_by_kernels(const at::Tensor& gradient, std::int64_t index) {
  const float* g = gradient.const_data_ptr<float>();
  double scale = 1.0;
  if (options_.clip) {
    sum_squares(g);
    scale = std::min(scale, clip_ratio(*gradient_norm(), *options_.clip));
  }
  float* steps = steps_.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < steps_.numel(); ++i) steps[i] += 1.0F;
  const AdamWCoefficients c =
      coefficients(options_, scale, learning_rates_[static_cast<std::size_t>(index)], prepared_from_ + index + 1);
  float *w = weights_.mutable_data_ptr<float>(), *m = first_moments_.mutable_data_ptr<float>(),
        *v = second_moments_.mutable_data_ptr<float>(),
        *a = averages_.defined() ? averages_.mutable_data_ptr<float>() : nullptr;
  for_number_blocks(weights_.numel(), [&](std::int64_t, std::int64_t begin, std::int64_t size) {
    optimiser_kernels().adamw(size, c, g + begin, w + begin, m + begin, v + begin, a == nullptr ? nullptr : a + begin);
  });
}

void AdamW::sum_squares(const float* g) {
  auto* sums = squares_.mutable_data_ptr<double>();
  for_number_blocks(weights_.numel(), [&](std::int64_t i, std::int64_t begin, std::int64_t size) {
    sums[i] = optimiser_kernels().sum_of_squares(size, g + begin);
  });
}

std::optional<double> AdamW::gradient_norm() const {
  if (!squares_.defined()) return std::nullopt;
  const at::Tensor sums = squares_.to(at::kCPU, at::kDouble);
  const std::span<const double> numbers(sums.const_data_ptr<double>(), static_cast<std::size_t>(sums.numel()));
  double sum = 0.0;
  for (const double s : numbers) sum += s;
  return std::sqrt(sum);
}

void AdamW::step_by_operations(const at::Tensor& gradient, std::int64_t index) {
  if (options_.clip) squares_ = clip_gradient(gradient, *options_.clip).square();
  steps_.add_(1);
  at::_fused_adamw_({weights_}, {gradient}, {first_moments_}, {second_moments_}, {}, {steps_.select(0, 0)},
                    learning_rates_[static_cast<std::size_t>(index)], options_.beta1, options_.beta2,
                    options_.weight_decay, options_.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false);
  if (averages_.defined()) update_ema({averages_}, {weights_}, warmed_up_decay(options_.ema, prepared_from_ + index));
}

std::vector<at::Tensor> AdamW::state() const {
  std::vector<at::Tensor> state = parts_like(first_moments_, parameters_);
  for (const at::Tensor& moment : parts_like(second_moments_, parameters_)) state.push_back(moment);
  for (std::int64_t i = 0; i < steps_.numel(); ++i) state.push_back(steps_.select(0, i));
  return state;
}

at::Tensor clip_gradient(const at::Tensor& gradient, double max_norm) {
  const at::Tensor norm = gradient.norm();
  gradient.mul_(clip_ratio(norm, max_norm).clamp_max(1.0));
  return norm;
}

}  // namespace fm
