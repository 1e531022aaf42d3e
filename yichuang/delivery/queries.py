"""What was handed over."""

from yichuang.delivery.models import HandOver


def of_application(application_id: int) -> list[HandOver]:
    """The hand-overs of an application that the caller may see, oldest first."""
    return list(HandOver.objects.filter(application_id=application_id).order_by("id"))
