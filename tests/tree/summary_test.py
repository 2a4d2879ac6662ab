"""script/test_summary.py: the closing line counts what ran, and says why something did not."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "script"))

import test_summary  # noqa: E402

JUNIT = """<testsuite time="12.4">
<testcase name="A.works" status="run"><system-out>[       OK ] A.works</system-out></testcase>
<testcase name="A.needs" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
<system-out>[ RUN      ] A.needs
/tree/a_test.cpp:7: Skipped
there is one NUMA node
[  SKIPPED ] A.needs (0 ms)
</system-out></testcase>
<testcase name="tree.style" status="run"><system-out>....s
SKIPPED [1] tests/x_test.py:3: no objdump
4 passed, 1 skipped in 0.12s</system-out></testcase>
{more}</testsuite>"""
FAILED = '<testcase name="A.b" status="fail"><failure message=""/><system-out>no</system-out></testcase>'


def test_counts_and_reasons_are_in_one_line():
    line = test_summary.closing_line("test", *test_summary.summarize(JUNIT.format(more="")))
    assert line == ("test: 5 passed, 0 failed, 2 skipped "
                    "(1 x there is one NUMA node; 1 x no objdump), 12 s")


def test_a_failure_is_counted_and_is_the_exit_status(tmp_path, capsys):
    results = tmp_path / "tests.xml"
    results.write_text(JUNIT.format(more=FAILED), encoding="utf-8")
    assert test_summary.main("test", str(results)) == 1
    assert "5 passed, 1 failed" in capsys.readouterr().out


def test_a_pytest_error_counts_as_failed():
    junit = JUNIT.format(more=FAILED.replace(">no<", ">1 passed, 2 errors in 1.00s<"))
    outcomes, _, _ = test_summary.summarize(junit)
    assert outcomes["failed"] == 2


def test_no_test_at_all_is_a_failure(tmp_path, capsys):
    results = tmp_path / "tests.xml"
    results.write_text("<testsuite/>", encoding="utf-8")
    assert test_summary.main("test", str(results)) == 1
    assert test_summary.main("test", str(tmp_path / "none.xml")) == 1
    assert "no test ran" in capsys.readouterr().out
