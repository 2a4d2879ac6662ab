#include "cli/audit_session.hpp"

#include <fmt/format.h>
#include <sys/personality.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "audit/audit_child.hpp"
#include "audit/audit_json.hpp"
#include "audit/lanes.hpp"
#include "audit/mask_environment.hpp"
#include "audit/power_cuts.hpp"
#include "audit/self_test.hpp"
#include "cli/scratch_folder.hpp"
#include "crash/cut_subject.hpp"
#include "dax/audit_book.hpp"
#include "dax/open_device.hpp"
#include "dax/operations_check.hpp"
#include "platform/executable.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr const char* kMediumSize = "1M";
// Of a backend whose drain waits for a disk.
constexpr std::uint64_t kKernelCases = 100;

// One backend on one mask.
struct Job {
  const BackendEntry* entry = nullptr;
  CpuMask mask;
  std::string media;
  std::uint64_t cases = 0;
};

bool serves(const BackendEntry& entry, dax_media_kind kind) {
  return (entry.operations->media >> kind & 1U) != 0;
}

Result<std::string> media_of(const BackendEntry& entry, const AuditRequest& request,
                             std::size_t number, ScratchFolder& folder) {
  if (!request.media.empty()) {
    const auto spec = parse_media(request.media);
    return spec ? Result<std::string>(request.media) : spec.error();
  }
  // A backend that maps anonymous memory itself may treat it as caches that last, as libpmem2 does;
  // of a file it says what it would do on a real medium.
  const bool maps_itself = entry.operations->open != nullptr && serves(entry, DAX_MEDIA_FILE) &&
                           (entry.operations->capabilities & DAX_CAP_NO_WORK) == 0;
  if (serves(entry, DAX_MEDIA_DRAM) && !maps_itself) return fmt::format("dram:{}", kMediumSize);
  if (!serves(entry, DAX_MEDIA_BLOCK) && !serves(entry, DAX_MEDIA_FILE)) {
    return usage_error("backend {} needs a device to be audited on; name one with --media",
                       entry.name);
  }
  const auto path = folder.path();
  if (!path) return path.error();
  const char* const kind = serves(entry, DAX_MEDIA_BLOCK) ? "block" : "file";
  return fmt::format("{}:{}/medium{},size={}", kind, *path, number, kMediumSize);
}

// Which masks make a difference to it.
std::vector<CpuMask> masks_for(const BackendEntry& entry, const std::vector<CpuMask>& masks,
                               const Host& host) {
  const std::uint64_t capabilities = entry.operations->capabilities;
  const bool one = (capabilities & (DAX_CAP_EMULATED | DAX_CAP_NO_WORK)) != 0;
  if (one) return {masks.front()};
  if (entry.origin != "built in") return masks;
  std::vector<CpuMask> usable;
  std::copy_if(masks.begin(), masks.end(), std::back_inserter(usable), [&](const CpuMask& mask) {
    return probe_operations(*entry.operations, host_with(host.info, mask)).empty();
  });
  return usable;
}

std::vector<std::string> child_words(const Job& job, const GlobalOptions& global,
                                     const AuditRequest& request, const std::string& binary) {
  std::vector<std::string> words = {binary};
  for (const std::string& plugin : global.plugins) {
    words.push_back("--plugin");
    words.push_back(plugin);
  }
  words.insert(words.end(), {"audit", job.entry->name, "--as-child", "--cpu", job.mask.name(),
                             "--media", job.media});
  if (!request.backend_options.empty()) {
    words.insert(words.end(), {"--options", request.backend_options});
  }
  if (request.destroy) words.emplace_back("--destroy");
  if (!request.subject.empty()) {
    words.insert(words.end(),
                 {"--subject", request.subject, "--seed", std::to_string(request.seed)});
  }
  return words;
}

// Executes the command again: libpmem2 reads its variables when it is loaded.
ChildBody child_body(const Job& job, const GlobalOptions& global, const AuditRequest& request,
                     const std::string& binary) {
  const std::vector<std::string> words = child_words(job, global, request, binary);
  const bool stand_in = request.media.empty() || job.media.starts_with("dram:");
  const auto variables =
      mask_environment(job.mask, request.domain.value_or(AuditDomain::memory_controller), stand_in);
  return [words, variables] {
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
    // The same addresses in each child: a mutant that ends its process is followed by a new one.
    personality(ADDR_NO_RANDOMIZE);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments.front(), arguments.data());
  };
}

