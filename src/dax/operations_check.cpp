#include "dax/operations_check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>

#include "dax/float_control.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::uint64_t kKnownMedia = (1U << (DAX_MEDIA_POSIX + 1)) - 1;

bool name_is_good(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), good);
}

// The first 16 bytes, which no version of the ABI moves, and the size that they announce.
Status check_head(const dax_operations* operations) {
  if (operations == nullptr) {
    return environment_error(
        "pmembench_backend() returned NULL instead of a table; return the address of a static "
        "dax_operations");
  }
  if (operations->magic != DAX_OPERATIONS_MAGIC) {
    return environment_error(
        "it is not a pmembench backend: its table begins with {:#018x} where {:#018x} is due; set "
        "magic to DAX_OPERATIONS_MAGIC",
        operations->magic, DAX_OPERATIONS_MAGIC);
  }
  if (operations->abi_version != DAX_OPERATIONS_ABI_VERSION) {
    return environment_error(
        "it was compiled for version {} of the backend ABI and this pmembench has version {}; "
        "compile it with this pmembench's dax_operations.h",
        operations->abi_version, DAX_OPERATIONS_ABI_VERSION);
  }
  if (operations->struct_size < offsetof(dax_operations, probe)) {
    return environment_error(
        "its table is too short: {} bytes, where the facts alone take {}; set struct_size to "
        "sizeof(dax_operations)",
        operations->struct_size, offsetof(dax_operations, probe));
  }
  return {};
}

Status check_facts(const dax_operations& table) {
  if (table.name == nullptr || !name_is_good(table.name)) {
    return environment_error(
        "its name {} is not usable; a name is 1 to {} lower-case letters, digits, '_' and '-'",
        table.name == nullptr ? "NULL" : fmt::format("'{}'", table.name), kLongestName);
  }
  if (table.summary == nullptr) {
    return environment_error("its table has no summary; give one line for `pmembench list`");
  }
  if ((table.media & kKnownMedia) == 0) {
    return environment_error(
        "it serves no kind of medium that this pmembench knows (media is {:#x}); set the bits "
        "1 << DAX_MEDIA_...",
        table.media);
  }
  if (table.minimum_io_bytes == 0 || table.alignment_bytes == 0) {
    return environment_error("its {} is 0; it is at least 1",
                             table.minimum_io_bytes == 0 ? "minimum_io_bytes" : "alignment_bytes");
  }
  return {};
}

Status check_calls(const dax_operations& table) {
  const auto missing = [](std::string_view operation) {
    return environment_error("the required operation {} is missing from its table", operation);
  };
  if (table.probe == nullptr) return missing("probe");
  if (table.copy_from_iter == nullptr) return missing("copy_from_iter");
  if (table.copy_to_iter == nullptr) return missing("copy_to_iter");
  if (table.flush == nullptr) return missing("flush");
  if (table.drain == nullptr) return missing("drain");
  if (table.zero_page_range == nullptr) return missing("zero_page_range");
  if (table.open != nullptr && table.close == nullptr) {
    return environment_error("it has open without close; what is opened must be closed");
  }
  if (table.open != nullptr && table.direct_access == nullptr &&
      (table.capabilities & DAX_CAP_DIRECT_ACCESS) != 0) {
    return environment_error(
        "it claims DAX_CAP_DIRECT_ACCESS and opens the medium itself, but has no direct_access "
        "operation");
  }
  return {};
}

}  // namespace

Result<dax_operations> complete_operations(const dax_operations* operations) {
  if (Status head = check_head(operations); !head) return head.error();
  dax_operations table{};
  // Everything from probe on is a pointer: one that the table reaches only in part is absent.
  const std::size_t reached = operations->struct_size & ~(sizeof(void*) - 1);
  std::memcpy(&table, operations, std::min(reached, sizeof(dax_operations)));
  table.struct_size = sizeof(dax_operations);
  if (Status facts = check_facts(table); !facts) return facts.error();
  if (Status calls = check_calls(table); !calls) return calls.error();
  return table;
}

std::string probe_operations(const dax_operations& operations, const dax_host_info& host) {
  std::array<char, kReasonBytes> reason{};
  const FloatControl kept;
  const int code = operations.probe(&host, reason.data(), reason.size());
  if (code == 0) return {};
  reason.back() = '\0';
  if (reason[0] != '\0') return reason.data();
  return fmt::format("its probe refused without a reason ({})",
                     std::generic_category().message(code < 0 ? -code : code));
}

}  // namespace pmembench
