"""cmake --install into a folder: the command finds its own, and a plugin is built against it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

BUILD = Path(os.environ["PMEMBENCH_BUILD"])
ROOT = Path(__file__).resolve().parents[2]


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)


def succeeded(*words, **more):
    done = run(*words, **more)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix") / "with a blank"
    succeeded("cmake", "--install", BUILD, "--prefix", folder)
    return folder


@pytest.fixture
def command(prefix, tmp_path):
    def call(*words):
        return run(prefix / "bin/pmembench", *words, cwd=tmp_path)
    return call


def test_every_kind_of_file_is_there(prefix):
    for path in ("bin/pmembench", "include/pmembench/backends/dax_operations.h",
                 "lib/cmake/pmembench/pmembenchConfig.cmake", "lib/pkgconfig/pmembench.pc",
                 "share/pmembench/configs/gate.yaml",
                 "share/pmembench/reports/pmembench_report/templates/report.html.j2",
                 "share/man/man1/pmembench.1", "share/man/man1/pmembench-explain.1",
                 "share/bash-completion/completions/pmembench", "share/zsh/site-functions/_pmembench",
                 "share/fish/vendor_completions.d/pmembench.fish", "share/doc/pmembench/README.md",
                 "share/doc/pmembench/docs/campaigns.md", "share/doc/pmembench/copyright",
                 "share/doc/pmembench/example/example_plugin.c"):
        assert (prefix / path).is_file(), path
    assert not list(prefix.rglob("__pycache__"))


def test_it_finds_its_campaigns(prefix, command):
    listed = json.loads(command("list", "campaigns", "--json").stdout)["campaigns"]
    assert {each["name"] for each in listed} == {path.stem for path in (ROOT / "configs").glob("*.yaml")}
    for each in listed:
        assert Path(each["file"]).parent == prefix / "share/pmembench/configs"
    plan = json.loads(command("run", "quick", "--dry-run", "--json").stdout)
    assert plan["campaign"] == "quick" and plan["cells"]


def test_it_measures_and_finds_its_report(command, tmp_path):
    measured = command("run", "quick", "--media", "dram:1M", "--backend", "movnt", "--replicates",
                       "1", "--set", "slices=2", "--set", "threads=1", "--budget", "30s")
    assert measured.returncode == 0, measured.stderr
    drawn = command("report")
    if drawn.returncode == 3 and "python3-" in drawn.stderr:
        pytest.skip(drawn.stderr.strip())
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_a_plugin_is_built_with_its_cmake_package_and_found(prefix, command, tmp_path):
    example = tmp_path / "example"
    shutil.copytree(prefix / "share/doc/pmembench/example", example)
    succeeded("cmake", "-S", example, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    succeeded("cmake", "--build", tmp_path / "build")
    succeeded("ctest", "--test-dir", tmp_path / "build", "--output-on-failure")
    plugin = tmp_path / "build/pmembench-example.so"
    shutil.copy(plugin, prefix / "lib/pmembench/plugins")
    backends = json.loads(command("list", "backends", "--json").stdout)["backends"]
    (found,) = [each for each in backends if each["name"] == "example"]
    assert found["usable"]
    (prefix / "lib/pmembench/plugins/pmembench-example.so").unlink()


def test_a_plugin_is_built_with_pkg_config(prefix, command, tmp_path):
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    flags = succeeded("pkg-config", "--cflags", "pmembench", env=environment)
    folder = succeeded("pkg-config", "--variable=plugindir", "pmembench", env=environment).strip()
    assert Path(folder) == prefix / "lib/pmembench/plugins"
    source = prefix / "share/doc/pmembench/example/example_plugin.c"
    built = tmp_path / "pmembench-example.so"
    succeeded("bash", "-c", f'cc -std=c11 -O2 -fPIC -shared {flags.strip()} "$1" -o "$2"', "-",
              source, built)
    assert command("check", built).returncode == 0


def test_another_version_is_refused(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.18)\nproject(x NONE)\nfind_package(pmembench 7.1 REQUIRED)\n")
    done = run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    assert done.returncode != 0 and "7.1" in done.stderr
