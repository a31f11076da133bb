// Flow matching from its parts: in one and the same state an expert acts with +1 or -1, each half of the time. A velocity
// network learns to carry noise to these actions; a squared error would learn their mean, 0.
#include <libfm/flow/flow_matching_loss.hpp>
#include <libfm/flow/ode_sampler.hpp>
#include <libfm/nn/velocity_net.hpp>
#include <libfm/train/adamw.hpp>

#include <ATen/ATen.h>

#include <cstdio>

int main() {
  at::manual_seed(0);
  const auto net =
      fm::make_network({.mlp = {.hidden = {64, 64}}}, {.actions = 1, .observations = 1}, fm::RandomStream(0, "init"));
  const fm::FlowMatchingLoss loss(fm::FlowOptions{});  // on straight lines from noise to action
  fm::AdamW optimiser(net->parameters(), {});

  constexpr int batch = 256, steps = 2000;
  for (int step = 0; step < steps; ++step) {
    const at::Tensor actions = 2.0 * at::randint(0, 2, {batch, 1, 1}, at::kFloat) - 1.0;
    const fm::Condition state{.observations = at::zeros({batch, 1, 1}), .goal = {}, .goal_mask = {}};
    const at::Tensor value = loss.forward(*net, actions, at::randn_like(actions), at::rand({batch}), state);
    value.backward();
    optimiser.step(2e-3 * (1.0 - static_cast<double>(step) / steps));  // the learning rate falls to 0
    if (step % 500 == 0) std::printf("step %4d  loss %.3f\n", step, value.item<double>());
  }

  const at::NoGradGuard no_grad;
  const fm::OdeSampler sampler({.solver = "heun", .steps = 10});
  const fm::Condition state{.observations = at::zeros({1000, 1, 1}), .goal = {}, .goal_mask = {}};
  const at::Tensor samples = sampler.forward(*net, at::randn({1000, 1, 1}), state).z;
  const at::Tensor off = (samples.abs() - 1.0).abs();
  std::printf("%.1f %% of 1000 samples are within 0.2 of +1 or -1, %.1f %% are positive\n",
              100.0 * (off < 0.2).to(at::kFloat).mean().item<double>(),
              100.0 * (samples > 0).to(at::kFloat).mean().item<double>());
}
