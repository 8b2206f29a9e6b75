"""The roots of trust, a file each: OpenSSL finds every one, and trusts what it finds."""

import re
import ssl
from datetime import UTC, datetime
from importlib.metadata import PackagePath
from pathlib import Path

import certifi
import pytest
from OpenSSL import crypto

from deploy import roots

BUNDLE = Path(certifi.where()).read_bytes()
ROOTS = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", BUNDLE, re.DOTALL)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages that has certifi's roots as certifi ships them."""
    (tmp_path / "certifi").mkdir()
    (tmp_path / "certifi" / "cacert.pem").write_bytes(BUNDLE)
    return tmp_path


def test_each_is_found_by_its_name(site: Path) -> None:
    """OpenSSL, told of the folder and of nothing else, verifies each root."""
    roots.split(site, [])
    store = crypto.X509Store()
    store.load_locations(None, capath=str(site / roots.FOLDER))
    store.set_time(_when_all_hold())
    for root in ROOTS:
        certificate = crypto.load_certificate(crypto.FILETYPE_PEM, root)
        crypto.X509StoreContext(store, certificate).verify_certificate()


def test_another_is_not_trusted(site: Path) -> None:
    """The check can fail: without its file a root is nobody's."""
    files = roots.split(site, [])
    certificate = crypto.load_certificate(crypto.FILETYPE_PEM, ROOTS[0])
    (site / next(f for f in files if _is_of(f, certificate))).unlink()
    store = crypto.X509Store()
    store.load_locations(None, capath=str(site / roots.FOLDER))
    with pytest.raises(crypto.X509StoreContextError):
        crypto.X509StoreContext(store, certificate).verify_certificate()


def test_two_of_one_name_are_both_there(site: Path) -> None:
    """Roots are renewed under their old names."""
    (site / "certifi" / "cacert.pem").write_bytes(ROOTS[0] + ROOTS[1] + ROOTS[0])
    made = roots.split(site, [])
    assert sorted(path.suffix for path in made) == [".0", ".0", ".1"]
    assert b"".join((site / path).read_bytes() for path in made) == ROOTS[0] + ROOTS[1] + ROOTS[0]


def test_the_bundle_is_not_shipped_twice(site: Path) -> None:
    """In its place are the files; the other files of the package stay."""
    others = [PackagePath("certifi/core.py"), PackagePath("certifi/cacert.pem")]
    made = roots.split(site, others)
    assert made[0] == PackagePath("certifi/core.py")
    assert len(made) == 1 + len(ROOTS)
    assert not (site / "certifi" / "cacert.pem").exists()


def test_a_tls_context_takes_the_folder(site: Path) -> None:
    """As httpx makes it where SSL_CERT_DIR is set: nothing is read until it is needed."""
    roots.split(site, [])
    context = ssl.create_default_context(capath=str(site / roots.FOLDER))
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.get_ca_certs() == []


def _is_of(path: PackagePath, certificate: crypto.X509) -> bool:
    return path.name.startswith(f"{certificate.subject_name_hash():08x}")


def _when_all_hold() -> datetime:
    """Returns a moment at which every root is valid."""
    loaded = [crypto.load_certificate(crypto.FILETYPE_PEM, root) for root in ROOTS]
    latest = max(each.get_notBefore() or b"" for each in loaded)
    return datetime.strptime(latest.decode(), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
