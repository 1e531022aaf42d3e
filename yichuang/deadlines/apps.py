from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "yichuang.deadlines"
    label = "deadlines"
