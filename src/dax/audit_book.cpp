#include "dax/audit_book.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>

#include "base/checksum.hpp"
#include "dax/cpu_mask.hpp"
#include "platform/executable.hpp"

namespace pmembench {
namespace {

bool is_plugin(const BackendEntry& backend) {
  return backend.origin.find('/') != std::string::npos;
}

// The lines by which a file is recognised; a value with a line end in it could pass for another.
std::string key_text(const AuditKey& key) {
  std::string text = "pmembench audit 1\n";
  for (const auto& [name, value] : {std::pair("backend", key.backend),
                                    {"options", key.options},
                                    {"code", key.code},
                                    {"cpu", key.cpu},
                                    {"domain", key.domain}}) {
    std::string one_line = value;
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    text += fmt::format("{} {}\n", name, one_line);
  }
  return text;
}

// Domains whose audit says as much or more: what is flushed and fenced is safe where a fence would
// do. Only where the backend does not choose its instructions by the medium.
std::vector<std::string> domains_that_do(const BackendEntry& backend,
                                         dax_persistence_domain wanted) {
  std::vector<std::string> words = {domain_word(wanted)};
  if (wanted == DAX_DOMAIN_MEMORY_CONTROLLER) words.emplace_back("other_host");
  const bool chooses = backend.operations != nullptr && backend.operations->open != nullptr;
  if (wanted == DAX_DOMAIN_CPU_CACHE && !chooses) {
    words.emplace_back("memory_controller");
    words.emplace_back("other_host");
  }
  return words;
}

}  // namespace

const char* domain_word(dax_persistence_domain domain) {
  switch (domain) {
    case DAX_DOMAIN_NONE:
      return "none";
    case DAX_DOMAIN_PAGE_CACHE:
      return "page_cache";
    case DAX_DOMAIN_MEMORY_CONTROLLER:
      return "memory_controller";
    case DAX_DOMAIN_CPU_CACHE:
      return "cpu_cache";
    case DAX_DOMAIN_UNKNOWN:
      break;
  }
  return "unknown";
}

std::string audit_folder() {
  const auto variable = [](const char* name) -> std::string {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (std::string own = variable("PMEMBENCH_AUDITS"); !own.empty()) return own;
  if (const std::string state = variable("XDG_STATE_HOME"); state.starts_with("/")) {
    return state + "/pmembench/audits";
  }
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.local/state/pmembench/audits";
}

std::string audit_cpu(const BackendEntry& backend, const dax_host_info& host) {
  const bool by_kernel = (backend.operations->capabilities & DAX_CAP_EMULATED) != 0;
  return by_kernel ? "any" : full_cpu_mask(host).name();
}

Result<std::string> audit_code(const BackendEntry& backend) {
  return is_plugin(backend) ? content_hash(backend.origin) : own_content_hash();
}

AuditBook::AuditBook(std::string folder, std::vector<AuditKey> built_in)
    : folder_(std::move(folder)), built_in_(std::move(built_in)) {}

std::string AuditBook::file_of(const AuditKey& key) const {
  const std::string text = key_text(key);
  return fmt::format("{}/{:016x}", folder_, checksum(std::as_bytes(std::span(text)), 0));
}

Status AuditBook::keep(const AuditEntry& entry) const {
  if (folder_.empty()) {
    return environment_error(
        "there is no folder to keep the audit in: set PMEMBENCH_AUDITS or HOME");
  }
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  const std::string file = file_of(entry.key);
  const std::string temporary = fmt::format("{}.{}", file, getpid());
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << key_text(entry.key) << "verdict " << (entry.passed ? "passed" : "failed") << "\ncases "
        << entry.cases << "\nseed " << entry.seed << "\n";
    out.flush();
    if (!out) {
      return environment_error(
          "the audit cannot be kept in {}: make it a folder that you may write, or name another "
          "with PMEMBENCH_AUDITS",
          folder_);
    }
  }
  std::filesystem::rename(temporary, file, error);
  if (!error) return {};
  const std::string why = error.message();
  std::filesystem::remove(temporary, error);
  return environment_error("the audit cannot be kept in {}: {}", folder_, why);
}

std::string AuditBook::proof(const AuditKey& key) const {
  AuditKey own = key;
  own.code.clear();
  if (std::find(built_in_.begin(), built_in_.end(), own) != built_in_.end()) {
    return "the test suite";
  }
  if (folder_.empty() || key.code.empty()) return "";
  const std::string path = file_of(key);
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str().starts_with(key_text(key) + "verdict passed\n") ? path : "";
}

std::string AuditBook::proof(const BackendEntry& backend, const std::string& options,
                             const dax_host_info& host, dax_persistence_domain domain) const {
  if (backend.operations == nullptr) return "";
  const auto code = audit_code(backend);
  for (const std::string& word : domains_that_do(backend, domain)) {
    const AuditKey key{backend.name, options, code ? *code : "", audit_cpu(backend, host), word};
    const bool built_in = !is_plugin(backend);
    std::string found = built_in ? proof(key) : AuditBook(folder_, {}).proof(key);
    if (!found.empty()) return found;
  }
  return "";
}

std::string audit_command(const BackendEntry& backend, const std::string& options,
                          const dax_host_info& host, dax_persistence_domain domain,
                          const std::string& media) {
  std::string command =
      fmt::format("pmembench audit {}", is_plugin(backend) ? backend.origin : backend.name);
  const std::string cpu = audit_cpu(backend, host);
  if (cpu != "any") command += " --cpu " + cpu;
  if (!options.empty()) command += fmt::format(" --options '{}'", options);
  // What serves devices alone has no stand-in.
  const bool device_only = backend.operations->media == std::uint64_t{1} << DAX_MEDIA_DEVDAX;
  if (device_only) return command + fmt::format(" --media {} --destroy", media);
  return domain == DAX_DOMAIN_PAGE_CACHE
             ? command
             : command + fmt::format(" --domain {}", domain_word(domain));
}

}  // namespace pmembench
