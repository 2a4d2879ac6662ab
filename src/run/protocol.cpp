#include "run/protocol.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

const char* kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::environment:
      return "environment";
    case ErrorKind::runtime:
      break;
  }
  return "runtime";
}

ErrorKind kind_of(const std::string& name) {
  if (name == "usage") return ErrorKind::usage;
  return name == "environment" ? ErrorKind::environment : ErrorKind::runtime;
}

// Runs a reader over a message of the given type; the JSON library's exceptions end here.
template <typename T, typename Reader>
Result<T> read_message(const json& message, const char* key, const char* wanted, Reader&& reader) {
  try {
    if (message.is_object() && message.value("is", "") == "failed") {
      return Error{kind_of(message.value("kind", "runtime")), message.value("message", "unknown"),
                   0};
    }
    if (!message.is_object() || message.value(key, "") != wanted) {
      return runtime_error("worker protocol: expected '{}', got: {}", wanted, message.dump());
    }
    return reader(message);
  } catch (const json::exception& error) {
    return runtime_error("worker protocol: bad '{}' message: {}", wanted, error.what());
  }
}

json placement_json(const Placement& placement) {
  return {
      {"asked", placement.asked}, {"cpus", placement.cpus}, {"memory_node", placement.memory_node}};
}

json timer_json(const TimerFacts& timer) {
  return {{"ns_per_tick", timer.ns_per_tick},
          {"step_ns", timer.step_ns},
          {"floor_issue_ns", timer.floor_issue_ns},
          {"floor_durable_ns", timer.floor_durable_ns},
          {"invariant", timer.invariant}};
}

TimerFacts timer_from_json(const json& message) {
  TimerFacts timer;
  message.at("ns_per_tick").get_to(timer.ns_per_tick);
  message.at("step_ns").get_to(timer.step_ns);
  message.at("floor_issue_ns").get_to(timer.floor_issue_ns);
  message.at("floor_durable_ns").get_to(timer.floor_durable_ns);
  message.at("invariant").get_to(timer.invariant);
  return timer;
}

Cell cell_of(const json& message) {
  Cell cell;
  message.at("name").get_to(cell.name);
  message.at("media").get_to(cell.media);
  message.at("backend").get_to(cell.backend);
  message.at("backend_options").get_to(cell.backend_options);
  message.at("path").get_to(cell.path);
  message.at("workload").get_to(cell.workload);
  message.at("parameters").get_to(cell.parameters);
  message.at("threads").get_to(cell.threads);
  const json& placement = message.at("placement");
  placement.at("asked").get_to(cell.placement.asked);
  placement.at("cpus").get_to(cell.placement.cpus);
  placement.at("memory_node").get_to(cell.placement.memory_node);
  cell.timing = message.at("timing") == "operation" ? Timing::operation : Timing::slice;
  message.at("latency_mode").get_to(cell.latency_mode);
  message.at("durable").get_to(cell.durable);
  message.at("seed").get_to(cell.seed);
  message.at("skip_reason").get_to(cell.skip_reason);
  cell.arrival = message.value("arrival", cell.arrival);
  cell.rate = message.value("rate", cell.rate);
  cell.slots_ns = message.value("slots_ns", cell.slots_ns);
  return cell;
}

}  // namespace

json to_json(const Cell& cell) {
  json message = {{"name", cell.name},
                  {"media", cell.media},
                  {"backend", cell.backend},
                  {"backend_options", cell.backend_options},
                  {"path", cell.path},
                  {"workload", cell.workload},
                  {"parameters", cell.parameters},
                  {"threads", cell.threads},
                  {"placement", placement_json(cell.placement)},
                  {"timing", cell.timing == Timing::operation ? "operation" : "slice"},
                  {"latency_mode", cell.latency_mode},
                  {"durable", cell.durable},
                  {"seed", cell.seed},
                  {"skip_reason", cell.skip_reason}};
  // Not to a worker that does not know them, unless the cell is such a one.
  if (cell.arrival != "closed") {
    message["arrival"] = cell.arrival;
    message["rate"] = cell.rate;
  }
  if (cell.slots_ns != 0) message["slots_ns"] = cell.slots_ns;
  return message;
}

Result<Cell> cell_from_json(const json& message) {
  try {
    return cell_of(message);
  } catch (const json::exception& error) {
    return runtime_error("a cell in JSON is incomplete: {}", error.what());
  }
}

json to_json(const OpenRequest& request) {
  json message = {{"do", "open"},
                  {"version", kProtocolVersion},
                  {"media", request.media},
                  {"backend", request.backend},
                  {"backend_options", request.backend_options},
                  {"node", request.node},
                  {"destroy", request.destroy},
                  {"plugin_files", request.plugins.files},
                  {"plugin_folders", request.plugins.folders},
                  {"without_cpu", request.without_cpu}};
  if (request.probe_media.empty()) return message;
  message["probe_media"] = request.probe_media;
  message["probe_destroy"] = request.probe_destroy;
  return message;
}

Result<OpenRequest> open_request_from_json(const json& message) {
  return read_message<OpenRequest>(
      message, "do", "open", [](const json& open) -> Result<OpenRequest> {
        const int version = open.at("version").get<int>();
        if (version != kProtocolVersion) {
          return runtime_error(
              "the coordinator speaks worker protocol {}, this worker speaks {}: use binaries of "
              "the same protocol",
              version, kProtocolVersion);
        }
        OpenRequest request;
        open.at("media").get_to(request.media);
        open.at("backend").get_to(request.backend);
        open.at("backend_options").get_to(request.backend_options);
        open.at("node").get_to(request.node);
        open.at("destroy").get_to(request.destroy);
        open.at("plugin_files").get_to(request.plugins.files);
        open.at("plugin_folders").get_to(request.plugins.folders);
        open.at("without_cpu").get_to(request.without_cpu);
        request.probe_media = open.value("probe_media", "");
        request.probe_destroy = open.value("probe_destroy", false);
        return request;
      });
}

