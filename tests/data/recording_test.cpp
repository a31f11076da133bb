// Recordings in other people's formats, as Python's packages write them.

#include "libfm/data/recording.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"

#include <fmt/ranges.h>

#include <cstdlib>
#include <fstream>
#include <limits>

namespace {

constexpr const char* beginning = R"(
import h5py, io, json, numpy as np, os, sys, zipfile
folder = sys.argv[1]
T = (3, 2)  # the steps of two episodes
def numbers(rows, columns, first):  # distinct, exact in float32
    return first + np.arange(rows * columns).reshape(rows, columns) / 8
)";

/// Runs a Python program that writes files into sys.argv[1].
void write_by_python(const TemporaryFolder& folder, const std::string& program) {
  std::ofstream(folder / "program.py") << beginning << program;
  const std::string command = "/usr/bin/python3 " + (folder / "program.py").string() + " " + folder.path().string();
  CATCH_REQUIRE(std::system(command.c_str()) == 0);
}

/// The numbers of the Python function of this name.
fm::Matrix counted(Eigen::Index rows, Eigen::Index columns, double first) {
  return fm::Matrix::NullaryExpr(
      rows, columns, [=](Eigen::Index i, Eigen::Index j) { return first + static_cast<double>(i * columns + j) / 8; });
}

std::string refusal_of(const std::filesystem::path& file, const fm::ColumnChoice& choice = {}) {
  return error_of<fm::InputError>([&] { fm::read_recording(file, choice); });
}

std::vector<std::string> observation_names(const fm::Dataset& recorded) {
  return fm::names_of(fm::spec_from_json(recorded.info.env_spec, "file").observations);
}

constexpr const char* minari_dict = R"(
box = lambda n, low, high: {"type": "Box", "dtype": "float32", "shape": [n], "low": [low] * n, "high": [high] * n}
space = {"type": "Dict", "subspaces": {"achieved_goal": box(1, -1.0, 1.0), "desired_goal": box(1, -2.0, 2.0),
         "observation": {"type": "Tuple", "subspaces": [box(2, -float("inf"), float("inf")), box(1, 0.0, 5.0)]}}}
os.makedirs(folder + "/reach/data")
json.dump({"total_episodes": 2, "total_steps": 5, "data_format": "hdf5", "observation_space": json.dumps(space),
           "action_space": json.dumps(box(1, -0.5, 0.5)),
           "env_spec": json.dumps({"id": "test/Reach-v0", "kwargs": {"render_mode": None, "size": 3}})},
          open(folder + "/reach/data/metadata.json", "w"))
with h5py.File(folder + "/reach/data/main_data.hdf5", "w") as file:
    for n, steps in enumerate(T):
        episode = file.create_group(f"episode_{n}")
        episode["observations/achieved_goal"] = numbers(steps + 1, 1, 10 * n).astype("f4")
        episode["observations/desired_goal"] = numbers(steps + 1, 1, 10 * n + 1).astype("f4")
        episode["observations/observation/_index_0"] = numbers(steps + 1, 2, 10 * n + 2).astype("f4")
        episode["observations/observation/_index_1"] = numbers(steps + 1, 1, 10 * n + 3).astype("f4")
        episode["actions"] = np.full((steps, 1), 0.25, "f4")
        episode["rewards"] = np.arange(steps, dtype="f8")
        episode["terminations"] = np.arange(steps) == (steps - 1 if n == 0 else steps)
        episode["truncations"] = np.arange(steps) == (steps - 1 if n == 1 else steps)
        episode["infos/success"] = np.zeros(steps, bool)
)";

