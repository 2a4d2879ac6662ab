#include "backends/builtin_audits.h"

#include <link.h>

#include <cstdint>
#include <cstring>
#include <iterator>

#include "backends/builtin_tables.h"

#ifdef PMEMBENCH_HAVE_LIBPMEM2
#include <libpmem2.h>
#endif

namespace pmembench {
namespace {

#define PMEMBENCH_AUDITED_BUILD(text) constexpr const char* kAuditedBuild = text;
#define PMEMBENCH_AUDITED(backend, cpu, domain, foreign)
#include "backends/builtin_audits.inc"
#undef PMEMBENCH_AUDITED_BUILD
#undef PMEMBENCH_AUDITED

constexpr BuiltinAudit kAudits[] = {
#define PMEMBENCH_AUDITED_BUILD(text)
#define PMEMBENCH_AUDITED(backend, cpu, domain, foreign) {backend, cpu, domain, foreign},
#include "backends/builtin_audits.inc"
#undef PMEMBENCH_AUDITED_BUILD
#undef PMEMBENCH_AUDITED
    {nullptr, nullptr, nullptr, nullptr}};

// The note of a loaded object that the linker made of its content.
struct Search {
  std::uintptr_t inside;  // an address of the object
  std::string build_id;
};

void take_note(const char* at, const char* end, std::string* build_id) {
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    ElfW(Nhdr) note{};
    std::memcpy(&note, at, sizeof note);
    const auto padded = [](std::size_t size) { return (size + 3) / 4 * 4; };
    const char* const name = at + sizeof note;
    const char* const text = name + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && text + note.n_descsz <= end) {
      static constexpr char kDigits[] = "0123456789abcdef";
      for (std::size_t i = 0; i < note.n_descsz; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        *build_id += kDigits[byte / 16];
        *build_id += kDigits[byte % 16];
      }
      return;
    }
    at = text + padded(note.n_descsz);
  }
}

[[maybe_unused]] int look_at_object(dl_phdr_info* object, std::size_t /*size*/, void* data) {
  auto& search = *static_cast<Search*>(data);
  bool holds = false;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    const std::uintptr_t begin = object->dlpi_addr + part.p_vaddr;
    holds = holds || (part.p_type == PT_LOAD && search.inside >= begin &&
                      search.inside < begin + part.p_memsz);
  }
  if (!holds) return 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    if (part.p_type != PT_NOTE || !search.build_id.empty()) continue;
    const auto* const begin = reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr);
    take_note(begin, begin + part.p_memsz, &search.build_id);
  }
  if (search.build_id.empty()) search.build_id = "unknown";
  return 1;
}

}  // namespace

const BuiltinAudit* recorded_builtin_audits(std::size_t* count) {
  *count = std::size(kAudits) - 1;
  return kAudits;
}

const char* audited_build() { return kAuditedBuild; }

const char* this_build() { return PMEMBENCH_BUILD_UNDER_AUDIT; }

std::string foreign_code([[maybe_unused]] const dax_operations& table) {
#ifdef PMEMBENCH_HAVE_LIBPMEM2
  if (std::strcmp(table.name, kLibpmem2Operations.name) == 0) {
    Search search{reinterpret_cast<std::uintptr_t>(&pmem2_map_new), ""};
    dl_iterate_phdr(look_at_object, &search);
    return search.build_id;
  }
#endif
  return "";
}

}  // namespace pmembench
