// Operations of several sizes.
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

struct SizesBench {
  explicit SizesBench(const Parameters& changed, const std::string& backend = "clwb")
      : device(test_device(builtin(backend), 4 << 20)),
        path(find_path("direct")->make(*device, nullptr).value()),
        workload(find_workload("sizes")->make(parameters_of("sizes", changed), *path, {0, 1, 42})) {
  }
  std::unique_ptr<DaxDevice> device;
  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
};

TEST(Sizes, have_exactly_the_shares_that_were_asked_for) {
  SizesBench bench(Parameters{{"sizes", "512:70+4K:25+64K:5"}});
  ASSERT_TRUE(bench.workload->prepare());
  bench.workload->refresh();
  const Work work = bench.workload->run(300);
  EXPECT_EQ(work.operations, 300U);
  EXPECT_EQ(work.bytes, 3 * (70 * 512U + 25 * 4096U + 5 * 65536U));
  EXPECT_TRUE(bench.workload->verify());
}

TEST(Sizes, are_verified_in_every_size) {
  SizesBench bench(Parameters{{"sizes", "512:50+4K:50"}, {"access", "write"}});
  ASSERT_TRUE(bench.workload->prepare());
  bench.workload->refresh();
  ASSERT_EQ(bench.workload->run(1000).operations, 1000U);
  EXPECT_TRUE(bench.workload->verify());
  auto* const bytes = reinterpret_cast<unsigned char*>(bench.path->mapping().data());
  std::fill(bytes, bytes + bench.path->size_bytes(), static_cast<unsigned char>(0xEE));
  EXPECT_FALSE(bench.workload->verify());
}

TEST(Sizes, are_loaded_by_addresses) {
  SizesBench bench(Parameters{{"sizes", "512:50+4K:50"}, {"access", "load"}});
  ASSERT_TRUE(bench.workload->prepare());
  bench.workload->refresh();
  EXPECT_EQ(bench.workload->run(100).bytes, 50 * (512U + 4096U));
  EXPECT_TRUE(bench.workload->verify());
}

TEST(Sizes, are_refused_where_they_do_not_fit) {
  const WorkloadType& type = *find_workload("sizes");
  const auto check = [&](const char* sizes, std::uint64_t bytes) {
    return static_cast<bool>(type.check(parameters_of("sizes", {{"sizes", sizes}}), bytes, 2));
  };
  EXPECT_TRUE(check("4K:80+64K:20", 1 << 20));
  EXPECT_FALSE(check("4K:80+64K:20", 64 << 10));
  EXPECT_FALSE(check("64:99+1M:1", 16 << 10));
  EXPECT_FALSE(check("4K:80", 1 << 20));
  EXPECT_FALSE(check("0:50+4K:50", 1 << 20));
}

}  // namespace
}  // namespace pmembench
