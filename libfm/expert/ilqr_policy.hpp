#pragma once
// Iterative LQR as an expert: model-predictive control over a receding horizon. A first plan is the best of several
// random action sequences, improved; later plans begin with what the last one's law does from the present state on. Between plans
// that law acts: planned actions, and gains on the deviation from the planned states.

#include "libfm/core/fields.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/expert/ilqr.hpp"

#include <cstdint>
#include <map>

namespace fm {

struct IlqrOptions {
  double horizon = 3.0;
  int plan_every = 5;
  int iterations = 5;
  int first_iterations = 50;
  int candidates = 512;
  int improved = 8;
  int knots = 8;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("horizon", horizon, "how far a plan looks ahead, s", above(0.0));
    visit("plan_every", plan_every, "steps from one plan to the next", between(1, 1000));
    visit("iterations", iterations, "iterations of a plan", between(1, 1000));
    visit("first_iterations", first_iterations, "iterations of an episode's first plan", between(1, 10000));
    visit("candidates", candidates, "random action sequences that a first plan is chosen from", between(1, 100000));
    visit("improved", improved, "how many of them, the best ones, are improved before one is chosen", between(1, 1000));
    visit("knots", knots, "pieces of a random sequence, in each of which an action is at one of its bounds",
          between(2, 1000));
  }
};

class IlqrPolicy final : public Policy {
 public:
  /// @throws InputError if the environment has no coordinates or unbounded actions
  IlqrPolicy(const IlqrOptions& options, const EnvFactory& env, std::uint64_t seed);

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  struct Plan {
    IlqrTrajectory trajectory;
    std::uint32_t planned_at = 0;  ///< step of the episode at which the trajectory begins
  };

  IlqrTrajectory first_plan(const Matrix& state, const Matrix& goal, Draws draws);
  void plan_again(Plan& plan, const Matrix& state, const Matrix& goal, std::uint32_t step);
  Matrix random_sequence(Draws& draws) const;

  IlqrOptions options_;
  Ilqr ilqr_;
  RandomStream stream_;
  int steps_;                  ///< of a plan
  std::map<int, Plan> plans_;  ///< by copy of the environment that is controlled
};

}  // namespace fm
