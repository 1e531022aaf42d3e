"""Django made ready inside a process of the command line."""

import os


def name_settings() -> None:
    """Say where the settings are, so that they can be read before the apps are loaded, which takes seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yichuang.config.settings")


def django() -> None:
    """Load settings and apps. Raises `ImproperlyConfigured` with the variable and the remedy."""
    name_settings()
    import django as library

    library.setup()
