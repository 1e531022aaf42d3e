"""Django made ready inside a process of the command line."""

import os


def django() -> None:
    """Load settings and apps. Raises `ImproperlyConfigured` with the variable and the remedy."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yichuang.config.settings")
    import django as library

    library.setup()
