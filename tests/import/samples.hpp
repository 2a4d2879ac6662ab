// Files of other tools, written for the tests in the forms that the tools print.
#pragma once

#include <string>

namespace pmembench::samples {

inline const std::string kFio = R"({
  "fio version" : "fio-3.33", "timestamp" : 1700000000, "global options" : {"ioengine": "psync"},
  "jobs" : [ {"jobname" : "a", "error" : 0, "job options" : {"rw": "randread", "bs": "4k"},
    "usr_cpu": 12.5,
    "read" : {"io_bytes" : 4096000, "bw_bytes" : 2048000, "bw" : 2000, "iops" : 500.25,
      "runtime" : 2000, "total_ios" : 1000, "short_ios" : 0,
      "slat_ns": {"min": 1, "max": 2, "mean": 1.5, "stddev": 0.5, "N": 1000},
      "clat_ns" : {"min" : 100, "max" : 900, "mean" : 250.5, "stddev" : 10.0, "N" : 1000,
        "percentile" : {"50.000000" : 240, "95.000000": 300, "99.000000" : 500, "99.950000": 800},
        "bins" : {"240" : 600, "500" : 399, "900" : 1}},
      "lat_ns" : {"min" : 110, "max" : 950, "mean" : 260.0, "stddev" : 11.0, "N" : 1000}},
    "write" : {"io_bytes" : 0, "bw_bytes" : 0, "bw" : 0, "iops" : 0.0, "runtime" : 0,
      "total_ios" : 0}} ] }
)";

inline const std::string kMlcLoaded =
    "Intel(R) Memory Latency Checker - v3.11b\nCommand line parameters: --loaded_latency\n\n"
    "Measuring Loaded Latencies for the system\nUsing Read-only traffic type\n"
    "Inject\tLatency\tBandwidth\nDelay\t(ns)\tMB/sec\n==========================\n"
    " 00000\t261.65\t 225060.9\n 00300\t101.25\t 111587.4\n";

inline const std::string kMlcMatrix =
    "Intel(R) Memory Latency Checker - v3.9\n*** Unable to modify prefetchers (try executing "
    "'modprobe msr')\n*** So, enabling random access for latency measurements\n"
    "Measuring idle latencies for random access (in ns)...\n\t\tNuma node\n"
    "Numa node\t     0\t     1\n       0\t  82.1\t 141.0\n       1\t 141.5\t     -\n\n"
    "Measuring Memory Bandwidths between nodes within system\n"
    "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\nUsing Read-only traffic type\n"
    "\t\tMemory node\n Socket\t     0\t     1\n       0\t79670.3\t34393.4\n\n"
    "Measuring Peak Injection Memory Bandwidths for the system\n"
    "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\n"
    "ALL Reads        :\t280874.6\n2:1 Reads-Writes :\t149341.2\nStream-triad like:\t128158.7\n\n"
    "Measuring cache-to-cache transfer latency (in ns)...\n"
    "Local Socket L2->L2 HIT  latency\t49.5\n"
    "Remote Socket L2->L2 HITM latency (data address homed in writer socket)\n"
    "\t\t\tReader Numa Node\nWriter Numa Node     0\t     1\n            0\t     -\t 115.2\n"
    "            1\t 116.0\t     -\n";

inline const std::string kMess = "29496.38\t578.51\n15000.00\t181.25\n319.99\t107.42\n";

inline const std::string kPmdk =
    "copy: pmem_memcpy [2] [group: pmem]\n"
    "total-avg[sec];ops-per-second[1/sec];total-max[sec];total-min[sec];total-median[sec];"
    "total-std-dev[sec];latency-avg[nsec];latency-min[nsec];latency-max[nsec];latency-std-dev[nsec]"
    ";latency-pctl-50.0%[nsec];latency-pctl-99.0%[nsec];latency-pctl-99.9%[nsec];threads;"
    "ops-per-thread;data-size;bandwidth[MiB/s]\n"
    "0.050000;1000000.000000;0.051;0.049;0.050;0.001;812;700;90210;33.5;800;1200;5000;1;50000;64;"
    "61.035156\n"
    "0.100000;500000.000000;0.11;0.09;0.10;0.001;1812;1700;190210;63.5;1800;2200;7000;1;50000;128;"
    "61.035156\n";

inline const std::string kPerf =
    "{\"counter-value\" : \"2000.500000\", \"unit\" : \"msec\", \"event\" : \"task-clock\", "
    "\"event-runtime\" : 2000500000, \"pcnt-running\" : 100.00, \"metric-value\" : 0.9, "
    "\"metric-unit\" : \"CPUs utilized\"}\n"
    "{\"counter-value\" : \"123456.000000\", \"unit\" : \"\", \"event\" : \"cache-misses\", "
    "\"event-runtime\" : 2000500000, \"pcnt-running\" : 100.00}\n"
    "{\"counter-value\" : \"<not supported>\", \"unit\" : \"\", \"event\" : \"cycles\", "
    "\"event-runtime\" : 0, \"pcnt-running\" : 100.00}\n";

inline const std::string kHyperfine =
    R"({"results": [{"command": "sleep 0.1", "mean": 0.1015, "stddev": 0.0005, "median": 0.1014,
      "user": 0.001, "system": 0.002, "min": 0.101, "max": 0.1022,
      "times": [0.101, 0.1011, 0.1014, 0.1015, 0.1018, 0.1022], "exit_codes": [0,0,0,0,0,0],
      "parameters": {"n": "4"}}]}
)";

inline const std::string kGbench = R"({
  "context": {"date": "2026-01-02T03:04:05+00:00", "host_name": "tango", "num_cpus": 2,
    "library_version": "v1.8.3"},
  "benchmarks": [
    {"name": "copy/64", "family_index": 0, "per_family_instance_index": 0, "run_name": "copy/64",
     "run_type": "iteration", "repetitions": 2, "repetition_index": 0, "threads": 2,
     "iterations": 1000, "real_time": 1.5, "cpu_time": 1.25, "time_unit": "us",
     "bytes_per_second": 64000000.0, "items_per_second": NaN, "misses": 3.0},
    {"name": "copy/64", "family_index": 0, "per_family_instance_index": 0, "run_name": "copy/64",
     "run_type": "iteration", "repetitions": 2, "repetition_index": 1, "threads": 2,
     "iterations": 900, "real_time": 1.7, "cpu_time": 1.75, "time_unit": "us",
     "bytes_per_second": 62000000.0, "misses": 5.0, "rate": Infinity},
    {"name": "sort_BigO", "run_name": "sort", "run_type": "aggregate", "aggregate_name": "BigO",
     "cpu_coefficient": 1.0, "real_coefficient": 1.1, "big_o": "N", "time_unit": "ns"},
    {"name": "old_mean", "run_name": "old", "run_type": "aggregate", "aggregate_name": "mean",
     "repetitions": 3, "real_time": 20.0, "cpu_time": 20.0, "time_unit": "ns"},
    {"name": "old_cv", "run_name": "old", "run_type": "aggregate", "aggregate_name": "cv",
     "aggregate_unit": "percentage", "repetitions": 3, "real_time": 0.05, "time_unit": "ns"},
    {"name": "bad", "run_name": "bad", "run_type": "iteration", "error_occurred": true,
     "error_message": "no such file"}
  ]
}
)";

}  // namespace pmembench::samples
