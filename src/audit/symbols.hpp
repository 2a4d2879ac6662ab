// Symbols: names for addresses in a stopped process, by libdw.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace pmembench {

struct CodePlace {
  std::string module;              // the file's name, without its folder
  std::string symbol;              // demangled; empty: none covers the address
  std::uint64_t offset_bytes = 0;  // from the symbol, else from the module's first byte
  std::string line;                // "file.cpp:12"; empty: no debug information
  // "copy_lines+0x1c (copy_kernels.inc:66)"; the module where there is no symbol.
  [[nodiscard]] std::string text() const;
};

class Symbols {
 public:
  // Reads the maps of a process that is stopped; keeps what it needs.
  explicit Symbols(pid_t process);
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;
  ~Symbols();
  [[nodiscard]] CodePlace find(std::uint64_t address) const;
  [[nodiscard]] static bool available();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmembench
