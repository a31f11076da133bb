import contextlib
import io
import unittest

import benchmarks_path  # noqa: F401
import side_by_side


class Clockwork:
    """A worker that always takes the same time."""

    def __init__(self, us, journal):
        self.us = us
        self.journal = journal

    def time(self, work, seconds):
        self.journal.append((self, work, seconds))
        return self.us[work] if isinstance(self.us, dict) else self.us


class Rounds(unittest.TestCase):
    def setUp(self):
        self.journal = []
        ours = Clockwork({"act 256x3": 30.0, "act 256x3 bf16": 20.0}, self.journal)
        self.workers = {"libfm": ours} | {peer: Clockwork(us, self.journal) for peer, us in
                                          (("jax", 90.0), ("onnxruntime", 60.0), ("onnxruntime-all", 50.0),
                                           ("torch-compile", 120.0), ("torch-eager", 300.0))}

    def measure(self, works):
        (peers_work, ours), = side_by_side.grouped(works).items()
        return side_by_side.measure(peers_work, ours, self.workers, rounds=4, seconds=0.5)

    def test_bfloat16_is_compared_with_the_same_turns_of_the_peers(self):
        found = {(r.work, r.peer): r.ratio for r in self.measure(["act 256x3", "act 256x3 bf16"])}
        self.assertEqual(len(found), 10)
        self.assertAlmostEqual(found["act 256x3", "jax"], 3.0)
        self.assertAlmostEqual(found["act 256x3 bf16", "onnxruntime"], 3.0)

    def test_every_worker_has_one_turn_a_round_and_the_first_changes(self):
        self.measure(["act 256x3"])
        self.assertTrue(all(seconds == 0.0 for _, _, seconds in self.journal[:6]))  # compilation comes first
        rounds = [[who for who, _, _ in self.journal[6 * i:6 * i + 6]] for i in range(1, 5)]
        for turns in rounds:
            self.assertEqual(set(turns), set(self.workers.values()))
        self.assertEqual(len({turns[0] for turns in rounds}), 4)

    def test_only_training_in_float32_has_a_roofline(self):
        works = ["train 256x3 b256", "train 256x3 b256 bf16"]
        self.assertIn(("roofline", works[0]), side_by_side.turns_of(works[0], works))
        self.assertNotIn(("roofline", works[0]), side_by_side.turns_of(works[0], works[1:]))

    def test_works_on_cuda_are_measured_alone_and_with_their_own_peers(self):
        self.assertTrue(all("cuda" not in name for name in side_by_side.parse([]).works))
        options = side_by_side.parse(["--cuda", "--python", "python3"])
        self.assertTrue(options.works and all("cuda" in name for name in options.works))
        self.assertEqual(options.result.name, "bench-cuda.json")
        groups = side_by_side.grouped(options.works)
        self.assertEqual(groups["train 256x3 b256 cuda"], ["train 256x3 b256 cuda", "train 256x3 b256 cuda bf16"])
        self.assertNotIn(("roofline", "train 256x3 b256 cuda"),
                         side_by_side.turns_of("train 256x3 b256 cuda", options.works))
        for wrong in (["--cuda"], ["act 256x3", "--cuda", "--python", "python3"], ["train 256x3 b256 cuda"]):
            with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
                side_by_side.parse(wrong)


if __name__ == "__main__":
    unittest.main()
