#include "run/gate_arm.hpp"

#include "run/worker_process.hpp"

#include <cerrno>

namespace pmembench {
namespace {

constexpr std::uint64_t kGreetTimeout_ms = 60'000;

}  // namespace

std::string_view name_of(Arm arm) {
  switch (arm) {
    case Arm::base:
      return "base";
    case Arm::control:
      return "control";
    case Arm::head:
      break;
  }
  return "head";
}

Cell cell_of_arm(const GateArm& arm, const Cell& cell) {
  Cell own = cell;
  if (!arm.media.empty()) own.media = arm.media;
  const auto backend = arm.backends.find(cell.backend);
  if (backend != arm.backends.end()) own.backend = backend->second;
  return own;
}

Result<HelloReply> greet_arm(const GateArm& arm, Arm which) {
  const std::string& path = arm.workers.command.front();
  auto worker = WorkerProcess::start(arm.workers.command, arm.workers.environment);
  if (!worker) return worker.error();
  const auto answer = (*worker)->ask({{"do", "hello"}}, kGreetTimeout_ms);
  if (!answer) {
    if (answer.error().kind == ErrorKind::interrupted) return answer.error();
    // It may be a pmembench: it did not get to its answer.
    if ((*worker)->was_ended()) {
      return runtime_error("{} {} did not say what it is: {}", name_of(which), path,
                           answer.error().message);
    }
    return usage_error("{} {} cannot be driven as a pmembench: {}; name a pmembench binary",
                       name_of(which), path, answer.error().message);
  }
  if (answer->is_object() && answer->value("is", nlohmann::json()) == "failed")
    return HelloReply{0, ""};
  const auto hello = hello_reply_from_json(*answer);
  if (!hello) {
    return usage_error("{} {} cannot be driven as a pmembench: {}; name a pmembench binary",
                       name_of(which), path, hello.error().message);
  }
  if (hello->protocol != kProtocolVersion) {
    return usage_error(
        "{} {} (pmembench {}) speaks worker protocol {} and this pmembench speaks {}: run the "
        "gate with a pmembench that speaks as both sides do, or rebuild that side",
        name_of(which), path, hello->version, hello->protocol, kProtocolVersion);
  }
  return hello;
}

}  // namespace pmembench
