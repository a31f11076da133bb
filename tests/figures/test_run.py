import json
import unittest

import examples
import numpy as np
from figures.checked_hdf5 import InputError
from figures.run import load


class Reading(examples.RunTest):
    def test_holds_what_the_file_holds(self):
        run = load(self.directory)
        with self.hdf5("r") as file:
            np.testing.assert_array_equal(run.policy.returns, file["policy/returns"])
            np.testing.assert_array_equal(run.expert.states[3], file["expert/states"][3])
            self.assertEqual(run.hardest_start(), int(np.argmin(file["expert/returns"])))
        self.assertEqual([(d.name, d.unit) for d in run.states], [("theta", "rad"), ("omega", "rad/s")])
        self.assertEqual((run.actions[0].low, run.actions[0].high), (-2.0, 2.0))
        self.assertEqual([f.label for f in run.denoising], ["hanging", "halfway", "upright"])

    def test_the_hardest_start_is_among_the_kept_episodes(self):
        with self.hdf5() as file:
            for name in ("observations", "actions", "states", "rewards"):
                kept = file["expert"][name][:5]
                del file["expert"][name]
                file["expert"][name] = kept
            file["expert/returns"][:] = np.arange(40.0)[::-1]
        self.assertEqual(load(self.directory).hardest_start(), 4)

    def test_cuts_an_episode_where_it_ended(self):
        with self.hdf5() as file:
            for name in ("actions", "rewards"):
                file["policy"][name][2, 60:] = np.nan
            for name in ("observations", "states"):
                file["policy"][name][2, 61:] = np.nan
        run = load(self.directory)
        self.assertEqual((len(run.policy.actions[2]), len(run.policy.states[2])), (60, 61))
        self.assertFalse(np.isnan(run.policy.states[2]).any())

    def test_shows_observations_where_there_are_no_states(self):
        with self.hdf5() as file:
            file.attrs.update({"state_names": "", "state_units": ""})
            for group in (file["policy"], file["expert"]):
                shape = group["states"].shape
                del group["states"]
                group.create_dataset("states", shape=(*shape[:2], 0))
        run = load(self.directory)
        self.assertEqual([d.name for d in run.states], ["cos_theta", "sin_theta", "omega"])
        self.assertEqual(run.expert.states[0].shape, (201, 3))

    def test_ignores_only_a_half_written_last_line_of_metrics(self):
        path = self.directory / "metrics.jsonl"
        path.write_text('{"step": 1, "train_loss": 2}\n{"step": 2, "train_l')
        self.assertEqual(load(self.directory).metrics, [{"step": 1, "train_loss": 2}])
        path.write_text('{"step": 1, "train_l\n{"step": 2, "train_loss": 2}\n')
        self.assert_refused("metrics.jsonl:1: not a JSON object")

    def test_names_the_place_of_what_is_wrong(self):
        def drop(file):
            del file["policy/returns"]

        def misshape(file):
            del file["flow_field/1/velocity"]
            file["flow_field/1/velocity"] = np.zeros((3, 4))

        def link(file):
            del file["expert/states"]
            file["expert/states"] = examples.h5py.ExternalLink("/etc/passwd", "/x")

        def future(file):
            file.attrs["format_version"] = 2

        def unbounded(file):
            file.attrs["action_low"] = "-2\n-2"

        def infinite(file):
            file["expert/returns"][0] = np.nan

        for change, message in ((drop, "/policy/returns: the dataset is missing"),
                                (misshape, "/flow_field/1/velocity: has shape (3, 4), should be (41, 81)"),
                                (link, "/expert/states: is a link, which is not followed"),
                                (future, "format version 2, but this program reads 1"),
                                (unbounded, "/action_low: has 2 lines for 1 names"),
                                (infinite, "/expert/returns: contains values that are not finite")):
            with self.subTest(change.__name__):
                self.setUp()
                with self.hdf5() as file:
                    change(file)
                self.assert_refused(message)

    def test_refuses_a_file_that_is_cut_off(self):
        path = self.directory / "evaluation.h5"
        path.write_bytes(path.read_bytes()[:5000])
        self.assert_refused("evaluation.h5: damaged, or not an HDF5 file")

    def test_refuses_an_evaluation_of_another_form(self):
        path = self.directory / "evaluation.json"
        for change, place in (({"gap": 3}, "evaluation.json: gap: should be"),
                              ({"action_error": 0.1}, "evaluation.json: action_error: should be"),
                              ({"variants": [{"action_error": {"dimensions": [1]}}]}, "variants[0]: action_error"),
                              ({"policy": {"return": {"mean": 1.0}}}, "evaluation.json: policy: should be"),
                              ({"variants": [{"gap": {"mean": 0, "ci95": "12"}}, 5]}, "variants[1]: gap")):
            path.write_text(json.dumps(change))
            self.assert_refused(place)

    def assert_refused(self, message):
        with self.assertRaises(InputError) as caught:
            load(self.directory)
        self.assertIn(message, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