constexpr const char* robomimic = R"(
with h5py.File(folder + "/lift.hdf5", "w") as file:
    data = file.create_group("data")
    data.attrs["env_args"] = json.dumps({"env_name": "Lift", "type": 1, "env_kwargs": {"control_freq": 20}})
    for n, steps in enumerate((3, 2, 2, 2)):
        demo = data.create_group(f"demo_{n}")
        demo.attrs["num_samples"] = steps
        eef, obj = numbers(steps + 1, 3, 10 * n), numbers(steps + 1, 2, 10 * n + 5)
        for group, rows in (("obs", slice(0, -1)), ("next_obs", slice(1, None))):
            demo[f"{group}/robot0_eef_pos"], demo[f"{group}/object"] = eef[rows], obj[rows]
            demo[f"{group}/agentview_image"] = np.zeros((steps, 84, 84, 3), "u1")
        demo["actions"], demo["rewards"] = numbers(steps, 2, 100 + 10 * n), np.arange(steps) * 0.5
        demo["dones"] = (np.arange(steps) == steps - 1).astype("i8")
        demo["states"] = numbers(steps, 4, 50)
    file["mask/train"] = np.array([b"demo_0", b"demo_2"])
    file.create_dataset("mask/valid", data=["demo_1"], dtype=h5py.string_dtype())
)";

constexpr const char* flat = R"(
M, E = sum(T), len(T)
arrays = dict(observations=numbers(M, 2, 0), actions=numbers(M, 1, 100).astype("f4"), episode_ends=np.cumsum(T))
)";

}  // namespace

CATCH_TEST_CASE("Minari's nested spaces are read with the names of env.gymnasium, and the desired goal is the goal",
                "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, minari_dict);
  const fm::Dataset recorded = fm::read_recording(folder / "reach");
  CATCH_REQUIRE(recorded.episodes.size() == 2);
  const fm::Episode e = *recorded.episodes[1];
  CATCH_CHECK(e.observations.col(0) == counted(3, 1, 10));
  CATCH_CHECK(e.observations.middleCols(1, 2) == counted(3, 2, 12));
  CATCH_CHECK(e.observations.col(3) == counted(3, 1, 13));
  CATCH_CHECK(e.goals == counted(3, 1, 11));
  CATCH_CHECK(e.actions == fm::Matrix::Constant(2, 1, 0.25));
  CATCH_CHECK(e.rewards == std::vector<double>{0, 1});
  CATCH_CHECK(e.truncated == std::vector<std::uint8_t>{0, 1});
  CATCH_CHECK(e.terminated == std::vector<std::uint8_t>{0, 0});
  CATCH_CHECK(recorded.episodes[0]->terminated == std::vector<std::uint8_t>{0, 0, 1});
  const fm::EnvSpec spec = fm::spec_from_json(recorded.info.env_spec, "file");
  CATCH_CHECK(fm::names_of(spec.observations) ==
              std::vector<std::string>{"achieved_goal 0", "observation 0 0", "observation 0 1", "observation 1 0"});
  CATCH_CHECK(spec.goals == std::vector<fm::Dimension>{{"goal 0", "", -2.0, 2.0}});
  CATCH_CHECK(spec.actions == std::vector<fm::Dimension>{{"action 0", "", -0.5, 0.5}});
  CATCH_CHECK_FALSE(spec.observations[1].is_bounded());
  CATCH_CHECK(recorded.info.env == "gymnasium");
  CATCH_CHECK(recorded.info.env_options == R"({"gymnasium":{"id":"test/Reach-v0","arguments":{"size":3}}})");

  const fm::Dataset chosen = fm::read_recording(folder / "reach/data/main_data.hdf5",
                                                {.observations = {"observation", "goal 0"}, .actions = {"actions"}});
  CATCH_CHECK(chosen.episodes[0]->observations.cols() == 4);
  CATCH_CHECK(chosen.episodes[0]->observations.col(3) == counted(4, 1, 1));

  std::filesystem::remove(folder / "reach/data/metadata.json");
  const fm::Dataset undescribed = fm::read_recording(folder / "reach");
  CATCH_CHECK(undescribed.episodes[1]->observations == e.observations);
  CATCH_CHECK(observation_names(undescribed) == fm::names_of(spec.observations));
}

