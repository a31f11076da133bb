#include "libfm/nn/normaliser.hpp"

#include <ATen/ops/tensor.h>

namespace fm {

Normaliser::Normaliser(const Normalisation& normalisation) {
  offset_ = register_buffer("offset", at::tensor(normalisation.offset, at::kFloat));
  scale_ = register_buffer("scale", at::tensor(normalisation.scale, at::kFloat));
}

}  // namespace fm
