"""The documentation agrees with the program."""

import pathlib

from launcher import LauncherTest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class DocumentsTest(LauncherTest):
    def test_the_reference_is_the_programs_own(self):
        printed = self.fm("schema", "--markdown").stdout.strip()
        self.assertTrue(printed in (ROOT / "experiments/README.md").read_text(),
                        "replace it: output of fm schema --markdown, below '## Reference' in experiments/README.md")

    def test_every_shipped_experiment_is_valid(self):
        files = sorted((ROOT / "experiments").rglob("*.yaml"))
        self.assertGreaterEqual(len(files), 4)
        for file in files:
            self.fm("run", file, "--dry-run", cwd=ROOT)  # the path of policy.teacher is relative to the root

    def test_the_main_experiment_says_the_defaults(self):
        defaults = self.folder / "defaults.yaml"
        defaults.write_text("{}\n")
        self.assertEqual(self.fm("run", ROOT / "experiments/pendulum.yaml", "--print-config").stdout,
                         self.fm("run", defaults, "--print-config").stdout)
