"""The two ceremonies of passkeys (WebAuthn level 3), by the library: what a browser is asked, and what it answers.

Keeps nothing and knows no page. Whoever needs it loads it then: the library would be a twentieth of every start.
"""

import struct

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.web.staff.sites import Site
from storage.facts import PasskeyFacts

MISTAKES = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error)
"""What comes of an answer that no browser wrote."""
CHOOSES_ITSELF = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
)
"""A passkey that is found without naming it, so that the sign-in page tells nobody who has one."""


def ask_for_proof(site: Site, challenge: bytes, known: list[PasskeyFacts]) -> str:
    """Give what a browser is to ask its passkeys, as JSON; those that are known are named to it."""
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        allow_credentials=_named(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def ask_for_new(site: Site, challenge: bytes, known: list[PasskeyFacts], *, of: str, name: str, handle: bytes) -> str:
    """Give what a browser needs to make a passkey at the site that is called ``of``, and not one that is known."""
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=of,
        user_name=name,
        user_id=handle,
        challenge=challenge,
        authenticator_selection=CHOOSES_ITSELF,
        exclude_credentials=_named(known),
    )
    return webauthn.options_to_json(options)


def read_proof(answer: str) -> AuthenticationCredential:
    """Read the answer to ``ask_for_proof``; one of MISTAKES where it is none."""
    return parse_authentication_credential_json(answer)


def read_new(answer: str) -> RegistrationCredential:
    """Read the answer to ``ask_for_new``; one of MISTAKES where it is none."""
    return parse_registration_credential_json(answer)


def challenge_in(answer: AuthenticationCredential | RegistrationCredential) -> bytes:
    """Give the challenge that an answer names."""
    return parse_client_data_json(answer.response.client_data_json).challenge


def check_proof(answer: AuthenticationCredential, site: Site, challenge: bytes, ours: PasskeyFacts) -> int:
    """Check an answer against our passkey, and give its new count; one of MISTAKES where anything is wrong."""
    seen = webauthn.verify_authentication_response(
        credential=answer,
        expected_challenge=challenge,
        expected_rp_id=site.rp_id,
        expected_origin=site.origin,
        credential_public_key=ours.public_key,
        credential_current_sign_count=ours.sign_count,
        require_user_verification=True,
    )
    return seen.new_sign_count


def check_new(answer: RegistrationCredential, site: Site, challenge: bytes) -> tuple[str, bytes, int]:
    """Check a new passkey, and give its id, public key and count; one of MISTAKES where anything is wrong."""
    made = webauthn.verify_registration_response(
        credential=answer,
        expected_challenge=challenge,
        expected_rp_id=site.rp_id,
        expected_origin=site.origin,
        require_user_verification=True,
    )
    return bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count


def _named(known: list[PasskeyFacts]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known]
