#pragma once
// Two-dimensional distributions as a one-step environment: no observations, the action is the sample, the reward is
// zero and every episode is a success. Policies are compared by the metric wasserstein_2: the exact 2-Wasserstein
// distance between the actions and as many new samples of the distribution (at most 2,000 of each).
//
//   checkerboard      uniform on the eight dark squares, of side 2, of [-4, 4]^2
//   two_moons         two interleaved half circles of radius 1, noise of deviation 0.2, scaled by 3, shifted by -1
//   eight_gaussians   on a circle of radius 5, standard deviation sqrt(0.1)

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

#include <array>

namespace fm {

/// The names of the distributions.
std::vector<std::string> toy_2d_names();

struct Toy2dOptions {
  std::string distribution = "checkerboard";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("distribution", distribution, "the distribution to learn", one_of(toy_2d_names()));
  }
};

/// One sample. @throws InputError for a name that is not in the table.
std::array<double, 2> draw_toy_2d(const std::string& distribution, Draws& draws);

/// Observations (N, 0), actions (N, 2), states (N, 0).
class Toy2d final : public VectorEnv {
 public:
  static EnvSpec describe(const Toy2dOptions& options);
  Toy2d(const Toy2dOptions& options, int copies);

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(empty_.rows()); }
  void reset(std::span<const int> rows, std::span<const std::uint64_t>, const RandomStream&) override;
  void step(const Matrix& actions, StepResult& result) override;
  const Matrix& observations() const override { return empty_; }
  const Matrix& goals() const override { return empty_; }
  void set_goals(std::span<const int> rows, const Matrix& goals) override;
  Matrix states() const override { return Matrix(copies(), 0); }
  void set_states(std::span<const int> rows, const Matrix&) override;
  std::vector<Landmark> landmarks() const override { return {{"plane", {}}}; }
  std::map<std::string, double> metrics(std::span<const Episode> episodes) const override;

 private:
  void begin(std::span<const int> rows);

  Toy2dOptions options_;
  EnvSpec spec_;
  std::vector<std::uint8_t> ended_;
  Matrix empty_;
};

}  // namespace fm
