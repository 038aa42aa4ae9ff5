"""All URLs: each part brings its own; every one says what it needs (see foundation.access.routes)."""

from django.urls import include, path

_PARTS = (
    "foundation.pages",
    "foundation.identity",
    "foundation.trail",
    "foundation.official_forms",
    "foundation.files",
    "parties",
    "exchange",
    "stage1_planning",
    "stage2_staffing",
    "stage3_programme",
    "stage4_enrolment",
    "stage5_delivery",
    "stage6_assessment",
    "stage7_evaluation",
    "certificates",
    "desks",
    "api",
)

urlpatterns = [path("", include(f"gongxue.{part}.urls")) for part in _PARTS]

handler403 = "gongxue.foundation.pages.middleware.denied"
handler404 = "gongxue.foundation.pages.middleware.not_found"
handler500 = "gongxue.foundation.pages.middleware.broken"
