"""Ranks of pmembench-mpi: on this machine, or on network namespaces that stand for hosts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MPI_BINARY = os.environ.get("PMEMBENCH_MPI", "")
BINARY = os.environ.get("PMEMBENCH", "")
PLUGINS = Path(os.environ.get("PMEMBENCH_PLUGINS", "build/test/plugins"))
PATIENCE_S = 240

# mpirun refuses root and more ranks than CPUs unless it is told; it notices a lost host by keep-alives.
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
        return "pmembench-mpi was not built: MPI was not found"
    if shutil.which("mpirun") is None:
        return "there is no mpirun"
    return ""


def why_no_namespaces() -> str:
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "there is no ip (iproute2)"
    done = subprocess.run(["unshare", "--net", "--mount", "--uts", "true"], capture_output=True)
    return "" if done.returncode == 0 else "namespaces are not permitted here"


@dataclass
class Outcome:
    status: int
    out: str
    err: str
    seconds: float

    def json_lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


class Ranks:
    """mpirun with so many ranks of this machine."""

    def __init__(self, count: int, folder: Path):
        self.count = count
        self.folder = folder

    def launcher(self) -> list[str]:
        return ["mpirun", "-np", str(self.count)]

    def start(self, *arguments: object, program: list[str] | None = None, before: list[str] | None = None):
        command = [*(before or []), *self.launcher(), *(program or []), MPI_BINARY, *map(str, arguments)]
        return subprocess.Popen(command, cwd=self.folder, text=True, env=os.environ | ENVIRONMENT,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process: subprocess.Popen, begun: float) -> Outcome:
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"the ranks hung:\n{out}\n{err}") from None
        return Outcome(process.returncode, out, err, time.monotonic() - begun)

    def run(self, *arguments: object, **more) -> Outcome:
        begun = time.monotonic()
        return self.finish(self.start(*arguments, **more), begun)


class NamespaceRanks(Ranks):
    """Two network namespaces, joined by a bridge, as hosts with names of their own."""

    def __init__(self, count: int, folder: Path):
        super().__init__(count, folder)
        self.mark = f"p{os.getpid() % 100000}"
        self.hosts = [f"{self.mark}a", f"{self.mark}b"]
        self.net = "10.77.0"
        self.bridge = f"{self.mark}br"
        self.make()

    def ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    def make(self) -> None:
        self.ip("link", "add", self.bridge, "type", "bridge")
        self.ip("addr", "add", f"{self.net}.254/24", "dev", self.bridge)
        self.ip("link", "set", self.bridge, "up")
        for number, host in enumerate(self.hosts, 1):
            self.ip("netns", "add", host)
            self.ip("link", "add", self.cable(host), "type", "veth", "peer", "name", "eth0", "netns", host)
            self.ip("link", "set", self.cable(host), "master", self.bridge, "up")
            self.ip("-n", host, "addr", "add", f"{self.net}.{number}/24", "dev", "eth0")
            self.ip("-n", host, "link", "set", "eth0", "up")
            self.ip("-n", host, "link", "set", "lo", "up")
        hosts = Path("/etc/hosts").read_text()
        names = "".join(f"{self.net}.{number} {host}\n" for number, host in enumerate(self.hosts, 1))
        (self.folder / "etc_hosts").write_text(hosts + names)
        (self.folder / "hostfile").write_text("".join(f"{host} slots={self.count}\n" for host in self.hosts))
        agent = self.folder / "agent.sh"
        agent.write_text('#!/bin/bash\nhost=$1; shift\nexec ip netns exec "$host" unshare --uts bash -c "hostname $host; $*"\n')
        agent.chmod(0o755)

    def cable(self, host: str) -> str:
        return f"v{host}"

    def launcher(self) -> list[str]:
        network = f"{self.net}.0/24"
        inner = ["mpirun", "-np", str(self.count), "--map-by", "node", "--hostfile", str(self.folder / "hostfile"),
                 "--mca", "plm_rsh_agent", str(self.folder / "agent.sh"), "--mca", "oob_tcp_if_include", network,
                 "--mca", "btl_tcp_if_include", network, "--mca", "btl", "tcp,self"]
        mounted = f'mount --bind {self.folder}/etc_hosts /etc/hosts && exec "$@"'
        return ["unshare", "--mount", "bash", "-c", mounted, "bash", *inner]

    def cut(self, host: str) -> None:
        self.ip("link", "set", self.cable(host), "down")

    def end(self) -> None:
        for host in self.hosts:
            subprocess.run(["ip", "netns", "pids", host], capture_output=True)
            pids = subprocess.run(["ip", "netns", "pids", host], capture_output=True, text=True).stdout.split()
            for pid in pids:
                subprocess.run(["kill", "-KILL", pid], capture_output=True)
            subprocess.run(["ip", "netns", "del", host], capture_output=True)
        subprocess.run(["ip", "link", "del", self.bridge], capture_output=True)


def memory_file(folder: Path, size_bytes: int) -> Path:
    path = Path(tempfile.mkdtemp(prefix="pmembench-hosts-", dir="/dev/shm")) / "pool"
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path
