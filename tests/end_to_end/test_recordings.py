"""fm info, import, export and train on recordings of other programs, written here by NumPy and h5py."""

import json
import pathlib

import h5py
import numpy as np

from launcher import LauncherTest

STEPS = (30, 20, 25, 15)
TINY_DATA = ["env.name=none", "network.mlp.hidden=[8]", "network.time_embedding=8", "train.epochs=2", "sampler.steps=2",
             "device=cpu", "report.figures=false"]


def held_out_of(file):
    with h5py.File(file) as data:
        return [int(name) for name in data["episodes"] if data["episodes"][name].attrs.get("held_out") == 1]


class RecordingsTest(LauncherTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(0)
        self.states = random.normal(size=(sum(STEPS), 3))
        self.actions = self.states[:, :1] * 0.5
        self.ends = np.cumsum(STEPS)

    def npz(self, name="data.npz", **more):
        np.savez(self.folder / name, observations=self.states, actions=self.actions, episode_ends=self.ends, **more)
        return self.folder / name

    def robomimic(self):
        file = self.folder / "demo.hdf5"
        with h5py.File(file, "w") as out:
            begin = 0
            for n, end in enumerate(self.ends):
                out[f"data/demo_{n}/obs/position"] = self.states[begin:end, :2]
                out[f"data/demo_{n}/obs/speed"] = self.states[begin:end, 2]
                out[f"data/demo_{n}/actions"] = self.actions[begin:end]
                begin = end
            out["mask/train"], out["mask/valid"] = [b"demo_0", b"demo_1", b"demo_3"], [b"demo_2"]
        return file

    def test_training_on_numpy_arrays(self):
        done = self.fm("run", self.experiment, f"data.files=[{self.npz()}]", *TINY_DATA, "data.observations=[observation_2, observation_0]")
        self.assertIn("have no observation after their last action", done.stderr)
        self.assertIn("have no rewards, so their returns are unknown", done.stderr)
        evaluation = self.evaluation(pathlib.Path(done.stdout.splitlines()[-1]))
        self.assertEqual(evaluation["action_error"]["of"], "held-out states")
        info = json.loads(self.fm("info", self.folder / "data.npz", "--json").stdout)
        self.assertIsNone(info["return"])
        self.assertEqual(info["episodes"], 4)

    def test_a_split_in_the_file_decides_what_is_held_out(self):
        file = self.robomimic()
        refused = self.fm("run", self.experiment, f"data.files=[{file}]", *TINY_DATA, expect=2)
        self.assertIn("data.observations: name the arrays of", refused.stderr)
        refused = self.fm("run", self.experiment, f"data.files=[{file}]", "data.observations=[positon]", *TINY_DATA, expect=2)
        self.assertIn("did you mean position", refused.stderr)
        done = self.fm("run", self.experiment, f"data.files=[{file}]", "data.observations=[position, speed]", *TINY_DATA)
        self.assertIn("65 rows, 25 held out", done.stderr)
        run = pathlib.Path(done.stdout.splitlines()[-1])
        self.assertEqual(held_out_of(run / "data.h5"), [2])
        self.assertEqual(self.evaluation(run)["action_error"]["states"], 25)
        self.assertEqual(json.loads(self.fm("info", run / "data.h5", "--json").stdout)["held_out"], 1)
        again = self.fm("eval", run, "sampler.steps=1")
        self.assertEqual(self.evaluation(pathlib.Path(again.stdout.splitlines()[-1]))["action_error"]["states"], 25)

    def test_import_and_export(self):
        source, out = self.npz(rewards=np.ones(sum(STEPS))), self.folder / "out.h5"
        done = self.fm("import", source, out, "data.columns.observations.names=[x, y, v]", "data.columns.actions.low=[-9]",
                       "data.columns.actions.high=[9]")
        self.assertEqual(done.stdout, self.fm("info", out).stdout)
        self.assertIn("  x ", done.stdout)
        with h5py.File(out) as file:
            self.assertTrue(np.array_equal(file["episodes/1/observations"][:], self.states[30:50]))
            self.assertTrue(np.array_equal(file["episodes/1/actions"][:], self.actions[30:50]))
        self.assertIn("nothing is overwritten", self.fm("import", source, out, expect=2).stderr)
        self.assertIn("has no observation after its last action", self.fm("export", out, "--minari", "m", expect=2).stderr)
        self.fm("export", out, "--robomimic", "again.hdf5")
        self.fm("import", self.folder / "again.hdf5", self.folder / "again.h5")
        with h5py.File(out) as a, h5py.File(self.folder / "again.h5") as b:
            for n in range(len(STEPS)):
                for name in ("observations", "actions", "rewards", "terminated", "truncated"):
                    self.assertTrue(np.array_equal(a[f"episodes/{n}/{name}"][:], b[f"episodes/{n}/{name}"][:]), name)
            names = [[d["name"] for d in json.loads(file.attrs["env_spec"])["observations"]] for file in (a, b)]
            self.assertEqual(names[0], names[1])
        # Collected data: they have everything that Minari's layout requires.
        run = self.run_tiny(command="train")
        done = self.fm("export", run / "data.h5", "--minari", "minari")
        self.assertEqual(done.stdout.strip(), str((self.folder / "minari").resolve()))
        self.assertIn("Minari has no place for executed actions, states; left out", done.stderr)
        self.fm("import", self.folder / "minari", self.folder / "pendulum.h5")
        with h5py.File(run / "data.h5") as a, h5py.File(self.folder / "pendulum.h5") as b:
            self.assertTrue(np.array_equal(a["episodes/3/observations"][:], b["episodes/3/observations"][:]))
            self.assertTrue(np.array_equal(a["episodes/3/rewards"][:], b["episodes/3/rewards"][:]))

    def test_wrong_arguments(self):
        source = self.npz()
        for arguments, message in [
                (["import", source, "out.npz"], "must end with .h5"),
                (["import", self.folder / "none.npz", "out.h5"], "there is no such file"),
                (["import", source, "out.h5", "train.epochs=3"], "fm import takes data.observations"),
                (["import", source, "out.h5", "data.short_episodes=pad"], "data.short_episodes=pad: fm import takes"),
                (["import", source, "out.h5", "data.columns.actions.units=[m, m]"], "has 2 units for 1 columns"),
                (["export", source], "name one format and its target"),
                (["export", source, "--minari", "a", "--robomimic", "b"], "name one format and its target"),
                (["info", self.experiment], "give a recording")]:
            self.assertIn(message, self.fm(*arguments, expect=2).stderr)
        self.assertFalse((self.folder / "out.h5").exists())
