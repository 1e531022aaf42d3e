"""Finding without knowing the name: what everyday words and topics (主题) mean, from the catalogue's own lists."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from yichuang.base.errors import NotVisible
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.topics import Topic


def meant(catalogue: Catalogue, meanings: Iterable[str]) -> list[Item | Bundle]:
    """What `meanings` mean, bundles before items within each.

    A meaning is the key of a bundle or item, or words that stand in names or aliases: so a list goes on being
    right when an item is added.
    """
    found: dict[tuple[str, str], Item | Bundle] = {}
    for meaning in meanings:
        for kind, targets in (("bundle", catalogue.bundles), ("item", catalogue.items)):
            for key, target in targets.items():
                if meaning == key or any(meaning in name for name in (target.name, *target.aliases)):
                    found.setdefault((kind, key), target)
    return list(found.values())


def topic(catalogue: Catalogue, key: str) -> Topic:
    """The topic `key`. Raises `NotVisible` where there is none."""
    if key not in catalogue.topics:
        sentence = _("没有“%(key)s”这个主题，请从头选一遍。") % {"key": key}
        raise NotVisible(sentence, code="topic_unknown")
    return catalogue.topics[key]


def leads_to(catalogue: Catalogue, topic: Topic) -> list[Item | Bundle]:
    """What a topic leads to by itself: what it means, and the items that name it (主题分类)."""
    named = [
        key for key, item in catalogue.items.items() if topic.key in item.topics or topic.name in item.topics
    ]
    return meant(catalogue, [*topic.means, *named])


def below(catalogue: Catalogue, key: str) -> Sequence[Topic]:
    """The topics directly below `key` in their order; those of the first question for ""."""
    return [topic for topic in catalogue.topics.values() if topic.parent == key]


def path_to(catalogue: Catalogue, key: str) -> Sequence[Topic]:
    """The topics from the first question down to `key`, itself included."""
    path: list[Topic] = []
    while key:
        found = topic(catalogue, key)
        path.insert(0, found)
        key = found.parent
    return path
