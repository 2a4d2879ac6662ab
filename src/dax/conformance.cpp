#include "dax/conformance.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "base/random.hpp"
#include "dax/read_proof.hpp"
#include "platform/process_state.hpp"
#include "platform/thread_registers.hpp"

namespace pmembench {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::uint64_t kRegionBytes = kConformanceBytes;
constexpr unsigned kRandomRanges = 300;

// What a check has to work with. A check returns "" when it holds, else what was wrong.
struct Bench {
  DaxDevice& device;
  DaxReader& reader;
  Random random;
  std::uint64_t granule = 1;  // of offsets and sizes
  bool works = true;
  const dax_host_info* host = nullptr;
  ProcessState process = ProcessState::now();  // before the backend did anything
  std::string registers = {};                  // what an operation left changed, the first

  // Each operation of the checks goes through this.
  template <typename Operation>
  auto call(const char* what, Operation operation) {
    const ThreadRegisters before;
    const auto result = operation();
    std::string changes = before.changes();
    if (registers.empty() && !changes.empty()) registers = fmt::format("{} {}", what, changes);
    return result;
  }

  Bytes noise(std::uint64_t size_bytes) {
    Bytes bytes(size_bytes);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
    return bytes;
  }
  static dax_iter range(std::uint64_t offset_bytes, Bytes& buffer) {
    dax_iter iter{};
    iter.multiplier = 1;
    iter.slots = 1;
    iter.offset_bytes = offset_bytes;
    iter.granule_bytes = buffer.size();
    iter.size_bytes = buffer.size();
    iter.count = 1;
    iter.buffer = buffer.data();
    return iter;
  }
  std::int64_t write(std::uint64_t offset_bytes, Bytes& bytes) {
    const ReadSection section(reader);
    dax_iter iter = range(offset_bytes, bytes);
    return call("copy_from_iter", [&] { return device.copy_from_iter(section, iter); });
  }
  std::int64_t persist(std::uint64_t offset_bytes, Bytes& bytes) {
    const ReadSection section(reader);
    dax_iter iter = range(offset_bytes, bytes);
    return call("persist_from_iter", [&] { return device.persist_from_iter(section, iter); });
  }
  // Room on both sides: a backend that writes outside its buffer must be detected and must do no
  // damage.
  std::int64_t read(std::uint64_t offset_bytes, Bytes& bytes) {
    constexpr std::size_t kRoomBytes = DAX_PAGE_BYTES;
    Bytes wide(bytes.size() + 2 * kRoomBytes);
    std::copy(bytes.begin(), bytes.end(), wide.begin() + kRoomBytes);
    const ReadSection section(reader);
    dax_iter iter = range(offset_bytes, bytes);
    iter.buffer = wide.data() + kRoomBytes;
    const std::int64_t count =
        call("copy_to_iter", [&] { return device.copy_to_iter(section, iter); });
    const auto begin = wide.begin() + kRoomBytes;
    std::copy(begin, begin + static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
    return count;
  }
  std::uint64_t random_offset(std::uint64_t size_bytes) {
    return random.below((kRegionBytes - size_bytes) / granule + 1) * granule;
  }
  std::uint64_t random_size() {
    return (1 + random.below(std::max<std::uint64_t>(1, 9000 / granule))) * granule;
  }
};

std::string count_error(const char* what, std::int64_t got, std::uint64_t wanted) {
  return fmt::format("{} returned {}, wanted {}", what, got, wanted);
}

std::string difference(const Bytes& wanted, const Bytes& got, std::uint64_t offset_bytes) {
  const auto at = std::mismatch(wanted.begin(), wanted.end(), got.begin());
  if (at.first == wanted.end()) return {};
  return fmt::format("byte at device offset {} (range of {} at {}): wrote 0x{:02x}, read 0x{:02x}",
                     offset_bytes + static_cast<std::uint64_t>(at.first - wanted.begin()),
                     wanted.size(), offset_bytes, *at.first, *at.second);
}

using Write = std::int64_t (Bench::*)(std::uint64_t, Bytes&);

// A range and its surroundings against a model in memory.
std::string ranges_read_back(Bench& bench, Write write) {
  Bytes model = bench.noise(kRegionBytes);
  if (bench.write(0, model) != static_cast<std::int64_t>(model.size())) return "filling failed";
  for (unsigned round = 0; round < kRandomRanges; ++round) {
    Bytes bytes = bench.noise(bench.random_size());
    const std::uint64_t offset_bytes = bench.random_offset(bytes.size());
    const std::int64_t wrote = (bench.*write)(offset_bytes, bytes);
    if (wrote != static_cast<std::int64_t>(bytes.size())) {
      return count_error("the copy", wrote, bytes.size());
    }
    std::copy(bytes.begin(), bytes.end(),
              model.begin() + static_cast<std::ptrdiff_t>(offset_bytes));
  }
  Bytes found(kRegionBytes);
  if (bench.read(0, found) != static_cast<std::int64_t>(found.size())) return "reading failed";
  return difference(model, found, 0);
}

std::string written_ranges_read_back(Bench& bench) {
  return ranges_read_back(bench, &Bench::write);
}
std::string persisted_ranges_read_back(Bench& bench) {
  return ranges_read_back(bench, &Bench::persist);
}

std::string reads_stay_inside_their_buffer(Bench& bench) {
  for (unsigned round = 0; round < kRandomRanges; ++round) {
    const std::uint64_t size_bytes = bench.random_size();
    Bytes guarded(size_bytes + 128, 0xA5);
    Bytes target(size_bytes);
    dax_iter iter = Bench::range(bench.random_offset(size_bytes), target);
    iter.buffer = guarded.data() + 64;
    const ReadSection section(bench.reader);
    bench.device.copy_to_iter(section, iter);
    for (std::size_t i = 0; i < 64; ++i) {
      if (guarded[i] != 0xA5 || guarded[size_bytes + 64 + i] != 0xA5) {
        return fmt::format("a read of {} bytes wrote beyond its buffer", size_bytes);
      }
    }
  }
  return {};
}

std::string batches_do_all_ranges(Bench& bench) {
  const std::uint64_t size_bytes = std::max<std::uint64_t>(64, bench.granule);
  const std::uint64_t slots = kRegionBytes / size_bytes;
  Bytes zero(kRegionBytes, 0), bytes = bench.noise(size_bytes);
  bench.write(0, zero);
  dax_iter iter = Bench::range(0, bytes);
  iter.slots = slots;
  iter.multiplier = 6364136223846793005ULL;
  iter.increment = bench.random() | 1;
  iter.state = bench.random();
  iter.count = 200;
  dax_iter replay = iter;
  {
    const ReadSection section(bench.reader);
    const std::int64_t wrote = bench.device.copy_from_iter(section, iter);
    if (wrote != static_cast<std::int64_t>(200 * size_bytes)) {
      return count_error("a batch of 200", wrote, 200 * size_bytes);
    }
  }
  for (unsigned i = 0; i < 200; ++i) {
    const std::uint64_t offset_bytes = dax_iter_next(&replay);
    std::copy(bytes.begin(), bytes.end(), zero.begin() + static_cast<std::ptrdiff_t>(offset_bytes));
  }
  if (iter.count != 0) return fmt::format("count is left at {}", iter.count);
  if (iter.state != replay.state)
    return "the generator's state is not where the next batch goes on";
  Bytes found(kRegionBytes);
  bench.read(0, found);
  return difference(zero, found, 0);
}

std::string batches_read_all_ranges_by(Bench& bench, const std::string& kernel) {
  const dax_operations& operations = *bench.device.operations();
  for (const std::uint64_t size_bytes :
       {std::max<std::uint64_t>(64, bench.granule), DAX_PAGE_BYTES}) {
    for (const std::uint64_t count : {2U, 7U, 64U, 256U}) {
      const Status proved = prove_batch_reads(operations, *bench.host, size_bytes, count, kernel);
      if (!proved) return proved.error().message;
    }
  }
  return {};
}

// `check` with each of the backend's loops for reads in force, of which it may have one.
std::string with_every_kernel(Bench& bench,
                              std::string (*check)(Bench&, const std::string& kernel)) {
  std::string failure;
  for (std::uint32_t index = 0; failure.empty(); ++index) {
    const auto name = bench.device.choose_read_kernel(index);
    if (!name && index > 0) break;
    failure = check(bench, name.value_or(""));
    if (!failure.empty() && name) failure += fmt::format(" (kernel {})", *name);
    if (!name) break;
  }
  (void)bench.device.choose_read_kernel(0);
  return failure;
}

// The buffer shows the last range of a batch alone, so each page shows that it was touched.
std::string batches_read_all_ranges(Bench& bench) {
  return with_every_kernel(bench, batches_read_all_ranges_by);
}

std::string kernels_read_the_same(Bench& bench) {
  return with_every_kernel(bench, [](Bench& device, const std::string&) -> std::string {
    Bytes model = device.noise(kRegionBytes);
    if (device.write(0, model) != static_cast<std::int64_t>(model.size())) return "filling failed";
    for (unsigned round = 0; round < kRandomRanges; ++round) {
      Bytes found(device.random_size());
      const std::uint64_t offset_bytes = device.random_offset(found.size());
      device.read(offset_bytes, found);
      const auto begin = model.begin() + static_cast<std::ptrdiff_t>(offset_bytes);
      const Bytes wanted(begin, begin + static_cast<std::ptrdiff_t>(found.size()));
      std::string wrong = difference(wanted, found, offset_bytes);
      if (!wrong.empty()) return wrong;
    }
    return {};
  });
}

std::string zeroed_pages_are_zero(Bench& bench) {
  Bytes bytes = bench.noise(8 * DAX_PAGE_BYTES);
  bench.write(0, bytes);
  int status = 0;
  {
    const ReadSection section(bench.reader);
    status =
        bench.call("zero_page_range", [&] { return bench.device.zero_page_range(section, 2, 3); });
  }
  if (status != 0) return count_error("zero_page_range", status, 0);
  std::fill(bytes.begin() + 2 * DAX_PAGE_BYTES, bytes.begin() + 5 * DAX_PAGE_BYTES, 0);
  Bytes found(bytes.size());
  bench.read(0, found);
  return difference(bytes, found, 0);
}

std::string flush_and_drain_succeed(Bench& bench) {
  Bytes bytes = bench.noise(4096);
  bench.write(0, bytes);
  dax_iter iter = Bench::range(0, bytes);
  const std::int64_t lines =
      bench.call("flush", [&] { return bench.device.flush(bench.reader, iter); });
  if (lines < 0) return count_error("flush", lines, 0);
  if (lines > 64) return fmt::format("flush of 4096 bytes counts {} lines of 64 bytes", lines);
  if (iter.count != 0) return fmt::format("flush leaves count at {}", iter.count);
  const int status = bench.call("drain", [&] { return bench.device.drain(bench.reader); });
  return status == 0 ? "" : count_error("drain", status, 0);
}

std::string addresses_hold_what_copies_wrote(Bench& bench) {
  Bytes bytes = bench.noise(kRegionBytes);
  bench.write(0, bytes);
  const ReadSection section(bench.reader);
  std::uint64_t page = 0;
  const std::uint64_t pages = kRegionBytes / DAX_PAGE_BYTES;
  while (page < pages) {
    void* address = nullptr;
    const std::int64_t got =
        bench.device.direct_access(section, page, pages - page, DAX_ACCESS, &address);
    if (got <= 0) return count_error("direct_access", got, pages - page);
    if (static_cast<std::uint64_t>(got) > pages - page) return "direct_access gave more than asked";
    if (std::memcmp(address, bytes.data() + page * DAX_PAGE_BYTES,
                    static_cast<std::size_t>(got) * DAX_PAGE_BYTES) != 0) {
      return fmt::format("the bytes at the address of page {} are not those that were copied",
                         page);
    }
    page += static_cast<std::uint64_t>(got);
  }
  return {};
}

std::string addresses_end_at_the_end(Bench& bench) {
  const ReadSection section(bench.reader);
  void* address = nullptr;
  const std::uint64_t pages = bench.device.size_bytes() / DAX_PAGE_BYTES;
  const std::int64_t beyond = bench.device.direct_access(section, pages, 1, DAX_ACCESS, &address);
  if (beyond >= 0) return fmt::format("page {} of {} has an address", pages, pages);
  return {};
}

std::string unaligned_ranges_are_refused(Bench& bench) {
  Bytes bytes = bench.noise(bench.granule);
  const std::int64_t got = bench.write(1, bytes);
  return got < 0 ? "" : count_error("a copy to offset 1", got, 0);
}

std::string thread_and_process_are_as_before(Bench& bench) {
  if (!bench.registers.empty()) return bench.registers;
  const std::string changes = bench.process.changes(ProcessState::now());
  return changes.empty() ? "" : "it " + changes;
}

struct Named {
  const char* name;
  std::string (*check)(Bench&);
  enum class Needs { bytes, addresses, alignment, mapping, nothing } needs;
};

constexpr Named kChecks[] = {
    {"written ranges read back, byte for byte, with their surroundings", written_ranges_read_back,
     Named::Needs::bytes},
    {"persisted ranges read back, byte for byte, with their surroundings",
     persisted_ranges_read_back, Named::Needs::bytes},
    {"a read writes nothing outside its buffer", reads_stay_inside_their_buffer,
     Named::Needs::bytes},
    {"a batch does every range of its generator", batches_do_all_ranges, Named::Needs::bytes},
    {"a batch of reads loads from every range", batches_read_all_ranges, Named::Needs::mapping},
    {"every loop for reads gives the bytes that were written", kernels_read_the_same,
     Named::Needs::bytes},
    {"zeroed pages are zero, and only those", zeroed_pages_are_zero, Named::Needs::bytes},
    {"flush and drain succeed, and count lines truly", flush_and_drain_succeed,
     Named::Needs::nothing},
    {"addresses hold what copies wrote", addresses_hold_what_copies_wrote, Named::Needs::addresses},
    {"there is no address beyond the end", addresses_end_at_the_end, Named::Needs::addresses},
    {"ranges that break the declared alignment are refused", unaligned_ranges_are_refused,
     Named::Needs::alignment},
    {"it leaves registers, signals, threads and processes as it found them",
     thread_and_process_are_as_before, Named::Needs::nothing},
};

std::string why_skipped(const Named& named, const Bench& bench) {
  const std::uint64_t capabilities = bench.device.operations()->capabilities;
  if (named.needs == Named::Needs::nothing) return {};
  if (!bench.works) return "the backend declares that it does no work";
  if (named.needs == Named::Needs::addresses && (capabilities & DAX_CAP_DIRECT_ACCESS) == 0) {
    return "the backend declares no direct access";
  }
  if (named.needs == Named::Needs::mapping) {
    if (bench.host == nullptr) return "nothing is known of the host";
    if (bench.device.operations()->open != nullptr) return "the backend opens its medium itself";
  }
  if (named.needs == Named::Needs::alignment && bench.granule == 1) {
    return "the backend takes any alignment";
  }
  return {};
}

}  // namespace

std::vector<ConformanceCheck> check_conformance(
    DaxDevice& device, std::uint64_t seed, const std::function<void(const std::string&)>& begins,
    const dax_host_info* host) {
  PMB_CHECK(device.operations() != nullptr && device.size_bytes() >= kRegionBytes,
            "conformance needs a bound device of 1 MiB");
  DaxReader reader = device.make_reader();
  const dax_operations& operations = *device.operations();
  Bench bench{device, reader, Random(seed)};
  bench.granule =
      std::max<std::uint64_t>({1, operations.minimum_io_bytes, operations.alignment_bytes});
  bench.host = host;
  bench.works = (operations.capabilities & DAX_CAP_NO_WORK) == 0;
  std::vector<ConformanceCheck> results;
  for (const Named& named : kChecks) {
    std::string detail = why_skipped(named, bench);
    if (!detail.empty()) {
      results.push_back({named.name, "skipped", detail});
      continue;
    }
    if (begins) begins(named.name);
    detail = named.check(bench);
    results.push_back({named.name, detail.empty() ? "pass" : "fail", detail});
  }
  return results;
}

}  // namespace pmembench
