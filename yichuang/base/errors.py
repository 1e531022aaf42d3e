"""Refusals: a sentence that a person can act on.

Everything that the domain declines to do is raised as `Refused` (or a kind of it) with a sentence in
Chinese, already translated by gettext, that says what is wrong and what to do next. Pages show it, REST
puts it in the answer, logs carry only `code`.
"""

#: After so many seconds the same request may be sent again where the platform was out of reach (Retry-After).
RETRY_SECONDS = "10"


class Refused(Exception):  # noqa: N818 - named after what it says, not after what Python calls it
    """The act may not be done. `str(refused)` is the sentence for the person.

    `code` is stable, for logs and REST. `field` names the input that is at fault, where there is one.
    """

    code = "refused"
    status = 409

    def __init__(self, sentence: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code or type(self).code
        self.field = field


class Invalid(Refused):
    """What was typed or sent does not pass a check; nothing was done and nothing typed is lost."""

    code = "invalid"
    status = 422


class NotVisible(Refused):
    """There is no such thing, or the actor has no right to know of it: the answer is the same."""

    code = "not_visible"
    status = 404


class Forbidden(Refused):
    """The actor is known and may see the thing, but this act is not in the actor's power."""

    code = "forbidden"
    status = 403


class Overtaken(Refused):
    """Somebody else was first: the state is no longer the one that the person saw."""

    code = "overtaken"
    status = 409
