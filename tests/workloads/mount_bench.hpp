// A mounted file system for tests of workloads on files: a path that gives files, over a medium of
// its own, with the workload's parameters made small.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "backends/builtin_backends.h"
#include "dax/open_device.hpp"
#include "tests/dax/scratch_folder.hpp"
#include "workbench.hpp"

namespace pmembench {

inline const Registry& builtin_registry() {
  static const Result<Registry> registry = [] {
    dax_host_info host{};
    host.struct_size = sizeof host;
    host.vector_bytes = 16;
    host.cpu_features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH;
    std::size_t count = 0;
    const dax_operations* const* tables = pmembench_builtin_backends(&count);
    return Registry::build(host, {tables, count}, {});
  }();
  return *registry;
}

inline Result<OpenedDevice> open_builtin(const std::string& backend, const std::string& medium) {
  const Result<MediaSpec> spec = parse_media(medium);
  if (!spec) return spec.error();
  const auto entry = builtin_registry().find(backend);
  if (!entry) return entry.error();
  dax_host_info host{};
  host.struct_size = sizeof host;
  host.vector_bytes = 16;
  host.cpu_features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH;
  return open_device(**entry, *spec, host, {});
}

// Path `name` over a medium that it can work on, in memory: files of one cell.
class MountBench {
 public:
  explicit MountBench(const std::string& name, const Parameters& changed = {},
                      const std::string& folder = "/dev/shm")
      : folder_(folder), type_(find_path(name)) {
    const bool mount = type_->needs_mount;
    auto opened = open_builtin(mount ? "block" : "eadr",
                               mount ? "posix:" + folder_.path() + ",size=16M" : "dram:16M");
    EXPECT_TRUE(opened) << opened.error().message;
    opened_ = *std::move(opened);
    for (const ParameterSpec& spec : type_->parameters) {
      parameters_[spec.name] = spec.default_value;
    }
    for (const auto& [key, value] : changed) parameters_[key] = value;
    auto fixture = type_->prepare(opened_, parameters_);
    EXPECT_TRUE(fixture) << fixture.error().message;
    if (fixture) fixture_ = *std::move(fixture);
  }
  [[nodiscard]] std::unique_ptr<Path> path() {
    auto path = type_->make(*opened_.device, fixture_.get());
    EXPECT_TRUE(path) << path.error().message;
    return *std::move(path);
  }
  [[nodiscard]] std::uint64_t size_bytes() const { return fixture_->size_bytes(); }
  [[nodiscard]] const MediaFacts& facts() const { return opened_.facts; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }

 private:
  ScratchFolder folder_;
  const PathType* type_;
  Parameters parameters_;
  OpenedDevice opened_;
  std::unique_ptr<PathFixture> fixture_;
};

inline std::vector<std::string> paths_with_files() {
  std::vector<std::string> names;
  for (const PathType& path : path_list()) {
    if (path.gives_files) names.emplace_back(path.name);
  }
  return names;
}

// Every workload on files, small enough for 16 MiB and two threads.
struct FileCase {
  std::string workload;
  Parameters changed;
};

inline std::vector<FileCase> file_cases() {
  std::vector<FileCase> cases{
      {"fileserver", {{"scale", "0.004"}, {"file_size", "16384"}, {"io_size", "8192"}}},
      {"varmail", {{"scale", "0.04"}}},
      {"varmail", {{"scale", "0.04"}, {"directory_width", "7"}, {"append_size", "5000"}}},
      {"webserver", {{"scale", "0.04"}, {"io_size", "4096"}}},
      {"webproxy", {{"scale", "0.004"}}},
      {"oltp",
       {{"scale", "0.2"},
        {"file_size", "262144"},
        {"log_size", "131072"},
        {"log_io_size", "16384"}}},
      {"oltp",
       {{"scale", "0.1"},
        {"file_size", "262144"},
        {"log_size", "131072"},
        {"log_io_size", "16384"}}},
      {"overwrite", {{"file_size", "262144"}}},
      {"overwrite",
       {{"file_size", "262144"}, {"file", "shared"}, {"skew", "100"}, {"durability", "none"}}},
      {"overwrite", {{"file_size", "100000"}, {"operation_size", "1000"}, {"file", "shared"}}},
      {"append_fsync", {{"file_size", "65536"}}},
      {"append_fsync", {{"file_size", "65536"}, {"append_size", "100"}, {"fsync_every", "10"}}},
      {"log_append", {{"log_size", "131072"}}},
      {"log_append",
       {{"log_size", "65536"}, {"record_size", "64"}, {"group", "4"}, {"preallocated", "on"}}},
      {"mmap_store", {{"file_size", "262144"}}},
      {"mmap_store", {{"file_size", "262144"}, {"sync", "fsync"}, {"operation_size", "4096"}}},
      {"mmap_store", {{"file_size", "262144"}, {"sync", "flush"}}},
      {"first_touch", {{"file_size", "131072"}}},
      {"msync", {{"file_size", "131072"}}},
      {"msync", {{"file_size", "131072"}, {"mode", "invalidate"}, {"pages", "clean"}}},
      {"msync", {{"file_size", "131072"}, {"mode", "empty"}}},
      {"create_unlink", {{"files", "10"}}},
      {"create_unlink", {{"files", "10"}, {"directory", "shared"}}},
      {"rename", {{"files", "10"}}},
      {"rename", {{"files", "10"}, {"directory", "shared"}}},
      {"rename", {{"files", "10"}, {"directory", "across"}}},
      {"ageing", {{"utilisation", "20"}, {"file_size", "65536"}, {"rounds", "1"}}},
  };
  for (const ParameterSpec& spec : find_workload("fxmark")->parameters) {
    for (const std::string& name : spec.choices) {
      cases.push_back({"fxmark", {{"case", name}, {"file_size", "131072"}, {"files", "20"}}});
    }
  }
  return cases;
}

}  // namespace pmembench
