// Ranks as threads of one process, with links through queues: what MPI does, without it.
#pragma once

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "cluster/link.hpp"

namespace pmembench {

class ThreadLinks {
 public:
  explicit ThreadLinks(unsigned size) : size_(size) {}
  std::unique_ptr<ClusterLink> link(unsigned rank) { return std::make_unique<End>(*this, rank); }

 private:
  template <typename T>
  Status put(std::map<std::pair<unsigned, unsigned>, std::deque<T>>& queues, unsigned from,
             unsigned to, T value) {
    const std::lock_guard lock(mutex_);
    queues[{from, to}].push_back(std::move(value));
    changed_.notify_all();
    return {};
  }
  template <typename T>
  Result<T> take(std::map<std::pair<unsigned, unsigned>, std::deque<T>>& queues, unsigned from,
                 unsigned to, std::uint64_t limit_ms) {
    std::unique_lock lock(mutex_);
    std::deque<T>& queue = queues[{from, to}];
    if (!changed_.wait_for(lock, std::chrono::milliseconds(limit_ms),
                           [&] { return !queue.empty(); })) {
      Error late = runtime_error("rank {} did nothing for {} ms", from, limit_ms);
      late.code = ETIMEDOUT;
      return late;
    }
    T value = std::move(queue.front());
    queue.pop_front();
    return value;
  }

  class End final : public ClusterLink {
   public:
    End(ThreadLinks& all, unsigned rank) : all_(all), rank_(rank) {}
    [[nodiscard]] unsigned rank() const override { return rank_; }
    [[nodiscard]] unsigned size() const override { return all_.size_; }
    Status send(unsigned to, const std::string& text, std::uint64_t) override {
      return all_.put(all_.texts_, rank_, to, text);
    }
    Result<std::string> receive(unsigned from, std::uint64_t limit_ms) override {
      return all_.take(all_.texts_, from, rank_, limit_ms);
    }
    Status send_word(unsigned to, std::int64_t word, std::uint64_t) override {
      return all_.put(all_.words_, rank_, to, word);
    }
    Result<std::int64_t> receive_word(unsigned from, std::uint64_t limit_ms) override {
      return all_.take(all_.words_, from, rank_, limit_ms);
    }
    Result<std::optional<std::int64_t>> poll_word(unsigned from) override {
      const std::lock_guard lock(all_.mutex_);
      std::deque<std::int64_t>& queue = all_.words_[{from, rank_}];
      if (queue.empty()) return std::optional<std::int64_t>();
      const std::int64_t word = queue.front();
      queue.pop_front();
      return std::optional<std::int64_t>(word);
    }

   private:
    ThreadLinks& all_;
    unsigned rank_;
  };

  unsigned size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<unsigned, unsigned>, std::deque<std::string>> texts_;
  std::map<std::pair<unsigned, unsigned>, std::deque<std::int64_t>> words_;
};

}  // namespace pmembench
