// Every workload on every path and every usable host-mapped backend, at a tiny size, with its bytes
// verified; and with a backend that lies, found out.
#include <gtest/gtest.h>
#include <unistd.h>

#include "workbench.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

// All but the line state shared, which takes threads: durability_test has it.
std::vector<Parameters> durability_variants() {
  std::vector<Parameters> all;
  for (const char* step : {"store", "store_flush", "store_flush_fence", "store_flush_barrier"}) {
    for (const char* line : {"dirty", "clean", "flushed"}) {
      all.push_back(parameters_of("durability", {{"step", step}, {"line", line}}));
      all.push_back(parameters_of("durability", {{"step", step},
                                                 {"line", line},
                                                 {"operation_size", "4096"},
                                                 {"order", "sequential"},
                                                 {"read_after", "on"}}));
    }
    all.push_back(parameters_of("durability", {{"step", step}, {"repeat", "2"}}));
    all.push_back(
        parameters_of("durability", {{"step", step}, {"flush_every", "4"}, {"fence_every", "8"}}));
  }
  return all;
}

std::vector<Parameters> variants(const std::string& workload) {
  if (workload == "chase") {
    return {parameters_of(workload, {}),
            parameters_of(workload, {{"touched", "64"}}),
            parameters_of(workload, {{"stride", "4096"}, {"touched", "256"}}),
            parameters_of(workload, {{"order", "sequential"}}),
            parameters_of(workload, {{"order", "tlb-local"}, {"tlb_window", "8192"}}),
            parameters_of(workload, {{"order", "tlb-hostile"}, {"touched", "64"}})};
  }
  if (workload == "persist") {
    return {parameters_of(workload, {}), parameters_of(workload, {{"operation_size", "4096"}}),
            parameters_of(workload, {{"order", "sequential"}, {"operation_size", "256"}})};
  }
  if (workload == "loaded") {
    return {parameters_of(workload, {}), parameters_of(workload, {{"read_share", "30"}}),
            parameters_of(workload, {{"read_share", "0"}, {"durability", "each"}})};
  }
  if (workload == "pairs") {
    return {parameters_of(workload, {}), parameters_of(workload, {{"access", "store"}})};
  }
  if (workload == "sizes") {
    std::vector<Parameters> all;
    for (const char* access : {"read", "write"}) {
      all.push_back(parameters_of(workload, {{"access", access}, {"sizes", "512:70+4K:30"}}));
      all.push_back(parameters_of(workload, {{"access", access}, {"order", "sequential"}}));
    }
    return all;
  }
  if (workload == "durability") return durability_variants();
  for (const char* own : {"lifetime", "chases", "handover", "contend", "steps", "fill", "uniform",
                          "alternate", "reload"}) {
    if (workload == own) return {parameters_of(workload, {})};
  }
  std::vector<Parameters> all;
  for (const char* durability : {"each", "batch", "none"}) {
    for (const char* size : {"64", "100", "4096"}) {
      Parameters changed{{"durability", durability}, {"operation_size", size}};
      if (workload == "mix") {
        for (const char* share : {"0", "30", "100"}) {
          changed["read_share"] = share;
          all.push_back(parameters_of(workload, changed));
        }
        continue;
      }
      if (workload == "copy") {
        changed["target_order"] = std::string_view(size) == "64" ? "random" : "same";
        changed["order"] = std::string_view(durability) == "each" ? "random" : "sequential";
      } else {
        changed["access"] = "read";
        all.push_back(parameters_of(workload, changed));
        changed["access"] = "write";
      }
      all.push_back(parameters_of(workload, changed));
      if (workload == "random") {
        for (const char* distribution : {"zipf", "pareto", "zoned"}) {
          changed["distribution"] = distribution;
          all.push_back(parameters_of(workload, changed));
        }
      }
    }
  }
  return all;
}

// The workload's parameters with the path's defaults beside them.
Parameters with_path(Parameters parameters, const PathType& path) {
  for (const ParameterSpec& spec : path.parameters) {
    parameters.emplace(spec.name, spec.default_value);
  }
  return parameters;
}

// Whether each range of the workload is whole granules of the path.
bool fits_granule(const PathType& path, const Parameters& parameters) {
  if (path.granule_bytes == nullptr) return true;
  for (const RangeSize& range : range_sizes_of(parameters)) {
    if (range.bytes % path.granule_bytes(parameters) != 0) return false;
  }
  return true;
}