CATCH_TEST_CASE("what Minari's spaces hold beside numbers is refused only where it is used", "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, minari_dict);
  const auto with_space = [&](const std::string& space) {
    write_by_python(folder, R"(
path = folder + "/reach/data/metadata.json"
metadata = json.load(open(path))
space = json.loads(metadata["observation_space"])
space["subspaces"]["achieved_goal"] = )" +
                                space + R"(
metadata["observation_space"] = json.dumps(space)
json.dump(metadata, open(path, "w"))
)");
  };
  const fm::ColumnChoice others{.observations = {"observation"}};
  with_space(R"({"type": "Text", "max_length": 3, "min_length": 0, "charset": "ab"})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "achieved_goal: is a Text space"));
  CATCH_CHECK(fm::read_recording(folder / "reach", others).episodes.size() == 2);
  with_space(R"({"type": "Discrete", "start": 0, "n": 3})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "is a Discrete space"));
  with_space(R"({"type": "Box", "dtype": "uint8", "shape": [64, 64, 3], "low": 0, "high": 255})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "images are not supported"));
  with_space(R"({"type": "Box", "dtype": "float32", "shape": [1000000000000, 0], "low": 0, "high": 1})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "achieved_goal: has no numbers in each step"));
  CATCH_CHECK(fm::read_recording(folder / "reach", others).episodes.size() == 2);
  with_space(R"({"type": "MultiBinary", "n": [0]})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "achieved_goal: has no numbers in each step"));
  with_space(R"({"type": "Box", "dtype": "float32", "shape": [-1, 0], "low": 0, "high": 1})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "the size -1 is not a whole number"));
  with_space(R"({"type": "Box", "dtype": "float32", "shape": )" + fmt::format("{}", std::vector(33, 1)) +
             R"(, "low": 0, "high": 1})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "has 33 dimensions in each step"));
  with_space(R"({"type": "Box", "dtype": "uint8"})");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "observation_space: is not a space of Gymnasium"));
  with_space(R"({"type": "Box", "dtype": "float32", "shape": [2], "low": -1.0, "high": 1.0})");
  CATCH_CHECK(
      contains(refusal_of(folder / "reach"), "/episode_0/observations/achieved_goal: has 1 columns, expected 2"));
  std::ofstream(folder / "reach/data/metadata.json") << std::string(100, '[');
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "nested too deeply"));
  std::filesystem::remove(folder / "reach/data/main_data.hdf5");
  CATCH_CHECK(contains(refusal_of(folder / "reach"), "data_format=\"hdf5\""));
}

CATCH_TEST_CASE("robomimic's chosen keys are read with the last next_obs, and its masks are the split", "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, robomimic);
  const std::string unnamed = refusal_of(folder / "lift.hdf5");
  CATCH_CHECK(contains(unnamed, "data.observations: name the arrays"));
  CATCH_CHECK(contains(unnamed, "object (2), robot0_eef_pos (3)"));
  const fm::Dataset recorded = fm::read_recording(folder / "lift.hdf5", {.observations = {"robot0_eef_pos", "object"}});
  CATCH_REQUIRE(recorded.episodes.size() == 3);  // demo_3 is in no mask
  CATCH_CHECK(recorded.sides == std::vector{fm::Side::training, fm::Side::held_out, fm::Side::training});
  const fm::Episode e = *recorded.episodes[1];
  CATCH_CHECK(e.observations.leftCols(3) == counted(3, 3, 10));
  CATCH_CHECK(e.observations.rightCols(2) == counted(3, 2, 15));
  CATCH_CHECK(e.actions == counted(2, 2, 110));
  CATCH_CHECK(e.rewards == std::vector<double>{0, 0.5});
  CATCH_CHECK(e.terminated == std::vector<std::uint8_t>{0, 1});
  CATCH_CHECK(observation_names(recorded) == std::vector<std::string>{"robot0_eef_pos_0", "robot0_eef_pos_1",
                                                                      "robot0_eef_pos_2", "object_0", "object_1"});
  CATCH_CHECK(recorded.info.env.empty());
  CATCH_CHECK(fm::spec_from_json(recorded.info.env_spec, "file").time_step == 0.05);

  const auto refusal = [&](std::vector<std::string> keys) {
    return refusal_of(folder / "lift.hdf5", {.observations = std::move(keys)});
  };
  CATCH_CHECK(contains(refusal({"objct"}), "has no array or column 'objct' (did you mean object?)"));
  CATCH_CHECK(contains(refusal({"agentview_image"}), "agentview_image: has (84, 84, 3) numbers in each step; images"));
  CATCH_CHECK(contains(refusal({"object", "object_1"}), "two columns have the name 'object_1'"));
  CATCH_CHECK(fm::read_recording(folder / "lift.hdf5", {.everything = true}).episodes[0]->observations.cols() == 5);
}

CATCH_TEST_CASE("HDF5 files with far more paths than objects are refused", "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, R"(
def add_links(group):  # 400 to a group of 400 to one array
    inner = group.create_group("0")
    array = inner.create_dataset("0", data=np.zeros((3, 1)))
    for n in range(1, 400):
        group[str(n)], inner[str(n)] = inner, array
with h5py.File(folder + "/flat.hdf5", "w") as file:
    file["observations"], file["actions"] = np.zeros((3, 1)), np.zeros((3, 1))
    add_links(file.create_group("infos"))
with h5py.File(folder + "/minari.hdf5", "w") as file:
    file["episode_0/actions"] = np.zeros((3, 1))
    add_links(file.create_group("episode_0/observations"))
)");
  for (const char* file : {"flat.hdf5", "minari.hdf5"}) {
    CATCH_CHECK(contains(refusal_of(folder / file), "is one of more than 100000 paths"));
  }
}

CATCH_TEST_CASE("masks of robomimic that do not fit are refused", "[recording]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& masks) {
    write_by_python(folder, std::string(robomimic) + "    del file['mask']\n" + masks);
    return refusal_of(folder / "lift.hdf5", {.observations = {"object"}});
  };
  CATCH_CHECK(contains(refusal("    file['mask/train'], file['mask/valid'] = [b'demo_0'], [b'demo_9']\n"),
                       "/mask/valid: names 'demo_9', which is not in /data"));
  CATCH_CHECK(contains(refusal("    file['mask/train'], file['mask/valid'] = [b'demo_0'], [b'demo_0']\n"),
                       "/mask/valid: names 'demo_0', which is in /mask already"));
  CATCH_CHECK(contains(refusal("    file['mask/train'], file['mask/valid'] = [b'demo_0'], np.ones(2)\n"),
                       "/mask/valid: does not contain texts"));
  CATCH_CHECK(contains(refusal("    del data['demo_2/actions']; data['demo_2/actions'] = np.zeros((0, 2))\n"),
                       "/data/demo_2/actions: is empty"));
  CATCH_CHECK(contains(refusal("    del data['demo_2/obs/object']; data['demo_2/obs/object'] = np.zeros((2, 3))\n"),
                       "/data/demo_2/obs/object: has 3 columns, but the first demonstration's has 2"));
}

CATCH_TEST_CASE("numpy's files are divided into episodes by their ends or flags", "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, std::string(flat) + R"(
np.savez(folder + "/ends.npz", **arrays)
np.savez_compressed(folder + "/flags.npz", obs=arrays["observations"], action=arrays["actions"].astype(">f8"),
    next_obs=numbers(M, 2, 500), rewards=np.arange(M), terminals=np.array([0, 0, 1, 0, 0], bool),
    timeouts=np.array([0, 0, 0, 0, 0.0]))
np.savez(folder + "/longer.npz", observations=np.asfortranarray(numbers(M + E, 2, 0)), actions=arrays["actions"],
    episode_ends=arrays["episode_ends"].astype("u1"), goals=numbers(M, 1, 7).astype("f2"))
np.savez(folder + "/single.npz", observations=numbers(M + 1, 2, 0), actions=arrays["actions"][:, 0])
np.savez(folder + "/keys.npz", state=numbers(M, 5, 0), keypoint=numbers(M, 6, 50).reshape(M, 3, 2), act=numbers(M, 2, 9),
    img=np.zeros((M, 40, 40, 3), "f4"), episode_ends=arrays["episode_ends"], contact=np.ones(M, bool))
np.savez(folder + "/named.npz", **arrays, observation_names=["x", "v\u00b2"], observation_units=np.array([b"m", b"m/s"]),
    action_low=[90.0], action_high=[np.inf])
)");
  const fm::Dataset ends = fm::read_recording(folder / "ends.npz");
  CATCH_REQUIRE(ends.episodes.size() == 2);
  CATCH_CHECK(ends.episodes[0]->observations == counted(3, 2, 0));
  CATCH_CHECK(ends.episodes[1]->observations == counted(2, 2, 0.75));
  CATCH_CHECK(ends.episodes[1]->actions == counted(2, 1, 100 + 3.0 / 8));
  CATCH_CHECK(ends.episodes[1]->truncated == std::vector<std::uint8_t>{0, 1});
  CATCH_CHECK(ends.episodes[1]->rewards.empty());
  CATCH_CHECK(ends.info.env_spec.empty());

  const fm::Dataset flags = fm::read_recording(folder / "flags.npz");
  CATCH_REQUIRE(flags.episodes.size() == 2);
  CATCH_CHECK(flags.episodes[0]->observations.topRows(3) == counted(3, 2, 0));
  CATCH_CHECK(flags.episodes[0]->observations.row(3) == counted(3, 2, 500).row(2));
  CATCH_CHECK(flags.episodes[1]->actions == ends.episodes[1]->actions);
  CATCH_CHECK(flags.episodes[1]->rewards == std::vector<double>{3, 4});
  CATCH_CHECK(flags.episodes[0]->terminated == std::vector<std::uint8_t>{0, 0, 1});
  CATCH_CHECK(flags.episodes[0]->truncated == std::vector<std::uint8_t>{0, 0, 0});
  CATCH_CHECK(flags.episodes[1]->truncated == std::vector<std::uint8_t>{0, 1});

  const fm::Dataset longer = fm::read_recording(folder / "longer.npz");
  CATCH_CHECK(longer.episodes[0]->observations == counted(4, 2, 0));
  CATCH_CHECK(longer.episodes[1]->observations == counted(3, 2, 1));
  CATCH_REQUIRE(longer.episodes[1]->goals.rows() == 3);
  CATCH_CHECK(longer.episodes[1]->goals.topRows(2) == counted(2, 1, 7.375));
  CATCH_CHECK(longer.episodes[1]->goals(2, 0) == 7.5);

  CATCH_CHECK(fm::read_recording(folder / "single.npz").episodes.front()->observations == counted(6, 2, 0));

  const fm::Dataset keys = fm::read_recording(
      folder / "keys.npz",
      {.observations = {"keypoint", "state_1"},
       .actions = {"act"},
       .goals = {"contact"},
       .columns = {.actions = {.names = {"fx", "fy"}, .units = {"N", "N"}, .low = {0, 0}, .high = {20, 30}}}});
  CATCH_CHECK(keys.episodes[1]->observations.leftCols(6) == counted(5, 6, 50).bottomRows(2));
  CATCH_CHECK(keys.episodes[1]->observations.col(6) == counted(5, 5, 0).col(1).tail(2));
  CATCH_CHECK(keys.episodes[1]->goals == fm::Matrix::Ones(2, 1));
  const fm::EnvSpec spec = fm::spec_from_json(keys.info.env_spec, "file");
  CATCH_CHECK(spec.observations[5].name == "keypoint_5");
  CATCH_CHECK(spec.goals[0].name == "contact");
  CATCH_CHECK(spec.actions == std::vector<fm::Dimension>{{"fx", "N", 0, 20}, {"fy", "N", 0, 30}});

  const fm::EnvSpec named = fm::spec_from_json(fm::read_recording(folder / "named.npz").info.env_spec, "file");
  CATCH_CHECK(named.observations[1].name == "v\u00b2");
  CATCH_CHECK(named.observations[1].unit == "m/s");
  CATCH_CHECK(named.actions ==
              std::vector<fm::Dimension>{{"action_0", "", 90, std::numeric_limits<double>::infinity()}});
}

CATCH_TEST_CASE("numpy's files that do not fit are refused by array and reason", "[recording]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& change, const fm::ColumnChoice& choice = {}) {
    write_by_python(folder, std::string(flat) + change + "\nnp.savez(folder + '/a.npz', **arrays)\n");
    const std::string message = refusal_of(folder / "a.npz", choice);
    CATCH_CHECK(contains(message, (folder / "a.npz").string()));
    return message;
  };
  CATCH_CHECK(contains(refusal("arrays['episode_ends'] = np.array([3, 4])"),
                       "episode_ends: the last episode ends after 4 steps, but there are 5 actions"));
  CATCH_CHECK(
      contains(refusal("arrays['episode_ends'] = np.array([3, 3, 5])"), "entry 1 is 3, not a whole number above 3"));
  CATCH_CHECK(contains(refusal("arrays['episode_ends'] = np.array([2.5, 5])"), "entry 0 is 2.5"));
  CATCH_CHECK(contains(refusal("del arrays['episode_ends']"), "says nowhere where its episodes end"));
  CATCH_CHECK(
      contains(refusal("arrays['observations'] = numbers(4, 2, 0)"), "observations: has 4 rows, but there are 5"));
  CATCH_CHECK(contains(refusal("arrays['rewards'] = np.ones(4)"), "rewards: has 4 rows, but there are 5 actions"));
  CATCH_CHECK(contains(refusal("arrays['terminals'] = np.full(5, 2)"), "terminals: row 0 is neither 0 nor 1"));
  CATCH_CHECK(contains(refusal("arrays['actions'][2] = np.nan"), "actions: row 2, column 0 holds nan"));
  CATCH_CHECK(contains(refusal("arrays['actions'] = np.full((5, 1), 2**53 + 1)"), "integers within +-2^53"));
  CATCH_CHECK(contains(refusal("arrays['actions'] = np.array([1, None, 2, 3, 4], object)"), "holds Python objects"));
  CATCH_CHECK(contains(refusal("arrays['actions'] = np.zeros(5, [('a', 'f4')])"), "is a structured array"));
  CATCH_CHECK(contains(refusal("arrays['actions'] = np.zeros(5, 'c8')"), "has the type '<c8'"));
  CATCH_CHECK(contains(refusal("arrays['actions'] = np.zeros((0, 1))"), "contains no steps"));
  CATCH_CHECK(contains(refusal("arrays['observation_names'] = ['a', 'b', 'c']"), "has 3 names for 2 columns"));
  CATCH_CHECK(contains(refusal("arrays['action_low'], arrays['action_high'] = [2], [1]"), "is above its upper bound"));
  CATCH_CHECK(
      contains(refusal("arrays['action_low'], arrays['action_high'] = [np.nan], [1]"), "row 0, column 0 holds nan"));
  CATCH_CHECK(contains(refusal("arrays['see'] = arrays.pop('observations')"), "data.observations: name the arrays"));
  CATCH_CHECK(contains(refusal("", {.observations = {"observation"}}), "did you mean observation"));
  CATCH_CHECK(contains(refusal("", {.columns = {.actions = {.names = {"a", "b"}}}}), "data.columns.actions"));
}

