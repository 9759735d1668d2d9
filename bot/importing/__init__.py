"""Takes in what staff bring from outside: a changed programme, the portal's visits. Each row is signed."""

import getpass


class ImportRefusedError(Exception):
    """What was brought cannot be taken in; the message says why and what to do, and nothing was stored."""


def signer(name: str) -> str:
    """Give the name that signs an import: the one given, else that of this machine's user."""
    if name.strip():
        return name.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        raise ImportRefusedError('this machine\'s user has no name: say who signs with --by "…"') from None
