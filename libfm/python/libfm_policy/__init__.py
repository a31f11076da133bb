"""A trained policy of libfm: NumPy in, NumPy out, over the C library libfm_policy.so, without LibTorch.

    import libfm_policy

    with libfm_policy.Policy("checkpoints/best.safetensors") as policy:
        action = policy(observation)  # every policy.time_step seconds

Numbers are float64 in the environment's units. A policy remembers past observations and predictions: reset() begins an
episode. A policy may be used by one thread at a time. Input of a wrong shape or type is a ValueError, and leaves its
memory as it was; so is an action that is not finite, after which the episode has gone one step on.

The library is the one that the environment variable FM_POLICY_LIBRARY names, else it lies beside this module, in the tree
that this module was installed or built in, or where the system looks for libraries.
"""

from __future__ import annotations

import ctypes
import functools
import operator
import os
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Dimension", "Policy"]

_VERSION = 2  # FM_POLICY_VERSION of libfm/realtime/policy.h
_LIBRARY = f"libfm_policy.so.{_VERSION}"
_OBSERVATION, _GOAL, _ACTION = 0, 1, 2  # enum fm_policy_quantity
_WEIGHTS = {"float32": 0, "bfloat16": 1}  # enum fm_policy_weights


class _Options(ctypes.Structure):
    _fields_ = [("seed", ctypes.c_uint64), ("weights", ctypes.c_int)]


_HANDLE, _NUMBERS = ctypes.c_void_p, ctypes.c_void_p  # arrays are passed by their address
_FUNCTIONS = {
    "fm_policy_open": (_HANDLE, [ctypes.c_char_p, ctypes.POINTER(_Options), ctypes.c_char_p, ctypes.c_size_t]),
    "fm_policy_close": (None, [_HANDLE]),
    "fm_policy_observation_size": (ctypes.c_int, [_HANDLE]),
    "fm_policy_goal_size": (ctypes.c_int, [_HANDLE]),
    "fm_policy_action_size": (ctypes.c_int, [_HANDLE]),
    "fm_policy_noise_size": (ctypes.c_int, [_HANDLE]),
    "fm_policy_dimension_name": (ctypes.c_char_p, [_HANDLE, ctypes.c_int, ctypes.c_int]),
    "fm_policy_dimension_unit": (ctypes.c_char_p, [_HANDLE, ctypes.c_int, ctypes.c_int]),
    "fm_policy_dimension_bounds": (ctypes.c_int, [_HANDLE, ctypes.c_int, ctypes.c_int,
                                                  ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double)]),
    "fm_policy_observation_is_hidden": (ctypes.c_int, [_HANDLE, ctypes.c_int]),
    "fm_policy_time_step": (ctypes.c_double, [_HANDLE]),
    "fm_policy_set_rows": (ctypes.c_int, [_HANDLE, ctypes.c_int]),
    "fm_policy_reset_row": (ctypes.c_int, [_HANDLE, ctypes.c_int, ctypes.c_uint64]),
    "fm_policy_act_rows": (ctypes.c_int, [_HANDLE, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS]),
}


def _places() -> list[Path]:
    """Where the library is looked for: beside this module, in the prefix of `cmake --install`, in the source tree's builds,
    the newest first."""
    here = Path(__file__).resolve().parent
    places = [here / _LIBRARY]
    if here.parts[-4:-1] == ("share", "libfm", "python"):
        places += sorted(here.parents[3].glob(f"lib*/{_LIBRARY}")) + sorted(here.parents[3].glob(f"lib/*/{_LIBRARY}"))
    if here.parts[-3:-1] == ("libfm", "python"):
        built = here.parents[2].glob(f"build/*/libfm/{_LIBRARY}")
        places += sorted(built, key=lambda file: file.stat().st_mtime, reverse=True)
    return places


def _file() -> str:
    given = os.environ.get("FM_POLICY_LIBRARY")
    return given if given else next((str(place) for place in _places() if place.is_file()), _LIBRARY)


@functools.lru_cache(maxsize=None)
def _library() -> ctypes.CDLL:
    """The library, loaded at the first use. @raises OSError if there is none, or one of another version."""
    file = _file()
    cure = "build it with `scripts/build fm_policy_c` in libfm's source tree, or set FM_POLICY_LIBRARY to the file"
    try:
        library = ctypes.CDLL(file)
    except OSError as error:
        raise OSError(f"libfm_policy: {file} cannot be loaded ({error}); {cure}") from None
    try:
        version: int = library.fm_policy_version()
        if version != _VERSION:
            raise OSError(f"libfm_policy: {file} has version {version} of the interface, this module needs {_VERSION}; {cure}")
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise OSError(f"libfm_policy: {file} is no libfm_policy.so, or older than this module ({error}); {cure}") from None
    return library


