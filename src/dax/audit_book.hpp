// AuditBook: which audits passed, of which code, for which CPU and persistence domain. Audits of
// plugins, and of a build that the test suite did not audit, are files in a folder of the user's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/registry.hpp"

namespace pmembench {

// What one audit was of. All of it must be the same for a row that relies on it.
struct AuditKey {
  std::string backend;
  std::string options;  // of the backend, as typed
  std::string code;     // checksum of the object that holds it; empty: this program, as built
  std::string cpu;      // CpuMask::name(), or "any" where the kernel does the work
  std::string domain;   // "memory_controller", "cpu_cache", "page_cache", "other_host"
  bool operator==(const AuditKey&) const = default;
};

// The result of one audit, stored next to its key.
struct AuditEntry {
  AuditKey key;
  bool passed = false;
  std::uint64_t cases = 0;
  std::uint64_t seed = 0;
};

class AuditBook {
 public:
  // `folder` may not exist yet; empty: nothing is kept. `built_in`: what the test suite audited of
  // this very build.
  AuditBook(std::string folder, std::vector<AuditKey> built_in);
  AuditBook() = default;

  // Writes the entry; the one before it of the same key goes. Error (environment): it cannot.
  Status keep(const AuditEntry& entry) const;
  // Where the proof for `backend` with these options, on `host` and a medium of `domain` is: "the
  // test suite", or the path of a file. Empty: it was not audited, or failed.
  [[nodiscard]] std::string proof(const BackendEntry& backend, const std::string& options,
                                  const dax_host_info& host, dax_persistence_domain domain) const;

 private:
  [[nodiscard]] std::string file_of(const AuditKey& key) const;
  [[nodiscard]] std::string proof(const AuditKey& key) const;

  std::string folder_;
  std::vector<AuditKey> built_in_;
};

// PMEMBENCH_AUDITS, else $XDG_STATE_HOME/pmembench/audits, else ~/.local/state/pmembench/audits;
// empty where none of these is set.
[[nodiscard]] std::string audit_folder();

// The word of a persistence domain in keys and rows.
[[nodiscard]] const char* domain_word(dax_persistence_domain domain);
// The key's word for the CPU: the mask of all features of `host`, or "any".
[[nodiscard]] std::string audit_cpu(const BackendEntry& backend, const dax_host_info& host);
// Checksum of the plugin's file, or of this program.
[[nodiscard]] Result<std::string> audit_code(const BackendEntry& backend);
// "pmembench audit ./x.so --cpu avx2+clwb": what proves the claim of `backend` on `host`.
[[nodiscard]] std::string audit_command(const BackendEntry& backend, const std::string& options,
                                        const dax_host_info& host, dax_persistence_domain domain,
                                        const std::string& media);

}  // namespace pmembench
