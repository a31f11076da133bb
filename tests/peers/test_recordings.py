"""Recordings that Minari and zarr write, and what Minari and robomimic read of ours. Run by the Python of tests/peers/install."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
import unittest.mock

import gymnasium
import h5py
import minari
import numpy as np
from minari.data_collector import EpisodeBuffer

import test_envs  # registers test/Reach-v0

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = (7, 4)


def stacked(values):
    """A value of a space for each step as Minari stores them: an array for each part."""
    if isinstance(values[0], dict):
        return {key: stacked([value[key] for value in values]) for key in values[0]}
    if isinstance(values[0], tuple):
        return tuple(stacked(list(parts)) for parts in zip(*values))
    return np.stack(values)


def spec_names(file, kind):
    return [dimension["name"] for dimension in json.loads(file.attrs["env_spec"])[kind]]


def robomimic_dataset():
    """robomimic's class, whose dataset returns arrays of NumPy: it needs a base class of torch, and no torch."""
    torch = types.ModuleType("torch")
    torch.Tensor = torch.device = torch.float32 = type(None)
    parts = {name: types.ModuleType(name) for name in ("torch.utils", "torch.utils.data", "torch.nn", "torch.nn.functional")}
    parts["torch.utils.data"].Dataset, parts["torch.nn"].Module = object, object
    torch.utils, torch.nn = parts["torch.utils"], parts["torch.nn"]
    torch.utils.data, torch.nn.functional = parts["torch.utils.data"], parts["torch.nn.functional"]
    with unittest.mock.patch.dict(sys.modules, {"torch": torch, **parts}):
        from robomimic.utils import obs_utils
        from robomimic.utils.dataset import SequenceDataset
    return obs_utils, SequenceDataset


class RecordingsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        os.environ["MINARI_DATASETS_PATH"] = str(self.folder / "minari")

    def fm(self, *arguments, expect=0):
        done = subprocess.run([os.environ["FM"], *map(str, arguments)], cwd=self.folder, text=True, capture_output=True)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def collect(self, name):
        """Two episodes of an environment, written by Minari."""
        env, buffers = gymnasium.make(name), []
        env.action_space.seed(0)
        for n in range(2):
            seen, steps, ended = [env.reset(seed=n)[0]], [], False
            while not ended:
                action = env.action_space.sample()
                observation, reward, terminated, truncated, _ = env.step(action)
                seen.append(observation)
                steps.append((action, float(reward), bool(terminated), bool(truncated)))
                ended = terminated or truncated
            actions, rewards, terminations, truncations = zip(*steps)
            buffers.append(EpisodeBuffer(id=n, observations=stacked(seen), actions=stacked(actions), rewards=list(rewards),
                                         terminations=list(terminations), truncations=list(truncations)))
        return minari.create_dataset_from_buffers("test/data-v0", buffers, env=env, algorithm_name="random", author="libfm")

    def test_a_goal_conditioned_dataset_of_minari(self):
        dataset = self.collect("test/Reach-v0")
        self.fm("import", self.folder / "minari/test/data-v0", "reach.h5")
        with h5py.File(self.folder / "reach.h5") as file:
            self.assertEqual(file.attrs["env"].decode(), "gymnasium")
            self.assertEqual(spec_names(file, "observations"), ["achieved_goal 0", "observation 0", "observation 1"])
            self.assertEqual(spec_names(file, "goals"), ["goal 0"])
            for episode in dataset.iterate_episodes():
                ours = file[f"episodes/{episode.id}"]
                seen = episode.observations
                self.assertTrue(np.array_equal(ours["observations"],
                                               np.hstack([seen["achieved_goal"], seen["observation"]])))
                self.assertTrue(np.array_equal(ours["goals"], seen["desired_goal"]))
                self.assertTrue(np.array_equal(ours["actions"], episode.actions))
                self.assertTrue(np.array_equal(ours["rewards"], episode.rewards))
                self.assertTrue(np.array_equal(ours["terminated"], episode.terminations))
                self.assertTrue(np.array_equal(ours["truncated"], episode.truncations))
        # The same environment over the bridge: names, bounds and id agree.
        experiment = self.folder / "reach.yaml"
        experiment.write_text("name: reach\ndata: {files: [minari/test/data-v0]}\nreport: {figures: false}\n"
                              'env: {name: gymnasium, gymnasium: {id: "test_envs:test/Reach-v0", python: "%s"}}\n'
                              "expert: {name: random}\n" % os.environ["FM_PYTHON"])
        self.fm("run", experiment, "--dry-run")
        refused = self.fm("run", experiment, "--dry-run", "env.gymnasium.id=test_envs:test/Failing-v0",
                          "env.gymnasium.arguments={how: never}", "data.mixed=true", expect=2)
        self.assertIn("has 3 observations, 1 actions and 1 goals, but environment", refused.stderr)

    def test_spaces_that_hold_no_columns_are_refused_where_they_are_used(self):
        self.collect("test/Spaces-v0")
        refused = self.fm("import", self.folder / "minari/test/data-v0", "spaces.h5", expect=2)
        self.assertIn("mode: is a Discrete space", refused.stderr)
        self.fm("import", self.folder / "minari/test/data-v0", "spaces.h5", "data.observations=[push, on, count]",
                "data.actions=[actions/push]")
        with h5py.File(self.folder / "spaces.h5") as file:
            self.assertEqual(spec_names(file, "observations"), ["push 0", "push 1", "on 0", "on 1", "count"])
            self.assertEqual(spec_names(file, "actions"), ["push 0 0", "push 0 1", "push 1 0", "push 1 1"])

    def write_mine(self):
        random = np.random.default_rng(0)
        with h5py.File(self.folder / "mine.h5", "w") as file:
            for n, steps in enumerate(STEPS):
                episode = file.create_group(f"episodes/{n}")
                episode["observations"] = random.normal(size=(steps + 1, 3))
                episode["goals"] = random.normal(size=(steps + 1, 1)).astype("f4")
                episode["actions"], episode["rewards"] = random.normal(size=(steps, 2)), random.normal(size=steps)
                episode["terminated"] = np.arange(steps) == steps - 1
            file.attrs["action_low"], file.attrs["action_high"] = [-9.0, -np.inf], [9.0, np.inf]

    def check_same(self, theirs, ours):
        """In float32, in which robomimic caches."""
        self.assertTrue(np.array_equal(np.float32(theirs), np.float32(ours)))

    def test_robomimic_reads_what_we_write(self):
        obs_utils, SequenceDataset = robomimic_dataset()
        self.write_mine()
        self.fm("export", "mine.h5", "--robomimic", "robomimic.hdf5")
        keys = ["goals", "observations"]
        obs_utils.initialize_obs_utils_with_obs_specs({"obs": {"low_dim": keys}})
        for cache in (None, "low_dim", "all"):
            dataset = SequenceDataset(str(self.folder / "robomimic.hdf5"), keys, ["actions", "rewards", "dones"], frame_stack=2,
                                      seq_length=3, hdf5_cache_mode=cache, load_next_obs=True)
            self.assertEqual(dataset.n_demos, len(STEPS))
            self.assertEqual(len(dataset), sum(STEPS))
            with h5py.File(self.folder / "mine.h5") as file:
                windows = [(file[f"episodes/{n}"], t, steps) for n, steps in enumerate(STEPS) for t in range(steps)]
                for (ours, t, steps), item in zip(windows, dataset):
                    rows = np.clip(np.arange(t - 1, t + 3), 0, steps - 1)  # one before, three from t on
                    for key in keys:
                        self.check_same(item["obs"][key], ours[key][:][rows])
                        self.check_same(item["next_obs"][key], ours[key][1:][rows])
                    for key, our_key in (("actions", "actions"), ("rewards", "rewards"), ("dones", "terminated")):
                        self.check_same(item[key], ours[our_key][:][rows])
            dataset.close_and_delete_hdf5_handle()

    def test_minari_reads_what_we_write(self):
        self.write_mine()
        self.fm("export", "mine.h5", "--minari", "minari/libfm/mine-v0")
        dataset = minari.load_dataset("libfm/mine-v0")
        self.assertEqual(dataset.total_episodes, 2)
        self.assertEqual(dataset.total_steps, sum(STEPS))
        self.assertEqual(list(dataset.observation_space), ["desired_goal", "observation"])
        self.assertEqual(dataset.action_space.low.tolist(), [-9.0, -np.inf])
        with h5py.File(self.folder / "mine.h5") as file:
            for episode in dataset.iterate_episodes():
                ours = file[f"episodes/{episode.id}"]
                self.assertTrue(np.array_equal(ours["observations"], episode.observations["observation"]))
                self.assertTrue(np.array_equal(ours["goals"], episode.observations["desired_goal"]))
                self.assertTrue(np.array_equal(ours["actions"], episode.actions))
                self.assertTrue(np.array_equal(ours["rewards"], episode.rewards))
                self.assertEqual(episode.terminations.dtype, bool)
                self.assertTrue(np.array_equal(ours["terminated"], episode.terminations))
                self.assertFalse(episode.truncations.any())
                self.assertTrue(dataset.action_space.contains(episode.actions[0].astype(dataset.action_space.dtype)))

    def store(self, program):
        """A store of Zarr that the script's own environment writes."""
        subprocess.run([ROOT / "scripts/import_zarr", self.folder / "none.zarr", self.folder / "none.npz"],
                       stderr=subprocess.DEVNULL)  # installs zarr
        beginning = """
import numcodecs, numpy as np, sys, zarr
def array(group, name, values, compressor=numcodecs.Blosc("zstd", 5, shuffle=numcodecs.Blosc.BITSHUFFLE), **more):
    made = group.create_array(name, shape=values.shape, dtype=values.dtype, chunks=(4,) + values.shape[1:],
                              compressors=compressor, **more)
    made[:] = values
root = zarr.open_group(sys.argv[1], mode="w", zarr_format=2)
data, meta = root.create_group("data"), root.create_group("meta")
state, action = np.arange(22, dtype="f4").reshape(11, 2) / 8, np.arange(11, dtype="f4").reshape(11, 1)
"""
        subprocess.run([ROOT / ".venv/zarr/bin/python", "-c", beginning + program, self.folder / "store.zarr"], check=True)
        return self.folder / "store.zarr"

    def test_a_store_of_zarr(self):
        store = self.store("""
array(data, "state", state), array(data, "action", action)
array(data, "keypoint", np.arange(66, dtype="f4").reshape(11, 3, 2)), array(data, "img", np.zeros((11, 96, 96, 3), "f4"))
array(data, "task", np.array(["push"] * 11))
data.create_array("text", shape=(11,), dtype=str)
array(meta, "episode_ends", np.array([7, 11]))
""")
        refused = self.fm("info", store, expect=2)
        self.assertIn("is a Zarr store, which is converted once: fm import", refused.stderr)
        done = self.fm("import", store, "store.h5", "data.observations=[keypoint, state]")
        for key in ("img", "task", "text"):
            self.assertIn(f"data/{key} is left out", done.stderr)
            refused = self.fm("import", store, "refused.h5", f"data.observations=[{key}]", expect=2)
            self.assertRegex(refused.stderr, f"store.zarr: data/{key}: .*supported")
        with h5py.File(self.folder / "store.h5") as file:
            seen = file["episodes/1/observations"][:]
            self.assertTrue(np.array_equal(seen[:, :6], np.arange(66).reshape(11, 6)[7:]))
            self.assertTrue(np.array_equal(seen[:, 6:], (np.arange(22).reshape(11, 2) / 8)[7:]))
            self.assertTrue(np.array_equal(file["episodes/0/actions"][:, 0], np.arange(7)))

    def test_stores_that_cannot_be_used(self):
        for program, message in [
                ("array(data, 'action', action), array(data, 'state', state)", "says nowhere where its episodes end"),
                ("array(data, 'action', action), array(data, 'state', state), array(meta, 'episode_ends', np.array([7, 12]))",
                 "store.zarr: episode_ends: the last episode ends after 12 steps, but there are 11 actions"),
                ("array(data, 'action', action), array(data, 'state', state, filters=[numcodecs.Categorize(['a'], 'U1')])",
                 "codec not available: ''categorize''"),
                ("", "contains no arrays")]:
            refused = self.fm("import", self.store(program), "store.h5", expect=2)
            self.assertIn(message, refused.stderr)

    def test_a_store_with_python_objects_runs_nothing(self):
        store = self.store("array(data, 'action', action), array(meta, 'episode_ends', np.array([11]))")
        (store / "data/state").mkdir()
        trap = self.folder / "trapped"
        (store / "data/state/.zarray").write_text(json.dumps(
            {"zarr_format": 2, "shape": [11], "chunks": [11], "dtype": "|O", "compressor": None, "fill_value": None,
             "order": "C", "filters": [{"id": "pickle", "protocol": 5}]}))
        (store / "data/state/0").write_bytes(b"cos\nsystem\n(S'touch %s'\ntR." % str(trap).encode())
        self.fm("import", store, "store.h5", expect=2)
        self.assertFalse(trap.exists())


unittest.main()