void run_and_verify(const WorkloadType& type, const PathType& path, OpenedDevice& opened,
                    const Parameters& parameters) {
  std::unique_ptr<PathFixture> fixture;
  if (path.prepare != nullptr) {
    auto prepared = path.prepare(opened, parameters);
    ASSERT_TRUE(prepared) << prepared.error().message;
    fixture = *std::move(prepared);
  }
  const std::uint64_t size_bytes = fixture ? fixture->size_bytes() : opened.device->size_bytes();
  ASSERT_TRUE(type.check(parameters, size_bytes, 2));
  for (unsigned position = 0; position < 2; ++position) {
    auto way = path.make(*opened.device, fixture.get());
    ASSERT_TRUE(way) << way.error().message;
    EXPECT_EQ((*way)->size_bytes(), size_bytes);
    auto workload = type.make(parameters, **way, {position, 2, 42});
    ASSERT_TRUE(workload->prepare());
    for (const std::uint64_t operations : {1, 7, 300}) {
      workload->refresh();
      const Work work = workload->run(operations);
      EXPECT_EQ(work.operations, operations) << workload->failure();
      const bool serves = type.first_serves && position == 0;
      EXPECT_EQ(work.bytes > 0, !serves);
      const Status verified = workload->verify();
      EXPECT_TRUE(verified) << verified.error().message;
    }
  }
}

// Every variant of every workload on every path that serves the backend; the number of cells.
int run_all(OpenedDevice& opened, bool emulated) {
  int cells = 0;
  for (const WorkloadType& type : workload_list()) {
    if (type.needs_files || type.groups) continue;  // groups: groups_test
    for (const PathType& path : path_list()) {
      if ((path.name == "kernel") != emulated || path.gives_files) continue;
      if (type.needs_mapping && path.granule_bytes != nullptr) continue;
      if (type.paced && path.prepare != nullptr) continue;
      if (type.moves_words && (path.granule_bytes != nullptr || emulated)) continue;
      for (const Parameters& variant : variants(std::string(type.name))) {
        const Parameters parameters = with_path(variant, path);
        if (!fits_granule(path, parameters)) continue;
        SCOPED_TRACE(std::string(type.name) + " on " + std::string(path.name));
        run_and_verify(type, path, opened, parameters);
        ++cells;
      }
    }
  }
  return cells;
}

class EveryWorkload : public testing::TestWithParam<const char*> {};

TEST_P(EveryWorkload, does_its_work_on_every_path) {
  OpenedDevice opened{{}, test_device(builtin(GetParam()))};
  EXPECT_GT(run_all(opened, false), 100);
}

INSTANTIATE_TEST_SUITE_P(Backends, EveryWorkload, testing::Values("movnt", "clflush", "eadr"));

// A file in memory, by the kernel's block path.
class KernelFile {
 public:
  KernelFile() {
    const int fd = mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(ftruncate(fd, 1 << 20), 0);
    close(fd);
    dax_host_info host{};
    host.struct_size = sizeof host;
    dax_media_info media{};
    media.struct_size = sizeof media;
    media.kind = DAX_MEDIA_BLOCK;
    media.path = path_.c_str();
    media.options = "";
    const dax_operations& block = *builtin("block");
    DeviceFacts facts;
    facts.name = "file";
    error_ = block.open(&host, &media, &handle_, &facts.size_bytes, reason_.data(), 512);
    if (error_ != 0) return;
    opened.device = std::move(DaxDevice::allocate(facts, &block, handle_, nullptr)).value();
  }
  KernelFile(const KernelFile&) = delete;
  KernelFile& operator=(const KernelFile&) = delete;
  ~KernelFile() {
    opened.device.reset();
    if (handle_ != nullptr) builtin("block")->close(handle_);
    unlink(path_.c_str());
  }
  std::string refusal() const { return error_ == 0 ? "" : reason_.c_str(); }
  OpenedDevice opened;

 private:
  std::string path_ = "/dev/shm/pmembench_test_XXXXXX";
  std::string reason_ = std::string(512, '\0');
  void* handle_ = nullptr;
  int error_ = 0;
};

TEST(Workloads, do_their_work_on_the_kernels_block_path) {
  KernelFile file;
  if (!file.refusal().empty()) GTEST_SKIP() << file.refusal();  // no O_DIRECT in memory here
  EXPECT_GT(run_all(file.opened, true), 20);
}

std::int64_t lying_copy(void*, dax_iter* iter) {
  const auto bytes = static_cast<std::int64_t>(iter->count * iter->size_bytes);
  iter->count = 0;
  return bytes;
}

// A backend that says that it copied and did not.
dax_operations liar(bool when_writing) {
  dax_operations operations = *builtin("eadr");
  (when_writing ? operations.copy_from_iter : operations.copy_to_iter) = lying_copy;
  if (when_writing) operations.persist_from_iter = lying_copy;
  return operations;
}

TEST(Workloads, find_out_a_backend_that_does_not_copy) {
  for (const bool when_writing : {true, false}) {
    const dax_operations operations = liar(when_writing);
    const auto device = test_device(&operations);
    for (const char* name : {"sequential", "random", "strided", "copy", "mix"}) {
      const WorkloadType& type = *find_workload(name);
      const Parameters parameters = parameters_of(
          name, {{"access", when_writing ? "write" : "read"}, {"operation_size", "64"}});
      auto way = find_path("direct")->make(*device, nullptr);
      auto workload = type.make(parameters, **way, {0, 1, 42});
      ASSERT_TRUE(workload->prepare());
      workload->run(100);
      const Status verified = workload->verify();
      ASSERT_FALSE(verified) << name;
      EXPECT_NE(verified.error().message.find("wrong byte at device offset"), std::string::npos);
    }
  }
}

