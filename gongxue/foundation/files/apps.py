from django.apps import AppConfig


class FilesConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.files"
    label = "files"

    def ready(self) -> None:
        """Its jobs stand in the clock's list."""
        from gongxue.foundation.files import tasks as tasks
