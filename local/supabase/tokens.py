"""User tokens: signed with the project's EC key, verified with it or the legacy secret."""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


class TokenError(Exception):
    """A token that is not accepted."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


class Tokens:
    """The project's signing key (ES256) and, where it has one, its legacy secret (HS256)."""

    def __init__(self, key_file: Path, jwt_secret: str | None) -> None:
        self._private = _load_or_make(key_file)
        self._secret = jwt_secret
        self._public: dict[str, Any] = ECAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        self._kid = _thumbprint(self._public)

    def sign(self, claims: dict[str, Any]) -> str:
        """Returns a token with `claims`."""
        return jwt.encode(claims, self._private, algorithm="ES256", headers={"kid": self._kid})

    def verify(self, token: str) -> dict[str, Any]:
        """Returns the claims of a token whose signature and expiry hold.

        Raises:
            TokenError: They don't, or it is no token.
        """
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key = header.get("alg"), self._key(header)
            # The audience is the application's to check: PostgREST and Realtime take any.
            options: Any = {"verify_aud": False}
            return jwt.decode(token, key, algorithms=[str(algorithm)], options=options)
        except jwt.ExpiredSignatureError as error:
            raise TokenError("JWT expired", expired=True) from error
        except jwt.PyJWTError as error:
            raise TokenError(str(error)) from error

    def _key(self, header: dict[str, Any]) -> Any:
        if header.get("alg") == "ES256" and header.get("kid") == self._kid:
            return self._private.public_key()
        if header.get("alg") == "HS256" and self._secret is not None:
            return self._secret
        raise TokenError("No suitable key was found to decode the JWT")

    def key_set(self) -> dict[str, Any]:
        """Returns the JSON Web Key Set that others verify with."""
        key = self._public | {"kid": self._kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}
        return {"keys": [key]}


def _load_or_make(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(pem)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise RuntimeError(f"{path} holds no private key in PEM: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise RuntimeError(f"{path} holds a key that is not EC P-256")
    return key


def _thumbprint(jwk: dict[str, Any]) -> str:
    """Returns the RFC 7638 thumbprint: the same key always has the same id."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