@dataclass(frozen=True)
class Dimension:
    """One number of an observation, a goal or an action."""

    name: str
    unit: str
    low: float  # may be infinite, as `high`
    high: float


class Policy:
    """The policy of a checkpoint, before the first step of episode 0."""

    def __init__(self, checkpoint: Union[str, os.PathLike[str]], *, seed: int = 0,
                 weights: Literal["float32", "bfloat16"] = "float32", rows: int = 1) -> None:
        """
        :param checkpoint: checkpoints/best.safetensors in a run's directory
        :param seed: of the noise that actions are sampled from, a function of (seed, episode, step)
        :param weights: bfloat16: half the memory traffic, actions within its rounding
        :param rows: how many robots or simulations act together, see act_batch
        :raises OSError: without the library libfm_policy.so
        :raises ValueError: if the file is no checkpoint, or its policy is one that the library does not run
        """
        path = os.fsencode(checkpoint)
        if b"\0" in path:
            raise ValueError(f"{checkpoint!r}: a path cannot contain a null character")
        if weights not in _WEIGHTS:
            raise ValueError(f"weights: expected one of {', '.join(_WEIGHTS)}, found {weights!r}")
        options = _Options(_unsigned("seed", seed), _WEIGHTS[weights])
        error = ctypes.create_string_buffer(1024)
        self._library = _library()
        handle: Optional[int] = self._library.fm_policy_open(path, ctypes.byref(options), error, len(error))
        if handle is None:
            raise ValueError(error.value.decode(errors="replace"))
        self._handle: int = handle
        self._close = weakref.finalize(self, self._library.fm_policy_close, handle)
        self._observations, self._goals, self._actions = (
            tuple(self._dimension(quantity, i) for i in range(size(handle)))
            for quantity, size in ((_OBSERVATION, self._library.fm_policy_observation_size),
                                   (_GOAL, self._library.fm_policy_goal_size),
                                   (_ACTION, self._library.fm_policy_action_size)))
        self._noise_size: int = self._library.fm_policy_noise_size(handle)
        self._hidden = np.array([self._library.fm_policy_observation_is_hidden(handle, i) != 0
                                 for i in range(len(self._observations))], dtype=bool)
        self._time_step: float = self._library.fm_policy_time_step(handle)
        self.set_rows(rows)

    @property
    def observations(self) -> tuple[Dimension, ...]:
        return self._observations

    @property
    def goals(self) -> tuple[Dimension, ...]:
        """Empty if the policy has no goal."""
        return self._goals

    @property
    def actions(self) -> tuple[Dimension, ...]:
        return self._actions

    @property
    def observation_size(self) -> int:
        return len(self._observations)

    @property
    def goal_size(self) -> int:
        return len(self._goals)

    @property
    def action_size(self) -> int:
        return len(self._actions)

    @property
    def noise_size(self) -> int:
        """Numbers of noise that a step takes."""
        return self._noise_size

    @property
    def time_step(self) -> float:
        """The time between two actions that the policy was trained for, s; 0: unknown."""
        return self._time_step

    @property
    def rows(self) -> int:
        return self._rows

    def set_rows(self, rows: int) -> None:
        """Begins `rows` independent rows, row i in episode i."""
        self._check_open()
        rows = _whole("rows", rows)
        if not 1 <= rows < 2**31:
            raise ValueError(f"rows: must be at least 1, found {rows}")
        # What the library reads and writes; the rows of each array are contiguous. They are there before it has as many rows.
        inputs = {"observation": np.empty((rows, self.observation_size)), "goal": np.empty((rows, self.goal_size)),
                  "noise": np.empty((rows, self._noise_size))}
        output = np.empty((rows, self.action_size))
        if self._library.fm_policy_set_rows(self._handle, rows) != 0:
            raise MemoryError(f"rows: there is not enough memory for {rows}")
        self._rows, self._inputs, self._output = rows, inputs, output
        self._addresses = {name: array.ctypes.data for name, array in self._inputs.items()}
        self._output_address = self._output.ctypes.data

    def reset(self, episode: int = 0, row: int = 0) -> None:
        """Begins an episode of a row: discards its past observations and predictions."""
        self._check_open()
        row = _whole("row", row)
        if not 0 <= row < self._rows:
            raise ValueError(f"row: there are {self._rows}, found {row}")
        self._library.fm_policy_reset_row(self._handle, row, _unsigned("episode", episode))

    def __call__(self, observation: ArrayLike, goal: Optional[ArrayLike] = None,
                 noise: Optional[ArrayLike] = None) -> NDArray[np.float64]:
        """The next step's action (A), within its bounds.

        :param observation: (O)
        :param goal: (G); None where the policy has none
        :param noise: (noise_size), standard normal numbers; None: the policy's own
        """
        if self._rows != 1:
            raise ValueError(f"the policy has {self._rows} rows, which act_batch acts for")
        self._act(observation, goal, noise, 1)
        action: NDArray[np.float64] = self._output[0].copy()
        return action

    def act_batch(self, observations: ArrayLike, goals: Optional[ArrayLike] = None,
                  noise: Optional[ArrayLike] = None) -> NDArray[np.float64]:
        """The next step's actions (rows, A): row i for the i-th robot or simulation. Arguments as of __call__, with a
        dimension for the rows in front."""
        self._act(observations, goals, noise, 0)
        return self._output.copy()

    def close(self) -> None:
        self._close()

    def __enter__(self) -> Policy:
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def _act(self, observation: ArrayLike, goal: Optional[ArrayLike], noise: Optional[ArrayLike], dropped: int) -> None:
        """:param dropped: dimensions that the caller's arrays lack: 1 without rows"""
        self._check_open()
        self._read("observation", observation, dropped)
        if goal is not None:
            self._read("goal", goal, dropped)
        elif self._goals:
            raise ValueError(f"goal: the policy needs one, of {', '.join(d.name for d in self._goals)}")
        if noise is not None:
            self._read("noise", noise, dropped)
        invalid: int = self._library.fm_policy_act_rows(
            self._handle, self._addresses["observation"], None if goal is None else self._addresses["goal"],
            None if noise is None else self._addresses["noise"], self._output_address)
        if invalid != 0:
            raise ValueError(f"the action of {invalid} of {self._rows} rows is not finite: an input is out of range")

    def _read(self, name: str, values: ArrayLike, dropped: int) -> None:
        """Checks an input and copies it to where the library reads it."""
        array, target = np.asarray(values), self._inputs[name]
        if dropped:
            target = target[0]
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name}: expected numbers, found dtype {array.dtype}")
        if array.shape != target.shape:
            raise ValueError(f"{name}: expected shape {target.shape}, found {array.shape}")
        finite = np.isfinite(array)
        if not finite.all():
            self._check_visible(name, array, finite)
        target[...] = array

    def _check_visible(self, name: str, array: NDArray[np.generic], finite: NDArray[np.bool_]) -> None:
        """:raises ValueError: unless all values that are not finite are of hidden observations, which do not matter"""
        seen = ~finite & ~self._hidden if name == "observation" else ~finite
        for index in np.argwhere(seen)[:1].tolist():
            names = {"observation": self._observations, "goal": self._goals}.get(name)
            what = f"{name}[{', '.join(map(str, index))}]" + (f", '{names[index[-1]].name}'," if names else "")
            raise ValueError(f"{what} is {array[tuple(index)]}")

    def _dimension(self, quantity: int, index: int) -> Dimension:
        low, high = ctypes.c_double(), ctypes.c_double()
        name: bytes = self._library.fm_policy_dimension_name(self._handle, quantity, index)
        unit: bytes = self._library.fm_policy_dimension_unit(self._handle, quantity, index)
        self._library.fm_policy_dimension_bounds(self._handle, quantity, index, ctypes.byref(low), ctypes.byref(high))
        return Dimension(name.decode(), unit.decode(), low.value, high.value)

    def _check_open(self) -> None:
        if not self._close.alive:
            raise ValueError("the policy is closed")


def _whole(name: str, number: int) -> int:
    """A Python integer; NumPy's are accepted too."""
    try:
        return operator.index(number)
    except TypeError:
        raise ValueError(f"{name}: expected a whole number, found {number!r}") from None


def _unsigned(name: str, number: int) -> int:
    number = _whole(name, number)
    if not 0 <= number < 2**64:
        raise ValueError(f"{name}: expected a number from 0 to 2^64 - 1, found {number}")
    return number
