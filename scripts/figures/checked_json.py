"""Reads named values of a JSON object, and reports errors with their place in the file."""

from . import interval, number
from .checked_hdf5 import InputError


class Checked:
    """A JSON object, whose values are read with their type; errors name the place."""

    def __init__(self, value, where):
        if not isinstance(value, dict):
            raise InputError(f"{where}: should be an object")
        self.value, self.where = value, where

    def fail(self, key, problem):
        raise InputError(f"{self.where}: {key}: {problem}")

    def get(self, key, kind):
        value = self.value.get(key)
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
            self.fail(key, f"should be of type {kind.__name__}")
        return value

    def number(self, key):
        value = self.value.get(key)
        if not number.is_finite(value):
            self.fail(key, "should be a number")
        return float(value)

    def share(self, key):
        return None if self.value.get(key) is None else self.number(key)

    def texts(self, key):
        values = self.get(key, list)
        if not all(isinstance(value, str) for value in values):
            self.fail(key, "should be a list of texts")
        return values

    def text_map(self, key):
        values = self.get(key, dict)
        if not all(isinstance(value, str) for value in values.values()):
            self.fail(key, "should hold texts")
        return values

    def items(self, key, optional=False):
        values = [] if optional and self.value.get(key) is None else self.get(key, list)
        return [Checked(value, f"{self.where}: {key}[{i}]") for i, value in enumerate(values)]

    def child(self, key):
        return Checked(self.value.get(key), f"{self.where}: {key}")

    def interval(self, key, mean="mean", ends="ci95"):
        """{mean, ends} of the object `key`; None if it is null."""
        inner = self.value.get(key)
        if inner is None:
            return None
        try:
            read = interval.read({"mean": inner[mean], "ci95": inner.get(ends) or [None, None]})
        except (KeyError, TypeError, AttributeError, ValueError):
            read = None
        if read is None or not number.is_finite(read.mean):
            self.fail(key, f'should be {{"{mean}": number, "{ends}": [number, number]}} or null')
        return read

    def numbers(self, key, length=None):
        values = self.get(key, list)
        if not all(value is None or number.is_finite(value) for value in values):
            self.fail(key, "should be a list of numbers")
        if length is not None and len(values) != length:
            self.fail(key, f"has {len(values)} numbers, should have {length}")
        return values
