"""Reads named values of an HDF5 file, and reports errors with their place in the file."""

import h5py
import numpy as np

LARGEST_DATASET = 1 << 28  # elements; a file that declares more is damaged


class InputError(Exception):
    """Wrong input from the user: an argument, a damaged file."""


class Reader:
    """Reads the attributes and datasets of one group. Links to other files are not followed."""

    def __init__(self, path, group):
        self.path, self.group = path, group

    def fail(self, name, problem):
        raise InputError(f"{self.path}: {self.group.name.rstrip('/')}/{name}: {problem}")

    def groups(self, name):
        """Readers of the subgroups of group `name`, in numeric order; empty if it is missing."""
        parent = self.child(name)
        if parent is None:
            return []
        return [parent.child(index) for index in sorted(parent.group, key=lambda index: (len(index), index))]

    def child(self, name):
        """The reader of group `name`, or None if it is missing."""
        if name not in self.group:
            return None
        self._refuse_links(name)
        if not isinstance(self.group[name], h5py.Group):
            self.fail(name, "should be a group")
        return Reader(self.path, self.group[name])

    def attribute(self, name, kind, default=None):
        """kind: the conversion of the stored value: str, int or float."""
        if name not in self.group.attrs:
            if default is None:
                self.fail(name, "the attribute is missing")
            return default
        value = self.group.attrs[name]
        try:
            return kind(value.decode() if isinstance(value, bytes) else value)
        except (TypeError, ValueError):
            self.fail(name, f"the attribute should be of type {kind.__name__}")

    def lines(self, name):
        """A list of strings, stored as one newline-joined string."""
        return self.attribute(name, str).split("\n")

    def has(self, name):
        return name in self.group

    def array(self, name, *shape):
        """shape: the length of each dimension, None for any but 0."""
        if name not in self.group:
            self.fail(name, "the dataset is missing")
        self._refuse_links(name)
        dataset = self.group[name]
        if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "fiu":
            self.fail(name, "should be a dataset of numbers")
        if dataset.is_virtual or dataset.external:
            self.fail(name, "is stored in another file, which is not read")
        if len(dataset.shape) != len(shape) or any(w not in (None, n) for w, n in zip(shape, dataset.shape)):
            wanted = ", ".join("any" if length is None else str(length) for length in shape)
            self.fail(name, f"has shape {dataset.shape}, should be ({wanted})")
        if dataset.size == 0 and 0 not in shape:
            self.fail(name, "is empty")
        if dataset.size > LARGEST_DATASET:
            self.fail(name, f"declares {dataset.size} values: the file is damaged")
        return np.asarray(dataset[()])

    def _refuse_links(self, name):
        if not isinstance(self.group.get(name, getlink=True), h5py.HardLink):
            self.fail(name, "is a link, which is not followed")
