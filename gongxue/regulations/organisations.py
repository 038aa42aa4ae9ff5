"""The kinds of organisations, and which of them train and employ (TR 2.4, TR 4, MG 24)."""

from __future__ import annotations

from enum import StrEnum


class OrganisationKind(StrEnum):
    """Where a role can be held (TR 2.4, TR 4, MG 24).

    reading: AMB-30 schools are added to the six kinds of users, 等用户 leaves room for them
    """

    CENTRE = "centre"
    PROVINCE = "province"
    DEVELOPMENT_CENTRE = "development_centre"
    TRAINING_BASE = "training_base"
    SCHOOL = "school"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name in the texts."""
        return {
            "centre": "部指导中心",
            "province": "省级管理部门",
            "development_centre": "师资研修中心",
            "training_base": "教师培训基地",
            "school": "技工院校",
        }[self.value]

    @property
    def trains(self) -> bool:
        """Whether it is a training institution (TR 4)."""
        return self in INSTITUTIONS


INSTITUTIONS = frozenset({OrganisationKind.DEVELOPMENT_CENTRE, OrganisationKind.TRAINING_BASE})
EMPLOYERS = INSTITUTIONS | {OrganisationKind.SCHOOL}  # an institution is usually also a school
