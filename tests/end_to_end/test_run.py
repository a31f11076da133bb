"""Whole runs from YAML to figures: their files, reproducibility, evaluation of checkpoints, and training on own data."""

import json
import pathlib
import shutil

import h5py
import numpy as np

from launcher import TINY, LauncherTest, clean

TWO_MODES = pathlib.Path(__file__).resolve().parents[2] / "experiments/two_modes.yaml"


class RunTest(LauncherTest):
    def test_a_run_writes_all_its_files(self):
        run = self.run_tiny("report.figures=true")
        for name in ("config.yaml", "provenance.json", "log.txt", "metrics.jsonl", "data.h5", "evaluation.json",
                     "evaluation.h5", "report.html", "checkpoints/best.safetensors", "checkpoints/last.safetensors",
                     "figures/expert_trajectory.png", "figures/rollout_comparison.png", "figures/flow_field.png",
                     "figures/denoising_process.png"):
            self.assertTrue((run / name).is_file() and (run / name).stat().st_size > 0, name)
        endings = sorted(path.suffix for path in run.glob("events.out.tfevents.*"))
        self.assertEqual(endings, [".evaluation", ".figures", ".libfm"])
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        self.assertTrue(all(line["gradient_norm"] > 0.0 for line in lines), lines)
        evaluation = self.evaluation(run)
        self.assertEqual(list(evaluation), ["env", "episodes", "seed", "goal", "policy", "expert", "gap", "demonstrator",
                                            "action_error", "smoothness", "latency", "checkpoint_hash", "variants"])
        self.assertEqual(evaluation["latency"]["nfe"], 4)
        mean_gap = evaluation["policy"]["return"]["mean"] - evaluation["expert"]["return"]["mean"]
        self.assertAlmostEqual(evaluation["gap"]["mean"], mean_gap, places=9)
        provenance = json.loads((run / "provenance.json").read_text())
        for key in ("git_commit", "seed", "threads", "cpu", "data_hash", "libraries", "image_digest"):
            self.assertIn(key, provenance)

    def test_the_same_seed_gives_the_same_bytes_with_a_cache_and_without(self):
        first = self.run_tiny()
        cached = self.run_tiny()
        elsewhere = self.run_tiny("runs=other")
        self.assertNotEqual(first, cached)
        self.assert_same_results(first, cached)
        self.assert_same_results(first, elsewhere)

    def test_another_seed_gives_another_policy(self):
        first, second = self.run_tiny(), self.run_tiny("seed=1")
        self.assertNotEqual((first / "checkpoints/best.safetensors").read_bytes(),
                            (second / "checkpoints/best.safetensors").read_bytes())

    def test_the_resolved_configuration_runs_again_as_the_same_run(self):
        first = self.run_tiny("train.epochs=2")
        done = self.fm("run", first / "config.yaml")
        self.assert_same_results(first, first.parent / done.stdout.splitlines()[-1])

    def test_threads_change_no_bit_of_collection_and_evaluation(self):
        several_blocks = ["collect.episodes=260", "eval.episodes=260", "train.epochs=1", "train.rollout.every=0",
                          "train.best=loss"]
        one, two = (self.run_tiny(*several_blocks, f"threads={n}", f"runs=on_{n}") for n in (1, 2))
        self.assertEqual((one / "data.h5").read_bytes(), (two / "data.h5").read_bytes())
        results = []
        for threads in (1, 2, 3):
            done = self.fm("eval", one, f"threads={threads}")
            results.append(clean(json.loads((one.parent / done.stdout.splitlines()[-1] / "evaluation.json").read_text())))
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])

    def test_a_checkpoint_is_evaluated_without_its_run(self):
        run = self.run_tiny()
        alone = self.folder / "alone.safetensors"
        alone.write_bytes((run / "checkpoints/best.safetensors").read_bytes())
        done = self.fm("eval", alone, "device=cpu")
        directory = self.folder / done.stdout.splitlines()[-1]
        self.assertEqual(clean(self.evaluation(directory)), clean(self.evaluation(run)))

    def test_evaluation_with_other_settings_goes_to_a_folder_named_after_them(self):
        run = self.run_tiny()
        before = (run / "evaluation.json").read_bytes()
        done = self.fm("eval", run, "sampler.steps=2", "--visualize")
        self.assertEqual(done.stdout.splitlines()[-1], str(run / "evaluations" / "sampler.steps=2"))
        self.assertEqual((run / "evaluation.json").read_bytes(), before)
        self.assertTrue((run / "evaluations/sampler.steps=2/figures/flow_field.png").is_file())
        self.assertEqual(self.evaluation(run / "evaluations/sampler.steps=2")["latency"]["nfe"], 2)

    def test_evaluation_in_longer_episodes_than_those_of_training(self):
        run = self.run_tiny()
        self.fm("eval", run, "env.pendulum.horizon=2000", "eval.episodes=12")
        folder = run / "evaluations/env.pendulum.horizon=2000,eval.episodes=12"
        with h5py.File(folder / "evaluation.h5") as file:
            self.assertEqual(file.attrs["horizon"], 2000)
            self.assertEqual(file["policy/states"].shape[:2], (10, 2001))  # as many as 20,000 steps hold

    def test_settings_fixed_by_training_and_unfit_environments_are_refused(self):
        run = self.run_tiny()
        done = self.fm("eval", run, "policy.name=mse", expect=2)
        self.assertIn("policy.name=mse: is fixed by training", done.stderr)
        for also in ([], ["--dry-run"]):
            done = self.fm("eval", run, "env.name=pendulum_target", "expert.name=target_lqr", *also, expect=2)
            self.assertIn("'pendulum_target' has the goals [target], but the policy was trained with []", done.stderr)
        self.assertIn("would evaluate", self.fm("eval", run, "--dry-run").stdout)
        self.assertFalse((run / "evaluations").exists())

    def test_the_grid_evaluates_one_checkpoint_at_each_setting(self):
        run = self.run_tiny("eval.grid={sampler.steps: [1, 3], sampler.solver: [euler, heun]}")
        variants = self.evaluation(run)["variants"]
        self.assertEqual([v["settings"] for v in variants],
                         [{"sampler.steps": s, "sampler.solver": o} for s in (1, 3) for o in ("euler", "heun")])
        self.assertEqual([v["latency"]["nfe"] for v in variants], [1, 2, 3, 6])

    def test_a_policy_of_the_optimal_expert(self):
        run = self.run_tiny("expert.name=optimal", "collect.uniform_states=500", "collect.noise=0")
        self.assertGreater(self.evaluation(run)["expert"]["return"]["mean"], -400)


