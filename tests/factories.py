"""Small facts for tests: a made-up city's programme and actions, each changed by what a test is about."""

from dataclasses import replace
from datetime import date
from typing import Any

from storage.facts import (
    Action,
    ActionGroup,
    Cap,
    City,
    Consent,
    Effect,
    Limits,
    NameWords,
    Per,
    Programme,
    ProgrammePeriod,
    ReportFacts,
    Ward,
)

TODAY = date(2022, 1, 20)
"""A Thursday, the sandbox's first day."""


def some_limits(**changes: Any) -> Limits:
    limits = Limits(
        everyday_points_a_day=60,
        late_days=3,
        withdraw_days=7,
        usual_after_days=3,
        usual_actions=5,
        first_page=12,
        messages_a_minute=20,
        fiscal_year_starts_month=4,
    )
    return replace(limits, **changes)


def an_action(code: str = "my_bottle", **changes: Any) -> Action:
    action = Action(
        code=code,
        group=ActionGroup.EVERYDAY,
        title={"ja": f"{code}をする", "en": code.replace("_", " ")},
        label={"ja": code, "en": code.replace("_", " ")},
        effect=Effect.SMALL,
        points=5,
        counts_as={"ja": "した", "en": "done"},
        does_not_count={"ja": "しなかった", "en": "not done"},
        cap=Cap(times=1, per=Per.DAY),
    )
    return replace(action, **changes)


def a_report(action: Action | None = None, **changes: Any) -> ReportFacts:
    facts = ReportFacts(action=action or an_action(), on=TODAY, today=TODAY, limits=some_limits())
    return replace(facts, **changes)


def a_period(**changes: Any) -> ProgrammePeriod:
    period = ProgrammePeriod(
        name={"ja": "第一期", "en": "First period"},
        starts_on=date(2022, 1, 1),
        ends_on=date(2024, 12, 31),
        year_one_target=100,
        target=600,
    )
    return replace(period, **changes)


def a_programme(**changes: Any) -> Programme:
    programme = Programme(
        city=City(
            name={"ja": "試験市", "en": "Testville"},
            project={"ja": "試験ゼロカーボン", "en": "Testville Zero Carbon"},
            office={"ja": "環境課", "en": "Environment Office"},
            contact={"ja": "窓口まで", "en": "at the counter"},
            languages=("ja", "en"),
            population=10_000,
            population_source="made up",
        ),
        limits=some_limits(),
        consent=Consent(version="1", lines={"ja": ("保存します",), "en": ("We keep this",)}),
        names=NameWords(
            first={"ja": ("みどり", "あかるい"), "en": ("Green", "Bright")},
            second={"ja": ("カササギ", "ホタル"), "en": ("Magpie", "Firefly")},
        ),
        periods=(a_period(),),
        wards=(Ward(code="north", name={"ja": "北", "en": "North"}),),
        actions=(an_action("my_bottle"), an_action("my_bag")),
    )
    return replace(programme, **changes)
