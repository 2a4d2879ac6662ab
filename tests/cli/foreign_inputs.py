"""Inputs of other tools, written for the tests in the shapes that ship with those tools."""

from __future__ import annotations

GLOBAL = "# parameters of all\n[global]\ngroup = pmem\nfile = testfile\nops-per-thread = 1000\n"


def scenario(name: str, bench: str, **keys: object) -> str:
    lines = [f"\n[{name}]", f"bench = {bench}"]
    return "\n".join(lines + [f"{key.replace('_', '-')} = {value}" for key, value in keys.items()]) + "\n"


# PMDK's configurations by what they are about: the text, and how many parts have an equivalent.
PMDK: dict[str, tuple[str, int]] = {
    "memcpy": (GLOBAL + scenario("aligned", "pmem_memcpy", threads=1, data_size="64:*2:8192")
               + scenario("offsets", "pmem_memcpy", threads=1, data_size=512, src_offset=0,
                          dest_offset="1:+1:63")
               + scenario("rand", "pmem_memcpy", data_size="64:*2:256", src_mode="rand", dest_mode="rand")
               + scenario("libc", "pmem_memcpy", data_size=64, libc_memcpy="true", persist="false"), 4),
    "memset": (GLOBAL + scenario("small", "pmem_memset", threads=1, data_size="1:+1:32")
               + scenario("rand", "pmem_memset", data_size="64:*2:256", mem_mode="rand", persist="true")
               + scenario("offset", "pmem_memset", data_size=64, dest_offset=10), 3),
    "flush": (GLOBAL + "threads = 1:*2:4\ndata-size = 64:*2:256\nmode = rand\nno-warmup = false\n"
              + "".join(scenario(f"flush_{operation}", "pmem_flush", operation=operation)
                        for operation in ("noop", "persist", "persist_4K", "persist_2M", "msync",
                                          "persist_4K_msync_0", "msync_0", "msync_async", "msync_err",
                                          "msync_invalid", "msync_nodirty")), 8),
    "log": (GLOBAL + scenario("append", "log_append", threads="1:+1:4", data_size=512)
            + scenario("small", "log_append", threads=1, data_size="1:+1:32", seed=4)
            + scenario("tiny", "log_append", threads=1, data_size="1:+1:8")
            + scenario("read", "log_read", threads=1, data_size="64:*2:256"), 2),
    "blk": (GLOBAL + "".join(
        scenario(f"{bench}_{io}", bench, random="true", file_io=io, file_size=536870912,
                 threads="1:+1:4", data_size=512)
        for bench in ("blk_read", "blk_write") for io in ("true", "false")), 4),
    "atomic_lists": (GLOBAL + scenario("insert", "obj_insert", threads="1:+1:10", type_number="rand")
                     + scenario("remove", "obj_remove", threads=1, max_lanes=64), 0),
    "map": (GLOBAL + "type = ctree\n" + scenario("map", "map_insert", threads=1), 0),
    "obj_gen": (GLOBAL + scenario("open", "pobj_open", objects=100)
                + scenario("direct", "pobj_direct", threads=1), 0),
    "obj_lanes": (GLOBAL + scenario("hold", "obj_lanes", threads="1:+1:10"), 0),
    "obj_locks": (GLOBAL + scenario("locks", "obj_locks", mutex="true", numlocks="1:*10:1000"), 0),
    "obj_persist": (GLOBAL + scenario("persist", "obj_persist", data_size="64:*2:256"), 0),
    "obj_pmalloc": (GLOBAL + scenario("pmalloc", "pmalloc", data_size="64:*2:256")
                    + scenario("pfree", "pfree", data_size=64), 0),
    "rpmem": (GLOBAL + scenario("persist", "rpmem_persist", mem_mode="seq", data_size=1024), 0),
    "tx": (GLOBAL + scenario("alloc", "obj_tx_alloc", threads="1:+1:5", data_size=512, nestings="1:*10:100")
           + scenario("add", "obj_tx_add_range", data_size="128:*2:512", operation="all-obj"), 0),
    "vmem": (GLOBAL + scenario("malloc", "vmalloc_malloc", data_size=64)
             + scenario("free", "vmem_free", data_size=64), 0),
    "fragmentation": (GLOBAL + scenario("growth", "obj_fragmentation", operation="basic"), 0),
}

