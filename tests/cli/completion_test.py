"""Completion in each shell, and the manual, both made of the options' one definition."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest
from command import BINARY, ROOT
from command_line_test import COMMANDS

SHIPPED = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture
def shell(pmembench):
    """The command's name on PATH, as a user has it, and its completion in files."""
    folder = pmembench.folder / "bin"
    folder.mkdir()
    (folder / "pmembench").symlink_to(BINARY)
    pmembench.environment["PATH"] = f"{folder}:{pmembench.environment['PATH']}"
    for name in ("bash", "zsh", "fish"):
        script = pmembench("generate", name)
        assert (script.status, script.err) == (0, "")
        (pmembench.folder / f"completion.{name}").write_text(script.out)
    return pmembench


def bash(shell, *words):
    quoted = " ".join(f"'{word}'" for word in words)
    script = (f"source completion.bash; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
              'COMPREPLY=(); _pmembench; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", script], cwd=shell.folder, text=True,
                          capture_output=True, env=shell.environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def fish(shell, line):
    done = subprocess.run(["fish", "--no-config", "-c", f"source completion.fish; complete -C '{line}'"],
                          cwd=shell.folder, text=True, capture_output=True, env=shell.environment)
    assert done.returncode == 0, done.stderr
    return [found.split("\t")[0] for found in done.stdout.splitlines()]


def test_bash_completes_commands(shell):
    assert bash(shell, "pmembench", "") == COMMANDS
    assert bash(shell, "pmembench", "sh") == ["show"]
    assert bash(shell, "pmembench", "baseline", "") == ["accept", "show"]
    assert bash(shell, "pmembench", "help", "ga") == ["gate"]


def test_bash_completes_options(shell):
    assert {"--media", "--set", "--replicates", "--plugin"} <= set(bash(shell, "pmembench", "run", "-"))
    assert bash(shell, "pmembench", "run", "x.yaml", "--bud") == ["--budget"]
    assert bash(shell, "pmembench", "baseline", "accept", "--rea") == ["--reason"]
    assert bash(shell, "pmembench", "--plugin", "a.so", "run", "--bud") == ["--budget"]
    assert "--plugin" not in bash(shell, "pmembench", "micro", "--")
    assert "--rounds" not in bash(shell, "pmembench", "curve", "--")


def test_bash_completes_campaigns_backends_choices_and_files(shell):
    (shell.folder / "mine.yaml").write_text("")
    assert set(SHIPPED) <= set(bash(shell, "pmembench", "run", ""))
    assert bash(shell, "pmembench", "run", "qui") == ["quick"]
    assert bash(shell, "pmembench", "run", "min") == ["mine.yaml"]
    assert bash(shell, "pmembench", "run", "--backend", "clf") == ["clflushopt", "clflush"]
    assert bash(shell, "pmembench", "run", "--backend", "=", "clf") == ["clflushopt", "clflush"]
    assert bash(shell, "pmembench", "slo", "--arrival", "p") == ["poisson"]
    assert bash(shell, "pmembench", "show", "--db", "min") == ["mine.yaml"]
    assert bash(shell, "pmembench", "run", "--budget", "") == []


@needs("fish")
def test_fish_completes_the_same(shell):
    assert set(fish(shell, "pmembench ")) == set(COMMANDS)
    assert fish(shell, "pmembench baseline ") == ["accept", "show"]
    assert "--budget" in fish(shell, "pmembench run --bud")
    assert "quick" in fish(shell, "pmembench run qui")
    assert set(fish(shell, "pmembench run --backend clf")) == {"clflushopt", "clflush"}
    assert fish(shell, "pmembench slo --arrival p") == ["poisson"]
    assert "--rounds" not in fish(shell, "pmembench curve --")


class Zsh:
    """zsh on a terminal, typed into."""

    def __init__(self, shell):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(shell.folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {**shell.environment, "TERM": "dumb", "PS1": "% "})
        self.type("unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -u -D; "
                  "source ./completion.zsh; setopt no_list_beep; print re''ady\n")
        self.until(r"\nready\r?\n[\s\S]*[#%] ")

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, pattern):
        text, deadline = "", time.monotonic() + 30
        while not re.search(pattern, text):
            left = max(0, deadline - time.monotonic())
            ready, _, _ = select.select([self.terminal], [], [], left)
            assert ready, f"zsh did not print {pattern!r}: {text!r}"
            text += os.read(self.terminal, 4096).decode(errors="replace")
        return text

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@needs("zsh")
@pytest.mark.parametrize(("typed", "completed"), [
    ("pmembench sho", "show"),
    ("pmembench baseline acc", "accept"),
    ("pmembench run --bud", "--budget"),
    ("pmembench run qui", "quick"),
    ("pmembench run --backend=movn", "movnt"),
    ("pmembench slo --arrival=poi", "poisson"),
])
def test_zsh_completes_the_same(shell, typed, completed):
    zsh = Zsh(shell)
    # The line that results is printed by the shell, not read off its editor.
    zsh.type(f"{typed}\t")
    zsh.type("\x01print -r -- \x05\n")
    try:
        zsh.until(r"\npmembench [^\n]*" + re.escape(completed))
    finally:
        zsh.end()


def test_the_manual_has_a_page_for_each_command(pmembench):
    assert pmembench("generate", "man", "--out", "man1").status == 0
    pages = sorted(path.name for path in (pmembench.folder / "man1").iterdir())
    assert pages == sorted(["pmembench.1", *[f"pmembench-{command}.1" for command in COMMANDS]])


@needs("man")
def test_the_manual_is_readable_and_has_every_option(pmembench):
    pmembench("generate", "man", "--out", "man1")
    for command in ["", *COMMANDS]:
        page = f"man1/pmembench{'-' if command else ''}{command}.1"
        done = subprocess.run(["man", "--warnings", "-l", page], cwd=pmembench.folder, text=True,
                              capture_output=True, env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0
        assert done.stderr == "", page
        text = re.sub(r".\x08", "", done.stdout)
        helped = pmembench("help", *([command] if command else [])).out
        for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", helped, re.MULTILINE):
            assert option in text, f"{page}: {option}"


def test_pages_need_a_folder(pmembench):
    outcome = pmembench("generate", "man")
    assert outcome.status == 2 and "--out" in outcome.error()
