"""The programs and styles of pages with widgets: those of one run, and those of a study."""

from . import web

OF_A_RUN = ("elements", "arrays", "ticks", "player", "pendulum", "flow_panel", "flow_axes", "motion", "replay_strip", "replay",
            "explorer")


def script(table="run_widgets", *programs):
    """table: the program that lists the widgets; programs: those that define widgets of its own."""
    return web.script(*OF_A_RUN, *programs, table, "start")


def styles(*names):
    return web.styles("page", "widgets", *names)
