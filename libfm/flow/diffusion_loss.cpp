#include "libfm/flow/diffusion_loss.hpp"

#include "libfm/flow/path.hpp"
#include "libfm/flow/row_losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

namespace fm {

DiffusionLoss::DiffusionLoss(const NoiseLevels& levels) : count_(levels.count()) {
  at::Tensor signal = at::empty({levels.count() + 1}, at::kDouble);
  for (int k = 0; k <= levels.count(); ++k) signal.data_ptr<double>()[k] = levels.signal(k);
  signal_ = register_buffer("signal", signal);
}

at::Tensor DiffusionLoss::row_losses(const VelocityNet& net, const at::Tensor& x, const at::Tensor& noise,
                                     const at::Tensor& k, const Condition& condition) const {
  const at::Tensor a = signal_.index_select(0, k.to(at::kLong)).to(x.options());
  const at::Tensor noisy = per_row(a.sqrt(), x) * x + per_row((1.0 - a).sqrt(), x) * noise;
  return squared_errors(net.forward(noisy, (k / count_).unsqueeze(1), condition), noise);
}

at::Tensor DiffusionLoss::forward(const VelocityNet& net, const at::Tensor& x, const at::Tensor& noise,
                                  const at::Tensor& k, const Condition& condition) const {
  return row_losses(net, x, noise, k, condition).mean();
}

}  // namespace fm
