"""The documentation agrees with the program."""

import pathlib
import re

from launcher import LauncherTest, without_origins
from motion_clip import write_clip

ROOT = pathlib.Path(__file__).resolve().parents[2]


class DocumentsTest(LauncherTest):
    def test_the_reference_is_the_programs_own(self):
        printed = self.fm("schema", "--markdown").stdout.strip()
        self.assertTrue(printed in (ROOT / "experiments/README.md").read_text(),
                        "replace it: output of fm schema --markdown, below '## Reference' in experiments/README.md")

    def test_the_schema_is_the_programs_own(self):
        self.assertTrue(self.fm("schema").stdout == (ROOT / "experiments/schema.json").read_text(),
                        "replace it: scripts/fm schema > experiments/schema.json")

    def test_every_shipped_experiment_names_the_schema_and_says_what_it_shows(self):
        for file in sorted((ROOT / "experiments").rglob("*.yaml")):
            first, second = file.read_text().splitlines()[:2]
            schema = re.fullmatch(r"# yaml-language-server: \$schema=(.*)", first)
            self.assertTrue(schema, file)
            self.assertEqual((file.parent / schema[1]).resolve(), ROOT / "experiments/schema.json", file)
            self.assertRegex(second, "^# .{20}", file)

    def test_every_shipped_experiment_is_valid(self):
        files = sorted((ROOT / "experiments").rglob("*.yaml"))
        self.assertGreaterEqual(len(files), 4)
        clip = self.folder / "clip.txt"
        write_clip(clip)
        for file in files:
            text, stand_ins = file.read_text(), []  # for Python environments, recordings and clips, which are not here
            if "gymnasium:" in text:
                stand_ins = ["env.name=pendulum", "expert.name=zero", "data.files=[]"]
            if "humanoid_motion:" in text:
                stand_ins = [f"env.humanoid_motion.clip={clip}", "expert.name=zero"]
            self.fm("run", file, *stand_ins, "--dry-run", cwd=ROOT)  # the path of policy.teacher is relative to the root

    def test_the_main_experiment_says_the_defaults(self):
        defaults = self.folder / "defaults.yaml"
        defaults.write_text("{}\n")
        self.assertEqual(without_origins(self.fm("run", ROOT / "experiments/pendulum.yaml", "--print-config").stdout),
                         without_origins(self.fm("run", defaults, "--print-config").stdout))
