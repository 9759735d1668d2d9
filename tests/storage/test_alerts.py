"""An alert is one while it is open, and a low quota is one; whoever is named is told where they can be reached."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from storage import accounts, alerts, quotas
from storage.alerts import AlertKind
from storage.database import Database
from storage.facts import AccountState, ChannelName

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
LATER = NOW + timedelta(minutes=7)
LINE = ChannelName.LINE


def test_what_is_met_again_while_it_is_open_is_one_alert(database: Database) -> None:
    def unit(connection: Connection) -> None:
        assert alerts.raise_(connection, AlertKind.MISSED_SLOT, "upkeep", "first", NOW)
        assert not alerts.raise_(connection, AlertKind.MISSED_SLOT, "upkeep", "second", LATER)
        assert alerts.raise_(connection, AlertKind.MISSED_SLOT, "offers", "", LATER)
        found = alerts.list_open(connection)
        assert [(one.key, one.detail, one.opened_at) for one in found] == [
            ("upkeep", "first", NOW),
            ("offers", "", LATER),
        ]
        assert found[0].seen_at == LATER

    database.write(unit).result()


def test_what_is_over_ends_once_and_may_begin_anew(database: Database) -> None:
    def unit(connection: Connection) -> None:
        assert not alerts.end(connection, AlertKind.CHANNEL_HALTED, "line", NOW)
        assert alerts.raise_(connection, AlertKind.CHANNEL_HALTED, "line", "", NOW)
        assert alerts.end(connection, AlertKind.CHANNEL_HALTED, "line", LATER)
        assert not alerts.end(connection, AlertKind.CHANNEL_HALTED, "line", LATER)
        assert alerts.list_open(connection) == []
        assert alerts.raise_(connection, AlertKind.CHANNEL_HALTED, "line", "", LATER)

    database.write(unit).result()


def test_an_alert_is_untold_until_its_beginning_and_its_end_were_told(database: Database) -> None:
    def unit(connection: Connection) -> None:
        alerts.raise_(connection, AlertKind.FAILED_ROWS, "inbox", "", NOW)
        number = alerts.list_untold(connection)[0].id
        alerts.mark_told(connection, number, is_end=False)
        assert alerts.list_untold(connection) == []
        alerts.end(connection, AlertKind.FAILED_ROWS, "inbox", LATER)
        assert [one.id for one in alerts.list_untold(connection)] == [number]
        alerts.mark_told(connection, number, is_end=True)
        assert alerts.list_untold(connection) == []

    database.write(unit).result()


def test_one_word_makes_one_receiver_and_who_blocks_is_not_told(database: Database) -> None:
    def unit(connection: Connection) -> None:
        first, second = (accounts.add(connection, LINE, "bot", key, NOW).id for key in ("U1", "U2"))
        assert alerts.add_receiver(connection, first, "sato", "a", NOW)
        assert not alerts.add_receiver(connection, second, "sato", "a", NOW)
        assert alerts.add_receiver(connection, second, "sato", "b", LATER)
        assert [one.key for one in alerts.list_receivers(connection, ["sato"])] == ["U1", "U2"]
        assert alerts.list_receivers(connection, ["suzuki"]) == []
        accounts.change(connection, first, state=AccountState.BLOCKED)
        assert [one.key for one in alerts.list_receivers(connection, ["sato", "suzuki"])] == ["U2"]

    database.write(unit).result()


def test_the_reserve_is_kept_from_broadcasts_and_its_touching_is_an_alert(database: Database) -> None:
    def unit(connection: Connection) -> None:
        assert quotas.find(connection, LINE, NOW) is None
        told = quotas.put(connection, LINE, 200, 100, NOW)
        assert (told.left, told.reserve, told.free) == (100, 40, 60)
        assert told.allows(60)
        assert not told.allows(61)
        assert alerts.list_open(connection) == []
        assert quotas.put(connection, LINE, 200, 160, LATER).free == 0
        assert [(one.kind, one.key, one.detail) for one in alerts.list_open(connection)] == [
            (AlertKind.LOW_QUOTA, "line", "40/200")
        ]
        quotas.put(connection, LINE, 5_000, 160, LATER)
        assert alerts.list_open(connection) == []

    database.write(unit).result()


def test_a_plan_without_a_limit_is_never_low_and_each_month_in_tokyo_is_its_own(database: Database) -> None:
    def unit(connection: Connection) -> None:
        told = quotas.put(connection, LINE, None, 90_000, NOW)
        assert told.allows(1_000_000)
        assert told.left is None
        evening = datetime(2022, 1, 31, 14, 59, tzinfo=UTC)
        assert quotas.find(connection, LINE, evening) == told
        assert quotas.find(connection, LINE, evening + timedelta(minutes=1)) is None

    database.write(unit).result()
