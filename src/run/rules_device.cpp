// The rules of a dax device by itself.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/random.hpp"
#include "dax/char_view.hpp"
#include "dax/crash_device.hpp"
#include "dax/one_range.hpp"
#include "run/rules.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kRulePage = DAX_PAGE_BYTES;
constexpr const char* kSmall = "dram:64K";

std::string errno_word(std::int64_t code) {
  switch (-code) {
    case ENXIO:
      return "-ENXIO";
    case EOPNOTSUPP:
      return "-EOPNOTSUPP";
    case EHWPOISON:
      return "-EHWPOISON";
    case EBUSY:
      return "-EBUSY";
    case EINVAL:
      return "-EINVAL";
    case EIO:
      return "-EIO";
    default:
      return std::to_string(code);
  }
}

std::int64_t copy_in_rule(DaxDevice& device, std::uint64_t offset, std::uint64_t size,
                          unsigned char value = 7) {
  std::vector<unsigned char> data(size, value);
  DaxReader reader = device.make_reader();
  dax_iter iter = one_range(offset, data.data(), size);
  const ReadSection section(reader);
  return device.copy_from_iter(section, iter);
}

std::int64_t access_of(DaxDevice& device, std::uint64_t page, std::uint64_t pages,
                       std::uint32_t mode = DAX_ACCESS) {
  DaxReader reader = device.make_reader();
  void* address = nullptr;
  const ReadSection section(reader);
  return device.direct_access(section, page, pages, mode, &address);
}

std::int64_t recover_rule(DaxDevice& device, std::uint64_t offset, std::uint64_t size) {
  std::vector<unsigned char> data(size, 1);
  DaxReader reader = device.make_reader();
  dax_iter iter = one_range(offset, data.data(), size);
  const ReadSection section(reader);
  return device.recovery_write(section, iter);
}

std::int64_t flush_rule(DaxDevice& device, std::uint64_t offset, std::uint64_t size) {
  DaxReader reader = device.make_reader();
  dax_iter iter = one_range(offset, nullptr, size);
  return device.flush(reader, iter);
}

class RuleHolder final : public DaxHolder {
 public:
  explicit RuleHolder(DaxDevice* device = nullptr) : device_(device) {}
  int notify_failure(std::uint64_t offset, std::uint64_t length, int flags) override {
    offset_bytes = offset;
    length_bytes = length;
    told_alive = device_ != nullptr && device_->alive();
    pre_remove = (flags & kPreRemove) != 0;
    return 0;
  }
  std::uint64_t offset_bytes = 1, length_bytes = 0;
  bool told_alive = false, pre_remove = false;

 private:
  DaxDevice* device_;
};

void own_operations(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, true));
  OpenedDevice* const two = seen.take(host.open(kSmall, false));
  if (one == nullptr || two == nullptr) return;
  copy_in_rule(*one->device, 0, 100);
  copy_in_rule(*two->device, 0, 200);
  seen.saw(fmt::format("operations {} and {}", one->device->operations()->name,
                       two->device->operations()->name));
  seen.must(one->device->operations() != two->device->operations(), "two tables");
  seen.must(one->device->counters().bytes_copied_from == 100 &&
                two->device->counters().bytes_copied_from == 200,
            "each device counts its own operations");
}

void policy_of_the_provider(const RuleHost& host, RuleSeen& seen) {
  for (const bool flushes : {false, true}) {
    OpenedDevice* const one = seen.take(host.open(kSmall, flushes));
    if (one == nullptr) return;
    copy_in_rule(*one->device, 0, kRulePage);
    const std::int64_t lines = flush_rule(*one->device, 0, kRulePage);
    seen.saw(fmt::format("{}: {} lines flushed", one->device->operations()->name, lines));
    seen.must((lines > 0) == flushes, "the operations decide whether lines are flushed");
  }
}

