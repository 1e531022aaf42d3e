"""How long a start takes. Stands alone: it must be measured before this process makes Django ready itself."""

import time

from bench.installation import Installation
from bench.report import Figure, at_most


def measure_start(installation: Installation) -> list[Figure]:
    """`yichuang up`, the first time on an empty home and the second time, until its first page has come."""
    figures = []
    for what, budget in (("first", None), ("second", 5.0)):
        began = time.monotonic()
        process = installation.start("yichuang.config.cli", "up")
        installation.wait_for_page(process)
        seconds = time.monotonic() - began
        installation.stop(process)
        figures.append(at_most(f"`yichuang up`, the {what} time, to the first page", seconds, "s", budget))
    return figures
