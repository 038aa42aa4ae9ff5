"""Driving one class through its life by the same actions that the pages use.

A `Run` carries what one class needs; STEPS say what happens on which day; `drive` performs every step whose day has
come. Nothing here writes a table by itself.
"""

from gongxue.rehearsal.drive.enrolling import apply
from gongxue.rehearsal.drive.run import Run, refresh, seat_roles
from gongxue.rehearsal.drive.steps import STAGE_1, STEPS, Step, drive, drive_together
from gongxue.rehearsal.drive.teaching import teach

__all__ = [
    "STAGE_1", "STEPS", "Run", "Step", "apply", "drive", "drive_together", "refresh", "seat_roles", "teach",
]  # fmt: skip