CATCH_TEST_CASE("damaged ZIP and .npy files are refused", "[recording]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& program) {
    write_by_python(folder, std::string(flat) + program);
    return refusal_of(folder / "a.npz");
  };
  const std::string with_member = R"(
def write(content, compression=zipfile.ZIP_STORED, member="actions"):
    np.savez(folder + "/a.npz", observations=arrays["observations"], episode_ends=arrays["episode_ends"])
    with zipfile.ZipFile(folder + "/a.npz", "a", compression) as file:
        file.writestr(member + ".npy", content)
def npy(header, data=b"", version=b"\x01\x00"):
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header + data
)";
  const auto member = [&](const std::string& content) { return refusal(with_member + "write(" + content + ")\n"); };
  CATCH_CHECK(contains(member("b'text'"), "actions: is not a .npy file"));
  CATCH_CHECK(contains(member("npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (5,)}\", bytes(39))"),
                       "has 39 bytes of values, but its shape needs 40"));
  CATCH_CHECK(contains(member("npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,)}\")"),
                       "a size is missing or too large"));
  CATCH_CHECK(
      contains(member("npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 1099511627776)}\")"),
               "actions"));
  CATCH_CHECK(contains(
      member("npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 0)}\"), member='rewards'"),
      "rewards: has the shape (1099511627776, 0), which has no numbers in its rows"));
  CATCH_CHECK(contains(member("npy(b\"{'descr': __import__('os')}\")"), "its .npy header is not valid"));
  CATCH_CHECK(contains(member("npy(b\"{'descr': '<f8', 'shape': (5,)}\", bytes(40))"), "it is incomplete"));
  CATCH_CHECK(
      contains(member("npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (5,)}\", bytes(40), b'\\x07\\x00')"),
               "has version 7"));
  CATCH_CHECK(
      contains(member("npy(b\"{'descr': '<f8', 'fortran_order': False, 'shape': (20000000,)}\" , bytes(160000000)), "
                      "zipfile.ZIP_BZIP2, 'rewards'"),
               "is implausible"));
  CATCH_CHECK(contains(refusal(R"(
np.savez(folder + "/a.npz", **arrays)
content = bytearray(open(folder + "/a.npz", "rb").read())
content[content.index(arrays["actions"].tobytes()) + 2] ^= 1
open(folder + "/a.npz", "wb").write(content)
)"),
                       "actions.npy: cannot be read: CRC error"));
  CATCH_CHECK(contains(refusal(R"(
np.savez(folder + "/a.npz", **arrays)
content = open(folder + "/a.npz", "rb").read()
open(folder + "/a.npz", "wb").write(content[:-40])
)"),
                       "is not a valid ZIP file"));
  CATCH_CHECK(contains(refusal("zipfile.ZipFile(folder + '/a.npz', 'w').writestr('readme.txt', 'none')\n"),
                       "is a ZIP file without arrays"));
}

