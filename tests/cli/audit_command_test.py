"""pmembench audit: is every store flushed and fenced?"""

import ctypes
import errno
import json
import struct
import xml.etree.ElementTree as ElementTree

import pytest
from command import PLUGINS
from junit_rules import junit_faults

UNSAFE = PLUGINS / "unsafe"


def audit(pmembench, backend, *words):
    outcome = pmembench("audit", backend, "--json", "--cases", "100", *words)
    return outcome, json.loads(outcome.out) if outcome.out else None


def errors(document):
    return {finding["rule"] for backend in document["backends"] for mask in backend["masks"]
            for finding in mask["findings"] if finding["error"]}


@pytest.mark.parametrize("backend", ["movnt", "clflush", "eadr", "libpmem2", "block"])
def test_built_in_backends_pass(pmembench, backend):
    words = [] if backend == "block" else ["--cpu", "sse2+clflush"]
    outcome, document = audit(pmembench, backend, *words)
    assert outcome.status == 0, outcome.out + outcome.err
    (entry,) = document["backends"]
    assert entry["verdict"] == "passed"
    assert len(entry["object_hash"]) == 16
    assert errors(document) == set()
    assert entry["masks"][0]["sheet"]


def test_a_backend_that_claims_nothing_has_nothing_to_audit(pmembench):
    outcome, document = audit(pmembench, "null")
    assert outcome.status == 0
    assert document["backends"][0]["verdict"] == "no_claim"


def test_a_plugin_that_is_right_passes(pmembench):
    outcome, document = audit(pmembench, UNSAFE / "pmembench-safe.so", "--cpu", "sse2+clflushopt")
    assert outcome.status == 0, document


@pytest.mark.parametrize(("plugin", "rule"), [
    ("skips_second_lines", "never flushed"),
    ("forgets_tail", "never flushed"),
    ("stores_late", "late store by another thread"),
    ("drains_nothing", "flushed but not fenced"),
    ("writes_beside", "outside the range"),
    ("locks", "lock or allocation inside"),
    ("crashes_when_traced", "ended its process"),
])
def test_a_plugin_that_is_unsafe_is_refused_by_name(pmembench, plugin, rule):
    outcome, document = audit(pmembench, UNSAFE / f"pmembench-{plugin}.so", "--cpu",
                              "sse2+clflushopt")
    assert outcome.status == 1, outcome.err
    assert rule in errors(document)
    finding = next(finding for finding in document["backends"][0]["masks"][0]["findings"]
                   if finding["rule"] == rule)
    assert finding["case"] and finding["times"] > 0


def test_check_refuses_what_only_the_audit_sees(pmembench):
    outcome = pmembench("check", UNSAFE / "pmembench-drains_nothing.so")
    assert outcome.status == 1
    assert "flushed but not fenced" in outcome.out
    assert outcome.out.endswith("drains_nothing does not conform.\n")


def test_the_domain_decides(pmembench):
    outcome, document = audit(pmembench, "eadr", "--cpu", "sse2+clflush", "--domain",
                              "memory_controller")
    assert outcome.status == 1
    assert "never flushed" in errors(document)


def test_results_go_into_junit_and_the_results_file(pmembench):
    outcome = pmembench("audit", "clflush", "--cpu", "sse2+clflush", "--cases", "100", "--junit",
                        "audit.xml", "--db", "results.db")
    assert outcome.status == 0, outcome.err
    assert "clflush: passed" in outcome.out
    suite = ElementTree.parse(pmembench.folder / "audit.xml").getroot()
    assert [case.get("name") for case in suite.iter("testcase")] == ["sse2+clflush"]
    assert junit_faults(suite) == []
    assert (pmembench.folder / "results.db").exists()


@pytest.mark.parametrize(("words", "status", "sentence"), [
    (["movnnt"], 2, "there is no backend 'movnnt'"),
    (["movnt", "--cpu", "mmx"], 2, "CPU mask 'mmx' is not known"),
    (["movnt", "--domain", "moon"], 2, "persistence domain 'moon' is not known"),
    (["./none.so"], 2, "there is no plugin ./none.so"),
    (["devdax"], 2, "backend devdax needs a device to be audited on"),
])
def test_an_audit_that_cannot_be_made_says_why(pmembench, words, status, sentence):
    outcome = pmembench("audit", *words)
    assert (outcome.status, outcome.out) == (status, "")
    assert outcome.error().startswith(sentence)


