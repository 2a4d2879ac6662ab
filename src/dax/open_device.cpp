#include "dax/open_device.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include "base/units.hpp"
#include "dax/float_control.hpp"
#include "dax/media_memory.hpp"
#include "dax/media_stack.hpp"
#include "dax/operations_check.hpp"
#include "dax/persistence_domain.hpp"
#include "dax/sim_device.hpp"
#include "dax/system_error.hpp"
#include "platform/devices.hpp"
#include "platform/moved_thread.hpp"

namespace pmembench {
namespace {

// Everything that must outlive a device: the medium, the handle, and the strings that were handed
// to the backend. The handle is closed before the medium goes.
class MediumBacking final : public DeviceBacking {
 public:
  MediumBacking(const dax_operations& operations, Medium medium, const MediaSpec& spec,
                std::string options)
      : operations_(operations),
        medium_(std::move(medium)),
        path_(medium_.path.empty() ? spec.path : medium_.path),
        options_(std::move(options)) {}
  ~MediumBacking() override {
    const FloatControl kept;
    if (opened_ != nullptr && operations_.close != nullptr) operations_.close(opened_);
  }

  // Has the backend open the medium, or fills in the mapping that is its handle. Returns the usable
  // size.
  Result<std::uint64_t> connect(const MediaSpec& spec, const dax_host_info& host) {
    if (operations_.open == nullptr) {
      mapping_ = {sizeof(dax_mapping),
                  host.vector_bytes,
                  host.cpu_features,
                  medium_.mapping.address(),
                  medium_.mapping.size_bytes(),
                  0,
                  0};
      if (medium_.model) simulated_.emplace(operations_, mapping_, *medium_.model);
      return medium_.mapping.size_bytes();
    }
    return open_by_backend(spec, host);
  }
  [[nodiscard]] void* handle() {
    if (simulated_) return simulated_->handle();
    return opened_ != nullptr ? opened_ : &mapping_;
  }
  [[nodiscard]] const dax_operations* operations() const {
    return simulated_ ? simulated_->operations() : &operations_;
  }
  [[nodiscard]] SimMemory* simulation() { return simulated_ ? &simulated_->memory() : nullptr; }
  [[nodiscard]] Medium& medium() { return medium_; }

 private:
  Result<std::uint64_t> open_by_backend(const MediaSpec& spec, const dax_host_info& host) {
    dax_media_info info{};
    info.struct_size = sizeof(info);
    info.kind = spec.kind;
    info.persistence_domain = medium_.facts.persistence_domain;
    info.node = medium_.node;
    info.path = path_.empty() ? nullptr : path_.c_str();
    info.options = options_.c_str();
    info.size_bytes = medium_.facts.size_bytes;
    info.alignment_bytes = medium_.alignment_bytes;
    info.page_bytes = page_bytes_asked(spec.pages);
    std::array<char, kReasonBytes> reason{};
    std::uint64_t size_bytes = 0;
    void* handle = nullptr;
    const FloatControl kept;
    const int code =
        operations_.open(&host, &info, &handle, &size_bytes, reason.data(), reason.size());
    reason.back() = '\0';
    if (code != 0) {
      const std::string why = reason[0] != '\0' ? reason.data() : errno_text(-code);
      return Error{ErrorKind::environment,
                   fmt::format("backend {} cannot open it: {}", operations_.name, why), -code};
    }
    if (handle == nullptr) {
      return environment_error("backend {} opened it without a handle; fix the backend",
                               operations_.name);
    }
    opened_ = handle;
    const std::uint64_t usable = size_bytes / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
    if (usable == 0 || size_bytes > info.size_bytes) {
      return environment_error("backend {} reports that {} of {} bytes are usable; fix the backend",
                               operations_.name, size_bytes, info.size_bytes);
    }
    return usable;
  }
  static std::uint64_t page_bytes_asked(PageChoice pages) {
    return pages == PageChoice::small_4k ? DAX_PAGE_BYTES : huge_page_bytes(pages);
  }

