"""pmembench characterize: the datasheet of a medium, and how often each inference is right."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from command import wait_until

ROOT = Path(__file__).resolve().parents[2]


def test_it_counts_right_wrong_and_not_determined(pmembench):
    outcome = pmembench("characterize", "--self-test", "4", "--only", "flush,fence", "--json")
    assert outcome.status == 0
    document = json.loads(outcome.out)
    assert [score["property"] for score in document["properties"]] == ["flush", "fence"]
    for score in document["properties"]:
        assert score["right"] + score["wrong"] + score["not_determined"] == 4
        assert score["wrong"] <= 1


def test_the_same_seed_gives_the_same_table(pmembench):
    words = ("characterize", "--self-test", "3", "--only", "turnaround", "--seed", "5")
    first, second = pmembench(*words), pmembench(*words)
    assert first.out == second.out
    assert "turnaround" in first.out
    assert "not determined" in first.out


@pytest.mark.parametrize(("words", "why"), [
    (("--self-test", "0"), "write a number of devices"),
    (("--self-test", "1", "--noise", "-1"), "write a share from 0 to 1"),
    (("--self-test", "1", "--noise", "nan"), "write a share from 0 to 1"),
    (("--self-test", "1", "--only", "fense"), "did you mean fence?"),
    ((), "give --media MEDIUM"),
])
def test_wrong_usage_is_refused(pmembench, words, why):
    outcome = pmembench("characterize", *words)
    assert outcome.status == 2
    assert why in outcome.err


# ---- the datasheet of a medium

QUICK = ("--self-test", "1", "--budget", "20s")


def sheet(pmembench, *words, statuses=(0,), **keys):
    outcome = pmembench("characterize", *words, "--json", **keys)
    assert outcome.status in statuses, outcome.err
    return json.loads(outcome.out), outcome.err


def lines_of(document, *properties):
    found = [line for line in document["media"][0]["structure"] if line["property"] in properties]
    assert found
    return found


def test_a_datasheet_says_before_how_long_it_takes_and_after_how_to_repeat_it(pmembench):
    outcome = pmembench("characterize", "--media", "dram:1M", "--only", "fence", *QUICK)
    assert outcome.status in (0, 5), outcome.err
    assert "this takes at most " in outcome.err
    assert re.search(r"^fence \(\w+\) ", outcome.out, re.MULTILINE)
    assert "repeat a line:  pmembench characterize --media dram:1M --only" in outcome.out
    assert "simulated devices" in outcome.out or "noise here" not in outcome.out


def test_a_line_has_its_interval_its_test_and_its_error_rate(pmembench):
    document, _ = sheet(pmembench, "--media", "dram:1M", "--only", "fence,capacity", *QUICK,
                        statuses=(0, 5))
    for line in lines_of(document, "fence"):
        assert line["repeat"].endswith("--only fence")
        if line["determined"] and not line["none"]:
            assert line["low"] <= line["value"] <= line["high"]
            assert line["test"]
        else:
            assert line["reason"] or line["none"]
    (medium,) = document["media"]
    assert {score["property"] for score in medium["self_test"]} == {"capacity", "fence"}
    assert medium["noise"]["slice"] > 0


def test_its_rows_are_a_run_like_any_other(pmembench):
    document, _ = sheet(pmembench, "--media", "dram:1M", "--only", "turnaround", *QUICK)
    (run, *_) = document["runs"]
    rows = pmembench("show", run, "--json").rows()
    assert [row["workload"] for row in rows] == ["alternate"]
    assert rows[0]["replicates"] >= 7
    assert pmembench.sql("SELECT COUNT(*) FROM documents WHERE kind = 'datasheet'") == [(1,)]


def test_two_media_are_held_against_each_other(pmembench):
    document, _ = sheet(pmembench, "--media", "dram:2M", "--against", "dram:1M", "--only", "figures",
                        *QUICK, statuses=(0, 5))
    assert [medium["media"] for medium in document["media"]] == ["dram:2M", "dram:1M"]
    # How many figures the budget held depends on the host.
    assert document["against"]
    for each in document["against"]:
        assert each["ratio"]["low"] <= each["ratio"]["value"] <= each["ratio"]["high"]


def test_constants_are_what_a_campaign_can_include(pmembench):
    outcome = pmembench("characterize", "--media", "dram:1M", "--only", "capacity", "--constants",
                        "found.yaml", *QUICK)
    assert outcome.status in (0, 5), outcome.err
    (pmembench.folder / "found.yaml").write_text("read_line: 256\n")
    campaign = pmembench.campaign("constants: found.yaml\nmedia: dram:1M\ncells:\n  - workload: strided\n"
                                  "    operation_size: 64\n    stride: ${read_line}\n    backend: movnt\n")
    planned = pmembench("run", campaign, "--dry-run", "--json")
    assert planned.status == 0, planned.err
    assert '"stride": "256"' in planned.out
    refused = pmembench("characterize", "--media", "dram:1M", "--only", "capacity", "--constants",
                        "found.yaml", *QUICK)
    assert refused.status == 2 and "--constants" in refused.err


def test_a_medium_of_one_page_has_reasons_and_no_values(pmembench):
    document, _ = sheet(pmembench, "--media", "dram:4K", *QUICK, statuses=(0, 5))
    for line in lines_of(document, "capacity", "tlb", "write_buffer", "read_line", "prefetch"):
        assert not line["determined"], line
        assert line["reason"], line
    assert any("4 KiB: too little for this probe" in line["reason"]
               for line in lines_of(document, "read_line"))


def test_a_virtual_medium_of_a_tebibyte_is_used_in_part(pmembench, memory_folder):
    medium = memory_folder / "sparse"
    with medium.open("wb") as file:
        file.truncate(1 << 40)
    document, _ = sheet(pmembench, "--media", f"file:{medium}", "--only", "read_line", *QUICK,
                        statuses=(0, 5))
    assert 0 < document["media"][0]["size_bytes"] < 1 << 34
    assert medium.stat().st_size == 1 << 40
    assert medium.stat().st_blocks * 512 < 1 << 34


def test_a_medium_that_cannot_be_written_is_refused(nobody, open_folder):
    medium = open_folder / "sealed"
    medium.write_bytes(bytes(1 << 20))
    medium.chmod(0o444)
    # A copy of the command lies alone in a folder that everybody may read.
    shutil.copytree(ROOT / "configs", open_folder / "data/configs")
    nobody.environment["PMEMBENCH_DATA"] = str(open_folder / "data")
    outcome = nobody("characterize", "--media", f"file:{medium}", "--destroy", *QUICK)
    assert outcome.status in (2, 3)
    assert "sealed" in outcome.error()
    assert medium.read_bytes() == bytes(1 << 20)


def test_content_is_not_overwritten_without_leave(pmembench, memory_folder):
    medium = memory_folder / "full"
    medium.write_bytes(b"content" * 100_000)
    outcome = pmembench("characterize", "--media", f"file:{medium}", *QUICK)
    assert outcome.status == 2
    assert "--destroy" in outcome.error()
    assert medium.read_bytes() == b"content" * 100_000


def test_a_host_with_one_cpu_says_what_needs_two(pmembench):
    cpu = min(os.sched_getaffinity(0))
    document, _ = sheet(pmembench, "--media", "dram:1M", "--only", "interleave,figures", *QUICK,
                        statuses=(0, 5), preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
    names = [figure["name"] for figure in document["media"][0]["figures"]]
    assert "latency, idle" in names
    assert "latency at half load" not in names
    assert not any(line["determined"] for line in lines_of(document, "interleave"))


def test_a_device_that_disappears_half_way_leaves_reasons(pmembench, memory_folder):
    medium = memory_folder / "going"
    with medium.open("wb") as file:
        file.truncate(1 << 20)
    process = pmembench.start("characterize", "--media", f"file:{medium}", "--only", "fence,turnaround",
                              "--json", *QUICK)
    wait_until(lambda: pmembench.replicates() >= 1, "a replicate")
    os.truncate(medium, 0)
    outcome = pmembench.finish(process)
    document = json.loads(outcome.out)
    assert outcome.status == 4, outcome.err
    assert document["failures"]
    assert any(not line["determined"] for line in lines_of(document, "fence", "turnaround"))


@pytest.mark.parametrize(("words", "why"), [
    (("--media", "dram:1M", "--wear"), "add --destroy if this medium may be worn"),
    (("--media", "dram:1M", "--only", "wear"), "add --wear"),
    (("--media", "dram:1M", "--only", "refesh"), "did you mean refresh?"),
    (("--media", "dram:1M", "--noise", "0.1"), "at the noise that the host shows"),
    (("--media", "draam:1M"), "draam"),
    (("--media", "dram:1M", "--budget", "soon"), "budget"),
    (("--media", "dram:1M", "--backend", "nvmm"), "nvmm"),
])
def test_a_datasheet_of_wrong_words_is_refused(pmembench, words, why):
    outcome = pmembench("characterize", *words)
    assert outcome.status == 2, outcome.err
    assert why in outcome.err
    assert not (pmembench.folder / "pmembench.db").exists()


def test_wear_says_before_how_much_it_writes(pmembench):
    outcome = pmembench("characterize", "--media", "dram:1M", "--wear", "--destroy", "--only", "wear", *QUICK)
    assert outcome.status in (0, 5), outcome.err
    assert re.search(r"--wear writes one line of dram:1M for [\d.]+ m?s: at most [\d.]+ [KMG]iB to that line",
                     outcome.err)
    assert "wear period" in outcome.out
