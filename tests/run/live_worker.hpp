// A worker served by a thread of the test program, over real pipes, with the real built-in
// backends.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "backends/builtin_backends.h"
#include "platform/topology.hpp"
#include "run/channel.hpp"
#include "run/protocol.hpp"
#include "run/worker.hpp"

namespace pmembench {

class LiveWorker {
 public:
  LiveWorker() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> request{}, answer{};
    EXPECT_EQ(pipe(request.data()), 0);
    EXPECT_EQ(pipe(answer.data()), 0);
    channel_.emplace(UniqueFd(answer[0]), UniqueFd(request[1]));
    std::size_t count = 0;
    const dax_operations* const* tables = pmembench_builtin_backends(&count);
    thread_ = std::thread([this, tables, count, in = request[0], out = answer[1]] {
      status_ = serve_worker(UniqueFd(in), UniqueFd(out), {tables, count});
    });
  }
  LiveWorker(const LiveWorker&) = delete;
  LiveWorker& operator=(const LiveWorker&) = delete;
  ~LiveWorker() { stop(); }

  nlohmann::json ask(const nlohmann::json& message) {
    EXPECT_TRUE(channel_->send(message));
    auto answer = channel_->receive(120'000);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : nlohmann::json();
  }
  // Ends the requests; the exit status.
  int stop() {
    if (channel_) channel_->close();
    channel_.reset();
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  Result<OpenedReply> open(const std::string& media, const std::string& backend) {
    OpenRequest request;
    request.media = media;
    request.backend = backend;
    return opened_reply_from_json(ask(to_json(request)));
  }

 private:
  std::optional<Channel> channel_;
  std::thread thread_;
  int status_ = -1;
};

// As the process began: a session pins the thread that runs it, which then sees one CPU.
inline const std::vector<int>& cpus_at_start() {
  static const std::vector<int> cpus = read_topology("/").usable_cpus;
  return cpus;
}

// A cell for it, with the workload's defaults and some parameters changed.
inline Cell live_cell(const std::string& workload, const Parameters& changed, unsigned threads) {
  Cell cell;
  cell.name = "live";
  cell.path = "direct";
  cell.workload = workload;
  for (const ParameterSpec& spec : find_workload(workload)->parameters) {
    cell.parameters[spec.name] = spec.default_value;
  }
  for (const auto& [key, value] : changed) cell.parameters[key] = value;
  cell.threads = threads;
  const std::vector<int>& cpus = cpus_at_start();
  for (unsigned i = 0; i < threads; ++i) cell.placement.cpus.push_back(cpus.at(i));
  cell.seed = 5;
  return cell;
}

}  // namespace pmembench