def test_a_medium_that_is_not_there_is_unaudited(pmembench):
    outcome = pmembench("audit", "movnt", "--cpu", "sse2+clflush", "--media", "/dev/dax99.0")
    assert outcome.status == 3
    assert outcome.out.startswith("movnt: unaudited: medium '/dev/dax99.0': ")
    assert outcome.out.count("\n") == 1


def forbid_ptrace():
    """As a container's seccomp profile does: ptrace (101 of x86-64) fails with EPERM."""
    load_number, is_ptrace = (0x20, 0, 0, 0), (0x15, 0, 1, 101)
    refuse, allow = (0x06, 0, 0, 0x00050000 | errno.EPERM), (0x06, 0, 0, 0x7FFF0000)
    code = b"".join(struct.pack("HBBI", *line) for line in (load_number, is_ptrace, refuse, allow))
    kept = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", 4, ctypes.addressof(kept))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    assert prctl(22, 2, program) == 0  # PR_SET_SECCOMP, by a filter


@pytest.mark.parametrize("command", ["audit", "check"])
def test_where_ptrace_is_forbidden_one_sentence_says_so_and_nothing_passes(pmembench, command):
    outcome = pmembench(command, "clflush", preexec_fn=forbid_ptrace)
    assert outcome.status == (3 if command == "audit" else 0), outcome.err
    line = next(line for line in outcome.out.splitlines() if "unaudited" in line)
    assert "clflush: unaudited: ptrace is not permitted here (Operation not permitted)" in line
    assert "clflush: passed" not in outcome.out
    if command == "check":
        assert outcome.out.endswith("conforms; that its bytes are durable is unaudited.\n")


def test_a_self_test_prints_its_score(pmembench):
    outcome = pmembench("audit", "clflush", "--cpu", "sse2+clflush", "--cases", "20",
                        "--self-test", "--junit", "audit.xml")
    assert outcome.status == 0, outcome.out + outcome.err
    assert "100.0 %" in outcome.out
    suite = ElementTree.parse(pmembench.folder / "audit.xml").getroot()
    assert [case.get("name") for case in suite.iter("testcase")] == ["sse2+clflush"]
    assert junit_faults(suite) == []


def test_the_junit_file_is_looked_at_before_the_audit(pmembench):
    (pmembench.folder / "audit.xml").write_text("mine")
    outcome = pmembench("audit", "clflush", "--junit", "audit.xml")
    assert (outcome.status, outcome.out) == (2, "")
    assert "audit.xml" in outcome.error()
    assert (pmembench.folder / "audit.xml").read_text() == "mine"


def test_the_junit_file_is_not_the_results_file(pmembench):
    outcome = pmembench("audit", "clflush", "--junit", "a.db", "--db", "a.db")
    assert outcome.status == 2
    assert not (pmembench.folder / "a.db").exists()


def test_the_power_is_cut_at_instructions_of_a_backend(pmembench):
    outcome = pmembench("audit", "clflush", "--cpu", "sse2+clflush", "--power-cuts", "40", "--json",
                        "--junit", "audit.xml")
    assert outcome.status == 0, outcome.out + outcome.err
    (mask,) = json.loads(outcome.out)["backends"][0]["masks"]
    assert [work["subject"] for work in mask["power_cuts"]] == ["fs-dax", "btt", "log"]
    assert all(work["holds"] and work["cuts"] == 40 for work in mask["power_cuts"])


def test_a_cut_shows_what_a_backend_that_does_not_fence_loses(pmembench):
    outcome = pmembench("audit", UNSAFE / "pmembench-drains_nothing.so", "--cpu",
                        "sse2+clflushopt", "--power-cuts", "100")
    assert outcome.status == 1, outcome.err
    assert "BROKEN" in outcome.out
    assert "drains_nothing under log: after event " in outcome.out


def test_cuts_take_memory_of_their_own(pmembench):
    outcome = pmembench("audit", "clflush", "--power-cuts", "5", "--media", "dram:1M")
    assert (outcome.status, outcome.out) == (2, "")
    assert "--power-cuts works on separate memory" in outcome.error()
