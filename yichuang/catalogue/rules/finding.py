"""Everyday words and topics lead somewhere: nobody is sent to an empty page."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yichuang.catalogue.finding.guided import meant
from yichuang.catalogue.rules.notes import Notes
from yichuang.catalogue.topics import Topic


def check_finding(notes: Notes) -> None:
    """Each meaning finds something; topics form a tree; what has topics below asks a question."""
    catalogue = notes.folder.catalogue
    for word in catalogue.words.values():
        of_word = notes.at("words", word.word)
        if not word.means:
            of_word.fault((), _("没有写这个词指什么"), _("写 means: [事项的key，或名称、别名里的字]"))
        _check_means(of_word, word.means)
    for topic in catalogue.topics.values():
        of_topic = notes.at("topics", topic.key)
        _check_means(of_topic, topic.means)
        if topic.parent:
            of_topic.refer(("parent",), "topics", topic.parent, catalogue.topics)
        _check_topic(of_topic, topic)


def _check_means(notes: Notes, means: Sequence[str]) -> None:
    unread = {key for kind, key in notes.folder.broken if kind in {"items", "bundles"}}
    for position, meaning in enumerate(means):
        if meaning not in unread and not meant(notes.folder.catalogue, [meaning]):
            problem = _("“%(meaning)s”不是任何事项或一件事的key，也不在任何名称、别名里") % {
                "meaning": meaning
            }
            notes.fault(("means", position), problem, _("改成已有的key，或名称、别名里有的字；不需要就删去"))


def _check_topic(notes: Notes, topic: Topic) -> None:
    topics = notes.folder.catalogue.topics
    below = any(other.parent == topic.key for other in topics.values())
    if below and not topic.question:
        notes.fault((), _("下面还有主题，却没有写问什么"), _("写上question，例如：遇到了什么事？"))
    if not below and not topic.means:
        notes.fault((), _("这个主题下面什么也没有"), _("写上means，或给它加下级主题"))
    met, above = {topic.key}, topic.parent
    while above in topics and above not in met:
        met.add(above)
        above = topics[above].parent
    if above in met:
        notes.fault(("parent",), _("主题绕成了圈"), _("改parent，让它最终回到第一层（不写parent）"))
