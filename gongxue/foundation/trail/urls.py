"""The trail's one public address."""

from __future__ import annotations

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.trail import views

urlpatterns = [
    route("trail/checkpoint", views.checkpoint, "trail.checkpoint", Open.PUBLIC),
]
