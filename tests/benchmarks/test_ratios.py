import json
import random
import unittest

import benchmarks_path  # noqa: F401
import ratios


class Ratios(unittest.TestCase):
    def test_a_slow_round_leaves_the_ratio_unchanged(self):
        numbers = random.Random(0)
        slowness = [numbers.uniform(1.0, 5.0) for _ in range(9)]
        ratio = ratios.of_rounds("act", "jax", [10.0 * s for s in slowness], [30.0 * s for s in slowness])
        self.assertAlmostEqual(ratio.ratio, 3.0)
        self.assertAlmostEqual(ratio.spread, 0.0)

    def test_median_and_half_the_interquartile_range(self):
        ratio = ratios.of_rounds("act", "jax", [1.0] * 5, [5.0, 1.0, 2.0, 3.0, 4.0])
        self.assertEqual((ratio.ours_us, ratio.peer_us), (1.0, 3.0))
        self.assertEqual((ratio.ratio, ratio.spread), (3.0, 1.0))

    def test_one_round_has_no_spread(self):
        ratio = ratios.of_rounds("act", "jax", [2.0], [3.0])
        self.assertEqual((ratio.ratio, ratio.spread), (1.5, 0.0))

    def test_json_has_the_documented_keys_and_is_read_back(self):
        written = [ratios.of_rounds("act 256x3", "onnxruntime", [31.25], [84.5])]
        text = ratios.to_json(written)
        self.assertEqual(list(json.loads(text)[0]), ["work", "peer", "ours_us", "peer_us", "ratio", "spread"])
        self.assertEqual(ratios.from_json(text), written)

    def test_new_results_replace_old_ones_in_their_places(self):
        def entry(work, us):
            return ratios.of_rounds(work, "jax", [1.0], [us])

        kept = ratios.replaced([entry("a", 2.0), entry("b", 2.0)], [entry("a", 3.0), entry("c", 3.0)])
        self.assertEqual([(r.work, r.ratio) for r in kept], [("a", 3.0), ("b", 2.0), ("c", 3.0)])

    def test_table_has_a_row_for_each_work_and_a_column_for_each_peer(self):
        results = [ratios.of_rounds("train", "jax", [500.0] * 3, [900.0, 1234.0, 1300.0]),
                   ratios.of_rounds("act", "onnxruntime", [30.0], [8400.0])]
        lines = ratios.markdown(results, ["jax", "onnxruntime"]).splitlines()
        self.assertEqual(lines[0], "| work | libfm, us | jax | onnxruntime |")
        self.assertEqual(lines[2:], ["| train | 500 | 2.47 ± 0.2 (1234) |  |", "| act | 30 |  | 280 ± 0 (8400) |"])


if __name__ == "__main__":
    unittest.main()