void strict_mappings(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  DaxReader reader = one->device->make_reader();
  const ReadSection section(reader);
  const CharView view(*one->device);
  const auto code_of = [&](const MapRequest& request) {
    const auto mapped = view.map(section, request);
    return mapped ? 0 : -mapped.error().code;
  };
  seen.must(code_of({0, kRulePage, MapKind::shared, false}) == 0, "a whole page is mapped");
  seen.must(code_of({0, kRulePage, MapKind::private_mapping, false}) == -EINVAL,
            "a private mapping is -EINVAL");
  seen.must(code_of({0, 100, MapKind::shared, false}) == -EINVAL, "an odd length is -EINVAL");
  seen.must(code_of({100, kRulePage, MapKind::shared, false}) == -EINVAL,
            "an odd offset is -EINVAL");
  seen.saw("private, odd length, odd offset: -EINVAL");
}

void limited_opportunism(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  DaxDevice& device = *one->device;
  const auto asked_of_backend = access_of(device, 2, 14);
  device.bad_blocks().add(10 * kRulePage, 512);
  const auto elsewhere = access_of(device, 2, 3);
  const auto overlap = access_of(device, 9, 3);
  const auto recovery = access_of(device, 8, 4, DAX_RECOVERY_WRITE);
  seen.saw(
      fmt::format("no bad block: {} pages; one elsewhere: {}; overlap: {}; in recovery mode: {}",
                  asked_of_backend, elsewhere, errno_word(overlap), recovery));
  seen.must(asked_of_backend == 14 && elsewhere == 3, "exactly what was asked for");
  seen.must(overlap == -EHWPOISON, "an overlap is -EHWPOISON");
  seen.must(recovery == 2, "recovery mode reaches the page before the first bad one");
}

void recovery_order(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  DaxDevice& device = *one->device;
  device.bad_blocks().add(kRulePage, kRulePage);
  const auto unaligned = recover_rule(device, kRulePage + 512, 512);
  const bool kept = !device.bad_blocks().empty();
  const auto aligned = recover_rule(device, kRulePage, kRulePage);
  seen.saw(fmt::format("unaligned: {} bytes; aligned: {} bytes; the record is {}", unaligned,
                       aligned, device.bad_blocks().empty() ? "cleared" : "kept"));
  seen.must(unaligned == 0 && kept, "an unaligned recovery_write does nothing");
  seen.must(aligned == static_cast<std::int64_t>(kRulePage) && device.bad_blocks().empty(),
            "an aligned one writes, and then clears the record");
}

void errno_of_the_personality(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  DaxDevice& device = *one->device;
  device.bad_blocks().add(0, 512);
  DaxReader reader = device.make_reader();
  const ReadSection section(reader);
  const int zeroed = device.zero_page_range(section, 0, 1);
  const auto mapped = access_of(device, 0, 1);
  seen.saw(fmt::format("zero_page_range: {}; direct_access: {}", errno_word(zeroed),
                       errno_word(mapped)));
  seen.must(zeroed == -EIO && mapped == -EHWPOISON, "-EIO as a block device, -EHWPOISON as memory");
}

void after_a_kill(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  one->device->kill();
  const auto access = access_of(*one->device, 0, 1);
  const auto copied = copy_in_rule(*one->device, 0, 64);
  seen.saw(fmt::format("direct_access: {}; copy: {} bytes", errno_word(access), copied));
  seen.must(access == -ENXIO && copied == 0, "-ENXIO, and no byte");
}

void holder_told_first(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  RuleHolder holder(one->device.get());
  seen.must(one->device->hold(&holder) == 0, "it can be held");
  one->device->kill();
  seen.saw(fmt::format("notified (offset {}, length {}) while {}", holder.offset_bytes,
                       holder.length_bytes == UINT64_MAX ? "all" : "some",
                       holder.told_alive ? "alive" : "dead"));
  seen.must(holder.told_alive && holder.pre_remove && holder.offset_bytes == 0 &&
                holder.length_bytes == UINT64_MAX,
            "(0, all, PRE_REMOVE) before the device is dead");
}

