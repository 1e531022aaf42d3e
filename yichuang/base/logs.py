"""Structured logs: JSON lines in production, readable lines on a trial. No personal data, whoever logs.

Code logs with `structlog.get_logger(__name__).info("case_accepted", case=number)`: a name and facts, no
prose. What a whole request or job has in common (its id, the act, the case) is bound once with `bind` and
stands in every line until `clear`. Numbers that look like a citizen's ID number or a mobile phone are masked
in whatever reaches the log, the text of exceptions from libraries included (个人信息保护法 51).
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.typing import Processor

#: 17 digits and a check character (公民身份号码), or a mobile number of the mainland, as words of their own.
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])")
_PLAIN = (int, float, bool, type(None))


def bind(**facts: Any) -> None:
    """Put `facts` (numbers and codes) into every line that this request or job logs from here on."""
    bind_contextvars(**facts)


def clear() -> None:
    """Forget what was bound: at the start of every request and job, because threads are used again."""
    clear_contextvars()


def mask(text: str) -> str:
    """`text` with what looks like an ID number or a phone number reduced to its last two characters."""
    return _PERSONAL.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], text)


def _mask_value(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value if not isinstance(value, int) else _mask_number(value)
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _mask_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mask_value(inner) for inner in value]
    return mask(str(value))


def _mask_number(value: int) -> int | str:
    masked = mask(str(value))
    return value if masked == str(value) else masked


def _no_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The last processor before rendering: everything that will be written passes through `mask`."""
    return {
        key: value if key.startswith("_") or key == "timestamp" else _mask_value(value)
        for key, value in event.items()
    }


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that libraries' lines look and are masked alike."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _no_personal_data,
    ]
    if as_json:
        rendering.append(structlog.processors.JSONRenderer(ensure_ascii=False, default=str))
    else:
        rendering.append(structlog.dev.ConsoleRenderer(colors=False, pad_event_to=24))
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": rendering,
        "foreign_pre_chain": shared,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Every job's start and end: an operator asks for it with YICHUANG_LOG_LEVEL=DEBUG.
            "procrastinate": {"level": "DEBUG" if level == "DEBUG" else "WARNING"},
            "httpx": {"level": "WARNING"},
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
