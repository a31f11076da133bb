"""Numbers as text, by one rule for every table, caption and heading.

Three significant digits; digits before the decimal point are all kept. Numbers that are read together, as a mean and its
interval, share the last digit: it gives three digits to the largest of them and two to their spread. Below 1e-4 and from
1e6 on, a power of ten follows. What is not a finite number is a dash.
"""

import math
from decimal import Decimal
from numbers import Real

DASH = "\N{EN DASH}"
DIGITS, SPREAD_DIGITS = 3, 2
PLAIN = range(-4, 6)  # exponents of numbers that are shown without a power of ten
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def text(value, among=()):
    """among: the numbers that `value` is read together with; others than finite numbers in it are ignored."""
    if not is_finite(value):
        return DASH
    group = [float(number) for number in (value, *among) if is_finite(number)]
    largest, spread = max(map(abs, group)), max(group) - min(group)
    if largest == 0.0:
        return "0"
    exponent = _exponent(largest, DIGITS)
    last = exponent - DIGITS + 1  # exponent of the last digit
    if 0.0 < spread < math.inf:
        last = min(last, _exponent(spread, SPREAD_DIGITS) - SPREAD_DIGITS + 1)
    power = 0 if exponent in PLAIN else exponent
    digits = f"{Decimal(float(value)).scaleb(-power):.{max(0, power - last)}f}"
    if not digits.strip("-0."):
        digits = digits.lstrip("-")
    return _minus(digits) + (f"·10{str(power).translate(_SUPERSCRIPT)}" if power else "")


def signed(value, among=()):
    """Like text, with a plus sign if it is positive."""
    shown = text(value, among)
    return "+" + shown if shown[0].isdigit() and value > 0 and shown.strip("0.") else shown


def integer(value):
    return _minus(str(value))


def is_finite(value):
    """Whether `value` is a number at all, and neither infinite nor NaN."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the range of float
        return False


def _exponent(value, digits):
    """The power of ten of the first digit of `value`, rounded to `digits` significant digits."""
    return int(f"{value:.{digits - 1}e}".split("e")[1])


def _minus(shown):
    return shown.replace("-", "\N{MINUS SIGN}")
