"""Installs libfm, builds libfm/examples against the installed package and runs each example, two of them with a policy
trained by the installed fm."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

CMAKE = os.environ["CMAKE"]
BUILD = os.environ["BUILD"]
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "libfm/examples"


class InstallTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fm_install_"))
        self.addCleanup(shutil.rmtree, self.folder)

    def do(self, *command):
        done = subprocess.run([str(word) for word in command], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_every_example_builds_against_the_installed_package_and_runs(self):
        prefix = self.folder / "prefix"
        self.do(CMAKE, "--install", BUILD, "--prefix", prefix)
        self.do(CMAKE, "-G", "Ninja", "-S", EXAMPLES, "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}")
        self.do(CMAKE, "--build", "build")
        (self.folder / "tiny.yaml").write_text("name: tiny\n")
        run = pathlib.Path(self.do(prefix / "bin/fm", "train", "tiny.yaml", "collect.episodes=2", "train.epochs=1",
                                   "train.rollout.every=0", "device=cpu").splitlines()[-1])
        checkpoint = run / "checkpoints/last.safetensors"

        self.assertIn("collocation return", self.do(  # CasADi finds IPOPT beside its library
            prefix / "bin/fm", "demo", "tiny.yaml", "expert.name=collocation", "env.pendulum.horizon=40", "eval.episodes=2",
            "report.figures=false"))

        action, unit = self.do("build/act", checkpoint).split(" ", 1)
        self.assertEqual(unit, "N m\n")
        self.assertLessEqual(abs(float(action)), 2.0)

        self.assertIn(" N m\n", self.do("build/control_loop", checkpoint))

        module = f"PYTHONPATH={prefix}/share/libfm/python"
        program = f"import libfm_policy; print(libfm_policy.Policy({str(checkpoint)!r})([-1, 0, 0], noise=[0])[0])"
        in_python = float(self.do("env", module, "/usr/bin/python3", "-B", "-c", program))
        self.assertLessEqual(abs(in_python), 2.0)
        (array,), = json.loads(self.do("/usr/bin/python3", "-B", EXAMPLES / "numpy_policy.py", checkpoint, "-1", "0", "0"))
        self.assertAlmostEqual(array, in_python, delta=1e-5)

        near, positive = re.search(r"([\d.]+) % of 1000 .* ([\d.]+) % are positive", self.do("build/train")).groups()
        self.assertGreater(float(near), 95.0)
        self.assertAlmostEqual(float(positive), 50.0, delta=10.0)  # both modes are kept

        self.check_own_task(prefix)

    def check_own_task(self, prefix):
        """A program with a task of its own has the launcher's commands, and its checkpoints are its own."""
        own_task = self.folder / "build/own_task"
        (self.folder / "balance.yaml").write_text(
            "name: balance\nenv: {name: cart_pole, cart_pole: {length: 0.6}}\nexpert: {name: gains}\n"
            "collect: {episodes: 40, noise: 1.0}\nnetwork: {mlp: {hidden: [64, 64]}}\n"
            "train: {epochs: 40, rollout: {every: 0}, best: loss}\neval: {episodes: 50}\nreport: {figures: false}\n")
        run = pathlib.Path(self.do(own_task, "run", "balance.yaml").splitlines()[-1])
        evaluation = json.loads((run / "evaluation.json").read_text())
        self.assertEqual(evaluation["expert"]["success"], 1.0)
        self.assertGreater(evaluation["policy"]["success"], 0.8)
        self.assertIn("length: 0.6", (run / "config.yaml").read_text())

        schema = json.loads(self.do(own_task, "schema"))["properties"]
        self.assertIn("cart_pole", schema["env"]["properties"]["name"]["enum"])
        self.assertEqual(schema["expert"]["properties"]["gains"]["properties"]["gains"]["maxItems"], 4)
        for program, override, message in [
                (own_task, "env.cart_pole.length=-1", "env.cart_pole.length: must be above 0, found -1"),
                (own_task, "env.name=pendulum", "'gains' needs env.name: cart_pole, but it is 'pendulum'"),
                (prefix / "bin/fm", "seed=1", "'cart_pole' is not one of")]:
            refused = subprocess.run([program, "run", "balance.yaml", override], cwd=self.folder, capture_output=True,
                                     text=True)
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn(message, refused.stderr)

        checkpoint = run / "checkpoints/best.safetensors"
        self.assertIn("policy return", self.do(own_task, "eval", checkpoint, "eval.episodes=10"))
        elsewhere = pathlib.Path(shutil.copy(checkpoint, self.folder / "elsewhere.safetensors"))
        refused = subprocess.run([prefix / "bin/fm", "eval", elsewhere], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("'cart_pole' is not known to this version", refused.stderr)
        self.assertIn("policy return", self.do(own_task, "eval", checkpoint, "sampler.engine=realtime"))


if __name__ == "__main__":
    unittest.main()