# Jobs of fio: the text, and how many parts have an equivalent.
FIO: dict[str, tuple[str, int]] = {
    "read": ("[read]\nrw=read\nbs=128k\nsize=64m\nioengine=psync\ndirect=1\n", 1),
    "randread": ("[global]\nioengine=libaio\niodepth=16\ndirect=1\nbs=4k\n[r]\nrw=randread\nsize=1g\n", 1),
    "randwrite": ("; comment\n[w]\nrw=randwrite\nbs=4k\nnumjobs=4\ngroup_reporting\nsize=256m\n", 1),
    "mixed": ("[m]\nrw=randrw\nrwmixread=75\nbs=8k\nsize=64m\nioengine=io_uring\niodepth=8\n", 1),
    "dev-dax": ("[global]\nbs=2m\nioengine=dev-dax\nfilename=/dev/dax0.0\nthread=1\ndirect=0\n"
                "time_based=1\nruntime=60\n[read]\nrw=read\nnumjobs=4\n[write]\nstonewall\nrw=write\n", 2),
    "libpmem": ("[global]\nioengine=libpmem\nfilename=/mnt/pmem/x\nsize=1g\nbs=4k\nsync=1\n"
                "[w]\nrw=randwrite\niodepth=1\n", 1),
    "mmap": ("[m]\nioengine=mmap\nrw=randread\nbs=64\nfilename=/mnt/pmem/x\nsize=64m\n", 1),
    "null": ("[n]\nioengine=null\nrw=randread\nbs=4k\nsize=1g\n", 1),
    "net": ("[sender]\nioengine=net\nport=8888\nfilename_format=$jobname\nrw=write\n"
            "[receiver]\nioengine=net\nlisten\nrw=read\n", 0),
    "cpuio": ("[cpu]\nioengine=cpuio\ncpuload=8\ncpumode=qsort\n", 0),
    "rados": ("[r]\nioengine=rados\npool=rados\nrw=randwrite\nbs=4k\n", 0),
    "trim": ("[t]\nrw=randtrim\nbs=4k\nfilename=/dev/x\nioengine=libaio\n", 0),
    "bssplit": ("[s]\nrw=randwrite\nbssplit=4k/50:64k/50\nsize=64m\n", 1),
    "bsrange": ("[s]\nrw=randwrite\nbsrange=4k-64k\nsize=64m\n", 0),
    "zoned": ("[z]\nrw=randread\nbs=4k\nrandom_distribution=zoned:60/10:40/90\nsize=64m\n", 1),
    "fsync": ("[f]\nrw=write\nbs=4k\nfsync=1\nsize=16m\n[g]\nrw=write\nbs=4k\nfsync=32\nsize=16m\n", 2),
    "zipf": ("[z]\nrw=randread\nbs=4k\nrandom_distribution=zipf:1.2\nsize=64m\n", 1),
    "rate": ("[r]\nrw=randread\nbs=4k\nrate_iops=20000\nrate_process=poisson\nsize=64m\nthread\n", 1),
    "verify": ("[v]\nrw=write\nbs=4k\nverify=crc32c\ndo_verify=1\nverify_fatal=1\nsize=16m\n", 1),
    "steadystate": ("[s]\nrw=randread\nbs=4k\nss=iops_slope:0.3%\nss_dur=800\nss_ramp=5\nsize=16m\n", 1),
    "offsets": ("[o]\nrw=read\nbs=4k\noffset=1g\nsize=16m\nioengine=psync\n", 1),
    "variables": ("[global]\nfilename=${TARGET}\nbs=${BS}\nrw=read\n[a]\nsize=16m\n", 0),
    "latency target": ("[l]\nrw=randread\nbs=4k\nlatency_target=50\nlatency_percentile=99.9\nsize=16m\n", 1),
    "zones": ("[z]\nrw=randwrite\nzonemode=zbd\nzonesize=256m\nbs=4k\nsize=64m\n", 1),
    "directory": ("[d]\ndirectory=/tmp\nnrfiles=4\nrw=write\nbs=64k\nsize=16m\nioengine=sync\n", 1),
    "enospc": ("[global]\nfilesize=64m\n[a]\nrw=write\nbs=1m\nend_fsync=1\nfallocate=native\n", 1),
}

PERMA: dict[str, tuple[str, int]] = {
    "writes": ("random_writes:\n  matrix:\n    number_threads: [ 1, 2 ]\n    access_size: [ 64, 256 ]\n"
               "    persist_instruction: [ cache, cacheinv, nocache, none ]\n  args:\n"
               "    exec_mode: random\n    memory_range: 64M\n    operation: write\n", 1),
    "reads": ("sequential_reads:\n  matrix:\n    number_threads: [ 1, 2 ]\n  args:\n"
              "    exec_mode: sequential\n    access_size: 4096\n    memory_range: 64M\n"
              "    operation: read\n    run_time: 10\n", 1),
    "custom": ("update:\n  matrix:\n    custom_operations:\n      - \"r_128,w_64_cache_64\"\n  args:\n"
               "    memory_range: 1G\n    exec_mode: custom\n", 1),
    "parallel": ("both:\n  parallel_benchmarks:\n    scan:\n      args:\n        operation: read\n"
                 "    write:\n      args:\n        operation: write\n", 1),
}

MLC = {name: (f"# as run\nmlc --{name} -t1\n", 1) for name in (
    "loaded_latency", "idle_latency", "latency_matrix", "bandwidth_matrix", "peak_injection_bandwidth",
    "max_bandwidth", "c2c_latency", "memory_bandwidth_scan")}
