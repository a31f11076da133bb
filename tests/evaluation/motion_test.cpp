#include "libfm/evaluation/motion.hpp"

#include "libfm/data/hdf5_reader.hpp"

#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/env/early_ending_env.hpp"

namespace {

/// A ball where the state's position is, at 100 states a second: every second one is shown.
class BallEnv final : public fm::test::EarlyEndingEnv {
 public:
  using EarlyEndingEnv::EarlyEndingEnv;

  static fm::EnvFactory factory() {
    return {.spec = describe_ball(), .make = [](int copies) { return std::make_unique<BallEnv>(copies); }};
  }

  static fm::EnvSpec describe_ball() {
    fm::EnvSpec spec = describe();
    spec.time_step = 0.01;
    return spec;
  }

  const fm::EnvSpec& spec() const override { return ball_spec_; }

  std::vector<fm::Shape> shapes() const override {
    return {{.kind = fm::Shape::Kind::sphere, .size = {0.5, 0, 0}, .colour = {1, 0, 0}}};
  }

  std::vector<fm::Pose> poses(int row) const override {
    return {{.position = {states()(row, 0), 0, 0.5}, .orientation = {1, 0, 0, 0}}};
  }

 private:
  fm::EnvSpec ball_spec_ = describe_ball();
};

/// Positions from `begin` on and goals `goal` apart, one unit a step, each step rewarded with `reward`.
fm::Episode episode(int steps, double begin, double goal, double reward) {
  fm::Episode e;
  e.states = e.goals = fm::Matrix::Zero(steps + 1, 1);
  e.states.resize(steps + 1, 2);
  for (int t = 0; t <= steps; ++t) {
    e.states.row(t) << begin + t, 1000.0;
    e.goals(t, 0) = goal + t;
  }
  e.actions = fm::Matrix::Zero(steps, 1);
  e.rewards.assign(static_cast<std::size_t>(steps), reward);
  return e;
}

fm::Hdf5Reader written(const TemporaryFolder& folder, const fm::Evaluation& evaluation) {
  fm::Hdf5Writer out;
  fm::write_motion(out, BallEnv::factory(), evaluation);
  out.save(folder / "motion.h5");
  return fm::Hdf5Reader(folder / "motion.h5");
}

}  // namespace

CATCH_TEST_CASE("the motion is of the expert's worst episode, with the goals of the longer one of expert and policy",
                "[motion]") {
  const TemporaryFolder folder;
  fm::Evaluation evaluation;
  evaluation.expert_episodes = {episode(4, 0.0, 0.0, 1.0), episode(4, 100.0, 50.0, -1.0)};
  evaluation.policy_episodes = {episode(8, 200.0, 60.0, -9.0), episode(6, 300.0, 70.0, 1.0)};
  const fm::Hdf5Reader file = written(folder, evaluation);
  CATCH_CHECK(file.text("/motion", "kinds") == "sphere");
  CATCH_CHECK(file.whole_number("/motion", "episode") == 1);
  CATCH_CHECK(file.number("/motion", "frame_time") == 0.02);
  CATCH_CHECK(file.matrix("/motion/sizes") == fm::Matrix{{0.5, 0, 0}});
  CATCH_CHECK(file.shape("/motion/policy") == std::vector<std::uint64_t>{4, 1, 7});
  CATCH_CHECK(file.columns("/motion/expert") ==
              fm::Matrix{{100, 0, 0.5, 1, 0, 0, 0}, {102, 0, 0.5, 1, 0, 0, 0}, {104, 0, 0.5, 1, 0, 0, 0}});
  CATCH_CHECK(file.matrix("/motion/goals") == fm::Matrix{{70.0}, {72.0}, {74.0}, {76.0}});
}

CATCH_TEST_CASE("without an expert the motion is of the policy's worst episode", "[motion]") {
  const TemporaryFolder folder;
  fm::Evaluation evaluation;
  evaluation.policy_episodes = {episode(2, 0.0, 5.0, -1.0), episode(3, 0.0, 6.0, 0.0)};
  const fm::Hdf5Reader file = written(folder, evaluation);
  CATCH_CHECK(file.whole_number("/motion", "episode") == 0);
  CATCH_CHECK(!file.has("/motion/expert"));
  CATCH_CHECK(file.matrix("/motion/goals") == fm::Matrix{{5.0}, {7.0}});
}

CATCH_TEST_CASE("an environment without shapes has no motion", "[motion]") {
  const TemporaryFolder folder;
  fm::Evaluation evaluation;
  evaluation.policy_episodes = {episode(2, 0.0, 5.0, -1.0)};
  fm::Hdf5Writer out;
  fm::write_motion(out, fm::test::EarlyEndingEnv::factory(), evaluation);
  out.save(folder / "none.h5");
  CATCH_CHECK(!fm::Hdf5Reader(folder / "none.h5").has("/motion"));
}
