#include "audit/symbols.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>

#ifdef PMEMBENCH_HAVE_LIBDW
#include <elfutils/libdwfl.h>
#endif

namespace pmembench {
namespace {

std::string base_name(const char* path) {
  const std::string whole = path == nullptr ? "" : path;
  return whole.substr(whole.rfind('/') + 1);
}

// Without namespaces and arguments, which fill a line and say little.
std::string short_name(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
  std::string name = demangled == nullptr ? mangled : demangled.get();
  for (const char* part : {"pmembench::", "(anonymous namespace)::"}) {
    for (std::size_t at = name.find(part); at != std::string::npos; at = name.find(part)) {
      name.erase(at, std::string(part).size());
    }
  }
  // The text outside of <>: the return type ends at the last blank, the arguments begin at '('.
  int depth = 0;
  std::size_t begin = 0, end = name.size();
  for (std::size_t i = 0; i < end; ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (depth == 0 && name[i] == ' ') begin = i + 1;
    if (depth == 0 && name[i] == '(' && i > begin) end = i;
  }
  if (end > begin) name = name.substr(begin, end - begin);
  return name;
}

}  // namespace

std::string CodePlace::text() const {
  const std::string name = symbol.empty() ? module : symbol;
  const std::string place = fmt::format("{}+{:#x}", name.empty() ? "?" : name, offset_bytes);
  return line.empty() ? place : fmt::format("{} ({})", place, line);
}

#ifdef PMEMBENCH_HAVE_LIBDW

struct Symbols::Impl {
  Dwfl* session = nullptr;
};

bool Symbols::available() { return true; }

Symbols::Symbols(pid_t process) : impl_(std::make_unique<Impl>()) {
  static constexpr Dwfl_Callbacks kCallbacks = {dwfl_linux_proc_find_elf,
                                                dwfl_standard_find_debuginfo, nullptr, nullptr};
  impl_->session = dwfl_begin(&kCallbacks);
  if (impl_->session == nullptr) return;
  dwfl_linux_proc_report(impl_->session, process);
  dwfl_report_end(impl_->session, nullptr, nullptr);
}

Symbols::~Symbols() {
  if (impl_->session != nullptr) dwfl_end(impl_->session);
}

CodePlace Symbols::find(std::uint64_t address) const {
  CodePlace place;
  if (impl_->session == nullptr) return place;
  Dwfl_Module* const module = dwfl_addrmodule(impl_->session, address);
  if (module == nullptr) return place;
  Dwarf_Addr start = 0;
  place.module = base_name(
      dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr));
  place.offset_bytes = address - start;
  GElf_Off offset = 0;
  GElf_Sym symbol{};
  const char* const name =
      dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name != nullptr) {
    place.symbol = short_name(name);
    place.offset_bytes = offset;
  }
  Dwfl_Line* const line = dwfl_module_getsrc(module, address);
  int number = 0;
  if (line == nullptr) return place;
  const char* const file = dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr);
  if (file != nullptr) place.line = fmt::format("{}:{}", base_name(file), number);
  return place;
}

#else

struct Symbols::Impl {};
bool Symbols::available() { return false; }
Symbols::Symbols(pid_t /*process*/) {}
Symbols::~Symbols() = default;
CodePlace Symbols::find(std::uint64_t /*address*/) const { return {}; }

#endif

}  // namespace pmembench