void one_holder(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  RuleHolder first, second;
  one->device->hold(&first);
  const int again = one->device->hold(&second);
  const int foreign = one->device->release(&second);
  one->device->kill();
  const int late = one->device->release(&first);
  seen.saw(fmt::format("second holder: {}; release by another: {}; release after a kill: {}",
                       errno_word(again), errno_word(foreign), late));
  seen.must(again == -EBUSY && foreign == -EINVAL && late == 0, "-EBUSY, -EINVAL, 0");
}

void failures_are_passed_on(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  DaxDevice& device = *one->device;
  const int nobody = device.notify_failure(0, kRulePage, 0);
  RuleHolder holder(&device);
  device.hold(&holder);
  const int told = device.notify_failure(2 * kRulePage, kRulePage, 0);
  const int beyond = device.notify_failure(device.size_bytes(), kRulePage, 0);
  device.release(&holder);
  seen.saw(fmt::format("no holder: {}; a range: {}; beyond the end: {}", errno_word(nobody), told,
                       errno_word(beyond)));
  seen.must(nobody == -EOPNOTSUPP && told == 0 && beyond == -ENXIO &&
                holder.offset_bytes == 2 * kRulePage,
            "-EOPNOTSUPP without a holder, -ENXIO beyond the end, else the holder's answer");
}

void write_cache_gate(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, true));
  if (one == nullptr) return;
  std::vector<std::int64_t> lines;
  for (const bool on : {true, false, true}) {
    one->device->set_write_cache(on);
    lines.push_back(flush_rule(*one->device, 32, 128));
  }
  seen.saw(fmt::format("on: {} lines, off: {}, on: {}", lines[0], lines[1], lines[2]));
  seen.must(lines[0] == 3 && lines[1] == 0 && lines[2] == 3,
            "3 lines of 128 bytes from 32 on, or 0");
}

// In the model of memory whose power can be cut.
void copies_do_not_fence(const RuleHost& /*host*/, RuleSeen& seen) {
  const CrashDevice::Options options{kRulePage, true};
  const auto survives = [&](bool synced) {
    auto memory = CrashDevice::make(options);
    if (!memory) return 0;
    copy_in_rule(memory->device(), 0, 64, 9);
    if (synced) {
      flush_rule(memory->device(), 0, 64);
      DaxReader reader = memory->device().make_reader();
      memory->device().drain(reader);
    }
    int kept = 0;
    Random random(3);
    for (int cut = 0; cut < 100; ++cut) {
      if (memory->image(random)[0] == std::byte{9}) ++kept;
    }
    return kept;
  };
  const int before = survives(false), after = survives(true);
  seen.saw(fmt::format("of 100 power cuts {} keep a copied line, and {} one that was synced",
                       before, after));
  seen.must(before < 100 && after == 100, "only what was flushed and drained always survives");
}

void no_synchronous_mapping(const RuleHost& /*host*/, RuleSeen& seen) {
  auto memory = CrashDevice::make({kRulePage, true});
  if (!memory) return seen.must(false, memory.error().message);
  DeviceFacts facts = memory->device().facts();
  facts.synchronous = false;
  auto device =
      DaxDevice::allocate(facts, memory->device().operations(), memory->device().handle(), nullptr);
  if (!device) return seen.must(false, device.error().message);
  DaxReader reader = (*device)->make_reader();
  const ReadSection section(reader);
  const auto mapped = CharView(**device).map(section, {0, kRulePage, MapKind::shared, true});
  seen.must(!mapped && mapped.error().code == EOPNOTSUPP, "a synchronous mapping is -EOPNOTSUPP");
  seen.saw("a device that needs a message to its host: -EOPNOTSUPP");
}

void zero_is_mandatory(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  dax_operations table = *one->device->operations();
  table.zero_page_range = nullptr;
  const auto made =
      DaxDevice::allocate(one->device->facts(), &table, one->device->handle(), nullptr);
  seen.must(!made && made.error().code == EINVAL, "operations without zero_page_range are -EINVAL");
  seen.saw("operations without zero_page_range: -EINVAL");
}

