import math
import unittest

import examples  # noqa: F401, puts scripts/ on the path
import numpy as np
from figures import number


class Number(unittest.TestCase):
    def test_has_three_significant_digits_at_any_scale(self):
        for value, shown in ((1.2345e-7, "1.23·10⁻⁷"), (9.996e-5, "0.000100"), (0.0012345, "0.00123"), (0.9996, "1.00"),
                             (-0.5, "−0.500"), (12.345, "12.3"), (-150.71, "−151"), (12345.6, "12346"),
                             (1.2345e7, "1.23·10⁷"), (-9.999e9, "−1.00·10¹⁰"), (5e-324, "4.94·10⁻³²⁴"),
                             (1.7e308, "1.70·10³⁰⁸"), (7, "7.00"), (np.float32(0.25), "0.250")):
            self.assertEqual(number.text(value), shown)

    def test_keeps_the_value_to_half_a_unit_of_the_last_digit(self):
        for value in 1.23456 * 10.0 ** np.arange(-7, 8):
            shown, _, power = number.text(value).partition("·10")
            power = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
            self.assertAlmostEqual(float(shown) * 10.0 ** int(power or 0) / value, 1.0, delta=0.005)

    def test_numbers_read_together_share_the_last_digit(self):
        def together(*group):
            return [number.text(value, among=group) for value in group]

        self.assertEqual(together(-0.01, -0.55, 0.45), ["−0.010", "−0.550", "0.450"])
        self.assertEqual(together(1000.3, 1000.1, 1000.5), ["1000.30", "1000.10", "1000.50"])  # the spread is resolved
        self.assertEqual(together(1e-9, -2e-7), ["0.01·10⁻⁷", "−2.00·10⁻⁷"])
        self.assertEqual(together(-7.0, math.nan, math.nan), ["−7.00", "–", "–"])
        self.assertEqual(together(0.0, -0.0), ["0", "0"])
        self.assertEqual(number.text(-1e-4, among=[250.0]), "0")

    def test_signed_marks_what_is_above_zero(self):
        self.assertEqual([number.signed(value) for value in (2.5, -2.5, 0.0, None)], ["+2.50", "−2.50", "0", "–"])
        self.assertEqual(number.signed(0.0001, among=[25.0, 0.0]), "0.0")

    def test_what_is_no_finite_number_is_a_dash(self):
        for value in (None, math.nan, -math.inf, "3", True, []):
            self.assertEqual(number.text(value), number.DASH)


if __name__ == "__main__":
    unittest.main()
