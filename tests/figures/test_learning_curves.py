import unittest

import examples  # noqa: F401, puts scripts/ on the path
import numpy as np
from figures import learning_curves


class LearningCurves(unittest.TestCase):
    def test_the_interval_is_students(self):
        values = np.array([[1.0], [2.0], [4.0]])
        mean, low, high, count = learning_curves.mean_with_interval(values)
        margin = 4.303 * values.std(ddof=1) / np.sqrt(3)  # 97.5 % quantile for 2 degrees of freedom
        np.testing.assert_allclose([mean[0], low[0], high[0]], [7 / 3, 7 / 3 - margin, 7 / 3 + margin])
        self.assertEqual(count, [3])

    def test_quantiles_beyond_the_table_are_close(self):
        for freedom, exact in ((21, 2.0796), (30, 2.0423), (60, 2.0003), (120, 1.9799)):
            self.assertAlmostEqual(learning_curves.t_quantile(freedom), exact, delta=2e-3)

    def test_of_two_seeds_the_band_reaches_from_one_to_the_other(self):
        _, low, high, _ = learning_curves.mean_with_interval(np.array([[1.0], [4.0]]))
        np.testing.assert_allclose([low[0], high[0]], [1.0, 4.0])

    def test_a_seed_counts_as_far_as_it_reaches(self):
        steps, mean, low, _, count = learning_curves.mean_curve([([0, 10, 20, 30], [0, 1, 2, 3]), ([0, 20], [2, 4]), ([], [])])
        np.testing.assert_allclose(steps, [0, 10, 20, 30])
        np.testing.assert_allclose(mean, [1.0, 2.0, 3.0, 3.0])
        self.assertEqual(count.tolist(), [2, 2, 2, 1])
        self.assertTrue(np.isnan(low[3]))

    def test_long_curves_are_thinned_with_both_ends(self):
        steps = np.arange(5000)
        kept = learning_curves.mean_curve([(steps, steps)])[0]
        self.assertEqual((kept[0], kept[-1], len(kept)), (0, 4999, learning_curves.MOST_POINTS))

    def test_keys_are_numbers_that_are_recorded_more_than_once(self):
        metrics = [{"step": i, "epoch": i, "train_loss": 1.0, "learning_rate": 0.1, "name": "x"} for i in range(3)]
        metrics.append({"step": 3, "once": 1})
        self.assertEqual(learning_curves.keys([metrics]), ["train_loss", "learning_rate"])


if __name__ == "__main__":
    unittest.main()
