// Every workload on every path and every usable host-mapped backend, at a tiny size, with its bytes
// verified; and with a backend that lies, found out.
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::vector<Parameters> variants(const std::string& workload) {
  if (workload == "chase") {
    return {parameters_of(workload, {}), parameters_of(workload, {{"touched", "64"}}),
            parameters_of(workload, {{"stride", "4096"}, {"touched", "256"}})};
  }
  if (workload == "persist") {
    return {parameters_of(workload, {}),
            parameters_of(workload, {{"order", "sequential"}, {"operation_size", "256"}})};
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
      if (workload != "copy") {
        changed["access"] = "read";
        all.push_back(parameters_of(workload, changed));
        changed["access"] = "write";
      }
      all.push_back(parameters_of(workload, changed));
      if (workload == "random") {
        changed["distribution"] = "zipf";
        all.push_back(parameters_of(workload, changed));
      }
    }
  }
  return all;
}

void run_and_verify(const WorkloadType& type, const PathType& path, DaxDevice& device,
                    const Parameters& parameters) {
  ASSERT_TRUE(type.check(parameters, device.size_bytes(), 2));
  for (unsigned seat = 0; seat < 2; ++seat) {
    auto way = path.make(device, nullptr);
    ASSERT_TRUE(way) << way.error().message;
    auto workload = type.make(parameters, **way, {seat, 2, 42});
    ASSERT_TRUE(workload->prepare());
    for (const std::uint64_t operations : {1, 7, 300}) {
      workload->refresh();
      const Work work = workload->run(operations);
      EXPECT_EQ(work.operations, operations) << workload->failure();
      EXPECT_GT(work.bytes, 0u);
      const Status verified = workload->verify();
      EXPECT_TRUE(verified) << verified.error().message;
    }
  }
}

class EveryWorkload : public testing::TestWithParam<const char*> {};

TEST_P(EveryWorkload, does_its_work_on_every_path) {
  const auto device = test_device(builtin(GetParam()));
  for (const WorkloadType& type : workload_list()) {
    if (type.needs_files) continue;  // file_workloads_test
    for (const PathType& path : path_list()) {
      if (path.prepare != nullptr) continue;  // they have ground, and tests of their own
      for (const Parameters& parameters : variants(std::string(type.name))) {
        SCOPED_TRACE(std::string(type.name) + " on " + std::string(path.name));
        run_and_verify(type, path, *device, parameters);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, EveryWorkload, testing::Values("movnt", "clflush", "eadr"));

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
      if (spec.kind == ParameterKind::choice) {
        EXPECT_NE(std::find(spec.choices.begin(), spec.choices.end(), spec.default_value),
                  spec.choices.end());
      }
    }
    EXPECT_TRUE(type.check(parameters_of(std::string(type.name), {}), 64 << 20, 1)) << type.name;
  }
  EXPECT_EQ(find_workload("nothing"), nullptr);
  EXPECT_EQ(find_path("nothing"), nullptr);
}

}  // namespace
}  // namespace pmembench
