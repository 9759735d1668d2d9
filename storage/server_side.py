"""PostgreSQL's cursor for prepared statements: each is prepared on the server at its first run, then run by its name.

Knows no table and never commits. psycopg's own cursor builds each statement anew, and forgets all that it prepared
whenever a transaction is rolled back, as every question here is: its statements would be planned again and again.
"""

import select
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

Command = tuple[bytes, Sequence[Any]]
"""The name of a prepared statement, and its values as they are sent."""

_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class ServerSideCursor:
    """Runs statements (with ``$1``, ``$2`` …) on one connection, one after another; its errors are psycopg's own.

    What is prepared lives as long as the connection. What was only put off goes out before the next statement, in one
    piece with it: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
    """

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._driver, self._adapting = connection.pgconn, Transformer(connection)
        self._names: dict[str, bytes] = {}
        self._put_off: list[Command] = []
        self._result = self._driver.make_empty_result(pq.ExecStatus.COMMAND_OK)
        self._poll = select.poll()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "ServerSideCursor":
        """Run a statement, in the transaction that is open or in a new one."""
        self.put_off(sql, values)
        self.flush()
        return self

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> "ServerSideCursor":
        """Run a statement once for each of many sets of values."""
        for values in many:
            self.put_off(sql, values)
        self.flush()
        return self

    def put_off(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement with the next one, or at the commit: whatever it fails with is raised there."""
        if not self._put_off and self._driver.transaction_status == pq.TransactionStatus.IDLE:
            self._put_off.append((self._named("BEGIN"), ()))
        given = self._adapting.dump_sequence(values, [PyFormat.TEXT] * len(values))
        self._put_off.append((self._named(sql), given))

    def flush(self) -> None:
        """Run what was put off."""
        commands, self._put_off = self._put_off, []
        if len(commands) > 1:
            self._result = self._run(commands)
        elif commands:
            self._result = self._checked(self._driver.exec_prepared(*commands[0]))

    def commit(self) -> None:
        """Run what was put off and commit, in one piece; without a transaction there is nothing to do."""
        if self._put_off or self._driver.transaction_status != pq.TransactionStatus.IDLE:
            self.execute("COMMIT")

    def forget(self) -> None:
        """Drop what was put off: its transaction is undone."""
        self._put_off.clear()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Give the rows of the last statement."""
        self._adapting.set_pgresult(self._result)
        return self._adapting.load_rows(0, self._result.ntuples, tuple)

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed or gave."""
        return self._result.command_tuples or 0

    def _named(self, sql: str) -> bytes:
        """Give the name that a statement is prepared under."""
        name = self._names.get(sql)
        if name is None:
            name = f"ours_{len(self._names)}".encode()
            self._checked(self._driver.prepare(name, sql.encode()))
            self._names[sql] = name
        return name

    def _run(self, commands: Sequence[Command]) -> pq.abc.PGresult:
        """Run commands in one piece; gives the last one's result, or raises the first error."""
        self._driver.enter_pipeline_mode()
        for name, given in commands:
            self._driver.send_query_prepared(name, given)
        self._driver.pipeline_sync()
        results = self._take_results()
        self._driver.exit_pipeline_mode()
        for result in results:
            self._checked(result)
        return results[-1]

    def _take_results(self) -> list[pq.abc.PGresult]:
        """Read until the server has answered the whole piece."""
        results: list[pq.abc.PGresult] = []
        while True:
            self._await()
            result = self._driver.get_result()
            if result is None:
                self._check_alive()
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)

    def _await(self) -> None:
        """Wait until the next result is here; what is still to be written is written meanwhile."""
        while (unsent := self._driver.flush()) or self._driver.is_busy():
            self._poll.register(self._driver.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
            self._poll.poll()
            self._driver.consume_input()

    def _check_alive(self) -> None:
        if self._driver.status == pq.ConnStatus.BAD:
            raise psycopg.OperationalError(self._driver.get_error_message())

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        """Raise what a statement failed with; a lost connection may not even say so."""
        if result.status in _DONE:
            return result
        if result.error_field(pq.DiagnosticField.SQLSTATE) is None:
            raise psycopg.OperationalError(self._driver.get_error_message())
        raise errors.error_from_result(result)
