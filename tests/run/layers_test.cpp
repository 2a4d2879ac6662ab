#include "run/layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "backends/builtin_backends.h"
#include "block/btt.hpp"
#include "fs/file_system.hpp"
#include "live_worker.hpp"
#include "platform/process_files.hpp"
#include "run/host_info.hpp"
#include "run/layers_board.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Laid {
  MediaSpec spec;
  OpenedDevice opened;
};

const Registry& registry_of_layers() {
  static const Result<Registry> registry = [] {
    std::size_t count = 0;
    const dax_operations* const* tables = pmembench_builtin_backends(&count);
    return Registry::build(*host_info(""), {tables, count}, {});
  }();
  return *registry;
}

Laid laid(const std::string& medium, const std::string& backend = "clflush") {
  OpenOptions options;
  options.registry = &registry_of_layers();
  const auto spec = parse_media(medium);
  auto opened = open_device(**registry_of_layers().find(backend), *spec, *host_info(""), options);
  EXPECT_TRUE(opened) << opened.error().message;
  return {*spec, *std::move(opened)};
}

json presentation(const json& layers, const std::string& name) {
  for (const json& one : layers["presentations"]) {
    if (one["name"] == name) return one;
  }
  return {};
}

TEST(Layers, name_what_lies_on_what) {
  Laid one = laid("dram:4M");
  one.opened.device->bad_blocks().add(8192, 512);
  one.opened.device->set_write_cache(false);
  const json layers = layers_of(one.opened, one.spec, 3, true);
  EXPECT_EQ(layers["id"], 3);
  EXPECT_EQ(layers["kind"], "dram");
  EXPECT_EQ(layers["backend"]["name"], "clflush");
  EXPECT_EQ(layers["flags"]["write_cache"], false);
  EXPECT_EQ(layers["flags"]["alive"], true);
  EXPECT_EQ(layers["bad_blocks"][0]["offset_bytes"], 8192);
  EXPECT_EQ(presentation(layers, "block-raw")["dax_offset_bytes"], 0);
  EXPECT_EQ(presentation(layers, "block-partition")["dax_offset_bytes"], 2 << 20);
  EXPECT_FALSE(presentation(layers, "block-btt").contains("dax_offset_bytes"));
  EXPECT_THAT(presentation(layers, "char")["reason"], HasSubstr("bad block"));
  EXPECT_TRUE(layers["mounts"].empty());
  one.opened.device->kill();
  const json dead = layers_of(one.opened, one.spec, 3, true);
  EXPECT_EQ(dead["flags"]["alive"], false);
  EXPECT_TRUE(dead["presentations"].empty());
}

TEST(Layers, find_a_file_system_and_change_nothing) {
  Laid one = laid("dram:4M");
  MountSource source;
  source.dax = one.opened.device.get();
  ASSERT_TRUE(FileSystem::format(source, {}));
  const DeviceCounters before = one.opened.device->counters();
  const json layers = layers_of(one.opened, one.spec, 1, true);
  ASSERT_EQ(layers["mounts"].size(), 1U);
  EXPECT_EQ(layers["mounts"][0]["state"], "clean");
  EXPECT_TRUE(layers_of(one.opened, one.spec, 1, false)["mounts"].empty());
  EXPECT_EQ(one.opened.device->counters().bytes_copied_from, before.bytes_copied_from);
}

TEST(Layers, show_the_parts_of_a_stack_and_who_holds_them) {
  Laid one = laid("stripe:2,64K:dram:1M+dram:1M,backend=movnt");
  const json layers = layers_of(one.opened, one.spec, 1, true);
  ASSERT_EQ(layers["parts"].size(), 2U);
  EXPECT_EQ(layers["parts"][1]["backend"]["name"], "movnt");
  EXPECT_EQ(layers["parts"][0]["held_by"], one.opened.device->name());
  EXPECT_EQ(presentation(layers, "char")["possible"], false);
}

Result<Lookup> lookup(const Laid& one, const BlockWindow& window) {
  return look_up(*one.opened.device, window);
}

TEST(Lookup, gives_device_and_byte_or_the_reason) {
  const Laid one = laid("dram:4M");
  const auto raw = lookup(one, {});
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->refusal, "");
  EXPECT_EQ(raw->device, one.opened.device.get());
  EXPECT_EQ(raw->size_bytes, 4U << 20);
  const auto window = lookup(one, {"block-partition", 1 << 20, 64 * 1024, 512, true});
  ASSERT_TRUE(window) << window.error().message;
  EXPECT_EQ(window->offset_bytes, 1U << 20);
  EXPECT_EQ(window->size_bytes, 64U * 1024);
  const auto unaligned = lookup(one, {"block-partition", 512, 64 * 1024, 512, true});
  ASSERT_TRUE(unaligned);
  EXPECT_THAT(unaligned->refusal, HasSubstr("not whole pages"));
  const auto odd = lookup(one, {"block-partition", 8192, 512, 512, true});
  ASSERT_TRUE(odd);
  EXPECT_THAT(odd->refusal, HasSubstr("not whole pages")) << "by its size";
  for (const char* layer : {"block-btt", "block-rmw"}) {
    const auto refused = lookup(one, {layer, 0, 0, 4096, true});
    ASSERT_TRUE(refused) << refused.error().message;
    EXPECT_THAT(refused->refusal, HasSubstr("gives no dax device")) << layer;
  }
  EXPECT_FALSE(lookup(one, {"block-partition", 100, 0, 512, true})) << "no sector begins there";
  EXPECT_FALSE(lookup(one, {"block-partition", 8 << 20, 0, 512, true}));
  EXPECT_FALSE(lookup(one, {"nothing", 0, 0, 512, true}));
}

TEST(Lookup, reads_the_geometry_of_a_btt_that_is_there) {
  Laid one = laid("dram:4M");
  BttOptions options;
  options.slice.sector_bytes = 512;
  ASSERT_TRUE(format_btt(*one.opened.device, options));
  const auto open = open_btt(*one.opened.device, options);
  ASSERT_TRUE(open);
  const auto found = lookup(one, {"block-btt", 0, 0, 4096, true});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size_bytes, (*open)->size_bytes());
}

TEST(LayersBoard, shows_what_a_worker_has_open_and_uses) {
  LiveWorker worker;
  ASSERT_TRUE(worker.open("dram:4M", "movnt"));
  const auto shown = [] {
    const auto files = memory_files("/", getpid(), kLayersBoard);
    EXPECT_EQ(files.size(), 1U);
    return files.empty() ? json() : json::parse(files[0].text);
  };
  json document = shown();
  ASSERT_EQ(document["devices"].size(), 1U);
  EXPECT_EQ(document["devices"][0]["name"], "dram:4M");
  EXPECT_EQ(document["devices"][0]["in_use"], "");
  CellRequest request;
  request.cell = live_cell("random", {}, 1);
  request.operations = 10;
  ASSERT_EQ(worker.ask(to_json(request))["is"], "ready");
  EXPECT_EQ(shown()["devices"][0]["in_use"], "workload random by path direct, 1 thread");
  worker.stop();
  EXPECT_TRUE(memory_files("/", getpid(), kLayersBoard).empty()) << "it goes with the worker";
}

}  // namespace
}  // namespace pmembench