CATCH_TEST_CASE("D4RL's files, and the format of others, follow from the content", "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, std::string(flat) + R"(
with h5py.File(folder + "/hopper.hdf5", "w") as file:
    file["observations"], file["actions"] = arrays["observations"].astype("f4"), arrays["actions"]
    file["rewards"], file["terminals"] = np.ones(M, "f4"), np.zeros(M, bool)
    file["timeouts"] = np.array([0, 0, 1, 0, 0], bool)
    file["infos/goal"], file["metadata/algorithm"] = numbers(M, 1, 3), np.bytes_("SAC")
with h5py.File(folder + "/other.h5", "w") as file:
    file["frames"] = np.zeros(3)
np.save(folder + "/one.npy", arrays["actions"])
os.makedirs(folder + "/store.zarr"); open(folder + "/store.zarr/.zgroup", "w").write("{}")
zipfile.ZipFile(folder + "/store.zarr.zip", "w").writestr("store.zarr/data/.zarray", "{}")
os.makedirs(folder + "/nothing")
)");
  const fm::Dataset recorded = fm::read_recording(folder / "hopper.hdf5", {.goals = {"infos/goal"}});
  CATCH_REQUIRE(recorded.episodes.size() == 2);
  CATCH_CHECK(recorded.episodes[0]->truncated == std::vector<std::uint8_t>{0, 0, 1});
  CATCH_CHECK(recorded.episodes[1]->goals == counted(5, 1, 3).bottomRows(2));
  std::filesystem::copy(folder / "hopper.hdf5", folder / "hopper.data");
  CATCH_CHECK(fm::is_recording(folder / "hopper.data"));
  CATCH_CHECK(fm::read_recording(folder / "hopper.data").episodes.size() == 2);

  CATCH_CHECK(contains(refusal_of(folder / "other.h5"), "is an HDF5 file of an unknown layout"));
  CATCH_CHECK(contains(refusal_of(folder / "other.h5"), "it has: /frames"));
  CATCH_CHECK(contains(refusal_of(folder / "one.npy"), "is a single array"));
  for (const char* store : {"store.zarr", "store.zarr.zip"}) {
    CATCH_CHECK(contains(refusal_of(folder / store), "is a Zarr store, which is converted once: fm import"));
  }
  CATCH_CHECK(contains(refusal_of(folder / "nothing"), "is a folder that is neither a dataset of Minari"));
  CATCH_CHECK(contains(refusal_of(folder / "missing.h5"), "there is no such file"));
}

