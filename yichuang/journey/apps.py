"""At start-up the journey tells the ledger which verbs it reacts to."""

from django.apps import AppConfig


class JourneyConfig(AppConfig):
    name = "yichuang.journey"
    label = "journey"

    def ready(self) -> None:
        """Register the verbs and how the job that reacts to them is deferred."""
        from yichuang.journey import runner
        from yichuang.journey.reactions import REACTIONS
        from yichuang.ledger.actions import react_to

        react_to(frozenset(verb for verb, steps in REACTIONS.items() if steps), runner.defer_reaction)
