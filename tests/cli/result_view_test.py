"""The table of results on a terminal: it fits, and shows what was asked for."""

import fcntl
import os
import pty
import re
import select
import struct
import termios

import pytest
from command import Command

CAMPAIGN = """
name: view
minimum_replicates: 1
maximum_replicates: 1
slices: 2
slice: 50us
media: dram:1M
cells:
  - workload: random
    matrix:
      backend: [movnt, clwb, 'null']
      access: [write, read]
      operation_size: [64, 4K]
      threads: [1, all]
  - workload: persist
    timing: operation
    matrix:
      backend: [movnt, clwb]
      operation_size: [64, 256]
  - media: block:/dev/shm/pmembench-view.block,size=1M
    backend: block
    operation_size: 64
    matrix:
      workload: [random, sequential]
      access: [write, read]
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    command = Command(tmp_path_factory.mktemp("view"))
    command.measured_rows = [
        row for row in command.run(campaign=CAMPAIGN).rows() if "status" in row]
    yield command
    command.end()


def on_terminal(command, *words, columns=80, **environment):
    """What a terminal of this number of columns gets."""
    main, sub = pty.openpty()
    fcntl.ioctl(sub, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    fixed = {"TERM": "xterm", "COLUMNS": "", "NO_COLOR": "", **environment}
    process = command.start(*words, stdout=sub, env=fixed)
    os.close(sub)
    text = b""
    while True:
        ready, _, _ = select.select([main], [], [], 60)
        assert ready, "nothing was printed"
        try:
            more = os.read(main, 65536)
        except OSError:
            break
        if not more:
            break
        text += more
    os.close(main)
    assert process.wait(timeout=60) == 0
    return text.decode().replace("\r\n", "\n")


def plain(text):
    return re.sub(r"\x1b\[\d*m", "", text)


def widest(text):
    return max(len(line) for line in plain(text).splitlines())


@pytest.mark.parametrize("columns", [60, 80, 132])
@pytest.mark.parametrize("words", [["show"], ["list"], ["list", "campaigns"], ["probe"], ["show", "--runs"],
                                   ["show", "--warnings"], ["explain", "1"], ["run", "view.yaml", "--dry-run"]])
def test_nothing_is_wider_than_the_terminal(measured, words, columns):
    measured.campaign(CAMPAIGN, "view.yaml")
    if words[0] in ("explain", "probe"):
        columns = max(columns, 80)
    assert widest(on_terminal(measured, *words, columns=columns)) <= columns


def test_the_width_of_the_environment_goes_first(measured):
    assert widest(on_terminal(measured, "show", columns=200, COLUMNS="70")) <= 70


def test_every_row_stands_under_its_workload_with_its_number(measured):
    text = plain(on_terminal(measured, "show"))
    assert re.search(r"^random/operation_size=64B,access=write$", text, re.MULTILINE)
    for number, row in enumerate(measured.measured_rows, 1):
        if row["status"] == "ok":
            assert re.search(rf"^ *{number}  {row['backend']} ", text, re.MULTILINE), row["cell"]


def test_the_number_is_what_explain_takes(measured):
    text = plain(on_terminal(measured, "show"))
    number = re.search(r"^ *(\d+)  clwb ", text, re.MULTILINE)[1]
    assert measured.measured_rows[int(number) - 1]["cell"] in measured("explain", number).out


def test_a_column_has_one_unit_and_its_decimals_below_each_other(measured):
    text = plain(on_terminal(measured, "show", "--columns", "backend,time/op", "--filter", "persist"))
    table = text.split("persist/")[1].split("\n\n")[0].splitlines()
    assert re.search(r"time/op (ns|us|ms)$", table[1])
    numbers = [line.split()[-1] for line in table[2:]]
    assert len({len(number.partition(".")[2]) for number in numbers}) == 1
    assert len({len(line) for line in table[1:]}) == 1


def test_columns_without_content_are_left_out(measured):
    text = plain(on_terminal(measured, "show"))
    throughput, latency = text.split("\npersist/", 1)
    assert "p50" not in throughput and "p50" in latency


def half_a_digit(number):
    return 0.5 * 10 ** -len(number.partition(".")[2])


def test_time_of_several_threads_is_that_of_all_and_of_one(measured):
    rows = [row for row in measured.measured_rows if row["status"] == "ok" and row["threads"] > 1]
    if not rows:
        pytest.skip("this host has one CPU")
    text = plain(on_terminal(measured, "show", "--columns", "threads,time/op,per thread", "--filter",
                             "movnt operation_size=4K access=write"))
    assert "all of them together" in text
    threads, together, alone = re.search(r"^ *\d+ +([2-9]\d*) +([\d.]+) +([\d.]+)$", text, re.MULTILINE).groups()
    units = re.search(r"threads +time/op (\w+) +per thread (\w+)$", text, re.MULTILINE).groups()
    scale = {("ns", "us"): 1e-3, ("us", "ns"): 1e3}.get(units, 1)
    # As exact as the digits that are printed.
    allowed = half_a_digit(together) * int(threads) * scale + half_a_digit(alone)
    assert float(alone) == pytest.approx(float(together) * int(threads) * scale, abs=1.01 * allowed)
    assert "per thread" in measured("show", "--wide").out


def test_filter_and_sort_choose_and_order_the_rows(measured):
    out = measured("show", "--columns", "backend,time/op", "--filter", "access=read 64B", "--sort",
                   "-time/op").out
    assert "access=write" not in out.split("did not run")[0]
    table = re.search(r"access=read\n.*\n((?: *\d+  .*\n)+)", out)[1]
    times = [float(line.split()[-1]) for line in table.splitlines()]
    assert times == sorted(times, reverse=True) and len(times) >= 2


@pytest.mark.parametrize(("words", "facts"), [
    (["--columns", "backend,tme/op"], ["--columns", "'tme/op'", "did you mean 'time/op'", "p99"]),
    (["--sort", "zzz"], ["--sort", "'zzz'", "bandwidth"]),
    (["--sort", "-clam"], ["did you mean 'claim'"]),
])
def test_a_column_that_there_is_not_is_refused(measured, words, facts):
    for command in (["show"], ["run", measured.campaign(CAMPAIGN)]):
        outcome = measured(*command, *words)
        assert outcome.status == 2
        for fact in facts:
            assert fact in outcome.error()


def test_wide_and_a_pipe_give_the_wide_table(measured):
    piped = measured("show").out
    assert plain(on_terminal(measured, "show", "--wide")).split("\n\n")[1].startswith("dram:1M")
    assert re.search(r"^backend +path +workload", piped, re.MULTILINE)


@pytest.mark.parametrize(("words", "environment", "coloured"), [
    ([], {}, True),
    ([], {"NO_COLOR": "1"}, False),
    ([], {"TERM": "dumb"}, False),
    (["--color", "never"], {}, False),
    (["--color", "always"], {"NO_COLOR": "1"}, True),
])
def test_colour_is_asked_for_by_terminal_environment_and_option(measured, words, environment, coloured):
    assert ("\x1b[" in on_terminal(measured, "show", *words, **environment)) == coloured


def test_a_pipe_has_no_colour_unless_told(measured):
    assert "\x1b" not in measured("show").out
    assert "\x1b[1m" in measured("--color", "always", "show", "--columns", "backend").out


def test_what_did_not_run_is_three_examples_and_a_count(measured):
    skipped = [row for row in measured.measured_rows if row["status"] == "skipped"]
    assert len(skipped) == 4
    text = measured("show").out.split("did not run:")[1]
    assert sum(row["cell"] in text for row in skipped) == 3
    assert re.search(r"^ +and 1 more$", text, re.MULTILINE)
