"""Built-in backends on every CPU mask of this machine: audited, and held against what is recorded.

A row of a built-in backend says `durable` because this test passed: backends/builtin_audits.inc has
the audits that it made, and of which build. PMEMBENCH_RECORD_AUDITS=1 writes that file again, to be
built in; lines of masks that this machine lacks stay as long as they are of the same build.
"""

import json
import os
import re
from pathlib import Path

import pytest
from command import Command

FILE = Path(__file__).resolve().parents[2] / "backends" / "builtin_audits.inc"
HEAD = "// Written by tests/cli/builtin_audits_test.py with PMEMBENCH_RECORD_AUDITS=1; not by hand.\n"
AGAIN = "audit them again, and build: PMEMBENCH_RECORD_AUDITS=1 ctest -R cli.builtin_audits"


def lines_of(text):
    """(build, audits): each audit is (backend, cpu, domain, foreign)."""
    (build,) = re.findall(r'PMEMBENCH_AUDITED_BUILD\(\s*"([^"]*)"\)', text)
    audits = re.findall(r'PMEMBENCH_AUDITED\("([^"]*)", "([^"]*)", "([^"]*)",\s*"([^"]*)"\)', text)
    return build, set(audits)


def write(build, audits):
    lines = [f'PMEMBENCH_AUDITED({", ".join(json.dumps(word) for word in audit)})\n'
             for audit in sorted(audits)]
    FILE.write_text(HEAD + f"PMEMBENCH_AUDITED_BUILD({json.dumps(build)})\n" + "".join(lines))


@pytest.fixture(scope="module")
def binary_call(tmp_path_factory):
    command = Command(tmp_path_factory.mktemp("audits"))
    yield command
    command.end()


@pytest.fixture(scope="module")
def recorded(binary_call):
    return json.loads(binary_call("audit", "--recorded", "--json").out)


@pytest.fixture(scope="module")
def audited(binary_call, recorded):
    """What passes here and now."""
    process = binary_call.start("audit", "all", "--json", "--cases", "1")
    out, err = process.communicate(timeout=850)
    assert process.returncode == 0, out[-2000:] + err[-2000:]
    audits = set()
    for entry in json.loads(out)["backends"]:
        name = entry["backend"]
        for mask in entry["masks"]:
            if mask["verdict"] in ("no_claim", "not_here"):
                continue
            assert mask["verdict"] == "passed", (name, mask)
            cpu = "any" if mask["domain"] == "page_cache" else mask["cpu"]
            audits.add((name, cpu, mask["domain"], recorded["foreign"].get(name, "")))
    return audits


def test_what_is_recorded_is_what_an_audit_finds(audited, recorded):
    build, lines = lines_of(FILE.read_text(encoding="utf-8"))
    if os.environ.get("PMEMBENCH_RECORD_AUDITS"):
        others = lines if build == recorded["this_build"] else set()
        kept = {line for line in others if line[:3] not in {audit[:3] for audit in audited}}
        write(recorded["this_build"], audited | kept)
        pytest.skip("recorded; build again")
    sources = recorded["this_build"].split(" ", 1)[0]
    assert build.split(" ", 1)[0] == sources, "backends/ has changed since its audit; " + AGAIN
    if build != recorded["this_build"]:
        pytest.skip(f"this build is of another compiler or of other flags: {recorded['this_build']}")
    assert audited <= lines, "these pass and are not recorded; " + AGAIN
    masks = {cpu for _, cpu, _, _ in audited}
    claimed = {line for line in lines if line[1] in masks and (not line[3] or line in audited)}
    assert claimed <= audited, "these are recorded and do not pass"


def test_the_binary_has_what_is_recorded(recorded):
    if os.environ.get("PMEMBENCH_RECORD_AUDITS"):
        pytest.skip("recorded; build again")
    build, lines = lines_of(FILE.read_text(encoding="utf-8"))
    assert recorded["audited_build"] == build
    built_in = {(audit["backend"], audit["cpu"], audit["domain"], audit["foreign"])
                for audit in recorded["audits"]}
    assert built_in == lines
