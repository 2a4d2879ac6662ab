"""pmembench check: does a backend keep its promises?"""

import json

import pytest
from command import PLUGINS

BUILT_IN = ["movnt", "clwb", "movdir64b", "clflushopt", "clflush", "eadr", "libpmem2", "block", "null"]


@pytest.fixture(autouse=True)
def temporary(pmembench):
    """TMPDIR of each check; it is empty again at the end."""
    folder = pmembench.folder / "tmp"
    folder.mkdir()
    pmembench.environment["TMPDIR"] = str(folder)
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("backend", BUILT_IN)
def test_every_built_in_backend_conforms(pmembench, backend):
    entries = json.loads(pmembench("list", "backends", "--json").out)["backends"]
    (entry,) = [entry for entry in entries if entry["name"] == backend]
    outcome = pmembench("check", backend, "--json")
    if not entry["usable"]:
        assert outcome.status == 3
        assert outcome.error() == f"backend {backend} cannot run here: {entry['reason']}"
        pytest.skip(entry["reason"])
    assert outcome.status == 0, outcome.out
    report = json.loads(outcome.out)
    assert (report["backend"], report["conforms"]) == (backend, True)
    verdicts = [check["verdict"] for check in report["checks"]]
    assert "pass" in verdicts and "fail" not in verdicts
    assert verdicts.count("pass") >= (1 if backend == "null" else 6)


def test_no_built_in_backend_is_forgotten(pmembench):
    entries = json.loads(pmembench("list", "backends", "--json").out)["backends"]
    assert {entry["name"] for entry in entries} == {*BUILT_IN, "devdax"}


@pytest.mark.parametrize("plugin", ["example", "own_memory", "posix_file"])
def test_backends_from_outside_conform(pmembench, plugin):
    outcome = pmembench("check", PLUGINS / f"good/pmembench-{plugin}.so")
    assert outcome.status == 0, outcome.out + outcome.err
    assert outcome.out.endswith(f"{plugin} conforms.\n")


@pytest.mark.parametrize(("fault", "check"), [
    ("drops_last_byte", "written ranges read back"),
    ("reads_beyond", "a read writes nothing outside its buffer"),
    ("stops_halfway", "a batch does every range of its generator"),
    ("zeroes_too_much", "zeroed pages are zero, and only those"),
    ("counts_no_line_truly", "flush and drain succeed, and count lines truly"),
    ("reads_last_only", "a batch of reads loads from every range"),
    ("skips_every_second", "written ranges read back"),
    ("counts_twice", "written ranges read back"),
])
def test_a_backend_that_breaks_a_promise_is_found(pmembench, fault, check):
    outcome = pmembench("check", PLUGINS / f"lying/pmembench-{fault}.so", "--json")
    assert outcome.status == 1, outcome.err
    report = json.loads(outcome.out)
    assert report["conforms"] is False
    failed = {entry["check"]: entry["detail"] for entry in report["checks"]
              if entry["verdict"] == "fail"}
    assert any(name.startswith(check) for name in failed), failed
    assert all(failed.values())
    text = pmembench("check", PLUGINS / f"lying/pmembench-{fault}.so")
    assert text.status == 1
    assert text.out.endswith(f"{fault} does not conform.\n")


def test_a_backend_that_crashes_is_found_and_cleaned_up_after(pmembench):
    outcome = pmembench("check", PLUGINS / "lying/pmembench-crashes.so")
    assert (outcome.status, outcome.err) == (1, "")
    assert ("it died of SIGSEGV while it was checked: written ranges read back, byte for byte, with "
            "their surroundings; run it under a debugger") in outcome.out


def test_the_seed_is_printed_and_decides_the_ranges(pmembench):
    plugin = PLUGINS / "lying/pmembench-drops_last_byte.so"
    first, again, other = (pmembench("check", plugin, "--seed", seed).out for seed in (5, 5, 6))
    assert "seed 5\n" in first
    assert first == again != other


@pytest.mark.parametrize(("words", "status", "sentence"), [
    (["movnnt"], 2, "there is no backend 'movnnt' (did you mean 'movnt'?); there are: movnt, clwb, "
                    "movdir64b, clflushopt, clflush, eadr, libpmem2, devdax, block, null"),
    (["./none.so"], 2, "there is no plugin ./none.so: name a shared object that is there"),
    (["clwb", "--without-cpu", "clwb"], 3, "backend clwb cannot run here: "),
    (["devdax"], 2, "backend devdax needs a device to be checked on; name one, as in --media "
                    "/dev/dax0.0"),
    (["movnt", "--media", "dram:64K"], 2, "medium 'dram:64K' is too small to check a backend on: name "
                                          "one of 1 MiB or more"),
    (["movnt", "--media", "dram:3"], 2, "medium 'dram:3': size 3 is not a multiple of 4096 bytes"),
    (["movnt", "--options", "x=1"], 2, "medium 'dram:16M': backend movnt takes no options, but 'x=1' "
                                       "was given; leave them out"),
])
def test_a_check_that_cannot_be_made_says_why(pmembench, words, status, sentence):
    outcome = pmembench("check", *words)
    assert (outcome.status, outcome.out) == (status, "")
    assert outcome.error().startswith(sentence)


def test_content_is_kept_unless_it_is_given_up(pmembench):
    path = pmembench.folder / "precious"
    path.write_bytes(b"precious" + b"\0" * (2 << 20))
    outcome = pmembench("check", "movnt", "--media", f"file:{path}")
    assert outcome.status == 2
    assert f"{path} holds data (first non-zero byte at offset 0)" in outcome.error()
    assert path.read_bytes().startswith(b"precious\0")
    assert pmembench("check", "movnt", "--media", f"file:{path}", "--destroy").status == 0
