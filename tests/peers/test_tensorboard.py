"""TensorBoard's own reader finds in a run what the run's own files say. Run by the Python of tests/peers/install."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.metadata import parse_session_start_info_plugin_data

TINY = ["name=tiny", "collect.episodes=4", "network.mlp.hidden=[8]", "train.epochs=4", "train.rollout.every=2",
        "train.rollout.episodes=4", "sampler.steps=2", "eval.episodes=4", "threads=1"]


class TensorBoardTest(unittest.TestCase):
    def test_scalars_histograms_images_and_hyper_parameters(self):
        with tempfile.TemporaryDirectory() as folder:
            experiment = pathlib.Path(folder) / "tiny.yaml"
            experiment.write_text("env: {name: pendulum}\n")
            done = subprocess.run([os.environ["FM"], "run", experiment, *TINY], cwd=folder, check=True,
                                  capture_output=True, text=True)
            run = pathlib.Path(done.stdout.splitlines()[-1])
            events = EventAccumulator(str(run), size_guidance={"scalars": 0})
            events.Reload()
            lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
            for tag, key in (("train/loss", "train_loss"), ("train/gradient_norm", "gradient_norm"),
                             ("train/learning_rate", "learning_rate"), ("rollout/gap", "rollout_gap")):
                expected = [(line["step"], line[key]) for line in lines if key in line]
                found = [(event.step, event.value) for event in events.Scalars(tag)]
                self.assertEqual([step for step, _ in found], [step for step, _ in expected], tag)
                for (_, value), (_, wanted) in zip(found, expected):
                    self.assertAlmostEqual(value, wanted, delta=1e-6 * abs(wanted), msg=tag)  # float32
            evaluation = json.loads((run / "evaluation.json").read_text())
            gap = evaluation["gap"]["mean"]
            self.assertAlmostEqual(events.Scalars("eval/gap")[0].value, gap, delta=1e-5 * abs(gap))
            tags = events.Tags()
            self.assertEqual(sorted(tags["histograms"]), ["actions/torque/expert", "actions/torque/policy"])
            self.assertEqual(events.Histograms("actions/torque/policy")[0].histogram_value.num, 4 * 200)
            self.assertEqual({tag.partition("/")[2] for tag in tags["images"]},
                             {file.stem for file in (run / "figures").glob("*.png")})
            start = parse_session_start_info_plugin_data(events.SummaryMetadata("_hparams_/session_start_info")
                                                         .plugin_data.content)
            self.assertEqual(start.hparams["collect.episodes"].number_value, 4)
            self.assertEqual(start.hparams["seed"].number_value, 0)


if __name__ == "__main__":
    unittest.main()
