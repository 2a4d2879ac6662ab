"""One store with rows for every figure, each with numbers of its own that a test can look for."""

from __future__ import annotations

from pathlib import Path

from fixture_store import MEDIUM, Maker, comparison, crash, estimate, history, row

PATHS = {"mapped": 210.0, "direct": 240.0, "fs-dax": 333.0, "block-raw": 401.0, "block-btt": 577.0,
         "block-rmw": 1900.0, "fs-mixed": 655.0, "fs-block": 891.0, "kernel": 2600.0, "posix": 3400.0}


def latency(mode: str, n: int = 100000, **more) -> dict:
    return {"mode": mode, "n": n, "mean": 260.0, "min": 200.0, "max": 9000.0, **more}


def throughput(maker: Maker) -> None:
    for backend, base in (("movnt", 100.0), ("clwb", 180.0), ("null", 0.05)):
        for size in (64, 256, 4096):
            for threads in (1, 2):
                ns = base * (1 + size / 1024) / threads
                given = row(f"dram:128M/{backend}/direct/random/size={size}/t{threads}", ns,
                            backend=backend, threads=threads,
                            parameters={"operation_size": str(size), "access": "write"},
                            claim="volatile" if backend == "null" else "emulated")
                if backend == "null":
                    given["bytes_per_s"] = None
                maker.add(given, slices=[[ns, ns * 1.1, ns * 0.95, ns * 3]] * 3)


def latencies(maker: Maker) -> None:
    for backend, base in (("movnt", 210.0), ("clwb", 390.0)):
        for size in (64, 256):
            for mode, more in (("issue", 0.0), ("durable", 37.0)):
                value = base + more + size / 16
                maker.add(
                    row(f"dram:128M/{backend}/persist/{size}/{mode}", value, backend=backend,
                        workload="persist", parameters={"operation_size": str(size)}, floor_ns=40.0,
                        latency_ns=latency(mode, p50=value, p90=value + 10, p99=value + 100)),
                    slices=[[value, value + 1, value - 1]] * 2,
                    histograms=[{200: 90000, 300: 9000, 500: 990, 900: 10}] * 2)


def chases(maker: Maker) -> None:
    for size, ns in ((16384, 1.2), (262144, 4.4), (4194304, 13.3), (134217728, 97.7)):
        for stride in (64, 4096):
            maker.add(row(f"chase/{size}/{stride}", ns * (1.5 if stride > 64 else 1),
                          workload="chase", path="mapped", claim="volatile",
                          parameters={"range_size": str(size), "stride": str(stride)},
                          latency_ns=latency("dependent", mean=ns, min=None, max=None)))
    for start in (0, 1):
        for end in (0, 1):
            maker.add(row(f"numa/{start}/{end}", 80.0 + 61.5 * (start != end) + start,
                          workload="chase", path="mapped", claim="volatile",
                          parameters={"range_size": "0", "stride": "64"},
                          placement={"asked": f"cpu_node={start};node={end}", "verified": "yes"},
                          latency_ns=latency("dependent", mean=80.0, min=None, max=None)))


def nodes(maker: Maker) -> None:
    """From two nodes to three memories and a dax device, rated in part; and pages dealt out."""
    for start in (0, 1):
        for target, node, ns, rated in (("node 0", 0, 20.0 + 15 * start, 1.0 if start == 0 else None),
                                        ("node 1", 1, 35.0 - 15 * start, None),
                                        ("node 2", 2, 60.0, 1.25), ("dax1.0", None, 71.0, None)):
            moved = estimate(64e9 / ns)
            times = {key: value * rated if isinstance(value, float) else value
                     for key, value in estimate(1.0).items()} if rated else None
            maker.add(row(f"pair/{start}/{target}", ns, workload="sequential", claim="volatile",
                          media=f"dram:1G,{target}", placement={"asked": f"cpu_node={start}", "verified": ""},
                          parameters={"operation_size": "65536", "access": "read"}, bytes_per_s=moved,
                          numa={"initiator_node": start, "target": target, "target_node": node,
                                "interleave": [], "group": "movnt/direct/sequential/tall",
                                "measure": "bytes_per_s", "rated": 64e9 / ns / rated if rated else None,
                                "ratio": times}))
    for first, second in ((7, 1), (3, 1), (5, 3), (1, 1), (1, 3)):
        share = first / (first + second)
        ns = max(share * 20.0, (1 - share) * 60.0)
        maker.add(row(f"dealt/{first}/{second}", ns, workload="sequential", claim="volatile",
                      media=f"dram:1G,interleave=0:{first}+2:{second}",
                      placement={"asked": "cpu_node=0", "verified": ""},
                      parameters={"operation_size": "65536", "access": "read"},
                      bytes_per_s=estimate(64e9 / ns),
                      numa={"initiator_node": 0, "target": f"interleave 0:{first}+2:{second}",
                            "target_node": None, "interleave": [[0, first], [2, second]],
                            "group": "movnt/direct/sequential/tall", "measure": "bytes_per_s",
                            "rated": None, "ratio": None}))