// The medium of the same kind with as many bytes as a subject needs.
std::string sized_medium(const std::string& medium, std::uint64_t bytes) {
  const std::string::size_type size = medium.rfind(kMediumSize);
  return medium.substr(0, size) + fmt::format("{}K", bytes / 1024);
}

// One backend on one mask, under each kind of work.
json power_cuts(const Job& job, const GlobalOptions& global, const AuditRequest& request,
                const std::string& binary) {
  json all = json::array();
  std::string reason, verdict = "passed";
  std::uint64_t steps = 0;
  for (const std::string_view name : cut_subject_names()) {
    const auto subject = make_cut_subject(name, request.seed);
    Job sized = job;
    sized.media = sized_medium(job.media, subject->device_bytes());
    AuditRequest own = request;
    own.subject = name;
    PowerCutOptions options;
    options.domain = request.domain;
    options.cuts = request.power_cuts;
    options.seed = request.seed;
    const PowerCutResult result =
        run_power_cuts(child_body(sized, global, own, binary), *subject, options);
    all.push_back(power_cuts_to_json(std::string(name), result));
    steps += result.steps;
    if (!result.reason.empty()) reason = result.reason;
    if (result.reason.empty() && !result.outcome.holds) verdict = "failed";
  }
  if (!reason.empty() && verdict == "passed") verdict = "unaudited";
  return {{"verdict", verdict}, {"reason", reason},          {"steps", steps},
          {"power_cuts", all},  {"findings", json::array()}, {"sheet", json::array()}};
}

std::string run_job(const Job& job, const GlobalOptions& global, const AuditRequest& request,
                    const std::string& binary) {
  if (request.power_cuts > 0) {
    json result = power_cuts(job, global, request, binary);
    result["cpu"] = job.mask.name();
    return json_text(result);
  }
  AuditOptions options;
  options.domain = request.domain;
  options.cases = job.cases;
  options.seed = request.seed;
  const ChildBody body = child_body(job, global, request, binary);
  json result = request.self_test ? self_test_to_json(run_self_test(body, options))
                                  : audit_to_json(run_audit(body, options));
  result["cpu"] = job.mask.name();
  return json_text(result);
}

// For rows that rely on it (dax/audit_book.hpp). A plugin that was refused loses an earlier pass.
void keep(const BackendEntry& entry, const Job& job, const Host& host, const AuditRequest& request,
          const json& result, const std::function<void(const std::string&)>& progress) {
  const std::string verdict = result.at("verdict");
  if (verdict != "passed" && verdict != "failed") return;
  const auto code = audit_code(entry);
  if (!code) return;
  const std::string cpu = audit_cpu(entry, host_with(host.info, job.mask));
  const AuditKey key{entry.name, request.backend_options, *code, cpu, result.at("domain")};
  const Status kept = audit_book().keep(
      {key, verdict == "passed", result.at("cases").get<std::uint64_t>(), request.seed});
  if (!kept) progress(kept.error().message);
}

Result<std::vector<Job>> jobs_of(const std::vector<const BackendEntry*>& entries, const Host& host,
                                 const AuditRequest& request, ScratchFolder& folder) {
  const auto masks = parse_cpu_masks(request.cpu, host.info);
  if (!masks) return masks.error();
  std::vector<Job> jobs;
  for (const BackendEntry* entry : entries) {
    const std::vector<CpuMask> own = masks_for(*entry, *masks, host);
    if (own.empty()) {
      return environment_error("backend {} cannot run here with CPU mask {}", entry->name,
                               request.cpu);
    }
    for (const CpuMask& mask : own) {
      const auto media = media_of(*entry, request, jobs.size(), folder);
      if (!media) return media.error();
      const bool by_kernel = (entry->operations->capabilities & DAX_CAP_EMULATED) != 0;
      const std::uint64_t cases = std::max<std::uint64_t>(1, request.cases / own.size());
      jobs.push_back({entry, mask, *media, by_kernel ? std::min(cases, kKernelCases) : cases});
    }
  }
  return jobs;
}

}  // namespace

