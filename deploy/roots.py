"""The roots of trust, a file each: OpenSSL then reads the one that it needs.

certifi has them in one file, and parsing all of it takes 30 ms of each cold start, for each TLS
context. OpenSSL can look in a folder too, by a hash of a root's name; common/cold_start.py tells
it to.
"""

import re
from collections import Counter
from importlib.metadata import PackagePath
from pathlib import Path

from OpenSSL import crypto

FOLDER = "roots"
_BUNDLE = "certifi/cacert.pem"
_ROOT = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


def split(site: Path, files: list[PackagePath]) -> list[PackagePath]:
    """Puts every root of certifi's into a file of its own, in place of certifi's one.

    Args:
        site: the folder that certifi is installed in; `roots` is made there.
        files: certifi's, below it.

    Returns:
        What are its files then.
    """
    bundle = site / _BUNDLE
    seen: Counter[str] = Counter()
    made = []
    (site / FOLDER).mkdir()
    for root in _ROOT.findall(bundle.read_bytes()):
        certificate = crypto.load_certificate(crypto.FILETYPE_PEM, root)
        name = f"{certificate.subject_name_hash():08x}"
        made.append(PackagePath(FOLDER, f"{name}.{seen[name]}"))  # those of one name are numbered
        seen[name] += 1
        (site / made[-1]).write_bytes(root)
    bundle.unlink()
    return [file for file in files if file.as_posix() != _BUNDLE] + made
