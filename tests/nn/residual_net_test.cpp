#include "libfm/nn/residual_net.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/zeros.h>

CATCH_TEST_CASE("a fresh adaln block is the identity, a film block is not", "[residual_velocity_net]") {
  const at::Tensor z = at::linspace(-1, 1, 6).view({3, 1, 2}), observations = at::linspace(0, 1, 9).view({3, 1, 3});
  for (const char* conditioning : {"adaln", "film"}) {
    fm::ResidualNet net({.residual_mlp = {.width = 7, .blocks = 2, .conditioning = conditioning}, .time_embedding = 0},
                        {.actions = 2, .observations = 3}, {0, "init"});
    const auto linear = [&](const std::string& name, const at::Tensor& x) {
      return at::linear(x, net.named_parameters()[name + ".weight"], net.named_parameters()[name + ".bias"]);
    };
    const at::Tensor out = net.forward(z, at::ones({3, 1}), {observations, at::zeros({3, 0}), at::ones({3})});
    const at::Tensor entered = linear("enter", at::cat({z.flatten(1), observations.flatten(1)}, 1));
    const bool same = (out.flatten(1) - linear("leave", at::silu(entered))).abs().max().item<float>() < 1e-6F;
    CATCH_CHECK(same == (std::string(conditioning) == "adaln"));
  }
}
