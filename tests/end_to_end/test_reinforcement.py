"""Reinforcement learning as a stage of a run, after an imitation and without one."""

import json

from launcher import TINY, LauncherTest

RL = ["rl.copies=4", "rl.segment=50", "rl.steps=1000", "rl.epochs=2", "rl.minibatches=2", "rl.evaluate_every=2",
      "rl.critic.hidden=[16]"]
PPO = ["rl.name=ppo", "policy.name=mse", "train.epochs=0", *RL]


def metrics(run):
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


class ReinforcementTest(LauncherTest):
    def test_without_data_nothing_is_collected(self):
        run = self.run_tiny(*PPO)
        self.assertFalse((run / "data.h5").exists() or (run / "imitation").exists())
        lines = metrics(run)
        self.assertEqual([line["step"] for line in lines], [0, 200, 400, 600, 800, 1000])
        for key in ("exploring_return", "episode_steps", "kl", "clip_fraction", "explained_variance", "entropy",
                    "policy_loss", "value_loss", "steps_per_second"):
            self.assertTrue(any(key in line for line in lines), key)
        self.assertEqual([line["step"] for line in lines if "rollout_return" in line], [0, 400, 800, 1000])
        evaluation = self.evaluation(run)
        self.assertEqual(evaluation["policy"]["return"]["mean"] < 0.0, True)
        checkpoint = run / "checkpoints/best.safetensors"
        self.assertIn("return", self.fm("eval", checkpoint, "eval.episodes=4", "device=cpu").stdout)
        self.assertIn("mse", self.fm("info", checkpoint).stdout)

    def test_an_imitation_is_improved_and_keeps_its_own_files(self):
        for name in ("reinflow", "fpo"):
            run = self.run_tiny(f"rl.name={name}", *RL)
            self.assertTrue((run / "imitation/checkpoints/best.safetensors").exists())
            self.assertIn("train_loss", (run / "imitation/metrics.jsonl").read_text())
            before, after = ((path / "checkpoints/last.safetensors").read_bytes() for path in (run / "imitation", run))
            self.assertNotEqual(before, after)

    def test_a_run_starts_from_anothers_weights_without_data(self):
        first = self.run_tiny()
        second = self.run_tiny("train.epochs=0", f"train.init={first}", "rl.name=reinflow", *RL)
        self.assertFalse((second / "data.h5").exists())
        self.assertEqual(metrics(second)[0]["step"], 0)

    def test_a_run_is_made_longer(self):
        run = self.run_tiny(*PPO, "rl.schedule=constant")
        self.fm("resume", run, "rl.steps=1400")
        self.assertEqual(metrics(run)[-1]["step"], 1400)
        whole = self.run_tiny(*PPO, "rl.schedule=constant", "rl.steps=1400", "runs=other")
        same = [{key: value for key, value in line.items() if key not in ("time", "steps_per_second")}
                for line in metrics(whole) if line["step"] != 1000]
        again = [{key: value for key, value in line.items() if key not in ("time", "steps_per_second")}
                 for line in metrics(run) if line["step"] != 1000]  # the last one of the shorter run was evaluated
        self.assertEqual(again, same)

    def test_dry_run_names_the_stages(self):
        for settings, stages in ((PPO, "reinforce"), (["rl.name=fpo"], "collect, train, reinforce")):
            done = self.fm("run", self.experiment, *settings, "--dry-run")
            self.assertIn(f"would {stages}, evaluate and report", done.stdout)

    def test_mistakes_are_refused_before_anything_is_made(self):
        for settings, text in (
                (["train.epochs=0"], "train.epochs: 0 leaves nothing to do"),
                (["rl.name=ppo"], "rl.name: ppo trains policy 'mse', not 'flow'"),
                ([*PPO, "rl.minibatches=3"], "rl.minibatches: 3 does not divide the 200 steps"),
                (["rl.name=reinflow", "sampler.solver=heun"], "sampler.solver"),
                (["rl.name=fpo", "policy.horizon.prediction=2"], "policy.horizon"),
                (["rl.name=fpo", "env.name=none"], "rl.name: fpo needs an environment"),
                (["rl.name=fpo", "train.precision=float64"], "train.precision"),
                ([*PPO, "rl.critic.hidden=[65536, 65536]", "rl.copies=65536", "rl.segment=1000000",
                  "rl.minibatches=65536"], "rl: takes")):
            done = self.fm("run", self.experiment, *TINY, *settings, expect=2)
            self.assertIn(text, done.stderr)
            self.assertEqual(list(self.folder.glob("runs/*/*/config.yaml")), [])

    def test_a_stage_that_is_over_or_missing_is_not_made_longer(self):
        run = self.run_tiny("rl.name=reinflow", *RL)
        self.assertIn("the imitation is over", self.fm("resume", run, "train.epochs=9", expect=2).stderr)
        run = self.run_tiny(*PPO)
        self.assertIn("no imitation", self.fm("resume", run, "train.epochs=9", expect=2).stderr)
        run = self.run_tiny()
        self.assertIn("no reinforcement learning", self.fm("resume", run, "rl.steps=900000", expect=2).stderr)

    def test_resuming_to_fewer_steps_is_refused(self):
        run = self.run_tiny(*PPO)
        self.assertIn("rl.steps", self.fm("resume", run, "rl.steps=400", expect=2).stderr)
        self.assertIn("rl.copies", self.fm("resume", run, "rl.copies=8", expect=2).stderr)
