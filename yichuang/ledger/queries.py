"""Reading the record."""

from yichuang.ledger.models import Entry


def entries(ids: list[int]) -> list[Entry]:
    """These entries, in order."""
    return list(Entry.objects.filter(id__in=ids).order_by("id"))
