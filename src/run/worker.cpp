#include "run/worker.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/clock.hpp"
#include "base/plain_text.hpp"
#include "base/units.hpp"
#include "dax/addressing_backend.hpp"
#include "dax/read_proof.hpp"
#include "platform/cpu.hpp"
#include "platform/executable.hpp"
#include "run/channel.hpp"
#include "run/checks.hpp"
#include "run/fault_report.hpp"
#include "run/host_info.hpp"
#include "run/in_parallel.hpp"
#include "run/layers_board.hpp"
#include "run/medium_facts.hpp"
#include "run/protocol.hpp"
#include "run/read_kernel.hpp"
#include "run/session.hpp"
#include "run/software.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLeastBatchProved = 64;

// Empty where it says none.
std::string verb_of(const nlohmann::json& message) {
  const nlohmann::json verb =
      message.is_object() ? message.value("do", nlohmann::json()) : nlohmann::json();
  return verb.is_string() ? verb.get<std::string>() : std::string();
}

class Worker {
 public:
  Worker(Channel channel, std::span<const dax_operations* const> builtins, const AuditBook& audits,
         std::string_view version)
      : channel_(std::move(channel)), builtins_(builtins), audits_(audits), version_(version) {}

  int serve() {
    for (;;) {
      const auto message = channel_.receive();
      if (!message) return message.error().code == EPIPE ? 0 : 4;
      const std::string verb = verb_of(*message);
      if (verb == "quit") return 0;
      const Result<nlohmann::json> answer = handle_all(verb, *message);
      const Status sent = channel_.send(answer ? *answer : to_json(answer.error()));
      if (!sent) return 0;
    }
  }

 private:
  // What a library, or the code of a plugin, throws ends the request and not the worker.
  Result<nlohmann::json> handle_all(const std::string& verb, const nlohmann::json& message) {
    try {
      return handle(verb, message);
    } catch (const std::bad_alloc&) {
      return runtime_error("there is not enough memory for the worker: free some, or ask for less");
    } catch (const std::exception& error) {
      return runtime_error("an unexpected error in the worker: {}", without_library(error.what()));
    } catch (...) {
      return runtime_error(
          "an exception of another type than std::exception in the worker: fix the backend");
    }
  }

  Result<nlohmann::json> handle(const std::string& verb, const nlohmann::json& message) {
    if (verb == "hello") return hello();
    if (verb == "open") return open(message);
    if (verb == "cell") return begin_cell(message);
    if (verb == "slice") return slice(message);
    if (verb == "end") return end_cell();
    return runtime_error("worker protocol: unknown request '{}'", verb);
  }

  [[nodiscard]] nlohmann::json hello() const {
    return to_json(HelloReply{kProtocolVersion, version_});
  }

  Result<nlohmann::json> open(const nlohmann::json& message) {
    const auto request = open_request_from_json(message);
    if (!request) return request.error();
    const auto host = host_info(request->without_cpu);
    if (!host) return host.error();
    host_facts_ = *host;
    auto registry = Registry::build(*host, builtins_, request->plugins);
    if (!registry) return registry.error();
    registry_.emplace(*std::move(registry));
    const auto backend = registry_->find(request->backend);
    if (!backend) return backend.error();
    request_ = *request;
    bound_ = *backend;
    const auto spec = parse_media(request->media);
    if (!spec) return spec.error();
    const bool simulated = spec->kind == DAX_MEDIA_SIM;
    const auto timer = simulated ? Result<TimerFacts>(virtual_timer()) : calibrate_timer();
    if (!timer) return timer.error();
    OpenOptions options;
    options.destroy = request->destroy;
    options.backend_options = request->backend_options;
    options.node = request->node;
    options.identity = request->identity;
    options.found_empty = request->found_empty;
    options.used_bytes = request->used_bytes;
    options.joint = request->joint;
    options.held = request->held;
    options.in_parallel = in_parallel;
    options.registry = &*registry_;
    options.virtual_time = true;
    auto opened = open_device(**backend, *spec, *host, options);
    if (!opened) return opened.error();
    device_.emplace(*std::move(opened));
    if (const Status reported = report_faults(); !reported) return reported.error();
    if (const Status shown = board_.add(*device_, *spec); !shown) return shown.error();
    host_ = {&*device_,
             nullptr,
             *timer,
             simulated ? 0 : measure_load_ceiling(timer->ns_per_tick),
             ((*backend)->operations->capabilities & DAX_CAP_NO_WORK) == 0,
             ProcessState::now()};
    OpenedReply reply;
    reply.medium = medium_facts(device_->facts, *spec);
    follow_audit(audits_, *device_, options, *host, *spec, &reply.medium);
    reply.software = software_of(version_, **backend);
    reply.timer = *timer;
    reply.ceiling_bytes_per_s = host_.ceiling_bytes_per_s;
    reply.unnamed = device_->facts.unnamed;
    if (!request->probe_media.empty()) {
      const Status probed = open_probe(*request, **backend, *host);
      if (!probed) return probed.error();
      host_.probe = &*probe_device_;
      reply.medium.probe.push_back(
          medium_facts(probe_device_->facts, *parse_media(request->probe_media)));
      reply.probe_unnamed = probe_device_->facts.unnamed;
    }
    return to_json(reply);
  }

