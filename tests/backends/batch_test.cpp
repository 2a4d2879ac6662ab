// A batch is its ranges one by one: for every usable backend, against a model in plain bytes.
#include "backend_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMmix = 6364136223846793005ULL;  // Knuth's multiplier

struct Batch {
  dax_iter iter{};
  std::vector<std::uint32_t> table;
  Bytes buffer;
};

// A random batch within the device whose offsets and sizes are multiples of `unit`.
Batch random_batch(std::mt19937_64& random, std::uint64_t unit) {
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  const std::uint64_t sizes[] = {64, 256, 128, 4096, 1 + below(700), 8, 512};
  Batch batch;
  dax_iter& iter = batch.iter;
  iter.size_bytes = (sizes[below(std::size(sizes))] + unit - 1) / unit * unit;
  const bool lines = below(2) == 0;
  iter.granule_bytes = lines ? (iter.size_bytes + 63) / 64 * 64 : 1 + below(900);
  iter.granule_bytes = (iter.granule_bytes + unit - 1) / unit * unit;
  iter.offset_bytes = (lines ? below(64) * 64 : below(4096)) / unit * unit;
  iter.slots =
      1 + below((OpenBackend::kSize - iter.offset_bytes - iter.size_bytes) / iter.granule_bytes);
  iter.count = 1 + below(40);
  const std::uint64_t step = ~std::uint64_t{0} / iter.slots + 1;
  const bool sequential = below(2) == 0;
  iter.multiplier = sequential ? 1 : kMmix;
  iter.increment = sequential ? step * (1 + below(3)) : random() | 1;
  iter.state = random();
  if (below(2) == 0) {
    batch.table.resize(iter.slots);
    for (std::uint32_t& slot : batch.table) slot = static_cast<std::uint32_t>(below(iter.slots));
    iter.table = batch.table.data();
  }
  batch.buffer = random_bytes(iter.size_bytes + 64, random);
  iter.buffer = batch.buffer.data() + below(64);
  return batch;
}

using Operation = std::int64_t (*)(void*, dax_iter*);

// One batch through `operation`, and through the model.
void check_write(const OpenBackend& device, Operation operation, const Batch& batch, Bytes* model) {
  dax_iter expected = batch.iter;
  for (std::uint64_t range = 0; range < batch.iter.count; ++range) {
    const std::uint64_t at = dax_iter_next(&expected);
    std::memcpy(model->data() + at, batch.iter.buffer, batch.iter.size_bytes);
  }
  dax_iter iter = batch.iter;
  ASSERT_EQ(operation(device.handle(), &iter),
            static_cast<std::int64_t>(batch.iter.count * batch.iter.size_bytes));
  ASSERT_EQ(iter.count, 0U);
  ASSERT_EQ(iter.state, expected.state);
  ASSERT_EQ(device.table().drain(device.handle()), 0);
  ASSERT_EQ(device.contents(), *model);
}

void check_read(const OpenBackend& device, Batch& batch, const Bytes& model) {
  dax_iter expected = batch.iter;
  std::uint64_t last = 0;
  for (std::uint64_t range = 0; range < batch.iter.count; ++range) last = dax_iter_next(&expected);
  Bytes wanted = batch.buffer;
  std::memcpy(wanted.data() + (batch.iter.buffer - batch.buffer.data()), model.data() + last,
              batch.iter.size_bytes);
  dax_iter iter = batch.iter;
  ASSERT_EQ(device.table().copy_to_iter(device.handle(), &iter),
            static_cast<std::int64_t>(batch.iter.count * batch.iter.size_bytes));
  ASSERT_EQ(iter.count, 0U);
  ASSERT_EQ(iter.state, expected.state);
  ASSERT_EQ(batch.buffer, wanted);
}

void check_batches(const OpenBackend& device, std::uint64_t unit, int rounds) {
  const dax_operations& table = device.table();
  for (int seed = 1; seed <= rounds; ++seed) {
    SCOPED_TRACE(std::string(table.name) + ", seed " + std::to_string(seed));
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    Bytes model = random_bytes(OpenBackend::kSize, random);
    device.fill(model);
    for (const Operation operation : {table.copy_from_iter, table.persist_from_iter}) {
      ASSERT_NO_FATAL_FAILURE(check_write(device, operation, random_batch(random, unit), &model));
    }
    Batch skipping = random_batch(random, unit);
    skipping.iter.flags = DAX_ITER_SKIP_FLUSH;
    ASSERT_NO_FATAL_FAILURE(check_write(device, table.persist_from_iter, skipping, &model));
    Batch reading = random_batch(random, unit);
    ASSERT_NO_FATAL_FAILURE(check_read(device, reading, model));
  }
}

TEST(Batch, equals_its_ranges_one_by_one_on_every_mapped_backend_and_width) {
  for (const dax_operations* table : builtins()) {
    if (table->open != nullptr || !is_usable(*table)) continue;
    for (const std::uint32_t width : widths()) {
      const OpenBackend device(*table, width);
      check_batches(device, 1, 60);
    }
  }
}

TEST(Batch, equals_its_ranges_one_by_one_on_libpmem2) {
  const dax_operations& table = *builtin("libpmem2");
  if (!is_usable(table)) GTEST_SKIP() << "built without libpmem2";
  const OpenBackend memory(table);
  ASSERT_EQ(memory.error(), 0) << memory.reason();
  check_batches(memory, 1, 60);
  const TemporaryFile file("/dev/shm", OpenBackend::kSize);
  const OpenBackend mapped(table, 16, file.path());
  ASSERT_EQ(mapped.error(), 0) << mapped.reason();
  check_batches(mapped, 1, 10);
}

TEST(Batch, equals_its_ranges_one_by_one_on_devdax) {
  // /dev/zero, mapped shared, is memory behind a character device: all that devdax relies on.
  const OpenBackend device(*builtin("devdax"), 16, "/dev/zero");
  ASSERT_EQ(device.error(), 0) << device.reason();
  check_batches(device, 1, 30);
}

class BlockBatch : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(BlockBatch, equals_its_ranges_one_by_one) {
  const auto [folder, options] = GetParam();
  const TemporaryFile file(folder, OpenBackend::kSize);
  const OpenBackend device(*builtin("block"), 16, file.path(), options);
  if (is_withheld_here(device)) GTEST_SKIP() << device.reason();
  ASSERT_EQ(device.error(), 0) << device.reason();
  std::array<char, 256> facts{};
  ASSERT_EQ(device.table().describe(device.handle(), facts.data(), facts.size()), 0);
  const std::string text = facts.data();
  const std::string key = "io_alignment_bytes=";
  check_batches(device, std::stoull(text.substr(text.find(key) + key.size())), 3);
}

INSTANTIATE_TEST_SUITE_P(
    Media, BlockBatch,
    testing::Combine(testing::Values("/dev/shm", PMEMBENCH_BINARY_DIR),
                     testing::Values("", "engine=pread,durable=dsync", "engine=io_uring",
                                     "engine=io_uring,queue_depth=8",
                                     "engine=io_uring,durable=dsync,queue_depth=8")));

}  // namespace
}  // namespace pmembench
