"""亮灯规则 where a city declares none: green, then blue, yellow in the last fifth or the last working day, red.

The thresholds are no law; a city writes its own in `lights.yaml`.
"""

from yichuang.deadlines.data import ClockKind, Light, Limit, Rung, RungAct, Unit

_ONE_DAY = Limit(1, Unit.WORKING_DAYS)


def _of_a_department(clock: ClockKind) -> tuple[Rung, ...]:
    return (
        Rung(f"{clock}_blue", clock, Light.BLUE, left=40),
        Rung(f"{clock}_yellow", clock, Light.YELLOW, left=20, least=_ONE_DAY, acts=(RungAct.REMIND,)),
        Rung(f"{clock}_red", clock, Light.RED, acts=(RungAct.REMIND, RungAct.ALERT)),
    )


DEFAULT_RUNGS: tuple[Rung, ...] = (
    *_of_a_department(ClockKind.PROMISED),
    *_of_a_department(ClockKind.STATUTORY),
    Rung("step_red", ClockKind.STEP, Light.RED, acts=(RungAct.REMIND,)),
    *_of_a_department(ClockKind.BUNDLE),
    # 行政许可法 art. 32(4): silence for five working days is acceptance from the day of receipt.
    Rung(
        "acceptance_yellow",
        ClockKind.ACCEPTANCE,
        Light.YELLOW,
        left=20,
        least=_ONE_DAY,
        acts=(RungAct.REMIND,),
    ),
    Rung("acceptance_over", ClockKind.ACCEPTANCE, Light.PURPLE, acts=(RungAct.DEEM_ACCEPTED, RungAct.ALERT)),
    # 浙江规定 art. 11: not corrected by the date is withdrawn; a gap not cured by the date ends the acceptance.
    Rung("correction_over", ClockKind.CORRECTION, Light.PURPLE, acts=(RungAct.DEEM_WITHDRAWN,)),
    Rung("gap_yellow", ClockKind.GAP, Light.YELLOW, left=20, least=_ONE_DAY, acts=(RungAct.REMIND,)),
    Rung("gap_over", ClockKind.GAP, Light.PURPLE, acts=(RungAct.REVOKE_ACCEPTANCE,)),
    Rung("answer_over", ClockKind.ANSWER, Light.PURPLE, acts=(RungAct.TAKE_SILENCE,)),
    Rung("procedure_over", ClockKind.PROCEDURE, Light.PURPLE, acts=(RungAct.REMIND, RungAct.ALERT)),
    # 行政许可法 art. 44: issued and handed over within ten working days of the decision.
    Rung(
        "delivery_yellow", ClockKind.DELIVERY, Light.YELLOW, left=20, least=_ONE_DAY, acts=(RungAct.REMIND,)
    ),
    Rung("delivery_red", ClockKind.DELIVERY, Light.RED, acts=(RungAct.REMIND, RungAct.ALERT)),
    Rung(
        "opinions_yellow", ClockKind.OPINIONS, Light.YELLOW, left=20, least=_ONE_DAY, acts=(RungAct.REMIND,)
    ),
    Rung(
        "opinions_over",
        ClockKind.OPINIONS,
        Light.RED,
        acts=(RungAct.CLOSE_OPINIONS, RungAct.REMIND, RungAct.ALERT),
    ),
    Rung("inspection_yellow", ClockKind.INSPECTION, Light.YELLOW, left=20, acts=(RungAct.REMIND,)),
    Rung("inspection_red", ClockKind.INSPECTION, Light.RED, acts=(RungAct.REMIND, RungAct.ALERT)),
    # Whether it was put right, and what follows if not, a person finds out and decides.
    Rung("rectification_over", ClockKind.RECTIFICATION, Light.RED, acts=(RungAct.REMIND, RungAct.ALERT)),
)
