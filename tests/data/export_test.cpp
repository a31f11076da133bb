// Datasets in other people's layouts: read back by our own readers, and by h5py as their documentation says.

#include "libfm/core/error.hpp"
#include "libfm/data/minari_writer.hpp"
#include "libfm/data/recording.hpp"
#include "libfm/data/robomimic_writer.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/full_disk.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

#include <cstdlib>
#include <fstream>
#include <limits>

namespace {

constexpr double no_bound = std::numeric_limits<double>::infinity();

fm::EnvSpec sample_spec() {
  return {.name = "none",
          .observations = {{"x", "m", -1, 2000}, {"y", "m", -no_bound, no_bound}, {"v", "m/s", 0, no_bound}},
          .actions = {{"torque", "N m", 0, 2000.25}},
          .goals = {{"target", "", -1, 1}, {"rate", "1/s", -no_bound, no_bound}},
          .states = {}};
}

/// Two episodes with goals, without what other formats have no place for.
fm::Dataset exported() {
  fm::Dataset dataset = sample_dataset(3);
  dataset.info = {.env_spec = fm::spec_to_json(sample_spec())};
  change_episodes(dataset, [&](fm::Episode& e) {
    e.states.resize(e.observations.rows(), 0);
    e.goals = numbered(e.observations.rows(), 2, 7);
    e.success = false;
  });
  change_episode(dataset, 1, [](fm::Episode& e) {
    e.terminated.back() = 1;
    e.truncated.back() = 0;
  });
  change_episode(dataset, 2, [](fm::Episode& e) { e.actions(0, 0) = 100.1; });  // needs float64
  return dataset;
}

void check_same(const fm::Dataset& read, const fm::Dataset& written) {
  const fm::EnvSpec spec = fm::spec_from_json(read.info.env_spec, "file"), wanted = sample_spec();
  CATCH_CHECK(spec.observations == wanted.observations);
  CATCH_CHECK(spec.actions == wanted.actions);
  CATCH_CHECK(spec.goals == wanted.goals);
  CATCH_REQUIRE(read.episodes.size() == written.episodes.size());
  for (std::size_t i = 0; i < read.episodes.size(); ++i) CATCH_CHECK(same(*read.episodes[i], *written.episodes[i]));
}

/// Runs a Python program with the path as its argument.
bool agrees_in_python(const TemporaryFolder& folder, const std::string& program, const std::filesystem::path& path) {
  std::ofstream(folder / "program.py") << program;
  return std::system(("/usr/bin/python3 " + (folder / "program.py").string() + " " + path.string()).c_str()) == 0;
}

}  // namespace

CATCH_TEST_CASE("a dataset of Minari that we write is read back", "[export]") {
  const TemporaryFolder folder;
  const fm::Dataset dataset = exported();
  fm::write_minari(folder / "minari", dataset, sample_spec());
  check_same(fm::read_recording(folder / "minari"), dataset);
  CATCH_CHECK(agrees_in_python(folder, R"(
import h5py, json, numpy as np, sys
metadata = json.load(open(sys.argv[1] + "/data/metadata.json"))
assert metadata["total_episodes"] == 3 and metadata["total_steps"] == 15 and metadata["data_format"] == "hdf5"
space = json.loads(metadata["observation_space"])
assert space["type"] == "Dict" and list(space["subspaces"]) == ["desired_goal", "observation"]
assert space["subspaces"]["observation"]["low"] == [-1.0, -np.inf, 0.0]
assert json.loads(metadata["action_space"]) == {"type": "Box", "dtype": "float64", "shape": [1], "low": [0.0], "high": [2000.25]}
with h5py.File(sys.argv[1] + "/data/main_data.hdf5") as file:
    assert set(file) == {"episode_0", "episode_1", "episode_2"}
    one = file["episode_1"]
    assert one.attrs["id"] == 1 and one.attrs["total_steps"] == 5
    assert one["observations/observation"].shape == (6, 3) and one["actions"].dtype == np.float64
    assert one["terminations"].dtype == bool and one["terminations"][:].tolist() == [False] * 4 + [True]
    assert not one["truncations"][:].any() and one["rewards"].shape == (5,)
)",
                               folder / "minari"));
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::write_minari(folder / "minari", dataset, sample_spec()); }),
                       "nothing is overwritten"));
}