def loads(maker: Maker) -> None:
    for share in (100, 50):
        for place, moved in enumerate((0, 1, 4, 8, 11, 12)):
            ns = 90 + 2.0**(place - 1) * (2 if share == 50 else 1)
            maker.add(row(f"loaded/{share}/{place}", ns, workload="loaded", claim="volatile",
                          threads=4,
                          parameters={"read_share": str(share), "load_share": str(100 * moved / 12),
                                      "pause": "0", "load_rate": "0", "order": "sequential",
                                      "durability": "none", "probe_media": ""},
                          bytes_per_s=estimate(moved * 2.0**30) if moved else None,
                          latency_ns=latency("dependent", mean=float(ns), p50=ns - 1.0,
                                             p99=ns * 3.0)))
    # All load by fewer threads: measured, and no point of the curve.
    maker.add(row("loaded/fewer", 95.0, workload="loaded", claim="volatile", threads=3,
                  parameters={"read_share": "100", "load_share": "100", "pause": "0",
                              "load_rate": "0", "order": "sequential", "durability": "none",
                              "probe_media": ""},
                  bytes_per_s=estimate(7.0 * 2.0**30),
                  latency_ns=latency("dependent", mean=95.0, p50=94.0, p99=190.0)))


def layers(maker: Maker) -> None:
    for path, ns in PATHS.items():
        outside = path in ("kernel", "posix")
        maker.add(row(f"ladder/{path}", ns, workload="overwrite", path=path,
                      backend="block" if outside else "movnt",
                      media="block:/dev/shm/x" if outside else "dram:128M",
                      parameters={"operation_size": "4096"},
                      amplification={"bytes": 4096.0 * (16 if path == "block-rmw" else 1),
                                     "lines_flushed": 64.0}))
    for workload in ("varmail", "oltp"):
        for path, ns in (("fs-dax", 5000.0), ("fs-block", 12500.0), ("posix", 40000.0)):
            maker.add(row(f"{workload}/{path}", ns, workload=workload, path=path,
                          parameters={"factor": "1"}))
    for policy, slope in (("fail", 1.0), ("io-fallback", 40.0), ("recovery", 9.0)):
        for bad in (0, 4, 16):
            maker.add(row(f"errors/{policy}/{bad}", 300 + slope * bad, path="block-raw",
                          parameters={"operation_size": "4096", "error_policy": policy,
                                      "bad_blocks": str(bad)},
                          latency_ns=latency("durable", p50=300.0, p99=400 + 10 * slope * bad)))


def tail(maker: Maker) -> None:
    slots = {"slot_ns": 1e6, "mean_ns": [250.0, 251.0, 900.0, 252.0], "p99_ns": [400.0, 410.0, 5000.0, 420.0],
             "max_ns": [900.0, None, 9000.0, 800.0],
             "period_of_max": {"found": True, "period_ns": 4e6, "p_value": 0.002, "harmonics": 5}}
    maker.add(row("random/t1/operation-durable/slots=1ms", 250.0, parameters={"operation_size": "64"},
                  latency_ns=latency("durable", p50=250.0)),
              slices=[[250.0, 260.0, 255.0]], details={"slots": slots})


def no_numbers(maker: Maker) -> None:
    maker.add(row("skipped/cell", None, status="skipped", claim="volatile", medium=None,
                  reason="this CPU has no clwb", replicates=0, slices=0))
    maker.add(row("failed/cell", None, status="error", claim="volatile", medium=None,
                  reason="the worker died of signal 11", replicates=0, slices=0))
    maker.add(row("noisy/cell", 55.0, workload="copy", parameters={}, converged=False,
                  disturbed_share=0.31, medium={**MEDIUM, "page_bytes": 4096},
                  warnings=[{"type": "page_size", "sentence": "4 KiB pages back the range"}]))
    maker.connection.execute("INSERT INTO plan_cells VALUES (?, 'never/measured', 999)", (maker.run,))


def make(path: Path) -> Path:
    """Run 1 is empty of cells; run 2 has everything."""
    maker = Maker(path)
    maker.run = maker.add_run()
    for part in (throughput, latencies, chases, nodes, loads, layers, tail, no_numbers):
        part(maker)
    maker.document("compare", comparison(), maker.run)
    maker.document("history", history())
    maker.document("crash", crash(), maker.run)
    return maker.close()
