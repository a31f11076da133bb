#include "libfm/nn/jvp.hpp"

#include <ATen/ops/_make_dual.h>
#include <ATen/ops/_unpack_dual.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/forward_grad.h>

namespace fm {
namespace {

/// A level of forward-mode differentiation, open during the object's lifetime.
class Level {
 public:
  Level() : index_(torch::autograd::ForwardADLevel::get_next_idx()) {}
  ~Level() { torch::autograd::ForwardADLevel::release_idx(index_); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

  std::int64_t index() const { return static_cast<std::int64_t>(index_); }

 private:
  std::uint64_t index_;
};

}  // namespace

Dual jvp(const std::function<at::Tensor(std::span<const at::Tensor>)>& f, const std::vector<at::Tensor>& inputs,
         const std::vector<at::Tensor>& tangents) {
  const Level level;
  std::vector<at::Tensor> duals;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    duals.push_back(at::_make_dual(inputs[i], tangents[i], level.index()));
  }
  const auto [value, tangent] = at::_unpack_dual(f(duals), level.index());
  return {value, tangent.defined() ? tangent : at::zeros_like(value)};
}

}  // namespace fm
