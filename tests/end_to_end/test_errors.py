"""The launcher's error messages and exit codes for wrong input."""

import json
import os
import resource
import subprocess

from launcher import TINY, LauncherTest, without_origins


class ErrorsTest(LauncherTest):
    def test_every_mistake_in_a_file_is_reported_with_its_position(self):
        self.experiment.write_text("name: tiny\ntrain:\n  epoch: 3\n  batch_size: many\nsampler: {steps: 0}\n")
        lines = self.fm("run", self.experiment, expect=2).stderr.splitlines()
        self.assertEqual(len(lines), 3, lines)
        self.assertIn("tiny.yaml:3:3: train.epoch: ", lines[0])
        self.assertIn("did you mean epochs", lines[0])
        self.assertIn("tiny.yaml:4:15: train.batch_size: ", lines[1])
        self.assertIn("tiny.yaml:5:18: sampler.steps: ", lines[2])

    def test_the_printed_configuration_says_where_each_value_is_given(self):
        (self.folder / "shared.yaml").write_text("# shared\nseed: 4\ntrain: {epochs: 3}\n")
        self.experiment.write_text("base: shared.yaml\ntrain: {epochs: 5}\n")
        printed = self.fm("run", "tiny.yaml", "sampler.steps=7", "--print-config").stdout
        for line in ("seed: 4 +# shared.yaml:2", "  epochs: 5 +# tiny.yaml:2", "  steps: 7 +# override", "threads: 0 +# default"):
            self.assertRegex(printed, f"(?m)^{line}$")
        self.assertNotIn("base:", printed)
        run = self.run_tiny("sampler.steps=7")
        self.assertNotIn("#", (run / "config.yaml").read_text())
        (run / "config.yaml").write_text("base: elsewhere.yaml\n")
        self.assertIn("config.yaml:1:7: base: cannot be used here", self.fm("eval", run, expect=2).stderr)
        checkpoint = self.fm("eval", run / "checkpoints/last.safetensors", "sampler.steps=3", "--print-config", expect=2)
        self.assertIn("base: cannot", checkpoint.stderr)

    def test_contradictions_are_reported_with_all_their_places(self):
        self.experiment.write_text("train: {epoch: 3}\npolicy: {horizon: {prediction: 4}}\nsampler: {executed: 8}\n")
        lines = self.fm("run", "tiny.yaml", "data.weights=[1]", expect=2).stderr.splitlines()
        self.assertEqual(len(lines), 3, lines)  # in the order of the file, then of the overrides
        self.assertTrue(lines[0].startswith("tiny.yaml:1:9: train.epoch: unknown key"), lines[0])
        self.assertTrue(lines[1].startswith("tiny.yaml:3:21: sampler.executed: 8 exceeds"), lines[1])
        self.assertIn("(with policy.horizon.prediction at tiny.yaml:2:32)", lines[1])
        self.assertTrue(lines[2].startswith("override 'data.weights=[1]': data.weights: has 1 weights"), lines[2])

    def test_what_is_found_before_a_run_has_its_place_too(self):
        self.experiment.write_text("policy:\n  name: one_step\n  teacher: absent.safetensors\n")
        told = self.fm("run", "tiny.yaml", expect=2).stderr
        self.assertTrue(told.startswith("tiny.yaml:3:12: policy.teacher: "), told)
        self.assertIn("does not exist", told)

    def test_overrides_are_checked_too(self):
        done = self.fm("run", self.experiment, "train.epoch=3", "device=gpu", expect=2)
        self.assertIn("train.epoch=3", done.stderr)
        self.assertIn("did you mean", done.stderr)

    def test_a_mistake_creates_nothing(self):
        self.fm("run", self.experiment, "sampler.solver=eular", expect=2)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["tiny.yaml"])

    def test_dry_run_and_print_config_create_nothing(self):
        self.assertIn("would collect", self.fm("run", self.experiment, "--dry-run").stdout)
        printed = self.fm("run", self.experiment, "train.epochs=7", "--print-config").stdout
        self.assertIn("epochs: 7", printed)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["tiny.yaml"])
        again = self.folder / "again.yaml"
        again.write_text(printed)
        self.assertEqual(without_origins(self.fm("run", again, "--print-config").stdout), without_origins(printed))

    def test_wrong_arguments_exit_with_2(self):
        for arguments in ([], ["fly"], ["run"], ["run", "missing.yaml"], ["resume", "nowhere"], ["eval", "nothing"],
                          ["run", self.experiment, "--fast"], ["eval", self.experiment]):
            done = self.fm(*arguments, expect=2)
            self.assertTrue(done.stderr.strip(), arguments)
            self.assertNotIn("terminate", done.stderr)

    def test_help_and_version_exit_with_0(self):
        self.assertIn("run", self.fm("--help").stdout)
        self.assertRegex(self.fm("--version").stdout, r"^\d+\.\d+\.\d+")

    def test_help_and_mistakes_are_answered_quickly(self):
        self.experiment.write_text("train: {epoch: 3}\n")
        for arguments, code in ((["--help"], 0), (["run", self.experiment], 2)):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.fm(*arguments, expect=code)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            # CPU time, which depends little on other load: about 0.2 s, mostly LibTorch's start-up.
            self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1.0, arguments)

    def test_a_driver_that_cannot_be_used_is_reported_with_the_cure(self):
        """Against libraries with libcuda's name that answer as drivers in trouble do."""
        for version, error, expected in ((12040, 0, "supports CUDA up to 12.4"), (14000, 100, "no NVIDIA GPU is visible"),
                                         (14000, 803, "error 803")):
            source = self.folder / "driver.c"
            source.write_text(f"int cuInit(unsigned flags) {{ return {error}; }}\n"
                              f"int cuDriverGetVersion(int* version) {{ *version = {version}; return 0; }}\n")
            subprocess.run(["cc", "-shared", "-fPIC", "-o", self.folder / "libcuda.so.1", source], check=True)
            environment = dict(os.environ, LD_LIBRARY_PATH=str(self.folder))
            done = self.fm("train", self.experiment, *TINY, "device=cuda", expect=1, env=environment)
            last = done.stderr.splitlines()[-1]
            self.assertIn("device: cuda is not available", last)
            # Before the driver's version is known to be too old, LibTorch's own CUDA libraries must load.
            self.assertRegex(last, f"{expected}|scripts/setup --cuda" if version < 13000 else expected)

    def test_a_damaged_checkpoint_is_refused(self):
        run = self.run_tiny(command="train")
        whole = (run / "checkpoints/best.safetensors").read_bytes()
        damaged = self.folder / "damaged.safetensors"
        for content in (b"", whole[:100], whole[:-1], whole[8:], b"\xff" * 64):
            damaged.write_bytes(content)
            done = self.fm("eval", damaged, expect=2)
            self.assertIn("damaged.safetensors", done.stderr)

    def test_runs_below_a_file_are_one_clear_error(self):
        done = self.fm("run", self.experiment, *TINY, "runs=/dev/full/runs", expect=2)
        self.assertEqual(done.stderr, "override 'runs=/dev/full/runs': runs: '/dev/full' is a file; give a folder, which is created if needed\n")

    def test_a_run_directory_is_not_used_by_two_processes(self):
        import fcntl
        import os
        run = self.run_tiny(command="train")
        descriptor = os.open(run, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        done = self.fm("resume", run, expect=2)
        os.close(descriptor)
        self.assertIn("another process", done.stderr)

    def test_an_unknown_command_is_answered_with_the_nearest(self):
        self.assertIn("did you mean run?", self.fm("rnu", expect=2).stderr)
        self.assertIn("unknown command 'frob'", self.fm("frob", expect=2).stderr)

    def test_cross_field_mistakes_have_their_place_beside_the_others(self):
        self.experiment.write_text("network: {mlp: {hidden: []}, time_embedding: 7}\ntrain: {epoch: 3}\n")
        lines = self.fm("run", self.experiment, expect=2).stderr.splitlines()
        self.assertEqual(len(lines), 3, lines)
        self.assertIn("tiny.yaml:1:25: network.mlp.hidden: ", lines[0])
        self.assertIn("tiny.yaml:1:46: network.time_embedding: ", lines[1])
        self.assertIn("tiny.yaml:2:9: train.epoch: ", lines[2])

    def test_contradictions_between_options_have_their_places_too(self):
        self.experiment.write_text("name: tiny\nsampler: {executed: 3}\npolicy:\n  shortcut:\n    finest: 12\n")
        lines = self.fm("run", self.experiment, "collect.goal_levels=2", expect=2).stderr.splitlines()
        self.assertEqual(len(lines), 3, lines)
        self.assertIn("tiny.yaml:2:21: sampler.executed: 3 exceeds", lines[0])
        self.assertIn("tiny.yaml:5:13: policy.shortcut.finest: 12 is not a power of two", lines[1])
        self.assertTrue(lines[2].startswith("override 'collect.goal_levels=2': collect.goal_levels: "), lines)

    def test_teachers_without_a_beginning_are_refused_with_their_chain(self):
        a, b = self.folder / "a.yaml", self.folder / "b.yaml"
        for file, teacher in ((a, b), (b, a)):
            file.write_text(f"name: {file.stem}\npolicy: {{name: one_step, teacher: {teacher}}}\n")
        for arguments in (["run", a], ["run", a, "--dry-run"], ["test", a], ["train", a]):
            self.assertIn("b.yaml -> ", self.fm(*arguments, expect=2).stderr)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["a.yaml", "b.yaml", "tiny.yaml"])

    def test_sizes_are_refused_before_memory_is_taken(self):
        for setting in ("network.mlp.hidden=[" + ",".join(["65536"] * 16) + "]", "network.residual_mlp.width=65536"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            done = self.fm("run", self.experiment, "network.name=" + setting.split(".")[1], setting, "--dry-run", expect=2)
            self.assertIn("GB of memory", done.stderr)
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 2.0)
        self.experiment.write_text("network: {mlp: {hidden: [" + ",".join(["1"] * 500000) + "]}}\n")
        done = self.fm("run", self.experiment, expect=2)
        self.experiment.write_text("name: tiny\n")
        self.assertIn("needs 1 to 1000 elements", done.stderr)
        values = "[" + ",".join(str(i) for i in range(1, 1001)) + "]"
        grid = f"eval.grid={{sampler.steps: {values}, sampler.temperature: {values}}}"
        self.assertIn("1000000 points", self.fm("run", self.experiment, grid, expect=2).stderr)

    def test_a_checkpoint_is_held_against_its_size_and_the_options_bounds(self):
        run = self.run_tiny(command="train")
        whole = (run / "checkpoints/best.safetensors").read_bytes()
        length = int.from_bytes(whole[:8], "little")

        def rewritten(change):
            header = json.loads(whole[8:8 + length])
            metadata = {key: json.loads(value) for key, value in header["__metadata__"].items() if key != "digest"}
            change(metadata)
            header["__metadata__"] = {key: json.dumps(value) for key, value in metadata.items()} | {"digest": "none"}
            text = json.dumps(header).encode()
            text += b" " * (-len(text) % 8)
            file = self.folder / "rewritten.safetensors"
            file.write_bytes(len(text).to_bytes(8, "little") + text + whole[8 + length:])
            return file

        self.fm("eval", rewritten(lambda metadata: None))
        huge = rewritten(lambda metadata: metadata["network"]["mlp"].update(hidden=[65536] * 16))
        self.assertIn("describes a network", self.fm("eval", huge, expect=2).stderr)
        for episodes in (-5, 1):
            few = rewritten(lambda metadata: metadata["experiment"]["eval"].update(episodes=episodes))
            self.assertIn("eval.episodes", self.fm("eval", few, expect=2).stderr)

    def test_runs_that_name_a_file_are_refused_by_the_key(self):
        done = self.fm("run", self.experiment, *TINY, f"runs={self.experiment}", expect=2)
        self.assertIn("runs: ", done.stderr)

    def test_eval_refuses_what_it_would_ignore(self):
        run = self.run_tiny(command="train")
        self.assertIn("runs=elsewhere", self.fm("eval", run, "runs=elsewhere", expect=2).stderr)
        for setting in ("data.observations=[nothing]", "data.mixed=true"):
            self.assertIn("other data.files", self.fm("eval", run, setting, expect=2).stderr)

    def test_an_expert_that_does_not_fit_creates_nothing_and_is_found_by_a_dry_run(self):
        for command in (["collect"], ["demo"], ["collect", "--dry-run"], ["demo", "--dry-run"]):
            done = self.fm(*command, self.experiment, "env.name=toy_2d", expect=2)
            self.assertIn("'swing_up_lqr' needs env.name: pendulum", done.stderr)
            done = self.fm(*command, self.experiment, "expert.name=policy", expect=2)
            self.assertIn("expert.policy.from: give a run directory", done.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["tiny.yaml"])

    def test_a_log_is_not_written_through_a_symbolic_link(self):
        run = self.run_tiny(command="train")
        (run / "log.txt").unlink()
        victim = self.folder / "victim.txt"
        victim.write_text("mine\n")
        (run / "log.txt").symlink_to(victim)
        self.assertIn("symbolic link", self.fm("resume", run, expect=2).stderr)
        self.assertEqual(victim.read_text(), "mine\n")

    def test_a_full_log_disk_is_said_once_and_the_run_goes_on(self):
        # 64 kB a file: enough for everything but a log of the size that it already has.
        run = self.run_tiny(command="train")
        (run / "log.txt").write_text("x" * (1 << 16))

        def limit():
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, resource.RLIM_INFINITY))
        done = self.fm("resume", run, preexec_fn=limit)
        self.assertEqual(done.stderr.count("lines are lost"), 1, done.stderr)
        self.assertNotIn("[*** LOG ERROR", done.stderr)

    def test_a_loss_that_rises_far_is_a_warning(self):
        done = self.fm("train", self.experiment, *TINY, "train.learning_rate=1", "train.warm_up=0.9", "train.clip=null",
                       "train.rollout.every=0")
        self.assertIn("the loss rose from", done.stderr)
