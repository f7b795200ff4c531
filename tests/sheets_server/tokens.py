"""POST /token: what Google's OAuth 2 endpoint answers, for credentials whose token_uri is this server."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import parse_qs

from tests.sheets_server.world import User, World

LIFETIME_SECONDS = 3599


def _claims(assertion: str) -> dict[str, Any] | None:
    """The claims of a service account's signed request; the signature is not checked."""
    try:
        part = assertion.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    return found if isinstance(found, dict) and "iss" in found else None


def grant_token(world: World, raw: bytes) -> tuple[int, dict[str, Any]]:
    """An access token. A service account becomes the user of its e-mail address."""
    form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    token = f"ya29.local-{world.random.randrange(10**15)}"
    if form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        claims = _claims(form.get("assertion", ""))
        if claims is None:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT."}
        scopes = str(claims.get("scope", "")).split()
        readonly = bool(scopes) and all(scope.endswith(".readonly") for scope in scopes)
        world.tokens[token] = User(claims.get("sub") or claims["iss"], readonly=readonly)
    elif form.get("grant_type") == "authorization_code" and form.get("code"):
        return 200, {
            **_consented(world, token),
            "refresh_token": f"1//local-{world.random.randrange(10**15)}",
        }
    elif form.get("grant_type") != "refresh_token" or not form.get("refresh_token"):
        return 400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type."}
    elif form["refresh_token"] == "revoked":
        return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    else:
        return 200, _consented(world, token)
    return 200, _granted(token)


def _consented(world: World, token: str) -> dict[str, Any]:
    """A token of the person who gave the consent, who is the world's default user."""
    if world.default_user is not None:
        world.tokens[token] = world.default_user
    return _granted(token)


def _granted(token: str) -> dict[str, Any]:
    return {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}
