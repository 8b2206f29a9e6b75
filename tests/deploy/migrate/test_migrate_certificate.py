"""`make migrate` to a server whose certificate is to be checked."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.deploy.migrate.conftest import Run
from tests.deploy.migrate.hosted import PASSWORD


class TestCertificate:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A certificate of `localhost` that nobody has signed, with its key, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ) + made.public_bytes(Encoding.PEM)
        path = tmp_path / "certificate.pem"
        path.write_bytes(pem)
        return path

    @pytest.fixture
    def port(self, certificate: Path) -> Iterator[int]:
        """Port of a server that agrees to TLS, shows the certificate, and hangs up."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

        def serve(server: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    client.recv(8)  # SSLRequest
                    client.sendall(b"S")
                    with (
                        contextlib.suppress(OSError),
                        context.wrap_socket(client, server_side=True),
                    ):
                        pass

        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=serve, args=(server,), daemon=True)
            thread.start()
            yield server.getsockname()[1]
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)

    def test_one_that_nobody_signed(self, port: int, run: Run) -> None:
        """With sslmode=verify-full it is refused, and told as that."""
        url = f"postgresql://u:{PASSWORD}@localhost:{port}/postgres?sslmode=verify-full"
        line = run.refused(url)
        assert f"the certificate of localhost:{port} is not trusted" in line
        assert "set sslrootcert" in line

    def test_one_that_we_trust(self, port: int, certificate: Path, run: Run) -> None:
        """With its sslrootcert it is accepted: what fails then is the server, which hangs up."""
        url = f"postgresql://u:{PASSWORD}@localhost:{port}/postgres?sslmode=verify-full"
        line = run.refused(f"{url}&sslrootcert={certificate}")
        assert "is not trusted" not in line
