from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        """All models are loaded: register every act."""
        from gongxue.foundation.lifecycle.acts import load_acts

        load_acts()
