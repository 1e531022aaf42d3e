"""At start-up the journey tells the ledger which verbs it reacts to."""

from django.apps import AppConfig


class JourneyConfig(AppConfig):
    name = "yichuang.journey"
    label = "journey"

    def ready(self) -> None:
        """Register the verbs and the job that reacts to them."""
        from yichuang.journey import runner
        from yichuang.journey.reactions import REACTIONS
        from yichuang.ledger.actions import react_to

        react_to(
            (verb for verb, steps in REACTIONS.items() if steps),
            task="journey:react",
            queue=runner.REACT_QUEUE,
        )
