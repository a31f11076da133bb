// Loads a checkpoint and lets it act on one observation.
#include <libfm/policy/checkpoint.hpp>
#include <libfm/policy/model_policy.hpp>

#include <cstdio>

int main(int, char** argv) {
  fm::ModelPolicy policy(fm::load_policy(argv[1], c10::kCPU), fm::RandomStream(0, "noise"));
  fm::Matrix observation(1, 3), goal(1, 0);
  observation << -1.0f, 0.0f, 0.0f;  // hanging at rest: cos and sin of the angle, rad/s
  const std::uint64_t episode[] = {0};
  const std::uint32_t step[] = {0};
  const int row[] = {0};
  fm::PolicyOutput output;
  policy.reset(1, row);
  policy.act({observation, goal, episode, step}, output);
  std::printf("%g N m\n", output.actions(0, 0));
}