class OtherCommandsTest(LauncherTest):
    def test_demo_draws_the_expert(self):
        done = self.fm("demo", self.experiment, "eval.episodes=10")
        directory = self.folder / done.stdout.splitlines()[-1]
        self.assertIn("swing_up_lqr return", done.stdout)
        self.assertTrue((directory / "figures/expert_trajectory.png").is_file())

    def test_demo_of_a_run_shows_its_policy_at_a_goal(self):
        run = self.run_tiny("env.name=pendulum_target", "expert.name=target_lqr", "eval.grid={eval.goal: [[-0.2], [0.1]]}")
        variants = self.evaluation(run)["variants"]
        self.assertEqual([v["settings"] for v in variants], [{"eval.goal": [-0.2]}, {"eval.goal": [0.1]}])
        self.assertNotEqual(*[v["expert"]["return"]["mean"] for v in variants])
        done = self.fm("demo", run, "goal=0.3")
        directory = self.folder / done.stdout.splitlines()[-1]
        self.assertEqual(directory, run / "evaluations" / "eval.episodes=20,eval.goal=[0.3]")
        self.assertEqual((self.evaluation(directory)["episodes"], self.evaluation(directory)["variants"]), (20, []))
        self.assertTrue((directory / "figures/rollout_comparison.png").is_file())
        with h5py.File(directory / "evaluation.h5") as file:
            goals = file["policy/goals"][:]
            for picture in file["flow_field"].values():
                np.testing.assert_allclose(picture["goal"][:], [0.3], rtol=1e-6)
        self.assertEqual(set(goals[~np.isnan(goals)]), {np.float32(0.3)})
        same = self.fm("demo", run, "goal=[0.3]").stdout.splitlines()[-1]
        self.assertEqual(self.folder / same, directory)
        self.assertIn("goal=: give the numbers", self.fm("demo", run, "goal=", expect=2).stderr)
        again = self.fm("demo", run, "goal=0.3,0.1", expect=2)
        self.assertIn("eval.goal: has 2 numbers for the goal of environment 'pendulum_target': target (rad)", again.stderr)

    def test_collect_names_its_file_and_finds_it_again(self):
        first = self.fm("collect", self.experiment, *TINY)
        again = self.fm("collect", self.experiment, *TINY)
        self.assertEqual(first.stdout, again.stdout)
        self.assertIn("found in the cache", again.stderr)
        left = pathlib.Path(first.stdout.strip()).parent / "parts"
        left.mkdir()
        self.fm("collect", self.experiment, *TINY)
        self.assertFalse(left.exists())

    def test_train_stops_before_evaluation(self):
        run = self.run_tiny(command="train")
        self.assertTrue((run / "checkpoints/best.safetensors").is_file())
        self.assertFalse((run / "evaluation.json").exists())

    def test_schema_is_json_and_names_every_section(self):
        schema = json.loads(self.fm("schema").stdout)
        for section in ("env", "expert", "collect", "policy", "network", "sampler", "train", "eval"):
            self.assertIn(section, schema["properties"])

    def test_init_starts_from_another_runs_weights(self):
        first = self.run_tiny()
        second = self.run_tiny(f"train.init={first}", "train.epochs=1", "train.learning_rate=1e-12", "train.ema=0")
        self.assertAlmostEqual(self.evaluation(first)["action_error"]["rmse"],
                               self.evaluation(second)["action_error"]["rmse"], places=3)
        for other in ("policy.flow.target=data", "policy.flow.path=cosine", "network.mlp.hidden=[8]"):
            done = self.fm("run", self.experiment, *TINY, f"train.init={first}", other, expect=2)
            self.assertIn("train.init: ", done.stderr)

    def test_what_cannot_be_evaluated_is_refused_before_training(self):
        for settings, place in ((["policy.name=mse", "sampler.warm_start=0.5"], "sampler.warm_start"),
                                (["policy.name=mse", "eval.log_probability=true"], "eval.log_probability"),
                                (["eval.grid={sampler.executed: [1, 4]}", "policy.horizon.prediction=2"], "sampler.executed"),
                                (["eval.grid={sampler.guidance: [1, 2]}"], "sampler.guidance"),
                                (["policy.name=one_step", f"policy.teacher={TWO_MODES}"], "sampler.temperature"),
                                (["policy.name=reflow", "policy.teacher=nowhere"], "policy.teacher"),
                                (["env.name=toy_2d"], "expert.name")):
            done = self.fm("run", self.experiment, *TINY, *settings, expect=2)
            self.assertIn(place, done.stderr)
            self.assertFalse((self.folder / "runs").exists())  # nothing was created