void late_operations(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, false));
  if (one == nullptr) return;
  const dax_operations* const table = one->device->operations();
  auto device = DaxDevice::allocate(one->device->facts(), nullptr, nullptr, nullptr);
  if (!device) return seen.must(false, device.error().message);
  const auto none = access_of(**device, 0, 1);
  const int set = (*device)->set_operations(table, one->device->handle());
  const int twice = (*device)->set_operations(table, one->device->handle());
  const auto now = access_of(**device, 0, 1);
  (*device)->set_operations(nullptr, nullptr);
  const auto cleared = access_of(**device, 0, 1);
  seen.saw(fmt::format("none: {}; bound: {} page; twice: {}; cleared: {}", errno_word(none), now,
                       errno_word(twice), errno_word(cleared)));
  seen.must(
      none == -EOPNOTSUPP && set == 0 && now == 1 && twice == -EBUSY && cleared == -EOPNOTSUPP,
      "-EOPNOTSUPP without operations, -EBUSY twice");
}

void short_returns(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open("stripe:2,4K:dram:64K+dram:64K", true));
  if (one == nullptr) return;
  const auto reached = access_of(*one->device, 0, 32);
  std::vector<unsigned char> data(one->device->size_bytes()), found(data.size());
  Random random(5);
  for (unsigned char& byte : data) byte = static_cast<unsigned char>(random());
  DaxReader reader = one->device->make_reader();
  for (std::uint64_t at = 0; at < data.size();) {
    const std::uint64_t size = std::min<std::uint64_t>(1 + random.below(9000), data.size() - at);
    dax_iter iter = one_range(at, data.data() + at, size);
    const ReadSection section(reader);
    seen.must(one->device->copy_from_iter(section, iter) == static_cast<std::int64_t>(size),
              "a copy over many pieces is whole");
    at += size;
  }
  dax_iter whole = one_range(0, found.data(), found.size());
  {
    const ReadSection section(reader);
    one->device->copy_to_iter(section, whole);
  }
  seen.saw(
      fmt::format("direct_access to 32 pages of a stripe: {}; bytes written in any chunks are {}",
                  reached, found == data ? "the same" : "others"));
  seen.must(reached == 1 && found == data, "short, and any chunking gives the same bytes");
}

void flags_and_no_class(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kSmall, true));
  if (one == nullptr) return;
  DeviceFacts facts = one->device->facts();
  facts.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  facts.write_cache = false;
  facts.synchronous = false;
  const auto made =
      DaxDevice::allocate(facts, one->device->operations(), one->device->handle(), nullptr);
  seen.must(static_cast<bool>(made), "flags are set apart from each other");
  if (!made) return;
  seen.must(flush_rule(**made, 0, 64) == 0, "no line is flushed with the write cache off");
  seen.saw("a domain of ADR with the write cache off and not synchronous is a device as any");
}

}  // namespace

std::vector<DesignRule> device_rules() {
  return {{1, "each device has its own operations", own_operations},
          {3, "the provider decides about caches", policy_of_the_provider},
          {20, "the character presentation is strict", strict_mappings},
          {22, "bad blocks limit what is given beyond what was asked for", limited_opportunism},
          {23, "a recovery write clears the record last", recovery_order},
          {24, "errors follow the personality", errno_of_the_personality},
          {25, "nothing is done after a kill", after_a_kill},
          {26, "the holder is notified before the device dies", holder_told_first},
          {27, "a device has one holder", one_holder},
          {28, "failures are passed to the holder", failures_are_passed_on},
          {29, "the write cache is a gate for flushes", write_cache_gate},
          {30, "a copy does not fence", copies_do_not_fence},
          {31, "no synchronous mapping of a device that is not", no_synchronous_mapping},
          {32, "zeroing is mandatory", zero_is_mandatory},
          {33, "operations can come late", late_operations},
          {35, "returns may be short", short_returns},
          {37, "flags, and no class of device", flags_and_no_class}};
}

}  // namespace pmembench
