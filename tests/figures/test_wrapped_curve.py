import unittest

import examples  # noqa: F401, puts scripts/ on the path
import numpy as np
from figures.time_series import wrap, wrapped_curve


class WrappedCurve(unittest.TestCase):
    def setUp(self):
        self.time = np.linspace(0.0, 4.0, 81)
        self.theta = 5.0 * np.sin(2.3 * self.time)  # crosses +pi and -pi both ways
        self.curve, self.along = wrapped_curve(self.theta, self.time)

    def test_holds_every_sample_in_order(self):
        added = np.isnan(self.curve) | np.isclose(np.abs(self.curve), np.pi, atol=1e-12)
        np.testing.assert_allclose(self.curve[~added], wrap(self.theta), atol=1e-12)
        np.testing.assert_array_equal(self.along[~added], self.time)

    def test_no_line_crosses_the_edge(self):
        step = np.abs(np.diff(self.curve))
        self.assertLess(np.nanmax(step), 5.0 * 2.3 * 0.05 + 1e-9)  # the largest speed times the time step
        crossings = np.count_nonzero(np.diff(np.floor((self.theta + np.pi) / (2.0 * np.pi))))
        self.assertGreater(crossings, 3)
        self.assertEqual(np.count_nonzero(np.isnan(self.curve)), crossings)

    def test_leaves_at_one_edge_and_enters_at_the_other_at_the_same_place(self):
        for gap in np.flatnonzero(np.isnan(self.curve)):
            self.assertAlmostEqual(abs(self.curve[gap - 1]), np.pi)
            self.assertAlmostEqual(self.curve[gap + 1], -self.curve[gap - 1])
            self.assertEqual(self.along[gap - 1], self.along[gap + 1])

    def test_finds_the_crossing_of_a_straight_line(self):
        """theta = 1 + t meets pi at t = pi - 1."""
        time = np.arange(0.0, 5.0, 0.4)
        curve, along = wrapped_curve(1.0 + time, time)
        self.assertAlmostEqual(along[np.flatnonzero(np.isnan(curve))[0]], np.pi - 1.0)

    def test_takes_angles_that_are_wrapped_already(self):
        curve, along = wrapped_curve(wrap(self.theta), self.time)
        np.testing.assert_allclose(curve, self.curve, atol=1e-9)
        np.testing.assert_allclose(along, self.along, atol=1e-9)


if __name__ == "__main__":
    unittest.main()