class OwnDataTest(LauncherTest):
    def setUp(self):
        super().setUp()
        self.data = self.fm("collect", self.experiment, *TINY).stdout.strip()

    def test_data_files_with_an_environment_are_evaluated_in_full(self):
        run = self.run_tiny(f"data.files=[{self.data}]")
        self.assertIsNotNone(self.evaluation(run)["gap"])

    def test_noise_on_actions_counts_in_the_action_error(self):
        run = self.run_tiny(f"data.files=[{self.data}]", "env.name=none")
        self.fm("eval", run, "sampler.action_noise=2")
        noisy = self.evaluation(run / "evaluations/sampler.action_noise=2.0")["action_error"]["rmse"]
        self.assertGreater(noisy, 1.05 * self.evaluation(run)["action_error"]["rmse"])

    def test_long_settings_have_folders_of_their_own(self):
        run = self.run_tiny(f"data.files=[{self.data}]", "env.name=none")
        folders = []
        for name in ("a", "b"):
            (self.folder / ("x" * 200)).mkdir(exist_ok=True)
            file = self.folder / ("x" * 200) / f"{name}.h5"
            shutil.copy(self.data, file)
            folders.append(self.fm("eval", run, f"data.files=[{file}]").stdout.splitlines()[-1])
        self.assertNotEqual(*folders)

    def test_data_files_without_an_environment_give_the_action_error(self):
        run = self.run_tiny(f"data.files=[{self.data}, {self.data}]", "env.name=none", "report.figures=true")
        evaluation = self.evaluation(run)
        self.assertIsNone(evaluation["gap"])
        self.assertIsNone(evaluation["policy"])
        self.assertGreater(evaluation["action_error"]["rmse"], 0)
        self.assertTrue((run / "report.html").is_file())

    def test_minimal_files_from_h5py_train(self):
        import h5py
        import numpy
        with h5py.File(self.folder / "mine.h5", "w") as file:
            for n in range(4):
                group = file.create_group(f"episodes/{n}")
                observations = numpy.random.default_rng(n).normal(size=(31, 5))
                group["observations"], group["actions"] = observations, observations[:-1, :2]
                group["rewards"] = numpy.zeros(30)
        run = self.run_tiny("data.files=[mine.h5]", "env.name=none")
        self.assertGreater(self.evaluation(run)["action_error"]["rmse"], 0)

    def own_data(self, name, change=lambda observations, actions: (observations, actions)):
        """60 episodes of a simple task, changed. Returns the file."""
        import h5py
        import numpy
        weights, numbers = numpy.random.default_rng(0).normal(size=(3, 2)), numpy.random.default_rng(1)
        with h5py.File(self.folder / name, "w") as file:
            for n in range(60):
                observations = numbers.normal(size=(51, 3))
                actions = numpy.tanh(observations[:-1] @ weights)
                group = file.create_group(f"episodes/{n}")
                group["observations"], group["actions"] = change(observations, actions)
                group["rewards"] = numpy.zeros(50)
        return name

    def action_error(self, file, *settings):
        done = self.fm("run", self.experiment, f"data.files=[{file}]", "env.name=none", "train.epochs=10", "threads=1",
                       "train.batch_size=128", "train.validation=0.1", "network.mlp.hidden=[32]", "sampler.steps=4",
                       "network.time_embedding=8", "eval.episodes=20", "report.figures=false", "device=cpu", *settings)
        return self.evaluation(pathlib.Path(done.stdout.splitlines()[-1]))["action_error"]["rmse"]

    def test_units_and_offsets_change_no_error(self):
        plain = self.action_error(self.own_data("plain.h5"))
        for exponent in (-20, 20):
            unit = 2.0 ** exponent
            scaled = self.own_data("scaled.h5", lambda observations, actions: (observations * unit, actions / unit))
            self.assertAlmostEqual(self.action_error(scaled) * unit / plain, 1.0, places=5)
        moved = self.own_data("moved.h5", lambda o, a: (5.4e6 + 0.02 * o, 5.4e6 + 0.1 * a))
        self.assertAlmostEqual(self.action_error(moved) / 0.1 / plain, 1.0, places=3)

    def test_quantiles_do_not_follow_a_glitch(self):
        plain = self.action_error(self.own_data("plain.h5"))
        def glitch(observations, actions):
            if observations[0, 0] == first:
                actions[20, 1] = 1000.0
            return observations, actions
        import numpy
        first = numpy.random.default_rng(1).normal(size=(51, 3))[0, 0]
        file = self.own_data("glitch.h5", glitch)
        self.assertGreater(self.action_error(file), 5 * plain)
        self.assertLess(self.action_error(file, "policy.normaliser=quantile"), 1.5 * plain)

    def test_a_run_without_held_out_states_has_no_action_error(self):
        self.assertIsNone(self.action_error(self.own_data("plain.h5"), "train.validation=0"))

    def test_dry_run_reads_the_data(self):
        import numpy
        def spoil(observations, actions):
            observations[7, 1] = numpy.nan
            return observations, actions
        settings = ["env.name=none", "--dry-run"]
        good, bad = self.own_data("plain.h5"), self.own_data("bad.h5", spoil)
        words = self.fm("run", self.experiment, f"data.files=[{good}]", *settings).stdout
        self.assertIn("would train, evaluate and report", words)
        self.assertIn("row 7, column 1 holds nan",
                      self.fm("run", self.experiment, f"data.files=[{bad}]", *settings, expect=2).stderr)

    def test_data_that_does_not_fit_the_environment_is_refused(self):
        import h5py
        import numpy
        with h5py.File(self.folder / "other.h5", "w") as file:
            group = file.create_group("episodes/0")
            group["observations"], group["actions"] = numpy.zeros((3, 7)), numpy.zeros((2, 1))
            group["rewards"] = numpy.zeros(2)
        done = self.fm("run", self.experiment, *TINY, "data.files=[other.h5]", expect=2)
        self.assertIn("has 7 observations, 1 actions and 0 goals, but environment 'pendulum' has 3", done.stderr)
