#include "libfm/evaluation/evaluation_file.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/task/experts.hpp"

#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/env/early_ending_env.hpp"
#include "tests/evaluation/scripted_model.hpp"
#include "tests/policy/small_model.hpp"

#include <cstdlib>
#include <fstream>

namespace {

/// A policy beside doing nothing, in the pendulum.
struct Written {
  fm::EvaluationFileInput input;
  fm::Evaluation evaluation;

  Written() {
    const fm::EnvOptions env{.pendulum = {.horizon = 15}};
    input = {.expert = "zero",
             .env_factory = fm::make_env(env),
             .make_expert = fm::make_expert({.name = "zero"}, env, "", 0),
             .model = fm::test::small_model(at::kFloat)};
    evaluation = fm::evaluate(*input.model, fm::test::libtorch_engine(input.model),
                              {.env = "pendulum",
                               .env_factory = input.env_factory,
                               .make_expert = input.make_expert,
                               .episodes = 4,
                               .seed = 1});
  }
};

bool h5py_agrees(const TemporaryFolder& folder, const std::filesystem::path& file, const std::string& program) {
  std::ofstream(folder / "check.py") << "import h5py, numpy as np, sys\nfile = h5py.File(sys.argv[1])\n" << program;
  const std::string command = "/usr/bin/python3 " + (folder / "check.py").string() + " " + file.string();
  return std::system(command.c_str()) == 0;
}

}  // namespace

CATCH_TEST_CASE("an evaluation's file holds its episodes and says what they are of", "[evaluation_file]") {
  const TemporaryFolder folder;
  const Written written;
  const fm::Evaluation& e = written.evaluation;
  fm::write_evaluation_file(folder / "evaluation.h5", written.input, e);
  const fm::Hdf5Reader file(folder / "evaluation.h5");
  CATCH_CHECK(file.whole_number("/", "format_version") == 1);
  CATCH_CHECK(file.text("/", "env") == "pendulum");
  CATCH_CHECK(file.text("/", "expert") == "zero");
  CATCH_CHECK(file.text("/", "policy") == "flow");
  CATCH_CHECK(file.whole_number("/", "steps") == 4);
  CATCH_CHECK(file.whole_number("/", "horizon") == 15);
  CATCH_CHECK(file.number("/", "time_step") == written.input.spec().time_step);
  std::string names;
  for (const fm::Dimension& d : written.input.spec().observations) names += (names.empty() ? "" : "\n") + d.name;
  CATCH_CHECK(file.text("/", "observation_names") == names);
  CATCH_CHECK(file.text("/", "action_low") == "-2");
  CATCH_CHECK(file.numbers("/policy/returns") == fm::returns_of(e.policy_episodes));
  CATCH_CHECK(file.numbers("/expert/returns") == fm::returns_of(e.expert_episodes));
  const fm::Matrix rewards = file.matrix("/policy/rewards");
  CATCH_REQUIRE(rewards.rows() == 4);
  CATCH_REQUIRE(rewards.cols() == 15);
  for (Eigen::Index i = 0; i < 4; ++i) {
    for (Eigen::Index t = 0; t < 15; ++t) CATCH_CHECK(rewards(i, t) == e.policy_episodes[i].rewards[t]);
  }
}

CATCH_TEST_CASE("writing an evaluation twice gives the same bytes, and another seed other pictures",
                "[evaluation_file]") {
  const TemporaryFolder folder;
  const Written written;
  fm::write_evaluation_file(folder / "a.h5", written.input, written.evaluation);
  fm::write_evaluation_file(folder / "b.h5", written.input, written.evaluation);
  fm::Evaluation other = written.evaluation;
  other.seed = 2;
  fm::write_evaluation_file(folder / "c.h5", written.input, other);
  const auto bytes_of = [&](const char* name) { return fm::read_file(folder / name, 1 << 26); };
  CATCH_CHECK(bytes_of("a.h5") == bytes_of("b.h5"));
  CATCH_CHECK(bytes_of("a.h5") != bytes_of("c.h5"));
}