json to_json(const OpenedReply& reply) {
  return {{"is", "opened"},
          {"version", kProtocolVersion},
          {"medium", reply.medium},
          {"timer", timer_json(reply.timer)},
          {"ceiling_bytes_per_s", reply.ceiling_bytes_per_s}};
}

Result<OpenedReply> opened_reply_from_json(const json& message) {
  return read_message<OpenedReply>(
      message, "is", "opened", [](const json& opened) -> Result<OpenedReply> {
        OpenedReply reply;
        reply.medium = opened.at("medium");
        reply.timer = timer_from_json(opened.at("timer"));
        opened.at("ceiling_bytes_per_s").get_to(reply.ceiling_bytes_per_s);
        return reply;
      });
}

json to_json(const CellRequest& request) {
  json message = {{"do", "cell"},
                  {"cell", to_json(request.cell)},
                  {"slice_ns", request.slice_ns},
                  {"operations", request.operations}};
  if (request.plant) message["plant"] = *request.plant;
  if (request.load_maximum) message["load_maximum"] = *request.load_maximum;
  return message;
}

Result<CellRequest> cell_request_from_json(const json& message) {
  return read_message<CellRequest>(
      message, "do", "cell", [](const json& asked) -> Result<CellRequest> {
        CellRequest request;
        request.cell = cell_of(asked.at("cell"));
        asked.at("slice_ns").get_to(request.slice_ns);
        asked.at("operations").get_to(request.operations);
        if (asked.contains("plant")) {
          request.plant = asked.at("plant").get<double>();
        }
        if (asked.contains("load_maximum")) {
          request.load_maximum = asked.at("load_maximum").get<double>();
        }
        return request;
      });
}

json to_json(const HelloReply& reply) {
  return {{"is", "hello"}, {"version", reply.protocol}, {"pmembench", reply.version}};
}

Result<HelloReply> hello_reply_from_json(const json& message) {
  return read_message<HelloReply>(message, "is", "hello",
                                  [](const json& hello) -> Result<HelloReply> {
                                    HelloReply reply;
                                    hello.at("version").get_to(reply.protocol);
                                    hello.at("pmembench").get_to(reply.version);
                                    return reply;
                                  });
}

Result<std::uint64_t> ready_reply_from_json(const json& message) {
  return read_message<std::uint64_t>(message, "is", "ready",
                                     [](const json& ready) -> Result<std::uint64_t> {
                                       return ready.at("operations").get<std::uint64_t>();
                                     });
}

json to_json(const SliceReply& reply) {
  json message = {{"is", "slice"},
                  {"ns_per_operation", reply.ns_per_operation},
                  {"operations", reply.operations},
                  {"bytes", reply.bytes},
                  {"overlap", reply.overlap},
                  {"involuntary_switches", reply.involuntary_switches},
                  {"faults", reply.faults}};
  if (reply.load_bytes_per_s) message["load_bytes_per_s"] = *reply.load_bytes_per_s;
  if (reply.backlog_ns) message["backlog_ns"] = *reply.backlog_ns;
  if (!reply.core_probes_ns.empty()) message["core_probes_ns"] = reply.core_probes_ns;
  return message;
}

Result<SliceReply> slice_reply_from_json(const json& message) {
  return read_message<SliceReply>(
      message, "is", "slice", [](const json& slice) -> Result<SliceReply> {
        SliceReply reply;
        slice.at("ns_per_operation").get_to(reply.ns_per_operation);
        slice.at("operations").get_to(reply.operations);
        slice.at("bytes").get_to(reply.bytes);
        slice.at("overlap").get_to(reply.overlap);
        slice.at("involuntary_switches").get_to(reply.involuntary_switches);
        slice.at("faults").get_to(reply.faults);
        if (slice.contains("load_bytes_per_s")) {
          reply.load_bytes_per_s = slice.at("load_bytes_per_s").get<double>();
        }
        if (slice.contains("backlog_ns")) {
          reply.backlog_ns = slice.at("backlog_ns").get<double>();
        }
        reply.core_probes_ns = slice.value("core_probes_ns", reply.core_probes_ns);
        return reply;
      });
}

json to_json(const CellDoneReply& reply) {
  json message = {{"is", "done"},
                  {"histogram", reply.histogram},
                  {"counters", reply.counters},
                  {"figures", reply.figures},
                  {"cpus", reply.cpus}};
  if (!reply.extra.is_null()) message["extra"] = reply.extra;
  return message;
}

Result<CellDoneReply> cell_done_reply_from_json(const json& message) {
  return read_message<CellDoneReply>(message, "is", "done",
                                     [](const json& done) -> Result<CellDoneReply> {
                                       CellDoneReply reply;
                                       done.at("histogram").get_to(reply.histogram);
                                       done.at("counters").get_to(reply.counters);
                                       reply.figures = done.value("figures", reply.figures);
                                       done.at("cpus").get_to(reply.cpus);
                                       if (done.contains("extra")) reply.extra = done["extra"];
                                       return reply;
                                     });
}

json to_json(const Error& error) {
  return {{"is", "failed"}, {"kind", kind_name(error.kind)}, {"message", error.message}};
}

}  // namespace pmembench
