// fm_toy_2d: points in the plane for toy_2d.py, as float32 pairs on stdout.
//
//   fm_toy_2d DISTRIBUTION COUNT SEED    new samples of a distribution of the environment toy_2d
//   fm_toy_2d CHECKPOINT COUNT SEED      samples of a policy that was trained on one

#include "libfm/core/error.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/tensor_view.hpp"
#include "libfm/toy/toy_2d.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace {

fm::Matrix fresh_points(const std::string& distribution, int count, const fm::RandomStream& stream) {
  fm::Matrix points(count, 2);
  for (int i = 0; i < count; ++i) {
    fm::Draws draws = stream.at(static_cast<std::uint64_t>(i));
    const auto point = fm::draw_toy_2d(distribution, draws);
    points.row(i) << static_cast<float>(point[0]), static_cast<float>(point[1]);
  }
  return points;
}

fm::Matrix sampled_points(const std::string& checkpoint, int count, const fm::RandomStream& stream) {
  const at::NoGradGuard no_grad;
  const auto model = fm::load_policy(checkpoint, c10::kCPU);
  std::vector<std::uint64_t> episodes(static_cast<std::size_t>(count));
  std::iota(episodes.begin(), episodes.end(), 0);
  const at::Tensor noise = fm::draw_noise(stream, episodes, std::vector<std::uint32_t>(episodes.size()), 1, 1, 2);
  const fm::Condition nothing = model->condition(at::empty({count, 1, 0}), at::empty({count, 0}));
  return fm::to_matrix(model->executable(model->sample(nothing, noise), at::zeros({1, 2}, at::kDouble)));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw fm::InputError("usage: fm_toy_2d DISTRIBUTION|CHECKPOINT COUNT SEED");
    const std::string what = argv[1];
    const int count = std::stoi(argv[2]);
    const fm::RandomStream stream(std::stoull(argv[3]), "toy_2d comparison");
    const std::vector<std::string> names = fm::toy_2d_names();
    const bool is_name = std::find(names.begin(), names.end(), what) != names.end();
    const fm::Matrix points = is_name ? fresh_points(what, count, stream) : sampled_points(what, count, stream);
    std::fwrite(points.data(), sizeof(float), static_cast<std::size_t>(points.size()), stdout);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