  const dax_operations& operations_;
  Medium medium_;
  std::string path_;
  std::string options_;
  dax_mapping mapping_{};
  void* opened_ = nullptr;
  std::optional<SimDevice> simulated_;
};

// Refuses dax devices that are not NVDIMMs: the kernel reports no domain for them.
Status check_nvdimm(const dax_operations& table, const MediaSpec& spec,
                    const OpenOptions& options) {
  if (spec.kind != DAX_MEDIA_DEVDAX || (table.capabilities & DAX_CAP_NVDIMM_ONLY) == 0) return {};
  const Result<DaxDeviceFacts> facts = dax_device_by_path(options.sysfs_root, spec.path);
  if (!facts) return facts.error();
  if (persistence_domain_of(facts->persistence_domain) != DAX_DOMAIN_UNKNOWN) return {};
  return environment_error(
      "backend {} serves a dax device only where the kernel reports its persistence domain, as of "
      "NVDIMMs, and {} has none; use backend devdax",
      table.name, spec.path);
}

Status check_backend(const BackendEntry& backend, const MediaSpec& spec,
                     const OpenOptions& options) {
  if (!backend.usable()) {
    return environment_error("backend {} cannot run here: {}", backend.name,
                             backend.reason.empty() ? "it has no table" : backend.reason);
  }
  const dax_operations& table = *backend.operations;
  const std::string_view kind = media_kind_name(spec.kind);
  if (!serves(table, spec.kind)) {
    std::string served;
    for (std::uint32_t each = 0; each <= DAX_MEDIA_POSIX; ++each) {
      if (!serves(table, static_cast<dax_media_kind>(each))) continue;
      served += (served.empty() ? "" : ", ") + std::string(media_kind_name(each));
    }
    return usage_error("backend {} cannot serve media kind {}; it serves: {}", backend.name, kind,
                       served);
  }
  const bool unmapped = spec.kind == DAX_MEDIA_BLOCK || spec.kind == DAX_MEDIA_POSIX;
  if (unmapped && table.open == nullptr) {
    return usage_error(
        "backend {} cannot serve media kind {}: it leaves mapping to the host, and what is behind "
        "the block path is not mapped",
        backend.name, kind);
  }
  if (Status taken = check_options(backend, options.backend_options); !taken) return taken;
  // The table of operations has no word for a part: who opens the medium opens all of it.
  if (spec.offset_bytes != 0 && table.open != nullptr &&
      (table.capabilities & DAX_CAP_NO_WORK) == 0) {
    return usage_error(
        "backend {} maps a medium itself, from its beginning; leave offset= out, or use one that "
        "leaves mapping to pmembench, as movnt and clwb do",
        backend.name);
  }
  return check_nvdimm(table, spec, options);
}

// Where the device's bytes can be reached: the host's mapping, or what the backend gives away piece
// by piece. Empty where there are no addresses.
Result<std::vector<MemoryRange>> reachable_memory(const dax_operations& table, void* handle,
                                                  const Mapping& mapping,
                                                  std::uint64_t size_bytes) {
  if (mapping.address() != nullptr) {
    return std::vector<MemoryRange>{{mapping.address(), mapping.size_bytes()}};
  }
  std::vector<MemoryRange> ranges;
  const bool addressed = (table.capabilities & DAX_CAP_DIRECT_ACCESS) != 0;
  const std::uint64_t pages = addressed ? size_bytes / DAX_PAGE_BYTES : 0;
  for (std::uint64_t page = 0; page < pages;) {
    void* address = nullptr;
    const std::int64_t got = table.direct_access(handle, page, pages - page, DAX_ACCESS, &address);
    if (got <= 0 || address == nullptr) {
      return environment_error("backend {} gives no address for page {} of {} ({})", table.name,
                               page, pages, got < 0 ? errno_text(static_cast<int>(-got)) : "none");
    }
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    if (number % DAX_PAGE_BYTES != 0) {
      return environment_error(
          "backend {} gives {:#x} for page {}, where no page begins; fix the backend", table.name,
          number, page);
    }
    const auto reach = static_cast<std::uint64_t>(got);
    if (reach > pages - page) {
      return environment_error(
          "backend {} gives {} pages from page {} on, of which the medium has {}; fix the backend",
          table.name, got, page, pages - page);
    }
    ranges.push_back({static_cast<unsigned char*>(address), reach * DAX_PAGE_BYTES});
    page += reach;
  }
  return ranges;
}

// What the backend chose or found in `open`: a result that hides it could not be repeated.
std::string description(const dax_operations& table, void* handle) {
  std::array<char, kReasonBytes> text{};
  if (table.describe == nullptr || table.describe(handle, text.data(), text.size()) != 0) return {};
  text.back() = '\0';
  return text.data();
}

Status settle(const std::vector<MemoryRange>& ranges, const MediaSpec& spec,
              const OpenOptions& options, Medium& medium, PageWatch& pages) {
  // Of a model the pages are nobody's concern, and it may be larger than the host's memory.
  if (ranges.empty() || spec.kind == DAX_MEDIA_SIM) return {};
  // A touch writes, and on tmpfs a look at a hole gives it its page.
  if (options.read_only)
    return spec.kind == DAX_MEDIA_FILE ? Status() : require_memory(ranges, false);
  const bool dram = spec.kind == DAX_MEDIA_DRAM;
  const int node = dram ? medium.node : -1;
  if (dram) {
    Result<std::optional<MovedThread>> moved =
        prepare_memory(ranges, spec, node, options, medium.facts);
    if (!moved) return moved.error();
    touch_memory(ranges, false, options.in_parallel);
  } else {
    if (Status there = require_memory(ranges, true); !there) return there;
    // What a device carries may be what one is here for.
    touch_memory(ranges, true, options.in_parallel);
  }
  return verify_memory(ranges, spec, node, medium.facts, pages);
}

DeviceFacts device_facts(const MediaSpec& spec, const Medium& medium, const dax_operations& table) {
  DeviceFacts facts;
  facts.name = spec.text;
  facts.size_bytes = medium.facts.size_bytes;
  facts.alignment_bytes = medium.alignment_bytes;
  facts.persistence_domain = medium.facts.persistence_domain;
  // The write cache stays on in every domain: by the choice of a backend the user chose a flush,
  // and a silently skipped flush would be measured as that backend's.
  facts.write_cache = true;
  const bool synchronous_medium = spec.kind != DAX_MEDIA_FILE || medium.facts.map_sync;
  facts.synchronous = synchronous_medium && (table.capabilities & DAX_CAP_SYNCHRONOUS) != 0;
  facts.node = medium.node;
  facts.host_mapped = table.open == nullptr;
  if (facts.node < 0 && medium.facts.node_share.size() == 1) {
    facts.node = medium.facts.node_share.begin()->first;
  }
  return facts;
}

Result<OpenedDevice> open(const BackendEntry& backend, const MediaSpec& asked,
                          const dax_host_info& host, const OpenOptions& options) {
  if (Status fit = check_backend(backend, asked, options); !fit) return fit.error();
  const MediaSpec spec = used_spec(asked, options);
  // A medium that is not there is not used in part either.
  if (spec.size_bytes < asked.size_bytes) {
    OpenOptions sizes = options;
    sizes.destroy = true;  // content is looked for where the medium is opened
    if (Status there = look_at_medium(asked, sizes); !there) return there.error();
  }
  const dax_operations& table = *backend.operations;
  Result<Medium> opened = open_medium(spec, options, table.open == nullptr);
  if (!opened) return opened.error();
  opened->facts.kind = media_kind_name(spec.kind);
  if (options.area != nullptr) options.area->take(*opened);
  auto backing =
      std::make_unique<MediumBacking>(table, std::move(*opened), spec, options.backend_options);
  Medium& medium = backing->medium();
  const Result<std::uint64_t> size_bytes = backing->connect(spec, host);
  if (!size_bytes) return size_bytes.error();
  medium.facts.size_bytes = *size_bytes;
  void* handle = backing->handle();
  const dax_operations* const bound = backing->operations();
  SimMemory* const simulation = backing->simulation();
  medium.facts.backend_says = description(table, handle);
  const Result<std::vector<MemoryRange>> ranges =
      reachable_memory(table, handle, medium.mapping, *size_bytes);
  if (!ranges) return ranges.error();
  OpenedDevice result;
  if (spec.size_bytes < asked.size_bytes) medium.facts.whole_bytes = asked.size_bytes;
  if (Status settled = settle(*ranges, spec, options, medium, result.pages); !settled) {
    return settled.error();
  }
  result.facts = medium.facts;
  result.simulation = simulation;
  if (table.open == nullptr && simulation == nullptr) {
    result.mapping = static_cast<const dax_mapping*>(handle);
  }
  DeviceFacts facts = device_facts(spec, medium, table);
  facts.simulation = simulation;
  facts.host_mapped = facts.host_mapped && simulation == nullptr;
  const std::vector<std::uint64_t> bad_pages =
      medium.model ? medium.model->bad_pages : std::vector<std::uint64_t>();
  Result<std::unique_ptr<DaxDevice>> device =
      DaxDevice::allocate(std::move(facts), bound, handle, std::move(backing));
  if (!device) return device.error();
  for (const std::uint64_t page : bad_pages) {
    if (page >= *size_bytes / DAX_PAGE_BYTES) continue;
    (*device)->bad_blocks().add(page * DAX_PAGE_BYTES, DAX_PAGE_BYTES);
  }
  result.device = std::move(*device);
  result.bases.push_back({result.device.get(), &backend});
  return result;
}

}  // namespace

Result<OpenedDevice> open_device(const BackendEntry& backend, const MediaSpec& spec,
                                 const dax_host_info& host, const OpenOptions& options) {
  Result<OpenedDevice> device = spec.parts.empty() ? open(backend, spec, host, options)
                                                   : open_stack(backend, spec, host, options);
  if (!device) return device.error().with_context(fmt::format("medium '{}'", spec.text));
  return device;
}

Status check_options(const BackendEntry& backend, const std::string& options) {
  if (options.empty() || !backend.usable()) return {};
  const dax_operations& table = *backend.operations;
  if (table.open == nullptr) {
    return usage_error("backend {} takes no options, but '{}' was given; leave them out",
                       backend.name, options);
  }
  if (table.check_options == nullptr) return {};
  std::array<char, kReasonBytes> reason{};
  const int code = table.check_options(options.c_str(), reason.data(), reason.size());
  reason.back() = '\0';
  if (code == 0) return {};
  const std::string why = reason[0] != '\0' ? reason.data() : errno_text(-code);
  return usage_error("backend {} does not take the options '{}': {}", backend.name, options, why);
}

Status check_media(const BackendEntry& backend, const MediaSpec& spec, const OpenOptions& options) {
  Status status = spec.parts.empty() ? check_backend(backend, spec, options)
                                     : check_stack(backend, spec, options);
  if (status && spec.parts.empty()) status = look_at_medium(spec, options);
  if (!status) return status.error().with_context(fmt::format("medium '{}'", spec.text));
  return status;
}

std::string durable_claim(const MediaFacts& facts) {
  if (facts.kind == "sim") return "simulated";
  const bool reaches_media = facts.persistence_domain == DAX_DOMAIN_MEMORY_CONTROLLER ||
                             facts.persistence_domain == DAX_DOMAIN_CPU_CACHE;
  // Behind the block path durable means written back, and that is what the drain waits for; so does
  // fsync on a mounted file system.
  const bool by_writing_back = facts.kind == "block" || facts.kind == "posix";
  const bool written_back = by_writing_back && facts.persistence_domain == DAX_DOMAIN_PAGE_CACHE;
  return reaches_media || written_back ? "durable" : "emulated";
}

}  // namespace pmembench