  // The medium of a separate probe, by the load's backend if that serves it, else by the first that
  // gives its addresses.
  Status open_probe(const OpenRequest& request, const BackendEntry& load_backend,
                    const dax_host_info& host) {
    const auto spec = parse_media(request.probe_media);
    if (!spec) return spec.error();
    const BackendEntry* const entry = addressing_backend(*registry_, load_backend, spec->kind);
    if (entry == nullptr) {
      return environment_error(
          "no backend here gives the addresses of {}: a second medium needs them",
          request.probe_media);
    }
    OpenOptions options;
    options.destroy = request.probe_destroy;
    options.identity = request.probe_identity;
    options.found_empty = request.probe_found_empty;
    options.held = request.held;
    options.used_bytes = request.used_bytes;
    options.in_parallel = in_parallel;
    options.registry = &*registry_;
    auto opened = open_device(*entry, *spec, host, options);
    if (!opened) return opened.error();
    probe_device_.emplace(*std::move(opened));
    return board_.add(*probe_device_, *spec);
  }

  // If the medium has addresses, an error of it can be reported with its offset.
  Status report_faults() {
    DaxDevice& device = *device_->device;
    DaxReader reader = device.make_reader();
    const ReadSection section(reader);
    void* address = nullptr;
    const std::int64_t pages = device.direct_access(
        section, 0, device.size_bytes() / DAX_PAGE_BYTES, DAX_ACCESS, &address);
    if (pages <= 0) return {};
    return report_faults_in({channel_.out(), static_cast<unsigned char*>(address),
                             static_cast<std::uint64_t>(pages) * DAX_PAGE_BYTES});
  }

  // A session goes on from cell to cell if only the pace differs: its chain takes long to make.
  Result<nlohmann::json> begin_cell(const nlohmann::json& message) {
    in_cell_ = false;
    if (!device_) return runtime_error("worker protocol: 'cell' before 'open'");
    const auto request = cell_request_from_json(message);
    if (!request) return request.error();
    if (const Status bound = bind(request->cell.backend); !bound) return bound.error();
    if (!session_ || !session_->retarget(request->cell)) {
      session_.reset();
      auto session = Session::start(host_, request->cell);
      if (!session) return session.error();
      session_ = *std::move(session);
    }
    board_.in_use(request->cell);
    auto kernel = choose_read_kernel(*device_->device, request->cell, request->kernel);
    if (!kernel) return kernel.error();
    kernel_ = *std::move(kernel);
    const std::string name = kernel_ ? kernel_->name : "";
    if (const Status reads = prove_reads(request->cell, name); !reads) return reads.error();
    const auto operations = session_->begin(*request);
    if (!operations) return operations.error();
    in_cell_ = true;
    return to_json(ReadyReply{*operations, kernel_});
  }

  // Cells of several backends are measured on one mapping: the device is given their operations.
  Status bind(const std::string& name) {
    if (name.empty() || name == bound_->name) return {};
    const auto backend = registry_->find(name);
    if (!backend) return backend.error();
    const bool simulated = device_->simulation != nullptr;
    if (simulated || !shares_mapping(**backend) || !shares_mapping(*bound_)) {
      return runtime_error("backends {} and {} cannot take turns on one device", bound_->name,
                           name);
    }
    session_.reset();
    DaxDevice& device = *device_->device;
    void* const handle = device.handle();
    (void)device.set_operations(nullptr, nullptr);
    if (const int code = device.set_operations((*backend)->operations, handle); code != 0) {
      return runtime_error("backend {} cannot be put on the device: {}", name,
                           std::strerror(-code));
    }
    bound_ = *backend;
    device_->bases.front().backend = bound_;
    return {};
  }

