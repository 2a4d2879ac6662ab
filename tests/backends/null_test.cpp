#include <cerrno>

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

TEST(Null, says_that_all_was_done_and_touches_nothing) {
  const OpenBackend device(*builtin("null"));
  ASSERT_EQ(device.error(), 0) << device.reason();
  const dax_operations& table = device.table();
  Bytes buffer(64, 7);
  dax_iter iter = one_range(0, 64, buffer.data());
  for (const auto operation : {table.copy_from_iter, table.copy_to_iter, table.persist_from_iter}) {
    iter.count = 1000;
    iter.state = 5;
    EXPECT_EQ(operation(device.handle(), &iter), 64000);
    EXPECT_EQ(iter.count, 0U);
    EXPECT_EQ(iter.state, 5U);
  }
  iter.count = 1000;
  EXPECT_EQ(table.flush(device.handle(), &iter), 0);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(table.drain(device.handle()), 0);
  EXPECT_EQ(table.zero_page_range(device.handle(), 0, 5), 0);
  EXPECT_EQ(buffer, Bytes(64, 7));
}

TEST(Null, wants_a_size) {
  const dax_host_info host = host_info();
  dax_media_info media{};
  void* handle = nullptr;
  std::uint64_t size = 0;
  std::array<char, 256> reason{};
  EXPECT_EQ(builtin("null")->open(&host, &media, &handle, &size, reason.data(), reason.size()),
            -EINVAL);
  EXPECT_STREQ(reason.data(),
               "null stands in for a medium of a given size and got 0 bytes; give a size");
}

}  // namespace
}  // namespace pmembench
