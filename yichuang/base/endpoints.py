"""Where the catalogue's addresses really are on this installation."""

from yichuang.base import env


def actual(address: str) -> str:
    """`address`, its beginning replaced as `YICHUANG_ENDPOINTS` says.

    The variable is a comma-separated list of `<beginning in the catalogue>=<beginning to call>`, so that the
    same published catalogue serves a trial, a test and the city's own network.
    """
    for pair in env.words("YICHUANG_ENDPOINTS"):
        written, _, called = pair.partition("=")
        if address == written or address.startswith(written.rstrip("/") + "/"):
            return called + address.removeprefix(written)
    return address
