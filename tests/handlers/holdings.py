"""What tests of the chat look at after registering: the buttons shown, the seats held, and companions brought."""

from storage import accounts, registrations
from storage.facts import AccountFacts, ChannelName, EventFacts, RegistrationFacts
from tests.calendar_of_events import stored
from tests.town import Citizen, Town


def labels(citizen: Citizen) -> list[str]:
    return [choice.label for choice in citizen.buttons()]


def account(citizen: Citizen) -> AccountFacts:
    key = (ChannelName.LINE, "bot", citizen.key)
    found = citizen.town.database.read(lambda c: accounts.find(c, *key)).result()
    assert found is not None
    return found


def held(citizen: Citizen, event: EventFacts) -> list[RegistrationFacts]:
    """A citizen's registrations with their companions', as they stand."""
    person_id = account(citizen).person_id
    assert person_id is not None
    return citizen.town.database.read(lambda c: registrations.list_party(c, event.id, person_id)).result()


def taken(town: Town, event: EventFacts) -> list[int]:
    return [part.taken for part in stored(town, event).parts]


def bring(citizen: Citizen, event: EventFacts, *people: str) -> None:
    for name in people:
        citizen.press(f"bring:{event.id}:a")
        citizen.text(name)
