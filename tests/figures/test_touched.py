"""What the replay and the explorer hold, and their size."""

import base64
import json
import unittest

import examples
import make_example
import numpy as np
from figures import explorer, replay, settings, text_differences, web
from figures.checked_hdf5 import InputError
from figures.run import load


def decoded(packed):
    """As decodeArray of arrays.js."""
    codes = np.frombuffer(base64.b64decode(packed["data"]), web.TYPES[packed["type"]]).reshape(packed["shape"])
    if "low" not in packed:
        return codes
    missing = np.iinfo(codes.dtype).max
    values = packed["low"] + codes * (packed["high"] - packed["low"]) / (missing - 1)
    return np.where(codes == missing, np.nan, values)


class Arrays(unittest.TestCase):
    def test_quantising_keeps_extremes_and_missing_values(self):
        values = np.array([-3.0, np.nan, 0.1, 5.0])
        np.testing.assert_allclose(decoded(web.quantised(values)), values, atol=8.0 / 254 / 2 + 1e-12)
        np.testing.assert_allclose(decoded(web.quantised(values, "u2"))[[0, 3]], [-3.0, 5.0])
        np.testing.assert_array_equal(decoded(web.quantised([2.0, 2.0])), [2.0, 2.0])
        self.assertTrue(np.isnan(decoded(web.quantised([np.nan]))).all())

    def test_data_cannot_end_its_element(self):
        self.assertNotIn("</script><", web.data("</script><!--"))
        self.assertEqual(json.loads(web.data("</script>")[len('<script type="application/json">'): -len("</script>")]), "</script>")


class Touched(examples.RunTest):
    def test_the_replay_holds_the_episodes(self):
        run = load(self.directory)
        data = replay.data(run)
        self.assertEqual(data["episodes"][:3], [run.hardest_start(), 0, 1])
        actor = data["actors"][0]
        self.assertEqual(actor["label"], "policy")
        np.testing.assert_allclose(decoded(actor["angle"])[1], run.policy.states[0][:, 0], atol=2e-3)
        np.testing.assert_allclose(decoded(actor["torque"])[1, :200], run.policy.actions[0][:, 0], atol=1e-3)
        np.testing.assert_allclose(decoded(actor["reward_sum"])[1, -1], run.policy.returns[0], atol=0.02)
        self.assertLess(len(replay.html(run)), 105_000)
        self.assertLess(len(replay.html(run, 30_000)), 33_000)

    def test_an_episode_that_ended_early_is_shown_to_its_end(self):
        with self.hdf5() as file:
            for name in ("actions", "rewards"):
                file["policy"][name][0, 60:] = np.nan
            for name in ("observations", "states"):
                file["policy"][name][0, 61:] = np.nan
        angle = decoded(replay.data(load(self.directory))["actors"][0]["angle"])
        self.assertEqual(np.isfinite(angle[1]).sum(), 61)

    def test_the_explorer_holds_the_flow_of_each_state(self):
        run = load(self.directory)
        data = explorer.data(run)
        with self.hdf5("r") as file:
            group = file["explorer"]
            limit = data["limit"]
            np.testing.assert_allclose(decoded(data["velocity"]), np.clip(group["velocity"], -limit, limit), atol=limit / 200)
            np.testing.assert_allclose(decoded(data["samples"])[:, :, 1, 3], np.clip(group["samples"][:, :, 1, 3], -5, 5),
                                       atol=10.0 / 250)
            np.testing.assert_allclose(decoded(data["expert"]), group["expert"], rtol=1e-6)
            np.testing.assert_allclose(data["axes"][1]["values"], group["axis_1"])
        self.assertEqual([axis["unit"] for axis in data["axes"]], ["rad", "rad/s"])
        self.assertLess(len(explorer.html(run)), 250_000)

    def test_a_small_budget_thins_the_explorer_evenly(self):
        data = explorer.data(load(self.directory), 60_000)
        self.assertLess(sum(len(data[name]["data"]) for name in ("velocity", "samples")), 61_000)
        self.assertEqual((data["sample_times"][0], data["sample_times"][-1]), (0.0, 1.0))
        self.assertAlmostEqual(data["axes"][0]["values"][0], -np.pi)
        self.assertEqual(explorer.html(load(self.directory), 1000), "")

    def test_one_axis_and_no_expert(self):
        with self.hdf5() as file:
            del file["explorer"]
            make_example.write_explorer(file, np.random.default_rng(0), (21,))
            del file["explorer/expert"]
        run = load(self.directory)
        data = explorer.data(run)
        self.assertEqual((len(data["axes"]), data["is_pendulum"], data["velocity"]["shape"][:2]), (1, False, [21, 1]))
        self.assertTrue(np.isnan(decoded(data["expert"])).all())
        self.assertNotIn("diamond", explorer.html(run))

    def test_older_files_have_no_explorer(self):
        with self.hdf5() as file:
            del file["explorer"]
        self.assertEqual(explorer.html(load(self.directory)), "")

    def test_damaged_explorers_are_refused(self):
        def replace(file, name, values):
            del file[f"explorer/{name}"]
            file[f"explorer/{name}"] = values

        def falling(file):
            replace(file, "times", np.linspace(1, 0, 21))

        def misshapen(file):
            replace(file, "expert", np.zeros((2, 2)))

        def infinite(file):
            file["explorer/velocity"][0, 0, 0, 0] = np.inf

        def units(file):
            file["explorer"].attrs["axis_units"] = "rad"

        for change, message in ((falling, "/explorer/times: should be two or more increasing"),
                                (misshapen, "/explorer/expert: has shape"),
                                (infinite, "/explorer/velocity: contains values"), (units, "/explorer/axis_names: should have")):
            with self.subTest(change.__name__):
                self.setUp()
                with self.hdf5() as file:
                    change(file)
                with self.assertRaises(InputError) as caught:
                    load(self.directory)
                self.assertIn(message, str(caught.exception))


class Texts(unittest.TestCase):
    def test_differences_put_together_give_the_texts(self):
        texts = ["a\nb\nc", "a\nx\nc", "", "a\nc\nd\ne", "z"]
        encoded = text_differences.encode(texts)
        self.assertIsNone(encoded["changes"][2])
        for text, changes in zip(texts, encoded["changes"]):
            if text:
                lines = list(encoded["base"])
                for begin, end, added in reversed(changes):
                    lines[begin:end] = added
                self.assertEqual("\n".join(lines), text)

    def test_settings_are_read_as_flat_keys(self):
        text = "seed: 0\nenv:\n  name: a\n  pendulum:\n    mass: 1.0\ntrain:\n  epochs: 5\nnetwork: {name: mlp}\n"
        self.assertEqual(settings.read(text), {"seed": "0", "env.name": "a", "env.pendulum.mass": "1.0", "train.epochs": "5",
                                               "network": "{name: mlp}"})
        self.assertEqual(settings.differing([settings.read(text), settings.read(text.replace("5", "6")), {}]), ["train.epochs"])


if __name__ == "__main__":
    unittest.main()
