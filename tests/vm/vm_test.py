"""The driver of the virtual machine: what it reads from a console, and what it makes of silence."""

import lzma
import queue
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import image  # noqa: E402
import machine  # noqa: E402
import results  # noqa: E402
import run  # noqa: E402


def console(text):
    """What is read of lines that come one a second."""
    lines = text.strip().splitlines()
    return results.read(lines, [float(i) for i in range(len(lines))])


def test_each_script_has_one_outcome():
    found = console("""
vm: begin 10-a
vm: pass 10-a
vm: begin 20-b
+ something
[    7.1] a line of the kernel, then vm: fail 20-b FAILED: no such device
vm: end""")
    settled = results.settle(found, "powered off", ["10-a", "20-b"])
    assert settled.passed == ["10-a"]
    assert settled.failed == {"20-b": "FAILED: no such device"}


def test_a_script_without_a_word_failed_by_how_the_boot_ended():
    found = console("vm: begin 10-a")
    settled = results.settle(found, "ended by the time limit, 9 s", ["10-a", "20-b"])
    assert settled.failed == {
        "10-a": "the guest was ended by the time limit, 9 s within it",
        "20-b": "the guest was ended by the time limit, 9 s before it"}


def test_an_output_that_claims_to_have_passed_is_no_pass():
    found = console("vm: begin 10-a\nvm: pass 20-b\nvm: end")
    assert results.settle(found, "powered off", ["10-a"]).failed


def test_a_boot_that_loses_its_last_line_failed():
    found = console("vm: begin 10-a\nvm: pass 10-a")
    assert results.settle(found, "powered off", ["10-a"]).failed == {
        "power-off": "the guest was powered off before its last line"}


def test_times_are_those_from_line_to_line():
    found = console("""
the firmware
vm: begin 10-a
vm: pass 10-a
the kernel
vm: begin 20-b
+ one
vm: fail 20-b FAILED: no
vm: begin 30-c""")
    assert found.ready_s == 1
    assert found.seconds == {"10-a": 1, "20-b": 2}


def test_durable_steps_are_the_most_that_were_told():
    assert console("vm: kept 9\nvm: kept 10\nvm: kept 1").kept == 10


def test_the_closing_line_has_the_form_of_the_other_suites():
    assert results.closing_line(9, 1, 61.4) == "vm: 9 passed, 1 failed, 0 skipped, 61 s"
    assert results.closing_line(0, 0, 0, "no qemu") == (
        "vm: 0 passed, 0 failed, 1 skipped (1 x no qemu), 0 s")


def test_modules_follow_what_they_depend_on():
    depends = {"a": ["b", "c"], "b": ["c"], "c": [], "d": ["a"]}
    assert image.with_dependencies(["d", "c"], depends) == ["c", "b", "a", "d"]


def test_a_module_comes_without_its_signature(tmp_path):
    module = tmp_path / "xfs.ko"
    signature = b"x" * 300
    said = bytes(8) + len(signature).to_bytes(4, "big") + image.SIGNED
    module.write_bytes(b"\x7fELF module" + signature + said)
    assert image.module_bytes(module) == b"\x7fELF module"
    module.write_bytes(b"\x7fELF unsigned")
    assert image.module_bytes(module) == b"\x7fELF unsigned"


def test_a_kernel_is_unpacked_where_it_can_be_entered():
    note = b"\4\0\0\0\4\0\0\0\x12\0\0\0Xen\0"
    kernel = b"\x7fELF" + note + b"text"
    assert image.unpacked_kernel(b"stub" + lzma.compress(kernel) + b"tail") == kernel
    for packed in (b"stub" + lzma.compress(b"\x7fELF without an entry"), b"packed otherwise",
                   b"stub" + image.XZ + b"damaged"):
        assert image.unpacked_kernel(packed) == packed


def test_a_silent_machine_is_ended():
    lines = queue.SimpleQueue()
    lines.put((0.5, "hello"))
    boot = machine.watch(lines, 0.01, 60, lambda line: False)
    assert (boot.lines, boot.ended) == (["hello"], "ended by the time limit, 0 s without a line")


def test_a_cut_comes_at_its_line():
    lines = queue.SimpleQueue()
    for number, line in enumerate(("one", "two", "three")):
        lines.put((number, line))
    boot = machine.watch(lines, 60, 60, lambda line: line == "two")
    assert (boot.lines, boot.times_s, boot.ended) == (["one", "two"], [0, 1], "cut")


def test_what_a_killed_machine_had_said_is_read_to_the_end(tmp_path):
    words = [sys.executable, "-u", "-c", "for i in range(999): print(i, flush=True)"]
    boot = machine.boot(words, tmp_path / "log", 60, 60)
    assert boot.ended == "powered off"
    assert boot.lines == [str(i) for i in range(999)]


def test_without_qemu_the_closing_line_says_so_and_nothing_failed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.main(tmp_path, []) == 0
    assert capsys.readouterr().out.startswith(
        "vm: 0 passed, 0 failed, 1 skipped (1 x qemu-system-x86_64 is missing; ")


def test_without_the_packages_too(tmp_path, monkeypatch, capsys):
    qemu = tmp_path / machine.QEMU
    qemu.write_text("#!/bin/sh\n", encoding="utf-8")
    qemu.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.main(tmp_path, []) == 0
    assert "(1 x apt-get is missing, which" in capsys.readouterr().out


@pytest.mark.parametrize("folder", run.FOLDERS)
def test_each_folder_of_the_guest_has_scripts_that_say_what_they_are_for(folder):
    scripts = [run.HERE / "guest" / folder / f"{name}.sh" for name in run.scripts_of(folder)]
    assert scripts
    for script in scripts:
        assert script.read_text(encoding="utf-8").startswith("# "), script


def test_every_script_runs_under_a_name_of_its_own():
    names = [name for folder in run.FOLDERS for name in run.scripts_of(folder)]
    assert len(names) == len(set(names))


def test_a_script_brings_those_that_it_needs():
    assert run.chosen(["90-poison"]) == {
        "tests": ["10-namespaces", "90-poison"], "before_cut": [], "after_cut": []}
    assert run.chosen(["10-namespaces"])["tests"] == ["10-namespaces"]
    cut = run.chosen(run.scripts_of("after_cut"))
    assert cut == {"tests": [], "before_cut": run.scripts_of("before_cut"),
                   "after_cut": run.scripts_of("after_cut")}


def test_an_unknown_script_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit, match="2"):
        run.chosen(["90-poison", "poison"])
    assert "the guest has no script poison; it has 10-namespaces, " in capsys.readouterr().err
