"""The launcher's error messages and exit codes for wrong input."""

import resource

from launcher import TINY, LauncherTest


class ErrorsTest(LauncherTest):
    def test_every_mistake_in_a_file_is_reported_with_its_position(self):
        self.experiment.write_text("name: tiny\ntrain:\n  epoch: 3\n  batch_size: many\nsampler: {steps: 0}\n")
        lines = self.fm("run", self.experiment, expect=2).stderr.splitlines()
        self.assertEqual(len(lines), 3, lines)
        self.assertIn("tiny.yaml:3:3: train.epoch: ", lines[0])
        self.assertIn("did you mean epochs", lines[0])
        self.assertIn("tiny.yaml:4:15: train.batch_size: ", lines[1])
        self.assertIn("tiny.yaml:5:18: sampler.steps: ", lines[2])

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
        self.assertEqual(self.fm("run", again, "--print-config").stdout, printed)

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

    def test_a_damaged_checkpoint_is_refused(self):
        run = self.run_tiny(command="train")
        whole = (run / "checkpoints/best.safetensors").read_bytes()
        damaged = self.folder / "damaged.safetensors"
        for content in (b"", whole[:100], whole[:-1], whole[8:], b"\xff" * 64):
            damaged.write_bytes(content)
            done = self.fm("eval", damaged, expect=2)
            self.assertIn("damaged.safetensors", done.stderr)

    def test_a_full_disk_is_one_clear_error(self):
        done = self.fm("run", self.experiment, *TINY, "runs=/dev/full/runs", expect=1)
        self.assertEqual(len(done.stderr.strip().splitlines()), 2, done.stderr)

    def test_a_run_directory_is_not_used_by_two_processes(self):
        import fcntl
        import os
        run = self.run_tiny(command="train")
        descriptor = os.open(run, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        done = self.fm("resume", run, expect=2)
        os.close(descriptor)
        self.assertIn("another process", done.stderr)
