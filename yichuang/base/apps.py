from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "yichuang.base"
    label = "base"