CATCH_TEST_CASE("columns of libfm's own files are named by attributes and chosen by names", "[recording]") {
  const TemporaryFolder folder;
  write_by_python(folder, R"(
with h5py.File(folder + "/mine.h5", "w") as file:
    for n, steps in enumerate(T):
        episode = file.create_group(f"episodes/{n}")
        episode["observations"], episode["actions"] = numbers(steps, 3, 10 * n), np.array([[True, False]] * steps)
        if n == 1: episode.attrs["held_out"] = 1
    file.attrs["observation_names"], file.attrs["observation_units"] = ["x", "y", "v"], "m\nm\nm/s"
    file.attrs["action_low"], file.attrs["action_high"] = [-2.0, -np.inf], "2\ninf"
)");
  const fm::Dataset recorded = fm::read_recording(folder / "mine.h5");
  CATCH_CHECK(recorded.episodes[1]->observations == counted(2, 3, 10));
  CATCH_CHECK(recorded.episodes[1]->rewards.empty());
  CATCH_CHECK(recorded.episodes[1]->actions == fm::Matrix{{1, 0}, {1, 0}});
  CATCH_CHECK(recorded.sides == std::vector{fm::Side::undecided, fm::Side::held_out});
  const fm::EnvSpec spec = fm::spec_from_json(recorded.info.env_spec, "file");
  CATCH_CHECK(spec.observations[2].name == "v");
  CATCH_CHECK(spec.observations[2].unit == "m/s");
  CATCH_CHECK(spec.actions[0] == fm::Dimension{"action_0", "", -2, 2});
  CATCH_CHECK_FALSE(spec.actions[1].is_bounded());
  fm::write_dataset(folder / "again.h5", recorded);
  const fm::Dataset again = fm::read_dataset(folder / "again.h5");
  CATCH_CHECK(again.sides == recorded.sides);
  CATCH_CHECK(again.info == recorded.info);
  CATCH_CHECK(again.episodes[1]->observations == recorded.episodes[1]->observations);

  const fm::Dataset chosen = fm::read_recording(folder / "again.h5", {.observations = {"v", "x"}, .goals = {"y"}});
  CATCH_CHECK(observation_names(chosen) == std::vector<std::string>{"v", "x"});
  CATCH_CHECK(chosen.episodes[1]->observations.col(0) == counted(2, 3, 10).col(2));
  CATCH_CHECK(chosen.episodes[1]->goals == counted(2, 3, 10).col(1));
  CATCH_CHECK(chosen.sides == recorded.sides);
  CATCH_CHECK(contains(refusal_of(folder / "again.h5", {.actions = {"torque"}}), "has no array or column 'torque'"));
}
