// Copies chosen by flags do what the operations of movnt and of the flushing backends do.
#include "backends/flag_dispatch.h"

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

TEST(FlagDispatch, stores_and_loads_the_same_bytes_either_way) {
  std::mt19937_64 random(4);
  for (const bool nocache : {false, true}) {
    const OpenBackend device(*builtin("eadr"));
    const auto& mapping = *static_cast<const dax_mapping*>(device.handle());
    Bytes buffer = random_bytes(5000, random);
    dax_iter iter{};
    iter.multiplier = 1;
    iter.slots = iter.count = 1;
    iter.offset_bytes = 4100;
    iter.granule_bytes = iter.size_bytes = buffer.size();
    iter.buffer = buffer.data();
    dax_iter back = iter;
    EXPECT_EQ(flags_persist(mapping, nocache, true, &iter), 5000);
    EXPECT_EQ(iter.count, 0U);
    Bytes found(buffer.size());
    back.buffer = found.data();
    EXPECT_EQ(flags_copy_to(mapping, &back), 5000);
    EXPECT_EQ(found, buffer);
    buffer[7] ^= 0xFF;
    iter.count = 1;
    iter.buffer = buffer.data();
    EXPECT_EQ(flags_copy_from(mapping, nocache, &iter), 5000);
    EXPECT_EQ(device.contents()[4107], buffer[7]);
  }
}

}  // namespace
}  // namespace pmembench
