"""What Supabase Auth refuses, by its codes, in our words. Its own texts go no further."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from supabase_auth.errors import AuthApiError, AuthError

from services.accounts.throttle import in_words
from services.errors import (
    AccountError,
    AccountsAway,
    AppError,
    CodeInvalid,
    EmailNotConfirmed,
    EmailTaken,
    InvalidInput,
    SignInFailed,
    TooManyAttempts,
)

# The mail is not sent, which would tell that there is somebody to send it to.
MAIL_REFUSED = frozenset(
    {"over_email_send_rate_limit", "email_address_not_authorized", "email_address_invalid"}
)
# Nothing that whoever signs in can do something about: the project is set up in another way.
NOT_SET_UP = frozenset(
    {
        *("signup_disabled", "email_provider_disabled", "otp_disabled", "captcha_failed"),
        *("provider_disabled", "phone_provider_disabled", "anonymous_provider_disabled"),
        *("manual_linking_disabled", "oauth_provider_not_supported", "unexpected_audience"),
        *("saml_provider_disabled", "saml_relay_state_not_found", "saml_relay_state_expired"),
        *("saml_idp_not_found", "saml_assertion_no_user_id", "saml_assertion_no_email"),
        *("saml_metadata_fetch_failed", "saml_idp_already_exists", "saml_entity_id_mismatch"),
        *("sso_provider_not_found", "sso_provider_disabled", "sso_domain_already_exists"),
        *("email_address_not_authorized", "hook_payload_over_size_limit", "not_admin"),
        *("hook_payload_invalid_content_type", "web3_provider_disabled", "phone_exists"),
        *("web3_unsupported_chain", "phone_not_confirmed", "invite_not_found"),
    }
)
# The code or the session that it opened is over.
_OVER = frozenset(
    {
        *("otp_expired", "user_not_found", "bad_jwt", "invalid_jwt", "no_authorization"),
        *("session_not_found", "session_expired", "refresh_token_not_found"),
        *("refresh_token_already_used", "flow_state_not_found", "flow_state_expired"),
        *("bad_code_verifier", "bad_oauth_state", "bad_oauth_callback", "identity_not_found"),
        *("reauthentication_needed", "reauthentication_not_valid", "reauth_nonce_missing"),
    }
)
_SECOND_FACTOR = frozenset(
    {
        *("insufficient_aal", "mfa_factor_not_found", "mfa_factor_name_conflict"),
        *("mfa_ip_address_mismatch", "mfa_challenge_expired", "mfa_verification_failed"),
        *(
            "mfa_verification_rejected",
            "mfa_phone_enroll_not_enabled",
            "mfa_verified_factor_exists",
        ),
        *("mfa_phone_verify_not_enabled", "mfa_totp_enroll_not_enabled"),
        *("mfa_totp_verify_not_enabled", "mfa_webauthn_enroll_not_enabled"),
        *("mfa_webauthn_verify_not_enabled", "too_many_enrolled_mfa_factors"),
    }
)
_MANAGED_ELSEWHERE = frozenset(
    {
        *("user_sso_managed", "single_identity_not_deletable"),
        *("email_conflict_identity_not_deletable",),
    }
)
_AWAY = frozenset(
    {
        *("unexpected_failure", "request_timeout", "hook_timeout", "hook_timeout_after_retry"),
        *("sms_send_failed", "unknown"),
    }
)
_TAKEN = frozenset({"email_exists", "user_already_exists", "identity_already_exists", "conflict"})
_UNCONFIRMED = frozenset({"email_not_confirmed", "provider_email_needs_verification"})

_KNOWN_CODE = re.compile(r"\A[a-z0-9_]{1,60}\Z")
_ASKED_TO_WAIT = re.compile(r"after (\d{1,5}) second")  # what one mailbox has to wait
_LIMIT_WAIT_S = {  # what the whole project has to wait, as its limits are set unless somebody did
    "over_request_rate_limit": 300.0,
    "over_email_send_rate_limit": 3600.0,
    "over_sms_send_rate_limit": 3600.0,
}

log = logging.getLogger(__name__)


def told(failure: AuthError) -> AppError:
    """Our error for one of the library's."""
    code = failure.code or ""
    for codes, words in _WORDS:
        if code in codes:
            if codes is NOT_SET_UP:
                log.warning("Supabase Auth refuses with %s: see the project's settings", code)
            return words()
    if code in _LIMIT_WAIT_S:
        return _limit_reached(code, failure.message)
    if isinstance(failure, AuthApiError) and 400 <= failure.status < 500:
        if code and failure.status != 429:
            return _refused(code)
        if failure.status in (401, 403):
            log.error("Supabase does not accept SUPABASE_KEY (%s)", failure.status)
        elif failure.status != 429:
            return _refused("")
    return away()


