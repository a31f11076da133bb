// A task of one's own with everything that `fm` has: a pole is balanced on a cart, by linear gains that a policy imitates.
//
//   own_task run cart_pole.yaml        with  env: {name: cart_pole, cart_pole: {length: 0.7}}
//                                            expert: {name: gains}
#include <libfm/core/error.hpp>
#include <libfm/launcher/launch.hpp>
#include <libfm/task/experts.hpp>

#include <algorithm>
#include <cmath>

struct CartPoleOptions {
  double length = 0.5;
  int horizon = 250;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("length", length, "length of the massless pole, m", fm::above(0.0));
    visit("horizon", horizon, "steps of 0.02 s in an episode", fm::between(1, 100000));
  }
};

/// Observation and state [x, v, theta, omega], theta = 0 upright; action [force], N; reward 1 - theta^2 - 0.1 x^2.
class CartPole final : public fm::VectorEnv {
 public:
  static fm::EnvFactory factory(const CartPoleOptions& o) {
    return {describe(o), [o](int copies) { return std::make_unique<CartPole>(o, copies); }};
  }
  static fm::EnvSpec describe(const CartPoleOptions& o) {
    const std::vector<fm::Dimension> state = {
        {"x", "m", -3, 3}, {"v", "m/s", -20, 20}, {"theta", "rad", -2, 2}, {"omega", "rad/s", -50, 50}};
    return {.name = "cart_pole",
            .observations = state,
            .actions = {{"force", "N", -10, 10}},
            .goals = {},
            .states = state,
            .time_step = 0.02,
            .horizon = o.horizon};
  }

  CartPole(const CartPoleOptions& options, int copies)
      : options_(options), states_(fm::Matrix::Zero(copies, 4)), goals_(copies, 0), steps_(copies, 0),
        ended_(copies, true) {}

  const fm::EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(steps_.size()); }
  const fm::Matrix& observations() const override { return states_; }
  const fm::Matrix& goals() const override { return goals_; }
  fm::Matrix states() const override { return states_; }
  void set_goals(std::span<const int>, const fm::Matrix&) override { throw fm::InputError("a cart-pole has no goals"); }

  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes,
             const fm::RandomStream& initial) override {
    fm::Matrix states(rows.size(), 4);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      fm::Draws draws = initial.at(episodes[i]);
      for (int j = 0; j < 4; ++j) states(i, j) = draws.uniform(-0.2, 0.2);
    }
    set_states(rows, states);
  }

  void set_states(std::span<const int> rows, const fm::Matrix& states) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      states_.row(rows[i]) = states.row(i);
      steps_[rows[i]] = 0;
      ended_[rows[i]] = false;
    }
  }

  void step(const fm::Matrix& actions, fm::StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      if (ended_[i]) continue;  // it keeps its final state until it is reset
      move(states_.row(i), std::clamp(actions(i, 0), -10.0, 10.0));
      const double x = states_(i, 0), theta = states_(i, 2);
      result.rewards[i] = 1.0 - theta * theta - 0.1 * x * x;
      result.terminated[i] = std::abs(x) > 3.0 || std::abs(theta) > 1.0;
      result.truncated[i] = !result.terminated[i] && ++steps_[i] >= options_.horizon;
      result.success[i] = std::abs(x) < 0.1 && std::abs(theta) < 0.05;
      ended_[i] = result.terminated[i] || result.truncated[i];
    }
  }

 private:
  /// Cart of 1 kg, point mass of 0.1 kg.
  void move(Eigen::Ref<Eigen::RowVectorXd> s, double force) const {
    constexpr double cart = 1.0, mass = 0.1, gravity = 9.81;
    const double sine = std::sin(s[2]), cosine = std::cos(s[2]), divisor = cart + mass * sine * sine;
    const double pull = force + mass * sine * options_.length * s[3] * s[3];
    s[1] += 0.02 * (pull - mass * gravity * sine * cosine) / divisor;
    s[3] += 0.02 * ((cart + mass) * gravity * sine - cosine * pull) / (options_.length * divisor);
    s[0] += 0.02 * s[1];
    s[2] += 0.02 * s[3];
  }

  CartPoleOptions options_;
  fm::EnvSpec spec_ = describe(options_);
  fm::Matrix states_, goals_;
  std::vector<int> steps_;
  std::vector<bool> ended_;
};

struct GainsOptions {
  std::vector<double> gains = {8.5, 8.9, 53.2, 11.4};  // LQR, Q = diag(1, 0.1, 1, 0.1), R = 0.01

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("gains", gains, "force for each m, m/s, rad and rad/s", fm::list_of(4, 4, {}));
  }
};

class Gains final : public fm::Policy {
 public:
  explicit Gains(const GainsOptions& options) : gains_(Eigen::Map<const Eigen::Vector4d>(options.gains.data())) {}
  void reset(int, std::span<const int>) override {}
  void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
    output.actions = (input.observations * gains_).cwiseMax(-10.0).cwiseMin(10.0);
  }

 private:
  Eigen::Vector4d gains_;
};

int main(int argc, char** argv) {
  fm::Registry registry;
  fm::add_environment<CartPoleOptions>(registry, "cart_pole", CartPole::factory);
  fm::add_expert<GainsOptions>(registry, "gains", "cart_pole", [](const GainsOptions& o, const fm::EnvFactory&, auto) {
    return fm::PolicyFactory([o] { return std::make_unique<Gains>(o); });
  });
  return fm::launch(argc, argv, std::move(registry));
}