Result<AuditDomain> parse_audit_domain(const std::string& text) {
  std::string known;
  for (const AuditDomain domain :
       {AuditDomain::memory_controller, AuditDomain::cpu_cache, AuditDomain::page_cache,
        AuditDomain::other_host, AuditDomain::none}) {
    if (text == audit_domain_name(domain)) return domain;
    known += (known.empty() ? "" : ", ") + std::string(audit_domain_name(domain));
  }
  return usage_error("persistence domain '{}' is not known; name one of: {}", text, known);
}

Result<json> run_audits(const std::vector<const BackendEntry*>& entries, const Host& host,
                        const GlobalOptions& global, const AuditRequest& request,
                        const std::function<void(const std::string&)>& progress) {
  if (const Status available = audit_available(); !available) return available.error();
  const auto binary = executable_path();
  if (!binary) return binary.error();
  ScratchFolder folder;
  const auto jobs = jobs_of(entries, host, request, folder);
  if (!jobs) return jobs.error();
  std::size_t finished = 0;
  const auto texts = run_in_lanes(
      jobs->size(), request.lanes == 0 ? usable_cpus() : request.lanes,
      [&](std::size_t i) { return run_job((*jobs)[i], global, request, *binary); },
      [&](std::size_t i) {
        const Job& job = (*jobs)[i];
        progress(
            fmt::format("{}/{} {} {}", ++finished, jobs->size(), job.entry->name, job.mask.name()));
      });
  if (!texts) return texts.error();
  json all = json::array();
  for (const BackendEntry* entry : entries) {
    const auto code = audit_code(*entry);
    json masks = json::array();
    std::string media;
    for (std::size_t i = 0; i < jobs->size(); ++i) {
      if ((*jobs)[i].entry != entry) continue;
      masks.push_back(json::parse((*texts)[i]));
      media = (*jobs)[i].media;
      if (!request.self_test && request.power_cuts == 0)
        keep(*entry, (*jobs)[i], host, request, masks.back(), progress);
    }
    all.push_back({{"backend", entry->name},
                   {"media", media},
                   {"object_hash", code ? *code : ""},
                   {"verdict", overall_verdict(masks)},
                   {"masks", masks}});
  }
  return all;
}

void serve_audit_child(const BackendEntry& entry, const Host& host, const AuditRequest& request) {
  const auto masks = parse_cpu_masks(request.cpu, host.info);
  if (!masks) return report_failure(masks.error());
  const dax_host_info info = host_with(host.info, masks->front());
  const std::string reason = probe_operations(*entry.operations, info);
  if (!reason.empty()) {
    Error refused = environment_error("{}", reason);
    refused.code = EOPNOTSUPP;
    return report_failure(refused);
  }
  const auto spec = parse_media(request.media);
  if (!spec) return report_failure(spec.error());
  OpenOptions options;
  options.destroy = request.destroy;
  options.backend_options = request.backend_options;
  options.registry = &host.registry;
  auto opened = open_device(entry, *spec, info, options);
  if (!opened) {
    Error error = opened.error();
    error.code = 0;  // an errno of the medium's is not the backend's refusal of the CPU
    return report_failure(error);
  }
  DaxDevice& device = *opened->device;
  AuditTarget target;
  target.operations = device.operations();
  target.handle = device.handle();
  target.size_bytes = device.size_bytes();
  target.domain = opened->facts.persistence_domain;
  target.media_kind = spec->kind;
  DaxReader reader = device.make_reader();
  {
    const ReadSection section(reader);
    void* address = nullptr;
    const std::int64_t pages = device.direct_access(
        section, 0, device.size_bytes() / DAX_PAGE_BYTES, DAX_ACCESS, &address);
    if (pages > 0) {
      target.address = static_cast<unsigned char*>(address);
      target.size_bytes = static_cast<std::uint64_t>(pages) * DAX_PAGE_BYTES;
    }
  }
  if (const auto subject = make_cut_subject(request.subject, request.seed); subject != nullptr) {
    return serve_subject(target, device, *subject);
  }
  serve_cases(target);
}

}  // namespace pmembench
