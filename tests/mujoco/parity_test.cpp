// The environments against Gymnasium's and dm_control's own: python_episodes.py has written their states, observations,
// rewards and ends for random actions into the folder FM_PARITY.

#include "libfm/data/episode_file.hpp"
#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>

using fm::Matrix;

namespace {

fm::EnvFactory factory_of(const std::string& name) {
  fm::EnvOptions options;
  const std::size_t dash = name.find('-');
  options.name = name.substr(0, dash);
  if (dash != std::string::npos) options.dm_humanoid.move = name.substr(dash + 1);
  return fm::make_env(options);
}

/// The largest difference, relative to the larger magnitude where that is above 1.
double largest_difference(const Matrix& ours, const Matrix& theirs) {
  return ((ours - theirs).array().abs() / theirs.array().abs().max(1.0)).maxCoeff();
}

struct Differences {
  double observation = 0.0, state = 0.0, reward = 0.0;
  int ends = 0;  ///< episodes that end in another step
};

void include(double& largest, double difference) {
  if (!(difference <= largest)) largest = difference;  // NaN too
}

/// Plays the episode's actions from its first state.
void replay(fm::VectorEnv& env, const fm::Episode& episode, Differences& found) {
  const std::vector<int> row = {0};
  env.set_states(row, episode.states.topRows(1));
  fm::StepResult result;
  for (Eigen::Index t = 0; t < episode.steps(); ++t) {
    include(found.observation, largest_difference(env.observations(), episode.observations.row(t)));
    env.step(episode.actions.row(t), result);
    const auto step = static_cast<std::size_t>(t);
    const double scale = std::max(1.0, std::abs(episode.rewards[step]));
    include(found.reward, std::abs(result.rewards[0] - episode.rewards[step]) / scale);
    include(found.state, largest_difference(env.states(), episode.states.row(t + 1)));
    found.ends += result.terminated[0] != episode.terminated[step];
  }
  include(found.observation, largest_difference(env.observations(), episode.observations.bottomRows(1)));
}

/// Takes every step from the state that Python recorded before it.
void step_from_each_state(const fm::EnvFactory& factory, const fm::Episode& episode, Differences& found) {
  const auto env = factory.make(static_cast<int>(episode.steps()));
  std::vector<int> rows;
  for (int i = 0; i < env->copies(); ++i) rows.push_back(i);
  env->set_states(rows, episode.states.topRows(episode.steps()));
  include(found.observation, largest_difference(env->observations(), episode.observations.topRows(episode.steps())));
  fm::StepResult result;
  env->step(episode.actions, result);
  const Eigen::Map<const Eigen::VectorXd> rewards(episode.rewards.data(), episode.steps());
  include(found.reward, largest_difference(result.rewards, rewards));
  include(found.observation, largest_difference(env->observations(), episode.observations.bottomRows(episode.steps())));
  found.ends += result.terminated != episode.terminated;
}

}  // namespace

CATCH_TEST_CASE("every step equals Gymnasium's and dm_control's", "[.parity]") {
  const char* folder = std::getenv("FM_PARITY");
  CATCH_REQUIRE(folder != nullptr);
  int compared = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().stem().string();
    const fm::EnvFactory factory = factory_of(name);
    const auto env = factory.make(1);
    const fm::Dataset dataset = fm::read_dataset(file.path());
    CATCH_REQUIRE(dataset.episodes.size() == 20);
    Differences replayed, single;
    std::int64_t steps = 0;
    for (const fm::Episode& episode : dataset.episodes) {
      replay(*env, episode, replayed);
      step_from_each_state(factory, episode, single);
      steps += episode.steps();
    }
    CATCH_INFO(name << ": " << steps << " steps; replayed: observations " << replayed.observation << ", states "
                    << replayed.state << ", rewards " << replayed.reward << "; from each state: observations "
                    << single.observation << ", rewards " << single.reward);
    for (const Differences& found : {replayed, single}) {
      CATCH_CHECK(found.observation < 1e-10);
      CATCH_CHECK(found.state < 1e-10);
      CATCH_CHECK(found.reward < 1e-10);
      CATCH_CHECK(found.ends == 0);
    }
    std::printf("%-20s %6lld steps, largest differences: observation %.1e, state %.1e, reward %.1e\n", name.c_str(),
                static_cast<long long>(steps), replayed.observation, replayed.state, replayed.reward);
    ++compared;
  }
  CATCH_CHECK(compared == 10);
}
