"""The figures of a run, one file each.

A figure is a module with draw(run), which returns a matplotlib Figure, or None if the run has no data for it, and
caption(run), which describes the figure and how to read it. The table of figures is in scripts/plot. What can be
touched in a report is a program of web/, to which web.py gives its data; the report of several runs begins in study_report.py.
"""
