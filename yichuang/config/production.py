"""What a production installation must have set before it may start."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_LEAST_SECRET = 32
#: What people leave standing from a sample or a tutorial.
_PLACEHOLDERS = ("change", "example", "insecure", "secret", "password", "sample", "默认", "修改")


def check(*, public_url: str, allowed_hosts: Sequence[str], secrets: Mapping[str, str]) -> None:
    """Raises `ImproperlyConfigured` that names every variable at fault and its remedy."""
    faults = [*_host_faults(public_url, allowed_hosts), *_secret_faults(secrets)]
    if faults:
        raise ImproperlyConfigured(
            "YICHUANG_TRIAL=0 is production, and this is not fit for it:\n"
            + "\n".join(f"  - {fault}" for fault in faults)
        )


def _host_faults(public_url: str, allowed_hosts: Sequence[str]) -> list[str]:
    parts = urlsplit(public_url)
    if parts.scheme != "https" or not parts.hostname:
        fault = (
            f"YICHUANG_PUBLIC_URL is {public_url!r}; people enter their ID numbers there, so it must start "
            "with https://. Set it to the address that people open, for example https://yichuang.example.gov.cn."
        )
        return [fault]
    if not allowed_hosts:
        return [f"YICHUANG_ALLOWED_HOSTS is not set. Set it to the host names served: {parts.hostname}."]
    if "*" in allowed_hosts:
        return [f"YICHUANG_ALLOWED_HOSTS must not be *. Name the hosts: {parts.hostname}."]
    if not any(_covers(host, parts.hostname) for host in allowed_hosts):
        return [f"YICHUANG_ALLOWED_HOSTS lacks {parts.hostname}, the host of YICHUANG_PUBLIC_URL. Add it."]
    return []


def _covers(allowed: str, host: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


def _secret_faults(secrets: Mapping[str, str]) -> list[str]:
    faults = []
    for name, value in secrets.items():
        if len(value) < _LEAST_SECRET:
            faults.append(
                f"{name} has {len(value)} characters; {_LEAST_SECRET} are the least. "
                "`python3 -c 'import secrets; print(secrets.token_hex(32))'` makes a good one."
            )
        elif any(word in value.lower() for word in _PLACEHOLDERS):
            faults.append(f"{name} looks like the placeholder of a sample. Set a random value of your own.")
    if len(set(secrets.values())) < len(secrets):
        faults.append(f"{', '.join(secrets)} are not all different. Give each its own value.")
    return faults
