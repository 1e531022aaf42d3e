from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "yichuang.sharing"
    label = "sharing"
