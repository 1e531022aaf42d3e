#!/usr/bin/env python3
"""Bring the translations up to date with the code and the templates (`make messages`).

Reads every sentence that passes through gettext, without needing the gettext tools, and rewrites each
`yichuang/web/locale/<language>/LC_MESSAGES/django.po`: what is new stands there untranslated, what is gone is
taken out, and a run without changes leaves the files as they are.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "yichuang"
LOCALES = PACKAGE / "web" / "locale"
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""

Found = tuple[str, str | tuple[str, ...], str | None]


def found(path: Path) -> Iterator[Found]:
    """The place, sentence (with its plural) and context of each translatable text in one file."""
    place, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django turns a template into calls of gettext; Python's tokenizer minds how its lines are indented.
        text = "\n".join(line.strip() for line in templatize(text, origin=place).splitlines())
    for _line, sentence, _comments, context in extract("python", BytesIO(text.encode()), _KEYWORDS):
        yield place, sentence, context


def sentences() -> list[Found]:
    """Everything to be translated, by file and then by text, so that the order hardly ever changes."""
    paths = [path for kind in ("*.py", "*.html", "*.txt") for path in PACKAGE.rglob(kind)]
    return sorted(
        {one for path in paths for one in found(path)}, key=lambda one: (one[0], str(one[1]), one[2] or "")
    )


def catalogue(language: str, kept: Catalog) -> Catalog:
    """All sentences, with the translations that are kept."""
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for place, sentence, context in sentences():
        made.add(sentence, locations=[(place, 0)], context=context)
    for message in made:
        known = kept.get(message.id, message.context)
        if known is not None and known.pluralizable == message.pluralizable:
            message.string, message.user_comments = known.string, known.user_comments
    return made


def is_translated(message: Message) -> bool:
    """Whether every form of the message has a text."""
    texts = message.string if message.pluralizable else [message.string]
    return all(texts)


def written(made: Catalog) -> str:
    """The text of a catalogue file, without dates or names."""
    text = BytesIO()
    write_po(text, made, omit_header=True, include_lineno=False, width=100)
    header = _HEADER.format(language=made.locale_identifier, plural_forms=made.plural_forms)
    return header + text.getvalue().decode().strip() + "\n"


def main() -> int:
    """Rewrite every catalogue and say what is left to translate."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        language = path.parent.parent.name
        with path.open("rb") as file:
            made = catalogue(language, read_po(file, locale=language))
        path.write_text(written(made), encoding="utf-8")
        missing = sum(not is_translated(message) for message in made)
        print(f"{path.relative_to(ROOT)}: {len(made)} sentences, {missing} to translate")
    return 0


if __name__ == "__main__":
    settings.configure()
    sys.exit(main())
