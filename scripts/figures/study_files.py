"""What a study's report takes from the directories of its runs. A file that is missing or damaged is left out and named."""

import json
import os
from dataclasses import dataclass, field
from urllib.parse import quote

from . import json_files, run, settings, thumbnails
from .checked_hdf5 import InputError

LONGEST_TEXT = 1 << 20  # bytes


@dataclass
class Files:
    metrics: list = field(default_factory=list)
    configuration: str = ""
    settings: dict = field(default_factory=dict)
    provenance: str = ""
    figures: list = field(default_factory=list)  # paths
    report: str = ""  # relative address of the run's own report
    problems: list = field(default_factory=list)


def read(directory, page_folder):
    """directory: of a run; page_folder: where the report will be."""
    files = Files()
    try:
        if not directory.is_dir():
            files.problems.append("its directory is not there")
            return files
        run.refuse_links(directory)
        files.configuration = _text(directory / "config.yaml")
        files.settings = settings.read(files.configuration)
        files.provenance = _provenance(_text(directory / "provenance.json"))
        files.figures = thumbnails.paths(directory)
        if (directory / "report.html").is_file():
            files.report = address(directory / "report.html", page_folder)
        files.metrics = json_files.read_metrics(directory / "metrics.jsonl")
    except (InputError, OSError, ValueError) as error:  # ValueError: a name that no file can have
        files.problems.append(str(error))
    return files


def address(path, page_folder):
    """The relative address of a file for a link."""
    return quote(os.path.relpath(path.resolve(), page_folder.resolve()))


def recorded(directory):
    """The figures.run.Run of an evaluated run and "", or None and why it cannot be read."""
    try:
        return run.load(directory), ""
    except (InputError, OSError) as error:
        return None, str(error)


def _text(path):
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LONGEST_TEXT:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def _provenance(text):
    """Without the configuration, which is shown by itself; text that is not JSON stays as it is."""
    try:
        content = json.loads(text)
        kept = {key: value for key, value in content.items() if key not in ("configuration", "previous_configuration")}
        return json.dumps(kept, indent=2, ensure_ascii=False)
    except (ValueError, AttributeError, RecursionError):
        return text
