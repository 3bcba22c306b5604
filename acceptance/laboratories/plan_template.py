"""The plan of a comparison to fill in."""

from __future__ import annotations

from acceptance.messages import tr


def text() -> str:
    """Return a plan with what each field means, in the user's language."""
    return tr(
        """\
# A comparison of laboratories. Every field: docs/compare_labs.md
title = ""            # above the page
camera = ""           # serial number of the camera that goes round
chart = "acceptance"  # name of the chart; may stay empty
chart_copy = ""       # serial number of its print; may stay empty
coordinator = ""      # who evaluates
repeats = 2           # results of each laboratory for each figure
rounds = false        # true: the entries are rounds of one laboratory
blind = false         # true: the page has codes, no names

# Each laboratory hands in a form (acceptance compare-labs forms writes it) or session folders,
# with paths from this file's folder.
[[laboratories]]
code = "L1"
name = ""
form = "L1.xlsx"

[[laboratories]]
code = "L2"
name = ""
sessions = []         # ["L2/20261129-101500-abc123"]

# Figures, as acceptance measure --json names them; several levels are several figures.
[[figures]]
id = "mtf50"
quantity = "resolution.mtf50"
region = "centre.edge_horizontal"
direction = "horizontal"
# shots = ["500lx-1", "500lx-2"]  # the repeats of this level; without: all shots of the camera
# assigned = 0.30                 # assigned value; without: the robust mean of the laboratories
# assigned_uncertainty = 0.002    # its standard uncertainty
# sigma = 0.01                    # for z scores; without: the robust standard deviation
"""
    )
