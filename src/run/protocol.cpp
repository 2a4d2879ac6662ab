#include "run/protocol.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "record/codec.hpp"
#include "record/members.hpp"

namespace pmembench {

struct Failed {
  std::string kind = "runtime", message = "unknown";
};

template <typename T, typename V>
requires IsOf<T, Failed>
void describe(T& failed, V&& members) {
  members.added("kind", failed.kind);
  members.added("message", failed.message);
}

// Found by decode() through argument-dependent lookup.
void from_name(const std::string& name, Timing& timing) {
  for (const Timing known : {Timing::slice, Timing::operation}) {
    if (name != name_of(known)) continue;
    timing = known;
    return;
  }
  throw nlohmann::json::other_error::create(
      599, fmt::format("'{}' is not a timing: slice or operation", name), nullptr);
}

namespace {

using nlohmann::json;

constexpr std::array kErrorKinds{std::pair{ErrorKind::usage, "usage"},
                                 std::pair{ErrorKind::environment, "environment"},
                                 std::pair{ErrorKind::runtime, "runtime"}};

ErrorKind kind_of(const std::string& name) {
  for (const auto& [kind, text] : kErrorKinds) {
    if (name == text) return kind;
  }
  return ErrorKind::runtime;
}

// The members of `message` under the key that says what it is.
template <typename T>
json as_message(const char* key, const char* what, const T& message) {
  json out = encode(message);
  out[key] = what;
  return out;
}

// Of a message that is not the one that was waited for: its beginning.
std::string shown(const json& message) {
  constexpr std::size_t kShownBytes = 200;
  std::string text = json_text(message);
  if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
  return text;
}

// Reads a message of the given type; the JSON library's exceptions end here.
template <typename T>
Result<T> read_message(const json& message, const char* key, const char* wanted) {
  try {
    if (message.is_object() && message.value("is", json()) == "failed") {
      Failed failed;
      decode(message, failed);
      return Error{kind_of(failed.kind), failed.message, 0};
    }
    if (!message.is_object() || message.value(key, json()) != wanted) {
      return runtime_error("worker protocol: expected '{}', got: {}", wanted, shown(message));
    }
    T read;
    decode(message, read);
    return read;
  } catch (const json::exception& error) {
    return runtime_error("worker protocol: bad '{}' message: {}", wanted,
                         without_library(error.what()));
  }
}

}  // namespace

struct Versioned {
  int version = 0;
};

template <typename T, typename V>
requires IsOf<T, Placement>
void describe(T& placement, V&& members) {
  members.field("asked", placement.asked);
  members.field("cpus", placement.cpus);
  members.field("memory_node", placement.memory_node);
}

// What a worker does not know unless the cell is of that kind comes last.
template <typename T, typename V>
requires IsOf<T, Cell>
void describe(T& cell, V&& members) {
  members.field("name", cell.name);
  members.field("media", cell.media);
  members.field("backend", cell.backend);
  members.field("backend_options", cell.backend_options);
  members.field("path", cell.path);
  members.field("workload", cell.workload);
  members.field("parameters", cell.parameters);
  members.field("threads", cell.threads);
  members.field("placement", cell.placement);
  members.field("timing", cell.timing);
  members.field("latency_mode", cell.latency_mode);
  members.field("durable", cell.durable);
  members.field("seed", cell.seed);
  members.field("skip_reason", cell.skip_reason);
  members.added("arrival", cell.arrival);
  members.unless_empty("rate", cell.rate);
  members.unless_empty("slots_ns", cell.slots_ns);
}

template <typename T, typename V>
requires IsOf<T, OpenRequest>
void describe(T& open, V&& members) {
  members.field("version", open.version);
  members.field("media", open.media);
  members.field("backend", open.backend);
  members.field("backend_options", open.backend_options);
  members.field("node", open.node);
  members.field("destroy", open.destroy);
  members.field("plugin_files", open.plugins.files);
  members.field("plugin_folders", open.plugins.folders);
  members.field("without_cpu", open.without_cpu);
  members.unless_empty("probe_media", open.probe_media);
  members.unless_empty("probe_destroy", open.probe_destroy);
  members.unless_empty("identity", open.identity);
  members.unless_empty("probe_identity", open.probe_identity);
  members.unless_empty("found_empty", open.found_empty);
  members.unless_empty("probe_found_empty", open.probe_found_empty);
  members.unless_empty("used_bytes", open.used_bytes);
  members.unless_empty("joint", open.joint);
  members.unless_empty("held", open.held);
}

template <typename T, typename V>
requires IsOf<T, OpenedReply>
void describe(T& opened, V&& members) {
  members.field("version", opened.version);
  members.field("medium", opened.medium);
  members.field("timer", opened.timer);
  members.field("ceiling_bytes_per_s", opened.ceiling_bytes_per_s);
  members.unless_empty("unnamed", opened.unnamed);
  members.unless_empty("probe_unnamed", opened.probe_unnamed);
  members.unless_empty("software", opened.software);
}

template <typename T, typename V>
requires IsOf<T, CellRequest>
void describe(T& request, V&& members) {
  members.field("cell", request.cell);
  members.field("slice_ns", request.slice_ns);
  members.field("operations", request.operations);
  members.unless_empty("plant", request.slowdown);
  members.unless_empty("load_maximum", request.load_maximum);
  members.unless_empty("kernel", request.kernel);
}

template <typename T, typename V>
requires IsOf<T, HelloReply>
void describe(T& hello, V&& members) {
  members.field("version", hello.protocol);
  members.field("pmembench", hello.version);
}

template <typename T, typename V>
requires IsOf<T, Versioned>
void describe(T& versioned, V&& members) { members.field("version", versioned.version); }

template <typename T, typename V>
requires IsOf<T, ReadyReply>
void describe(T& ready, V&& members) {
  members.field("operations", ready.operations);
  members.unless_empty("kernel", ready.kernel);
}

template <typename T, typename V>
requires IsOf<T, SliceReply>
void describe(T& slice, V&& members) {
  members.field("ns_per_operation", slice.ns_per_operation);
  members.field("operations", slice.operations);
  members.field("bytes", slice.bytes);
  members.field("overlap", slice.overlap);
  members.field("involuntary_switches", slice.involuntary_switches);
  members.field("faults", slice.faults);
  members.unless_empty("major_faults", slice.major_faults);
  members.unless_empty("load_bytes_per_s", slice.load_bytes_per_s);
  members.unless_empty("backlog_ns", slice.backlog_ns);
  members.unless_empty("core_probes_ns", slice.core_probes_ns);
  members.unless_empty("begun_ns", slice.begun_ns);
  members.unless_empty("ended_ns", slice.ended_ns);
}

template <typename T, typename V>
requires IsOf<T, CellDoneReply>
void describe(T& done, V&& members) {
  members.field("histogram", done.histogram);
  members.field("counters", done.counters);
  members.added("figures", done.figures);
  members.field("cpus", done.cpus);
  members.unless_empty("traced", done.traced);
  members.unless_empty("extra", done.extra);
}

template <typename T, typename V>
requires IsOf<T, CellExtra>
void describe(T& extra, V&& members) {
  members.unless_empty("kernel", extra.kernel);
  members.unless_empty("medium", extra.medium);
  members.unless_empty("loaded", extra.loaded);
  members.unless_empty("open_loop", extra.open_loop);
  members.unless_empty("slots", extra.slots);
}

json to_json(const Cell& cell) { return encode(cell); }

Result<Cell> cell_from_json(const json& message) {
  Cell cell;
  try {
    decode(message, cell);
  } catch (const json::exception& error) {
    return runtime_error("a cell in JSON is incomplete: {}", without_library(error.what()));
  }
  return cell;
}

json to_json(const OpenRequest& request) { return as_message("do", "open", request); }

Result<OpenRequest> open_request_from_json(const json& message) {
  // First: a request of another version may have other members.
  const auto opening = read_message<Versioned>(message, "do", "open");
  if (!opening) return opening.error();
  if (opening->version != kProtocolVersion) {
    return runtime_error(
        "the coordinator speaks worker protocol {}, this worker speaks {}: use binaries of the "
        "same protocol",
        opening->version, kProtocolVersion);
  }
  return read_message<OpenRequest>(message, "do", "open");
}

json to_json(const OpenedReply& reply) { return as_message("is", "opened", reply); }

Result<OpenedReply> opened_reply_from_json(const json& message) {
  return read_message<OpenedReply>(message, "is", "opened");
}

json to_json(const CellRequest& request) { return as_message("do", "cell", request); }

Result<CellRequest> cell_request_from_json(const json& message) {
  return read_message<CellRequest>(message, "do", "cell");
}

json to_json(const HelloReply& reply) { return as_message("is", "hello", reply); }

Result<HelloReply> hello_reply_from_json(const json& message) {
  return read_message<HelloReply>(message, "is", "hello");
}

json to_json(const ReadyReply& reply) { return as_message("is", "ready", reply); }

Result<ReadyReply> ready_reply_from_json(const json& message) {
  return read_message<ReadyReply>(message, "is", "ready");
}

json to_json(const SliceReply& reply) { return as_message("is", "slice", reply); }

Result<SliceReply> slice_reply_from_json(const json& message) {
  return read_message<SliceReply>(message, "is", "slice");
}

json to_json(const CellDoneReply& reply) { return as_message("is", "done", reply); }

Result<CellDoneReply> cell_done_reply_from_json(const json& message) {
  return read_message<CellDoneReply>(message, "is", "done");
}

json to_json(const Error& error) {
  json message{{"is", "failed"}, {"kind", "runtime"}, {"message", error.message}};
  for (const auto& [kind, text] : kErrorKinds) {
    if (error.kind == kind) message["kind"] = text;
  }
  return message;
}

}  // namespace pmembench
