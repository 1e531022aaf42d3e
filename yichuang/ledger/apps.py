from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "yichuang.ledger"
    label = "ledger"
