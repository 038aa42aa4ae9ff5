from django.apps import AppConfig


class FilesConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.files"
    label = "files"
