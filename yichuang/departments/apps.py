from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "yichuang.departments"
    label = "departments"
