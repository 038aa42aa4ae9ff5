from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrailConfig(AppConfig):
    """Every act leaves an entry; registers cannot be altered."""

    name = "gongxue.foundation.trail"
    label = "trail"

    def ready(self) -> None:
        """Reinstall the triggers once at the end of every migration run; register the sealing job."""
        from gongxue.foundation.trail import tasks as tasks
        from gongxue.foundation.trail.triggers import after_migrate

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="trail.triggers")
