"""The documentation agrees with the program."""

import pathlib
import re
import shlex

from launcher import TINY, LauncherTest, without_origins
from motion_clip import write_clip

ROOT = pathlib.Path(__file__).resolve().parents[2]


def with_bases(file):
    """The text of an experiment, after those of the files that it is based on."""
    text = file.read_text()
    base = re.search(r"^base: (.*)$", text, re.MULTILINE)
    return (with_bases(file.parent / base[1]) if base else "") + text


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
            text, stand_ins = with_bases(file), []  # for Python environments, recordings and clips, which are not here
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

    def test_every_command_of_the_tutorial_runs(self):
        text = (ROOT / "experiments/tutorial/README.md").read_text()
        commands = re.findall(r"^ {4}scripts/fm (.*)$|`scripts/fm ((?:run|sweep) [^`]*)`", text, re.MULTILINE)
        shown = {file.name for file in (ROOT / "experiments/tutorial").glob("*.yaml")}
        tiny = [*TINY, "train.steps=0", "rl.steps=1024", "rl.copies=4", "rl.segment=128", "rl.minibatches=2",
                "rl.critic.hidden=[8]", "collect.uniform_states=100", f"runs={self.folder}"]
        long = ("rl.steps=", "eval.episodes=")
        first = ""  # what RUN_DIR means: the directory of the last command without overrides
        for command in dict.fromkeys(block or inline for block, inline in commands):
            verb, experiment, *overrides = shlex.split(command)
            shown.discard(pathlib.Path(experiment).name)
            swept = re.search(r"^sweep:(?:.*\n(?:[ #].*\n)*)", (ROOT / experiment).read_text() + "\n", re.MULTILINE)
            given = {override.partition("=")[0] for override in overrides if not override.startswith(long)}
            kept = [setting for setting in tiny if setting.partition("=")[0] not in given
                    and not (swept and f"{setting.partition('=')[0]}:" in swept[0])]
            if verb == "sweep":
                kept.append("sweep.seeds=[0]")
            overrides = [setting.replace("RUN_DIR", first) for setting in overrides]
            with self.subTest(command):
                done = self.fm(verb, experiment, *overrides, *kept, cwd=ROOT)
                if not overrides:
                    first = done.stdout.splitlines()[-1]
        self.assertEqual(shown, set(), "experiments without a command on the page")
