"""Two workers and one message."""

import pytest

from tests.dispatching import in_thread
from tests.factories import MOTHER, NOW
from tests.messaging import gateway, gateway_process, short_line, shown
from tests.simulators_fixtures import Simulator
from yichuang.notices import messages
from yichuang.notices.data import MessageState
from yichuang.notices.models import Message

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("committed_db")]
__all__ = ["gateway", "gateway_process", "short_line"]


def queue() -> int:
    return messages.queue_message(
        key="received:RACE", application_number="RACE", phone=MOTHER.phone, text="已收件", now=NOW
    )


def test_of_those_who_queue_and_send_at_the_same_moment_one_does(gateway: Simulator) -> None:
    in_thread(*[queue] * 4)
    message = Message.objects.get(application_number="RACE")
    in_thread(*[lambda: messages.send_message(message.id, now=NOW)] * 4)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)
    assert len(shown(gateway)) == 1
