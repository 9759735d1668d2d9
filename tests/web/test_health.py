"""Health: alive is not ready, ready says what is wrong, figures need their token and name nobody."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.applications import Starlette

from bot import metrics
from bot.web.health import HealthParts, routes
from storage import inbox, slots
from storage.database import Database
from storage.facts import ChannelName
from storage.inbox import NewEvent
from storage.slots import SlotState

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)


def watcher(database: Database, tmp_path: Path, **changes: Any) -> httpx.AsyncClient:
    settings: dict[str, Any] = {"database": database, "folder": tmp_path, "is_worker_alive": lambda: True}
    app = Starlette(routes=routes(HealthParts(**{**settings, "least_free_bytes": 1, **changes})))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.test")


def series(answer: httpx.Response) -> dict[tuple[str, str], float]:
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_a_process_with_all_its_parts_is_alive_and_ready(database: Database, tmp_path: Path) -> None:
    async with watcher(database, tmp_path) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, alive.text) == (200, "ok")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "wrong": {}})


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"is_worker_alive": lambda: False}, "worker"),
        ({"least_free_bytes": 10**18}, "disk"),
        ({"folder": Path("/nowhere/at/all")}, "disk"),
    ],
)
async def test_a_missing_part_is_named_and_the_process_is_not_ready(
    database: Database, tmp_path: Path, changes: dict[str, Any], part: str
) -> None:
    async with watcher(database, tmp_path, **changes) as client:
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
    assert ready.status_code == 503
    assert list(ready.json()["wrong"]) == [part]
    assert alive.status_code == 200


async def test_an_older_schema_is_not_ready(database: Database, tmp_path: Path) -> None:
    database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0000'")) and None).result()
    async with watcher(database, tmp_path) as client:
        ready = await client.get("/readyz")
    assert (ready.status_code, list(ready.json()["wrong"])) == (503, ["schema"])


async def test_a_database_that_is_away_is_named_without_its_address(tmp_path: Path) -> None:
    away = Database("postgresql+psycopg://bot:verysecret@127.0.0.1:1/bot?connect_timeout=2")
    try:
        async with watcher(away, tmp_path) as client:
            ready, figures = await client.get("/readyz"), await client.get("/metrics")
    finally:
        away.close()
    assert ready.json() == {"ready": False, "wrong": {"database": "does not answer: StorageUnavailableError"}}
    assert series(figures)["bot_database_reachable", ""] == 0


async def test_figures_tell_what_waits(database: Database, tmp_path: Path) -> None:
    event = NewEvent(
        bot_id="b",
        event_id="1",
        account_key="U" + "a" * 32,
        occurred_at=NOW,
        raw="{}",
        reply_token=None,
        reply_until=None,
    )
    database.write(lambda c: inbox.store_all(c, [(ChannelName.LINE, [event], NOW)])).result()
    metrics.received_events.labels(ChannelName.LINE).inc()
    async with watcher(database, tmp_path) as client:
        answer = await client.get("/metrics")
    figures = series(answer)
    assert answer.headers["content-type"].startswith("text/plain")
    assert figures["bot_inbox_waiting", ""] == 1
    assert figures["bot_outbox_open", "waiting"] == 0
    assert figures["bot_database_reachable", ""] == 1
    assert figures["bot_events_received_total", "line"] >= 1
    assert event.account_key not in answer.text


async def test_figures_tell_which_jobs_failed_were_missed_and_ended_well(database: Database, tmp_path: Path) -> None:
    for day, state in enumerate([SlotState.MISSED, SlotState.FAILED, SlotState.MISSED, SlotState.DONE], 1):
        due_at = datetime(2022, 1, day, tzinfo=UTC)
        database.write(lambda c, d=due_at, s=state: slots.add(c, "upkeep", d, s, ended_at=NOW)).result()  # type: ignore[misc]
    async with watcher(database, tmp_path) as client:
        figures = series(await client.get("/metrics"))
    assert figures["bot_slots", "upkeep,failed"] == 1
    assert figures["bot_slots", "upkeep,missed"] == 2
    assert figures["bot_job_done_timestamp_seconds", "upkeep"] == NOW.timestamp()
    assert ("bot_slots", "upkeep,done") not in figures


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 401),
        ("Bearer wrong", 401),
        ("Basic metrics-token", 401),
        ("Bearer", 401),
        ("Bearer metrics-token-and-more", 401),
        ("Bearer metrics-token", 200),
        ("bearer metrics-token", 200),
    ],
)
async def test_with_a_token_set_figures_are_for_its_bearer(
    database: Database, tmp_path: Path, header: str, status: int
) -> None:
    async with watcher(database, tmp_path, metrics_token="metrics-token") as client:
        answer = await client.get("/metrics", headers={"Authorization": header} if header else {})
    assert answer.status_code == status
    assert ("bot_up" in answer.text) is (status == 200)


def test_no_metric_has_a_label_that_could_name_anybody() -> None:
    labels = {label for family in metrics.registry.collect() for sample in family.samples for label in sample.labels}
    assert labels <= {"channel", "fate", "state", "le", "job", "reach", "kind"}
