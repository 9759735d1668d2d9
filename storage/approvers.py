"""Who of the staff may approve, each known by a secret word, and the phones that practice reaches. Decides nothing."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage import staff
from storage.database import BigId, Instant, table_of
from storage.facts import ApproverFacts, StaffFacts, StaffRole

SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}  # about 50 ms and 16 MB a try: slow for who guesses


class Approver(SQLModel, table=True):
    """A member of staff who may approve; who no longer may keeps the row, for the audit trail names them."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(unique=True)
    word_salt: str
    word_hash: str
    email: str = ""
    is_deputy: bool = False
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class OfficeDevice(SQLModel, table=True):
    """An account on a phone of the office: what practice may reach besides the sandbox's phones."""

    __tablename__ = "office_device"
    account_id: int = Field(primary_key=True, sa_type=BigId)
    label: str
    made_at: datetime = Field(sa_type=Instant)


APPROVERS, OFFICE_DEVICES = table_of(Approver), table_of(OfficeDevice)


@dataclass(frozen=True, slots=True)
class SecretWord:
    """What is kept of a secret word. To make or to check one takes its time: never inside a transaction."""

    salt: str
    digest: str

    @classmethod
    def make(cls, word: str) -> Self:
        """Hash a word that somebody chose."""
        salt = secrets.token_hex(16)
        return cls(salt, _hash(word, salt))

    def is_word(self, word: str) -> bool:
        """Tell in constant time whether this is the word."""
        return hmac.compare_digest(self.digest, _hash(word, self.salt))


def put(
    connection: Connection, name: str, word: SecretWord, now: datetime, *, email: str = "", is_deputy: bool
) -> None:
    """Let somebody approve under a name; one who is there already gets a new word, address and standing."""
    values = {"word_salt": word.salt, "word_hash": word.digest, "email": email, "is_deputy": is_deputy}
    values |= {"ended_at": None}
    changed = connection.execute(APPROVERS.update().where(APPROVERS.c.name == name).values(**values)).rowcount
    if not changed:
        connection.execute(APPROVERS.insert().values(name=name, made_at=now, **values))


def end(connection: Connection, name: str, now: datetime) -> bool:
    """Let somebody approve no longer; False where nobody of that name may."""
    ours = (APPROVERS.c.name == name, APPROVERS.c.ended_at.is_(None))
    return connection.execute(APPROVERS.update().where(*ours).values(ended_at=now)).rowcount == 1


def find(connection: Connection, name: str) -> ApproverFacts | None:
    """Find who may approve, by name: with a word of their own, or with a staff account in that role."""
    known = next((one for one in list_all(connection) if one.name == name), None)
    return known or _of_account(staff.find_by_name(connection, name))


def _of_account(one: StaffFacts | None) -> ApproverFacts | None:
    if one is None or one.role is not StaffRole.APPROVER or one.joined_at is None or one.ended_at is not None:
        return None
    return ApproverFacts(id=one.id, name=one.name, email="", is_deputy=False)


def list_all(connection: Connection) -> list[ApproverFacts]:
    """List who may approve now: first those who are not deputies, each by name."""
    rows = connection.execute(
        select(APPROVERS).where(APPROVERS.c.ended_at.is_(None)).order_by(APPROVERS.c.is_deputy, APPROVERS.c.name)
    )
    return [ApproverFacts(id=row.id, name=row.name, email=row.email, is_deputy=row.is_deputy) for row in rows]


def find_word(connection: Connection, name: str) -> SecretWord | None:
    """Find the word of somebody who may approve; None where nobody of that name may."""
    row = connection.execute(select(APPROVERS).where(APPROVERS.c.name == name, APPROVERS.c.ended_at.is_(None))).first()
    return None if row is None else SecretWord(row.word_salt, row.word_hash)


def add_device(connection: Connection, account_id: int, label: str, now: datetime) -> None:
    """Register an account on a phone of the office, or name it anew."""
    ours = OFFICE_DEVICES.c.account_id == account_id
    if not connection.execute(OFFICE_DEVICES.update().where(ours).values(label=label)).rowcount:
        connection.execute(OFFICE_DEVICES.insert().values(account_id=account_id, label=label, made_at=now))


def remove_devices(connection: Connection, account_ids: list[int]) -> int:
    """Take accounts off the list of the office's phones; gives how many were on it."""
    return connection.execute(OFFICE_DEVICES.delete().where(OFFICE_DEVICES.c.account_id.in_(account_ids))).rowcount


def list_devices(connection: Connection) -> list[tuple[int, str]]:
    """List the office's phones as (account, label)."""
    rows = connection.execute(select(OFFICE_DEVICES).order_by(OFFICE_DEVICES.c.account_id))
    return [(row.account_id, row.label) for row in rows]


def _hash(word: str, salt: str) -> str:
    return hashlib.scrypt(word.encode(), salt=bytes.fromhex(salt), **SCRYPT).hex()
