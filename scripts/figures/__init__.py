"""The figures of a run, one file each.

A figure is a module with draw(run), which gives a matplotlib Figure, or None where the run holds nothing for it, and
caption(run), which says what is seen and how to read it. The table of figures stands in scripts/plot.
"""