  // The claim follows the backend.
  std::optional<MediumFacts> medium_by_backend() const {
    if (bound_->name == request_.backend) return std::nullopt;
    const auto spec = parse_media(request_.media);
    if (!spec) return std::nullopt;
    MediumFacts medium = medium_facts(device_->facts, *spec);
    OpenOptions options;
    options.node = request_.node;
    follow_audit(audits_, *device_, options, host_facts_, *spec, &medium);
    return medium;
  }

  // What a batch of reads leaves in its buffer shows its last range alone: before the first cell of
  // a size and a batch the backend shows that it loads every range.
  Status prove_reads(const Cell& cell, const std::string& kernel) {
    const auto number = [&](const char* name) -> std::uint64_t {
      const auto found = cell.parameters.find(name);
      const auto count =
          parse_count(found == cell.parameters.end() ? std::string() : found->second);
      return count ? *count : 0;
    };
    const auto access = cell.parameters.find("access");
    if (access != cell.parameters.end() && access->second != "read") return {};
    const std::uint64_t batch = std::max(number("batch"), kLeastBatchProved);
    for (const RangeSize& range : range_sizes_of(cell.parameters)) {
      if (range.name == "stride") continue;
      const Status reads = prove_reads_of(range.bytes, batch, kernel);
      if (!reads) return reads;
    }
    return {};
  }

  Status prove_reads_of(std::uint64_t size_bytes, std::uint64_t batch, const std::string& kernel) {
    if (!proved_.insert({bound_->name + " " + kernel, size_bytes, batch}).second) return {};
    for (const BaseDevice& base : device_->bases) {
      const Status reads =
          prove_batch_reads(*base.backend->operations, host_facts_, size_bytes, batch, kernel);
      if (!reads) return reads;
    }
    return {};
  }

  Result<nlohmann::json> slice(const nlohmann::json& message) {
    if (!in_cell_) return runtime_error("worker protocol: 'slice' outside a cell");
    const nlohmann::json turn = message.value("turn", nlohmann::json(0U));
    if (!turn.is_number_unsigned()) return runtime_error("worker protocol: a turn is a number");
    if (message.value("first", nlohmann::json()) == true) session_->forget_latencies();
    const MonotonicClock clock;
    const std::uint64_t begun_ns = clock.now_ns();
    auto reply = session_->slice(turn.get<unsigned>());
    if (!reply) return reply.error();
    reply->begun_ns = begun_ns;
    reply->ended_ns = clock.now_ns();
    return to_json(*reply);
  }

  Result<nlohmann::json> end_cell() {
    if (!in_cell_) return runtime_error("worker protocol: 'end' outside a cell");
    in_cell_ = false;
    auto reply = session_->finish();
    if (!reply || !session_->paced()) session_.reset();
    if (!reply) return reply.error();
    if (!host_.timer.invariant) {
      const Status kept = check_pace(host_.timer.ns_per_tick, measure_ns_per_tick());
      if (!kept) return kept.error();
    }
    reply->traced = is_traced();
    reply->extra.kernel = kernel_;
    reply->extra.medium = medium_by_backend();
    return to_json(*reply);
  }

  Channel channel_;
  std::span<const dax_operations* const> builtins_;
  const AuditBook& audits_;
  std::string version_;
  std::optional<Registry> registry_;
  OpenRequest request_;                  // that opened the device
  const BackendEntry* bound_ = nullptr;  // whose operations the device has
  std::optional<OpenedDevice> device_, probe_device_;
  LayersBoard board_;
  SessionHost host_;
  dax_host_info host_facts_{};
  std::set<std::tuple<std::string, std::uint64_t, std::uint64_t>>
      proved_;                          // backend and kernel, size and batch of reads
  std::unique_ptr<Session> session_;    // after the devices: goes first
  std::optional<KernelChoice> kernel_;  // of the cell
  bool in_cell_ = false;
};

}  // namespace

int serve_worker(UniqueFd in, UniqueFd out, std::span<const dax_operations* const> builtins,
                 const AuditBook& audits, std::string_view version) {
  std::signal(SIGPIPE, SIG_IGN);
  Worker worker(Channel(std::move(in), std::move(out)), builtins, audits, version);
  return worker.serve();
}

}  // namespace pmembench
