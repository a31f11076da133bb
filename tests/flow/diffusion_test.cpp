// Diffusion of a Gaussian N(m, s^2), where the noise that a network should predict is known:
//   E[e | x_k] = sqrt(1 - a) / (a s^2 + 1 - a) (x_k - sqrt(a) m).

#include "libfm/flow/diffusion_loss.hpp"
#include "libfm/flow/diffusion_sampler.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/full.h>

using Catch::Matchers::WithinAbs;

namespace {

constexpr double clean_mean = 0.3, clean_deviation = 0.2;

class GaussianNoise final : public fm::VelocityNet {
 public:
  explicit GaussianNoise(const fm::NoiseLevels& levels) : levels_(levels) {}

 private:
  at::Tensor output(const at::Tensor& x, const at::Tensor& times, const fm::Condition&) const override {
    at::Tensor a = at::empty({x.size(0), 1, 1}, at::kDouble);
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      a.data_ptr<double>()[i] =
          levels_.signal(static_cast<int>(std::lround(times[i][0].item<double>() * levels_.count())));
    }
    return (1 - a).sqrt() / (a * (clean_deviation * clean_deviation) + 1 - a) * (x - a.sqrt() * clean_mean);
  }

  fm::NoiseLevels levels_;
};

}  // namespace

CATCH_TEST_CASE("noise levels follow the cosine schedule from 1 to almost 0", "[flow]") {
  const fm::NoiseLevels levels(100);
  CATCH_CHECK(levels.signal(0) == 1.0);
  CATCH_CHECK(levels.signal(100) < 1e-4);
  for (int k = 1; k <= 100; ++k) CATCH_CHECK(levels.signal(k) < levels.signal(k - 1));
  const double s = 0.008, at_50 = std::cos((0.5 + s) / (1 + s) * M_PI / 2), at_0 = std::cos(s / (1 + s) * M_PI / 2);
  CATCH_CHECK_THAT(levels.signal(50), WithinAbs(at_50 * at_50 / (at_0 * at_0), 1e-12));
  CATCH_CHECK(levels.time(25) == 0.25);
}

CATCH_TEST_CASE("ddim maps noise to the Gaussian, ddpm samples it", "[flow]") {
  constexpr int n = 500;
  const fm::NoiseLevels levels(400);
  const GaussianNoise net(levels);
  {
    const fm::DiffusionSampler ddim(levels, {.levels = 400, .clip = 100}, {.steps = 400});
    CATCH_CHECK(ddim.noises() == 1);
    const at::Tensor noise = fm::test::normal({n, 1, 1, 1}, 1);
    const at::Tensor x = ddim.forward(net, noise, {});
    CATCH_CHECK((x - (clean_mean + clean_deviation * noise.select(1, 0))).abs().max().item<double>() < 0.02);
  }
  const fm::DiffusionSampler ddpm(levels, {.levels = 400, .sampler = "ddpm", .clip = 100}, {});
  CATCH_CHECK(ddpm.noises() == 400);
  const at::Tensor x = ddpm.forward(net, fm::test::normal({n, 400, 1, 1}, 2), {});
  CATCH_CHECK_THAT(x.mean().item<double>(), WithinAbs(clean_mean, 5 * clean_deviation / std::sqrt(n)));
  CATCH_CHECK_THAT(x.std().item<double>(), WithinAbs(clean_deviation, 5 * clean_deviation / std::sqrt(2.0 * n)));
}

CATCH_TEST_CASE("ddim visits as many levels as it has steps", "[flow]") {
  const fm::NoiseLevels levels(100);
  for (const int steps : {1, 7, 100, 500}) {
    const GaussianNoise net(levels);
    fm::DiffusionSampler(levels, {}, {.steps = steps}).forward(net, fm::test::normal({2, 1, 1, 1}, 1), {});
    CATCH_CHECK(net.evaluations() == std::min(steps, 100));
  }
}

CATCH_TEST_CASE("the exact noise prediction has the minimal diffusion loss", "[flow]") {
  constexpr int n = 4000;
  const fm::NoiseLevels levels(100);
  const GaussianNoise net(levels);
  const at::Tensor x = clean_mean + clean_deviation * fm::test::normal({n, 1, 1}, 1),
                   e = fm::test::normal({n, 1, 1}, 2);
  for (const int k : {5, 40, 90}) {
    const double a = levels.signal(k), s2 = clean_deviation * clean_deviation;
    const double minimum = a * s2 / (a * s2 + 1 - a);  // the variance of e given x_k
    const double loss = fm::DiffusionLoss(levels).forward(net, x, e, at::full({n}, k, at::kDouble), {}).item<double>();
    CATCH_CHECK_THAT(loss, WithinAbs(minimum, 5 * minimum * std::sqrt(2.0 / n)));
  }
}
