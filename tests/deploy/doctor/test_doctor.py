"""`make doctor` as a whole: what it prints, how it ends, and what it leaves."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from deploy.doctor import suite
from deploy.doctor.__main__ import main
from tests.deploy.conftest import ROOT
from tests.deploy.doctor.conftest import CHECK, Doctor
from tests.stack import Stack

pytestmark = pytest.mark.usefixtures("webhooks")
CLEANUP_S = 10  # a check's own at the most, after its deadline
NOT_WELL_HERE = {"upstash: quota"}  # there is no account


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Returns what was printed."""
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


class TestWell:
    def test_json(self, stack: Stack, doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
        """Every check passes, each with its name, what was found and how long it took."""
        assert main(["--json"], doctor.environ) == 0
        told = document(capsys)
        assert told["ok"] is True
        assert {check["name"] for check in told["checks"]} == set(CHECK)
        assert {c["name"] for c in told["checks"] if c["status"] != "ok"} == NOT_WELL_HERE
        for check in told["checks"]:
            assert list(check) == ["name", "status", "found", "remedy", "seconds"]
            assert check["found"]
        assert stack.valkey.keys("*") == []
        assert stack.simulator.rooms == {}

    def test_table(self, doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
        """A row a check, by vendor, and the counts."""
        assert main([], doctor.environ) == 0
        rows = capsys.readouterr().out.splitlines()
        names = [name for row in rows for name in CHECK if re.match(rf"\w+ +{name}  ", row)]
        assert len(names) == len(CHECK)
        vendors = [name.partition(":")[0] for name in names]
        assert list(dict.fromkeys(vendors)) == sorted(set(vendors), key=vendors.index)
        assert rows[-1] == f"{len(CHECK) - 1} ok, 1 skipped"
        assert all(len(row) <= 100 for row in rows)

    def test_make_doctor(self, doctor: Doctor) -> None:
        """As a process of its own, with nothing on stderr."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.doctor", "--json"],
            cwd=ROOT,
            env=os.environ | doctor.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["ok"] is True


class TestUnwell:
    def test_everything_is_wrong(self, doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
        """Every secret wrong: exit status 1, remedies, and none of the secrets is shown."""
        wrong = {
            "UPSTASH_REDIS_REST_TOKEN": "hush-upstash",
            "SUPABASE_SECRET_KEY": "sb_secret_hush",
            "LIVEKIT_API_SECRET": "hush-livekit-hush-livekit-hush-livekit",
            "SANGHA_OPS_KEY": "hush-ops-key-hush-ops-key",
            "DATABASE_URL": "postgresql://u:hush-password@127.0.0.1:1/postgres",
        }
        assert main([], doctor.environ | wrong) == 1
        said = "".join(capsys.readouterr())
        assert "hush" not in said
        assert said.count("→") >= len(wrong)

    def test_nothing_is_set(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without settings all else is skipped, and that they are missing is the failure."""
        assert main(["--json"], {}) == 1
        status = {check["name"]: check["status"] for check in document(capsys)["checks"]}
        assert status.pop("settings") == "failed"
        assert set(status.values()) == {"skipped"}

    def test_a_setting_that_cannot_be_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A number that is none is named, and nothing else is examined."""
        assert main(["--json"], {"SANGHA_TOKEN_LIMIT": "many"}) == 1
        (check,) = document(capsys)["checks"]
        assert "SANGHA_TOKEN_LIMIT must be a positive integer" in check["found"]

    def test_a_vendor_that_hangs(
        self,
        stack: Stack,
        doctor: Doctor,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The other vendors' checks are carried out all the same, and all end in time."""
        patience_s = 4
        phases = [[replace(check, deadline_s=patience_s) for check in p] for p in suite.PHASES]
        monkeypatch.setattr(suite, "PHASES", phases)
        stack.upstash.set("hang")
        began = time.monotonic()
        assert main(["--json"], doctor.environ) == 1
        assert time.monotonic() - began < len(phases) * (patience_s + CLEANUP_S)
        checks = {check["name"]: check for check in document(capsys)["checks"]}
        assert checks["upstash: token"]["found"].startswith("no answer within")
        assert checks["supabase: functions"]["status"] == "ok"
        assert checks["livekit: rooms"]["status"] == "ok"

    def test_all_together_are_given_up_in_time(
        self,
        stack: Stack,
        doctor: Doctor,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Whatever is not done by then has failed."""
        monkeypatch.setattr(suite, "LONGEST_S", 0.5)
        stack.upstash.set("hang")
        assert main(["--json"], doctor.environ) == 1
        checks = {check["name"]: check for check in document(capsys)["checks"]}
        assert set(checks) == set(CHECK)
        assert "not done after" in checks["supabase: keys"]["found"]


def test_the_deadlines_add_up() -> None:
    """Phase by phase, with what is cleaned up, to less than a minute."""
    total = sum(max(check.deadline_s for check in phase) + CLEANUP_S for phase in suite.PHASES)
    assert total <= suite.LONGEST_S < 60 - CLEANUP_S


class TestStopped:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_cleans_up(self, stack: Stack, doctor: Doctor, number: signal.Signals) -> None:
        """Stopped in the middle, it leaves no key and no room, and says so in one line."""
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.doctor"],
            cwd=ROOT,
            env=os.environ | doctor.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 30
        while not stack.valkey.keys("sangha-doctor:*:fields"):  # it waits for a TTL there
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (130, "")
        assert err.strip() == "Sangha: stopped, and cleaned up."
        assert stack.valkey.keys("sangha-doctor:*") == []
        assert stack.simulator.rooms == {}

    def test_all_it_writes_has_a_ttl(self, stack: Stack, doctor: Doctor) -> None:
        """Killed in the middle, what it wrote goes by itself."""
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.doctor"],
            cwd=ROOT,
            env=os.environ | doctor.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while not stack.valkey.keys("sangha-doctor:*:fields"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
        store: Any = stack.valkey
        for key in store.keys("*"):
            if store.type(key) == "hash":
                fields = store.hkeys(key)
                assert min(store.execute_command("HTTL", key, "FIELDS", len(fields), *fields)) >= 0
            else:
                assert store.ttl(key) > 0


def test_the_docs_explain_each_check() -> None:
    """docs/doctor.md has a row for each check, in the order in which they are printed."""
    text = (ROOT / "docs" / "doctor.md").read_text().partition("### What each check proves")[2]
    rows = re.findall(r"^\| (\w+(?:: [\w ]+)?) \| (?!what it)", text, re.MULTILINE)
    vendors = list(dict.fromkeys(name.partition(":")[0] for name in CHECK))
    assert rows == sorted(CHECK, key=lambda name: vendors.index(name.partition(":")[0]))
