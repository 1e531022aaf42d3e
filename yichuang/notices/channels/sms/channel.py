"""Text messages (短信) through an HTTP gateway: `POST <gateway>/messages` (docs/operator.md)."""

from functools import cache

import httpx
from django.conf import settings

from yichuang.notices.contract import NotSent, Outgoing, Rejected, Unanswered

#: Seconds. The gateway only takes the message in; delivering it is its own affair.
_TIMEOUT = httpx.Timeout(5.0, connect=3.0, pool=3.0)
#: Statuses by which the gateway speaks of the message itself. Others speak of the line or of our configuration.
_REFUSALS = frozenset({400, 409, 422})


@cache
def client() -> httpx.Client:
    """One client a process: its threads share connections. The machine's proxies are not used."""
    return httpx.Client(timeout=_TIMEOUT, trust_env=False)


def ready() -> bool:
    """Whether a gateway is configured."""
    return bool(settings.SMS_GATEWAY)


def send(message: Outgoing) -> None:
    """Hand the message to the gateway."""
    body = {"id": str(message.id), "phone": message.address, "text": message.text}
    try:
        response = client().post(f"{settings.SMS_GATEWAY}/messages", json=body)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSent("unreachable") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NotSent("address") from error
    except httpx.TimeoutException as error:
        raise Unanswered("timeout") from error
    except httpx.HTTPError as error:
        raise Unanswered("broken") from error
    if response.status_code in _REFUSALS:
        raise Rejected(f"http_{response.status_code}")
    if response.status_code != 200:
        raise Unanswered(f"http_{response.status_code}")
