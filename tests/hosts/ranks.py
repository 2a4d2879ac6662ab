"""Ranks of pmembench-mpi: on this machine, or on network namespaces that stand for hosts."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MPI_BINARY = os.environ.get("PMEMBENCH_MPI", "")
BINARY = os.environ.get("PMEMBENCH", "")
PLUGINS = Path(os.environ.get("PMEMBENCH_PLUGINS", "build/test/plugins"))
PATIENCE_S = 240

# mpirun refuses root and more ranks than CPUs without these; it notices a lost host by keep-alives.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_oob_tcp_keepalive_time": "2",
    "OMPI_MCA_oob_tcp_keepalive_intvl": "1",
    "OMPI_MCA_oob_tcp_keepalive_probes": "3",
}


def why_no_ranks() -> str:
    """Empty where pmembench-mpi can be started."""
    if not MPI_BINARY or not Path(MPI_BINARY).exists():
        return "pmembench-mpi was not built: MPI was not found, or the build has sanitizers"
    if shutil.which("mpirun") is None:
        return "there is no mpirun"
    return ""


def why_no_namespaces() -> str:
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "there is no ip (iproute2)"
    probe = f"p{os.getpid() % 100000}x"
    added = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    tried = ["ip", "netns", "exec", probe, "unshare", "--mount", "--uts", "ip", "link", "add", "name", "b", "type", "bridge"]
    done = subprocess.run(tried, capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", probe], capture_output=True)
    reason = (added.stderr or done.stderr).strip()
    return "" if added.returncode == done.returncode == 0 else f"network namespaces cannot be made here: {reason}"


@dataclass
class Outcome:
    status: int
    out: str
    err: str
    seconds: float

    def json_lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


class Ranks:
    """mpirun with ranks of this machine."""

    def __init__(self, count: int, folder: Path):
        self.count = count
        self.folder = folder

    def launcher(self) -> list[str]:
        return ["mpirun", "-np", str(self.count)]

    def start(self, *arguments: object, program: list[str] | None = None) -> subprocess.Popen:
        command = [*self.launcher(), *(program or []), MPI_BINARY, *map(str, arguments)]
        return subprocess.Popen(command, cwd=self.folder, text=True, env=os.environ | ENVIRONMENT,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def finish(self, process: subprocess.Popen, begun: float) -> Outcome:
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(f"the ranks hung:\n{out}\n{err}") from None
        return Outcome(process.returncode, out, err, time.monotonic() - begun)

    def run(self, *arguments: object, **more) -> Outcome:
        begun = time.monotonic()
        return self.finish(self.start(*arguments, **more), begun)


class NamespaceRanks(Ranks):
    """Two network namespaces as hosts with names; a third one has mpirun and the bridge between them."""

    def __init__(self, count: int, folder: Path):
        super().__init__(count, folder)
        mark = f"p{os.getpid() % 100000}"
        self.hosts = [f"{mark}a", f"{mark}b"]
        self.middle = f"{mark}m"
        self.net = "10.77.0"
        self.made: list[str] = []

    def ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True, text=True)

    def make(self) -> None:
        for name in (self.middle, *self.hosts):
            self.ip("netns", "add", name)
            self.made.append(name)
            self.ip("-n", name, "link", "set", "lo", "up")
        self.ip("-n", self.middle, "link", "add", "bridge0", "type", "bridge")
        self.ip("-n", self.middle, "addr", "add", f"{self.net}.254/24", "dev", "bridge0")
        self.ip("-n", self.middle, "link", "set", "bridge0", "up")
        for number, host in enumerate(self.hosts, 1):
            self.ip("-n", self.middle, "link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", host)
            self.ip("-n", self.middle, "link", "set", host, "master", "bridge0", "up")
            self.ip("-n", host, "addr", "add", f"{self.net}.{number}/24", "dev", "eth0")
            self.ip("-n", host, "link", "set", "eth0", "up")
        names = "".join(f"{self.net}.{number} {host}\n" for number, host in enumerate(self.hosts, 1))
        (self.folder / "etc_hosts").write_text(Path("/etc/hosts").read_text() + names)
        (self.folder / "hostfile").write_text("".join(f"{host} slots={self.count}\n" for host in self.hosts))
        agent = self.folder / "agent.sh"
        agent.write_text('#!/bin/bash\nhost=$1; shift\nexec ip netns exec "$host" unshare --uts bash -c "hostname $host; $*"\n')
        agent.chmod(0o755)

    def launcher(self) -> list[str]:
        network = f"{self.net}.0/24"
        inner = ["mpirun", "-np", str(self.count), "--map-by", "node", "--hostfile", str(self.folder / "hostfile"),
                 "--mca", "plm_rsh_agent", str(self.folder / "agent.sh"), "--mca", "oob_tcp_if_include", network,
                 "--mca", "btl_tcp_if_include", network, "--mca", "btl", "tcp,self"]
        mounted = f'mount --bind {self.folder}/etc_hosts /etc/hosts && exec "$@"'
        return ["ip", "netns", "exec", self.middle, "unshare", "--mount", "bash", "-c", mounted, "bash", *inner]

    def cut(self, host: str) -> None:
        self.ip("-n", self.middle, "link", "set", host, "down")

    def end(self) -> None:
        for name in self.made:
            pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def memory_file(size_bytes: int) -> Path:
    path = Path(tempfile.mkdtemp(prefix="pmembench-hosts-", dir="/dev/shm")) / "pool"
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path
