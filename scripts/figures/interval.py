"""A mean with its 95 % interval."""

from dataclasses import dataclass

import numpy as np

from . import number

MEANING = ("95 % intervals cover the draw of initial states and of the policy's noise, not the variation between trainings "
           "(seeds).")


@dataclass
class Interval:
    mean: float
    low: float  # NaN if there is only one episode
    high: float

    def __str__(self):
        mean, low, high = self.texts(number.signed)
        return mean + (f" (95 % interval {low} to {high})" if self.has_ends else "")

    def texts(self, show):
        """Mean, low and high as text. show: number.text or number.signed."""
        values = (self.mean, self.low, self.high)
        return [show(value, among=values) for value in values]

    @property
    def has_ends(self):
        return bool(np.isfinite([self.low, self.high]).all())

    @property
    def margins(self):
        """Distances below and above the mean, (2, 1), as Axes.errorbar expects them."""
        return np.maximum([[self.mean - self.low], [self.high - self.mean]], 0.0)


def read(recorded):
    """Parses {"mean", "ci95": [low, high]} of evaluation.json; None gives None. Raises ValueError for anything else."""
    if recorded is None:
        return None
    try:
        low, high = (np.nan if end is None else float(end) for end in recorded["ci95"])
        return Interval(float(recorded["mean"]), low, high)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError('should be {"mean": number, "ci95": [number, number]}') from None


def of_mean(values):
    """Mean +- 1.96 standard errors."""
    margin = 1.96 * values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else np.nan
    return Interval(values.mean(), values.mean() - margin, values.mean() + margin)