// Every other range, whatever the batches: a fixed stride of samples could miss all of them.
TEST(Workloads, find_out_a_backend_that_skips_every_other_write) {
  dax_operations operations = *builtin("eadr");
  operations.copy_from_iter = [](void* handle, dax_iter* iter) {
    static unsigned calls = 0;
    std::int64_t bytes = 0;
    while (iter->count > 0) {
      dax_iter one = *iter;
      one.count = 1;
      if (++calls % 2 != 0) (void)builtin("eadr")->copy_from_iter(handle, &one);
      (void)dax_iter_next(iter);
      --iter->count;
      bytes += static_cast<std::int64_t>(iter->size_bytes);
    }
    return bytes;
  };
  operations.persist_from_iter = nullptr;
  const auto device = test_device(&operations);
  for (const char* name : {"sequential", "strided"}) {
    auto way = find_path("direct")->make(*device, nullptr);
    auto workload = find_workload(name)->make(
        parameters_of(name, {{"access", "write"}, {"operation_size", "64"}}), **way, {0, 1, 42});
    ASSERT_TRUE(workload->prepare());
    // 256 ranges are sampled: every second one, if it were by a stride.
    workload->run(400);
    EXPECT_FALSE(workload->verify()) << name;
  }
}

TEST(Workloads, refuse_a_backend_that_counts_more_bytes_than_it_was_asked_for) {
  dax_operations operations = *builtin("eadr");
  operations.copy_to_iter = [](void* handle, dax_iter* iter) {
    return 2 * builtin("eadr")->copy_to_iter(handle, iter);
  };
  const auto device = test_device(&operations);
  auto way = find_path("direct")->make(*device, nullptr);
  auto workload = find_workload("random")->make(
      parameters_of("random", {{"operation_size", "64"}, {"batch", "16"}}), **way, {0, 1, 42});
  ASSERT_TRUE(workload->prepare());
  workload->run(64);
  const Status refused = workload->verify();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("bytes for a batch of"), std::string::npos)
      << refused.error().message;
}

TEST(Workloads, find_out_a_backend_that_writes_to_the_wrong_place) {
  dax_operations operations = *builtin("eadr");
  operations.persist_from_iter = [](void* handle, dax_iter* iter) {
    dax_iter shifted = *iter;
    shifted.offset_bytes = 0;
    shifted.granule_bytes = 0;
    const std::int64_t bytes = builtin("eadr")->copy_from_iter(handle, &shifted);
    iter->count = 0;
    iter->state = shifted.state;
    return bytes;
  };
  const auto device = test_device(&operations);
  auto way = find_path("direct")->make(*device, nullptr);
  auto workload = find_workload("random")->make(parameters_of("random", {{"access", "write"}}),
                                                **way, {0, 1, 42});
  ASSERT_TRUE(workload->prepare());
  workload->run(100);
  EXPECT_FALSE(workload->verify());
}

TEST(Workloads, say_how_a_path_failed) {
  const auto device = test_device(builtin("movnt"));
  auto way = find_path("direct")->make(*device, nullptr);
  auto workload = find_workload("random")->make(parameters_of("random", {}), **way, {0, 1, 42});
  ASSERT_TRUE(workload->prepare());
  device->kill();
  EXPECT_EQ(workload->run(10).operations, 0u);
  EXPECT_EQ(workload->failure(), "reading failed: Input/output error");
}

TEST(Workloads, repeat_their_addresses_for_the_same_seed) {
  std::vector<std::vector<unsigned char>> images;
  for (const std::uint64_t seed : {7, 7, 8}) {
    const auto device = test_device(builtin("eadr"), 64 << 10);
    auto way = find_path("direct")->make(*device, nullptr);
    auto workload = find_workload("random")->make(
        parameters_of("random", {{"access", "write"}, {"operation_size", "64"}}), **way,
        {0, 1, seed});
    ASSERT_TRUE(workload->prepare());
    workload->run(50);
    const auto bytes = (*way)->mapping();
    std::vector<unsigned char> image(bytes.size());
    std::memcpy(image.data(), bytes.data(), bytes.size());
    images.push_back(image);
  }
  EXPECT_EQ(images[0], images[1]);
  EXPECT_NE(images[0], images[2]);
}

TEST(Workloads, have_parameters_with_help_and_valid_defaults) {
  for (const WorkloadType& type : workload_list()) {
    for (const ParameterSpec& spec : type.parameters) {
      EXPECT_FALSE(spec.help.empty()) << type.name << " " << spec.name;
      if (spec.kind == ValueKind::choice) {
        EXPECT_NE(std::find(spec.choices.begin(), spec.choices.end(), spec.default_value),
                  spec.choices.end());
      }
    }
    const unsigned threads = type.groups ? 2 : 1;
    EXPECT_TRUE(type.check(parameters_of(std::string(type.name), {}), 64 << 20, threads))
        << type.name;
  }
  EXPECT_EQ(find_workload("nothing"), nullptr);
  EXPECT_EQ(find_path("nothing"), nullptr);
}

}  // namespace
}  // namespace pmembench
