"""Puts scripts/benchmarks on the path."""

import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "scripts" / "benchmarks"
sys.path.insert(0, str(SOURCES))