def away() -> AccountsAway:
    """Not reached, not well, or not Supabase Auth."""
    return AccountsAway(
        "Accounts cannot be reached just now, so nothing could be checked.",
        "Try again in a few minutes; who is signed in can go on.",
    )


def frequency_limit(error: AppError) -> bool:
    """Whether an e-mail was refused only because one like it has just been sent."""
    return isinstance(error, TooManyAttempts) and error.wait_s <= 120


def wrong_password() -> SignInFailed:
    return SignInFailed("E-mail or password is not right.", "Check both and try again.")


def _limit_reached(code: str, message: str) -> TooManyAttempts:
    found = _ASKED_TO_WAIT.search(str(message))
    wait_s = float(found[1]) if found else _LIMIT_WAIT_S[code]
    if not found:
        log.warning("a limit of Supabase Auth for this whole project is reached: %s", code)
    return TooManyAttempts(
        "Too many people ask for e-mails at present."
        if code.startswith("over_email")
        else "Too many people sign in at present.",
        f"Try again in {in_words(wait_s)}.",
        wait_s=wait_s,
    )


def _refused(code: str) -> AppError:
    log.warning("Supabase Auth refuses: %s", code if _KNOWN_CODE.match(code) else "no code")
    return AccountError("This was not accepted.", "Check what you typed and try again.")


def _code_invalid() -> AppError:
    return CodeInvalid(
        "This code is not right, or it is too old.", "Use the newest e-mail, or send a new code."
    )


def _email_taken() -> AppError:
    return EmailTaken("There is already an account with this e-mail.", "Sign in instead.")


def _not_confirmed() -> AppError:
    return EmailNotConfirmed(
        "The e-mail of this account is not confirmed yet.", "Enter the code that we sent to it."
    )


def _email_invalid() -> AppError:
    return InvalidInput("email", "No e-mail can be sent to this address.", "Use another one.")


def _weak_password() -> AppError:
    return InvalidInput(
        "password",
        "This password is too easy to guess, or has been seen in a leak.",
        "Use a few words in a row that nobody else would choose.",
    )


def _same_password() -> AppError:
    return InvalidInput("password", "This is the password that you have.", "Choose another one.")


def _blocked() -> AppError:
    return SignInFailed("This account is blocked.", "Ask whoever runs this installation.")


def _not_here() -> AppError:
    return AccountError(
        "Accounts of this installation do not work in this way.",
        "Ask whoever runs it; its log says which setting is in the way.",
    )


def _second_factor() -> AppError:
    return AccountError(
        "This account has a second factor, which this app does not ask for.",
        "Remove it where you set it up, or ask whoever runs this installation.",
    )


def _managed_elsewhere() -> AppError:
    return AccountError(
        "This account is managed by another sign-in.", "Change it where you sign in with it."
    )


def _not_understood() -> AppError:
    return AccountError("This was not understood.", "Check what you typed and try again.")


_WORDS: tuple[tuple[frozenset[str], Callable[[], AppError]], ...] = (
    (frozenset({"invalid_credentials", "current_password_invalid"}), wrong_password),
    (_UNCONFIRMED, _not_confirmed),
    (frozenset({"user_banned"}), _blocked),
    (_OVER, _code_invalid),
    (_TAKEN, _email_taken),
    (frozenset({"email_address_invalid", "email_address_not_provided"}), _email_invalid),
    (frozenset({"weak_password"}), _weak_password),
    (frozenset({"same_password"}), _same_password),
    (frozenset({"validation_failed", "bad_json"}), _not_understood),
    (_SECOND_FACTOR, _second_factor),
    (_MANAGED_ELSEWHERE, _managed_elsewhere),
    (_AWAY, away),
    (NOT_SET_UP, _not_here),
)
