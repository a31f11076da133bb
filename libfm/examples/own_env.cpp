// An environment of one's own, with a controller for it: a cart on a rail is pushed to its target. It ends early when it
// leaves the rail.
#include <libfm/core/error.hpp>
#include <libfm/env/rollout.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace {

/// Observation and state [position, velocity], action [force]; reward -(position^2 + 0.01 force^2).
class Cart final : public fm::VectorEnv {
 public:
  static fm::EnvSpec describe() {
    const std::vector<fm::Dimension> state = {{"position", "m", -2.0, 2.0}, {"velocity", "m/s", -5.0, 5.0}};
    return {.name = "cart",
            .observations = state,
            .actions = {{"force", "N", -1.0, 1.0}},
            .goals = {},
            .states = state,
            .time_step = 0.05,
            .horizon = 200};
  }

  explicit Cart(int copies)
      : states_(fm::Matrix::Zero(copies, 2)), steps_(copies, 0), ended_(copies, 0), observations_(copies, 2),
        goals_(copies, 0) {
    observations_.setZero();
  }

  const fm::EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(steps_.size()); }

  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes,
             const fm::RandomStream& initial) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      fm::Draws draws = initial.at(episodes[i]);
      const double position = draws.uniform(-1.0, 1.0);
      begin(rows[i], position, draws.uniform(-0.5, 0.5));
    }
  }

  void step(const fm::Matrix& actions, fm::StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      if (ended_[i]) continue;  // it keeps its final observation until it is reset
      const double force = std::clamp(static_cast<double>(actions(i, 0)), -1.0, 1.0);
      result.rewards[i] = -(states_(i, 0) * states_(i, 0) + 0.01 * force * force);
      states_(i, 1) += force * spec_.time_step;
      states_(i, 0) += states_(i, 1) * spec_.time_step;
      observations_.row(i) = states_.row(i);
      result.terminated[i] = std::abs(states_(i, 0)) > 2.0;
      result.truncated[i] = !result.terminated[i] && ++steps_[i] >= spec_.horizon;
      result.success[i] = std::abs(states_(i, 0)) < 0.05 && std::abs(states_(i, 1)) < 0.05;
      ended_[i] = result.terminated[i] || result.truncated[i];
    }
  }

  const fm::Matrix& observations() const override { return observations_; }
  const fm::Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int>, const fm::Matrix&) override { throw fm::InputError("a cart has no goals"); }
  fm::Matrix states() const override { return states_; }
  void set_states(std::span<const int> rows, const fm::Matrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) begin(rows[i], states(i, 0), states(i, 1));
  }

 private:
  void begin(int row, double position, double velocity) {
    states_.row(row) << position, velocity;
    observations_.row(row) = states_.row(row);
    steps_[row] = ended_[row] = 0;
  }

  fm::EnvSpec spec_ = describe();
  fm::Matrix states_;
  std::vector<int> steps_, ended_;  ///< by row
  fm::Matrix observations_, goals_;
};

class Controller final : public fm::Policy {
 public:
  void reset(int, std::span<const int>) override {}
  void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
    output.actions = -2.0F * input.observations.col(0) - 2.0F * input.observations.col(1);
    output.actions = output.actions.cwiseMax(-1.0F).cwiseMin(1.0F).eval();
  }
};

}  // namespace

int main() {
  const fm::EnvFactory cart{Cart::describe(), [](int copies) { return std::make_unique<Cart>(copies); }};
  const auto episodes = fm::rollout(cart, [] { return std::make_unique<Controller>(); }, {.episodes = 100});
  double successes = 0.0, total = 0.0;
  for (const fm::Episode& episode : episodes) {
    successes += episode.success;
    total += episode.total_reward();
  }
  std::printf("100 episodes: mean return %.2f, success %.0f %%\n", total / 100.0, successes);
}
