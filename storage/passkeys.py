"""Passkeys of staff accounts, and the challenges they answer. Knows public keys only; checks no signature.

A challenge is kept as its hash, for one use and a short time; ``owner`` says what it was made for.
"""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of
from storage.facts import PasskeyFacts


class StaffPasskey(SQLModel, table=True):
    """One passkey, by the id its device gave it; ``sign_count`` stays 0 where a device does not count."""

    __tablename__ = "staff_passkey"
    credential_id: str = Field(primary_key=True)  # base64url, as browsers write it
    staff_id: int = Field(sa_type=BigId, index=True)
    name: str
    public_key: bytes  # COSE
    sign_count: int = Field(default=0, sa_type=BigId)
    made_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class StaffChallenge(SQLModel, table=True):
    """A challenge that a browser was given and has not answered; ``until`` is real time."""

    __tablename__ = "staff_challenge"
    challenge_hash: str = Field(primary_key=True)
    owner: str
    until: datetime = Field(sa_type=Instant, index=True)


PASSKEYS, CHALLENGES = table_of(StaffPasskey), table_of(StaffChallenge)


def put_challenge(connection: Connection, challenge_hash: str, owner: str, now: datetime, until: datetime) -> None:
    """Keep a challenge until it is answered; those whose time is over go."""
    connection.execute(CHALLENGES.delete().where(CHALLENGES.c.until <= now))
    connection.execute(CHALLENGES.insert().values(challenge_hash=challenge_hash, owner=owner, until=until))


def take_challenge(connection: Connection, challenge_hash: str, owner: str, now: datetime) -> bool:
    """Take a challenge, once and for good; False where it was taken, is over, or was made for something else."""
    ours = (CHALLENGES.c.challenge_hash == challenge_hash, CHALLENGES.c.owner == owner, CHALLENGES.c.until > now)
    return connection.execute(CHALLENGES.delete().where(*ours)).rowcount == 1


def add(connection: Connection, facts: PasskeyFacts) -> None:
    """Keep a new passkey; ConflictError where its id is known already."""
    connection.execute(PASSKEYS.insert().values(**asdict(facts)))


def list_of(connection: Connection, staff_id: int) -> list[PasskeyFacts]:
    """List the passkeys of an account, the oldest first."""
    question = select(PASSKEYS).where(PASSKEYS.c.staff_id == staff_id).order_by(PASSKEYS.c.made_at)
    return [PasskeyFacts(**row._mapping) for row in connection.execute(question)]


def find(connection: Connection, credential_id: str, staff_id: int) -> PasskeyFacts | None:
    """Find a passkey of one account; another's is not found."""
    ours = (PASSKEYS.c.credential_id == credential_id, PASSKEYS.c.staff_id == staff_id)
    row = connection.execute(select(PASSKEYS).where(*ours)).first()
    return None if row is None else PasskeyFacts(**row._mapping)


def use(connection: Connection, credential_id: str, staff_id: int, sign_count: int, now: datetime) -> bool:
    """Note a use; False where the passkey is gone, or its count is not above the last (WebAuthn level 3, 6.1.1)."""
    has_counted = PASSKEYS.c.sign_count < sign_count if sign_count else PASSKEYS.c.sign_count == 0
    ours = (PASSKEYS.c.credential_id == credential_id, PASSKEYS.c.staff_id == staff_id, has_counted)
    return connection.execute(PASSKEYS.update().where(*ours).values(sign_count=sign_count, used_at=now)).rowcount == 1


def remove(connection: Connection, credential_id: str, staff_id: int) -> bool:
    """Remove one passkey of an account; False where it has no such."""
    ours = (PASSKEYS.c.credential_id == credential_id, PASSKEYS.c.staff_id == staff_id)
    return connection.execute(PASSKEYS.delete().where(*ours)).rowcount == 1


def remove_all(connection: Connection, staff_id: int) -> None:
    """Remove every passkey of an account."""
    connection.execute(PASSKEYS.delete().where(PASSKEYS.c.staff_id == staff_id))
