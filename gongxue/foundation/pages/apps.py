from django.apps import AppConfig


class PagesConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.pages"
    label = "pages"
