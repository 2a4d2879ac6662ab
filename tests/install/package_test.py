"""The .deb: what is in it, and that a clean Debian 12 installs and runs it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BUILD = Path(os.environ["PMEMBENCH_BUILD"])
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    folder = tmp_path_factory.mktemp("package")
    done = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder],
                          capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("pmembench_*.deb")
    return found


def field(package, name):
    return subprocess.run(["dpkg-deb", "-f", package, name], capture_output=True, text=True,
                          check=True).stdout.strip()


def test_it_declares_what_it_links(package):
    depends = field(package, "Depends")
    for library in ("libc6", "libnuma1", "libyaml-cpp", "libsqlite3-0", "libhwloc15"):
        assert library in depends
    assert "python3-matplotlib" in field(package, "Recommends")
    assert re.fullmatch(r"\d+\.\d+\.\d+", field(package, "Version"))


def test_what_needs_mpi_is_a_separate_package(package):
    assert "mpi" not in field(package, "Depends")
    found = list(package.parent.glob("pmembench-mpi_*.deb"))
    if not (BUILD / "pmembench-mpi").exists():
        assert found == []
        pytest.skip("pmembench-mpi was not built: MPI was not found")
    (mpi,) = found
    depends = field(mpi, "Depends")
    assert f"pmembench (= {field(package, 'Version')})" in depends and "libopenmpi" in depends
    files = subprocess.run(["dpkg-deb", "-c", mpi], capture_output=True, text=True, check=True).stdout
    assert "./usr/bin/pmembench-mpi" in files and "usr/bin/pmembench\n" not in files


def test_it_has_all_of_an_installation(package):
    files = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True,
                           check=True).stdout
    for path in ("usr/bin/pmembench", "usr/share/pmembench/configs/quick.yaml",
                 "usr/share/pmembench/reports/pmembench_report/__main__.py",
                 "usr/share/man/man1/pmembench-run.1", "usr/share/doc/pmembench/copyright",
                 "usr/share/zsh/vendor-completions/_pmembench",
                 "usr/share/fish/vendor_completions.d/pmembench.fish",
                 "usr/share/bash-completion/completions/pmembench",
                 "usr/include/pmembench/backends/dax_operations.h",
                 "usr/lib/cmake/pmembench/pmembenchConfig.cmake", "usr/lib/pkgconfig/pmembench.pc",
                 "usr/lib/pmembench/plugins/"):
        assert f"./{path}" in files, path
    assert "__pycache__" not in files and str(HERE.parents[1]) not in files


def test_a_clean_debian_installs_and_runs_it(package):
    if not os.environ.get("PMEMBENCH_CLEAN_DEBIAN"):
        pytest.skip("it takes minutes: set PMEMBENCH_CLEAN_DEBIAN=1, as CI does")
    done = subprocess.run([HERE / "clean_debian", package], capture_output=True, text=True)
    last = (done.stdout.splitlines() or ["no output"])[-1]
    if done.returncode == 77:
        pytest.skip(last)
    assert done.returncode == 0, done.stdout + done.stderr