CATCH_TEST_CASE("what Minari's layout requires is not made up", "[export]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const fm::Dataset& dataset) {
    const std::string text =
        error_of<fm::InputError>([&] { fm::write_minari(folder / "minari", dataset, sample_spec()); });
    CATCH_CHECK_FALSE(std::filesystem::exists(folder / "minari"));
    return text;
  };
  fm::Dataset dataset = exported();
  change_episode(dataset, 1, [](fm::Episode& e) { e.rewards.clear(); });
  CATCH_CHECK(contains(refusal(dataset), "episode 1 has no rewards"));
  dataset = exported();
  change_episode(dataset, 2, [](fm::Episode& e) { e.observations.conservativeResize(e.steps(), Eigen::NoChange); });
  CATCH_CHECK(contains(refusal(dataset), "episode 2 has no observation after its last action"));
}

CATCH_TEST_CASE("a full disk leaves nothing of an export", "[export]") {
  const TemporaryFolder folder;
  {
    const FullDisk disk(512);
    CATCH_CHECK(
        contains(error_of<fm::MachineError>([&] { fm::write_minari(folder / "minari", exported(), sample_spec()); }),
                 "main_data.hdf5: cannot be written"));
    CATCH_CHECK(contains(
        error_of<fm::MachineError>([&] { fm::write_robomimic(folder / "data.hdf5", exported(), sample_spec()); }),
        "data.hdf5: cannot be written"));
  }
  CATCH_CHECK(std::filesystem::is_empty(folder.path()));
  std::filesystem::create_directory(folder / "minari.tmp");
  CATCH_CHECK(
      contains(error_of<fm::InputError>([&] { fm::write_minari(folder / "minari/", exported(), sample_spec()); }),
               "minari.tmp: is left of a conversion that was interrupted; remove it"));
}

CATCH_TEST_CASE("a file of robomimic that we write is read back, also by its documented layout", "[export]") {
  const TemporaryFolder folder;
  fm::Dataset dataset = exported();
  dataset.sides = {fm::Side::training, fm::Side::held_out, fm::Side::training};
  fm::write_robomimic(folder / "data.hdf5", dataset, sample_spec());
  const fm::Dataset read = fm::read_recording(folder / "data.hdf5");
  check_same(read, dataset);
  CATCH_CHECK(read.sides == dataset.sides);
  CATCH_CHECK(agrees_in_python(folder, R"(
import h5py, json, numpy as np, sys
with h5py.File(sys.argv[1]) as file:
    demos = [name.decode("utf-8") for name in np.array(file["mask/train"][:])]
    assert demos == ["demo_0", "demo_2"] and file["mask/valid"][0] == b"demo_1"
    assert file["data"].attrs["total"] == 15
    assert set(json.loads(file["data"].attrs["env_args"])) == {"env_name", "type", "env_kwargs"}
    for name in file["data"]:
        demo = file["data"][name]
        steps = demo.attrs["num_samples"]
        assert steps.dtype == np.int64
        assert demo["actions"].shape == (steps, 1) and demo["rewards"].shape == demo["dones"].shape == (steps,)
        for key in ("observations", "goals"):
            assert demo["obs"][key].shape[0] == demo["next_obs"][key].shape[0] == steps
            assert np.array_equal(demo["obs"][key][1:], demo["next_obs"][key][:-1])
    assert np.array_equal(file["data/demo_1/obs/observations"][:].ravel(), 1000 + np.arange(15) / 8)
    assert file["data/demo_1/dones"][:].tolist() == [0, 0, 0, 0, 1]
)",
                               folder / "data.hdf5"));
  CATCH_CHECK(
      contains(error_of<fm::InputError>([&] { fm::write_robomimic(folder / "data.hdf5", dataset, sample_spec()); }),
               "nothing is overwritten"));
  change_episodes(dataset, [&](fm::Episode& e) {
    e.rewards.clear();
    e.observations.conservativeResize(e.steps(), Eigen::NoChange);
    e.goals.conservativeResize(e.steps(), Eigen::NoChange);
    e.states.resize(e.steps(), 0);
  });
  fm::write_robomimic(folder / "short.hdf5", dataset, sample_spec());
  check_same(fm::read_recording(folder / "short.hdf5"), dataset);
}
