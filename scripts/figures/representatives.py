"""One run of each group to look into: the one with the median return, with what can be touched and its figures."""

from html import escape

from . import explorer, motion, replay, style, study_files, thumbnails

FIGURES_BUDGET = 1_000_000  # bytes of base64, of all groups
WIDGETS_BUDGET = 1_000_000
REPLAY_SHARE = 0.3
MOST_OF_ONE = 320_000


def choose(study, files):
    """For each group the index of its run with the (lower) median return, else one with figures; None if there is none."""
    return [_median(study, group.shown(study.runs), files) for group in study.groups]


def _median(study, members, files):
    there = [member for member in members if not files[member].problems]
    scored = sorted((study.runs[member].scores["return"].mean, member) for member in there
                    if study.runs[member].state == "evaluated" and study.runs[member].scores["return"])
    if scored:
        return scored[(len(scored) - 1) // 2][1]
    return next((member for member in there if files[member].figures), None)


def panels(study, files, page_folder):
    """{group: HTML} of the groups that have something to show."""
    chosen = choose(study, files)
    images = thumbnails.within([files[member].figures for member in chosen if member is not None], FIGURES_BUDGET)
    budget = min(MOST_OF_ONE, WIDGETS_BUDGET // max(1, sum(member is not None for member in chosen)))
    parts = {}
    for group, member in enumerate(chosen):
        content = "" if member is None else _content(study.runs[member], files[member], images, budget, page_folder)
        if content:
            parts[group] = f'<section class="panel" data-name="{escape(study.groups[group].name)}" hidden>\n{content}</section>'
    return parts


def _content(run, files, images, budget, page_folder):
    link = f'; <a href="{escape(files.report)}">its report</a>' if files.report else ""
    figures = [_figure(path, images.get(path), page_folder) for path in files.figures]
    touched = _touched(run.directory, budget) if run.state == "evaluated" else ""
    if not figures and not touched:
        return ""
    return f'<p class="note">Run {escape(run.name)}{link}</p>\n{touched}<div class="figures">' + "\n".join(figures) + "</div>\n"


def _touched(directory, budget):
    run, problem = study_files.recorded(directory)
    if run is None:
        return f'<p class="note problem">{escape(problem)}</p>\n'
    moving = replay.html(run, REPLAY_SHARE * budget) or motion.html(run, REPLAY_SHARE * budget)
    return "\n".join(filter(None, [moving, explorer.html(run, (1.0 - REPLAY_SHARE) * budget)])) + "\n"


def _figure(path, image, page_folder):
    title, link = escape(style.readable(path.stem).capitalize()), escape(study_files.address(path, page_folder))
    if image is None:
        return f'<p class="note"><a href="{link}">{title}</a></p>'
    return (f'<figure><a href="{link}"><img alt="{title}" width="{image.width}" height="{image.height}" src="{image.address}"></a>'
            f"<figcaption><b>{title}</b></figcaption></figure>")
