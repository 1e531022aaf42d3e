"""A card reader on the clerk's desk (居民身份证阅读机具), called from the clerk's browser.

The protocol is in `docs/connecting-a-department.md`. This reader has no plate: it serves a tray of sample
cards, and `POST /read` names the one that is laid on. Only the platform's own pages may call it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simulators.people import People, read
from simulators.serving import Reply, Request, options, serve

_FIELDS = ("number", "name", "sex", "ethnicity", "birth", "address", "issuer", "valid_from", "valid_until")


@dataclass(frozen=True)
class Reader:
    """The running reader: the cards in its tray, and the pages that may call it."""

    tray: list[dict[str, Any]]
    origins: frozenset[str]

    def cards(self, request: Request) -> Reply:
        """`GET /cards`: what lies in the tray. A reader with a plate answers 404 here."""
        if not self._welcome(request):
            return _FOREIGN
        listed = [
            {"card": card["number"], "name": card["name"], "number": card["number"]} for card in self.tray
        ]
        return Reply(200, {"simulated": True, "cards": listed})

    def read(self, request: Request) -> Reply:
        """`POST /read`: the fields of the card that is laid on; 404 `no_card` where there is none."""
        if not self._welcome(request):
            return _FOREIGN
        wanted = str(request.json().get("card", ""))
        card = next((card for card in self.tray if card["number"] == wanted), None)
        if card is None:
            return Reply(404, {"error": "no_card", "sentence": "读卡器上没有身份证，请把证件平放后再试。"})
        return Reply(200, {name: card.get(name, "") for name in _FIELDS})

    def preflight(self, request: Request) -> Reply:
        """`OPTIONS`: the question of a browser before it calls."""
        return Reply(204) if self._welcome(request) else _FOREIGN

    def allow(self, request: Request) -> Mapping[str, str]:
        """The headers by which a browser lets the platform's page read the answer."""
        origin = request.headers.get("origin", "")
        if origin not in self.origins:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Allow-Private-Network": "true",
        }

    def health(self, _request: Request) -> Reply:
        """`GET /health`."""
        return Reply(200, {"system": "card reader", "cards": len(self.tray)})

    def _welcome(self, request: Request) -> bool:
        """A foreign page gets nothing; a program on this machine names no origin and is welcome."""
        origin = request.headers.get("origin")
        return origin is None or origin in self.origins


_FOREIGN = Reply(403, {"error": "origin", "sentence": "只有平台自己的页面可以调用读卡器。"})


def tray(people: People, resource: str) -> list[dict[str, Any]]:
    """The records that can be a card: those with a number and a name."""
    return [
        record for record in people.records.get(resource, []) if record.get("number") and record.get("name")
    ]


def origins(given: str) -> frozenset[str]:
    """The allowed origins; this machine by name and by address count as the same."""
    named = {origin.strip().rstrip("/") for origin in given.split(",") if origin.strip()}
    twins = {
        origin.replace("//127.0.0.1", "//localhost")
        for origin in named
        if urlsplit(origin).hostname == "127.0.0.1"
    }
    return frozenset(named | twins)


def main() -> None:
    """Read the command line and serve."""
    parser = options(__doc__ or "", 8103)
    parser.add_argument("--people", type=Path, required=True, help="YAML file of the sample people")
    parser.add_argument("--resource", default="population", help="resource whose records are the cards")
    parser.add_argument(
        "--origin", default="http://127.0.0.1:8000", help="pages that may call, comma-separated"
    )
    arguments = parser.parse_args()
    reader = Reader(tray(read(arguments.people), arguments.resource), origins(arguments.origin))
    routes = (
        ("GET", "/cards", reader.cards),
        ("POST", "/read", reader.read),
        ("OPTIONS", "/(?:cards|read)", reader.preflight),
        ("GET", "/health", reader.health),
    )
    serve("card_reader", arguments.host, arguments.port, routes, permit=reader.allow)


if __name__ == "__main__":
    main()