CATCH_TEST_CASE("pictures of a flow lead from noise to actions, at every landmark", "[evaluation_file]") {
  const TemporaryFolder folder;
  const Written written;
  fm::write_evaluation_file(folder / "evaluation.h5", written.input, written.evaluation);
  CATCH_CHECK(h5py_agrees(folder, folder / "evaluation.h5", R"(
assert [file[f"flow_field/{i}"].attrs["label"].decode() for i in range(3)] == ["hanging", "halfway", "upright"]
assert list(file["denoising"]) == ["0", "1", "2"]
assert np.allclose(file["flow_field/1/observation"][:].ravel(), [0, 1, 0], atol=1e-6)
for i in range(3):
    field, paths = file[f"flow_field/{i}"], file[f"denoising/{i}"]
    assert field["velocity"].shape == (41, 61) and np.isfinite(field["velocity"][:]).all()
    assert field["trajectories"].shape == (1000, 5) and paths["trajectories"].shape == (1000, 5, 1)
    assert np.array_equal(field["trajectories"][:], paths["trajectories"][:, :, 0])
    assert np.allclose(field["trajectory_times"][:], np.linspace(0, 1, 5))
    assert field["expert_action"][:] == 0
    begin = field["trajectories"][:, 0] / 2  # noise in the action's units, of scale 2
    assert abs(begin.mean()) < 5 / 1000 ** 0.5 and abs(begin.var() - 1) < 5 * (2 / 1000) ** 0.5
    # One Euler step is the velocity at its beginning.
    times, actions = field["times"][:], field["actions"][:]
    inside = (field["trajectories"][:, 0] > actions[0]) & (field["trajectories"][:, 0] < actions[-1])
    steps = (field["trajectories"][:, 1] - field["trajectories"][:, 0]) / (times[-1] - times[0]) * 4
    at_begin = np.interp(field["trajectories"][:, 0], actions, field["velocity"][0])
    assert inside.any() and np.abs(steps - at_begin)[inside].max() < 0.01, np.abs(steps - at_begin).max()
)"));
}

CATCH_TEST_CASE("the explorer has the flow in a grid of states", "[evaluation_file]") {
  const TemporaryFolder folder;
  const Written written;
  fm::write_evaluation_file(folder / "evaluation.h5", written.input, written.evaluation);
  CATCH_CHECK(h5py_agrees(folder, folder / "evaluation.h5", R"(
e = file["explorer"]
assert e.attrs["axis_names"].decode() == "theta\nomega" and e.attrs["axis_units"].decode() == "rad\nrad/s"
assert e["velocity"].shape == (25, 13, 11, 21) and e["samples"].shape == (25, 13, 16, 5)
assert e["expert"].shape == (25, 13) and (e["expert"][:] == 0).all()
times, actions = e["times"][:], e["actions"][:]
assert actions[0] <= e["samples"][:].min() and actions[-1] >= e["samples"][:].max()
for i, j in ((0, 6), (12, 3), (24, 12)):  # one Euler step is the velocity at its beginning
    begin, after = e["samples"][i, j, :, 0], e["samples"][i, j, :, 1]
    at_begin = np.interp(begin, actions, e["velocity"][i, j, 0])
    assert np.abs((after - begin) * 4 - at_begin).max() < 0.05
# Hanging at rest is a point of the grid and a landmark.
assert np.isclose(e["axis_0"][0], -np.pi) and np.isclose(e["axis_1"][6], 0)
landmark = file["flow_field/0"]
same = [np.interp(actions, landmark["actions"][:], row) for row in landmark["velocity"][::4]]
inside = (actions > landmark["actions"][0]) & (actions < landmark["actions"][-1])
assert np.abs(np.array(same) - e["velocity"][0, 6])[:, inside].max() < 0.02
)"));
}

CATCH_TEST_CASE("behind an episode's end there is NaN, and without a model there is the expert alone",
                "[evaluation_file]") {
  const TemporaryFolder folder;
  const fm::EnvFactory env = fm::test::EarlyEndingEnv::factory();
  fm::Evaluation evaluation{.env = "early_ending", .episodes = 5};
  const auto expert = [&] { return std::make_unique<fm::RandomPolicy>(env.spec.actions, 0); };
  evaluation.expert_episodes = fm::rollout(env, expert, {.episodes = 5});
  fm::write_evaluation_file(folder / "demo.h5",
                            {.expert = "random", .env_factory = env, .make_expert = expert, .model = nullptr},
                            evaluation);
  std::string lengths;
  for (const fm::Episode& e : evaluation.expert_episodes) lengths += std::to_string(e.steps()) + ", ";
  CATCH_CHECK(h5py_agrees(folder, folder / "demo.h5", "lengths = [" + lengths + R"(]
assert len(set(lengths)) > 1
assert "policy" not in file and "flow_field" not in file and "policy" not in file.attrs
assert file["expert/goals"].shape == (5, max(lengths) + 1, 1)
for name, more in (("actions", 0), ("observations", 1), ("states", 1), ("rewards", 0)):
    for values, length in zip(file["expert/" + name][:], lengths):
        assert np.isfinite(values[:length + more]).all() and np.isnan(values[length + more:]).all(), name
for total, rewards in zip(file["expert/returns"][:], file["expert/rewards"][:]):
    assert abs(total - np.nansum(rewards)) < 1e-9
)"));
}
