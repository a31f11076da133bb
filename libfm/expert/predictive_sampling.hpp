#pragma once
// A planner for any environment whose states can be set (Howell et al. 2022, "Predictive sampling: real-time behaviour
// synthesis with MuJoCo", algorithm 1). At each plan, action sequences are drawn around the last one, simulated from the
// current state, and the best is kept:
//
//   knots_i = knots + noise_i * N(0, 1) * (high - low) / 2,  knots_0 = knots;  knots <- knots_argmax(R_i)
//
// noise_i is spread evenly in logarithm from `finest` to `noise`: large changes find another way, small ones balance.
// R_i is the sum of the rewards until the horizon or a terminal state. With a temperature the knots are averaged instead,
// with weights exp((R_i - max R) / (temperature * sd R)) (Williams et al. 2017, "Information theoretic MPC", eq. 34, with
// the temperature in standard deviations of the returns). Between plans the sequence is shifted in time.

#include "libfm/core/fields.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/expert/spline.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace fm {

struct PredictiveSamplingOptions {
  int samples = 64;
  double horizon = 1.0;
  int knots = 6;
  std::string interpolation = "cubic";
  double noise = 0.5;
  double finest = 0.01;
  double temperature = 0.0;
  int plan_every = 1;
  int iterations = 1;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("samples", samples, "action sequences that are simulated for a plan", between(1, 100000));
    visit("horizon", horizon, "how far a plan looks ahead, s", above(0.0));
    visit("knots", knots, "knots of the spline that an action sequence is", between(2, 1000));
    visit("interpolation", interpolation, "the actions between knots", one_of(spline_names()));
    visit("noise", noise, "largest standard deviation of the noise on knots, in halves of the actions' range",
          above(0.0));
    visit("finest", finest, "smallest standard deviation of that noise", above(0.0));
    visit("temperature", temperature,
          "0: the best sequence; else sequences are averaged, weighted by their returns (MPPI)", at_least(0.0));
    visit("plan_every", plan_every, "steps from one plan to the next", between(1, 1000));
    visit("iterations", iterations, "times that a plan is improved", between(1, 1000));
  }
};

class PredictiveSampling final : public Policy {
 public:
  /// @throws InputError if states of the environment cannot be set or its actions have no bounds
  PredictiveSampling(const PredictiveSamplingOptions& options, EnvFactory env, std::uint64_t seed);

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  struct Plan {
    Matrix knots;                  ///< (K, A)
    double begin = 0.0;            ///< time on the knots at which the plan begins
    std::uint32_t planned_at = 0;  ///< step of the episode at which it begins
  };

  void improve(Plan& plan, const PolicyInput& input, Eigen::Index row, Draws& draws);
  void shift(Plan& plan, std::uint32_t step) const;
  /// The return of each of several knots, of a plan that begins at this time on them.
  Eigen::VectorXd simulate(const std::vector<Matrix>& candidates, double begin, const PolicyInput& input,
                           Eigen::Index row);
  Eigen::RowVectorXd action(const Matrix& knots, double begin, std::uint32_t step) const;
  Matrix choose(const std::vector<Matrix>& candidates, const Eigen::VectorXd& returns) const;
  Matrix clipped(Matrix knots) const;
  double knots_per_step() const;

  PredictiveSamplingOptions options_;
  EnvFactory factory_;
  RandomStream stream_;
  int steps_;                       ///< of a plan
  std::unique_ptr<VectorEnv> env_;  ///< one copy for each sample; made when first needed
  std::map<int, Plan> plans_;       ///< by copy of the environment that is controlled
};

}  // namespace fm
