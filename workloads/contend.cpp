// contend: all threads add to one word: what a contended line costs, and whether each gets its
// share.
#include <algorithm>
#include <atomic>

#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

class Contend final : public Workload {
 public:
  Contend(std::span<std::byte> line, bool compares, const ThreadPosition& position)
      : word_(*static_cast<std::uint64_t*>(static_cast<void*>(line.data()))),
        compares_(compares),
        first_(position.index == 0),
        threads_(position.count) {}

  Status prepare() override {
    if (first_) std::atomic_ref(word_).store(0);
    return {};
  }
  Work run(std::uint64_t operations) override {
    std::uint64_t ticket = 0, before = 0;
    for (std::uint64_t i = 0; i < operations; ++i) {
      ticket = compares_ ? compare_and_swap() : std::atomic_ref(word_).fetch_add(1);
      if (i == 0) before = ticket;
    }
    added_ += operations;
    if (operations > 1) {
      spans_ += static_cast<double>(ticket - before + 1);
      fair_spans_ += static_cast<double>(operations) * threads_;
    }
    return {operations, operations * sizeof word_};
  }
  std::string failure() const override { return {}; }
  // No addition was lost, as far as this thread can see: the others' are there too.
  Status verify() override {
    const std::uint64_t found = std::atomic_ref(word_).load();
    if (found >= added_ && (threads_ > 1 || found == added_)) return {};
    return runtime_error("{} additions were made by one thread and the word holds {}", added_,
                         found);
  }
  // Of the additions that all threads would have made meanwhile with equal shares, those that were
  // made: 1 is fair, 1 / threads means that each had the line to itself.
  std::map<std::string, double> figures() const override {
    if (fair_spans_ <= 0) return {};
    return {{"fairness_share", std::min(1.0, spans_ / fair_spans_)}};
  }

 private:
  std::uint64_t compare_and_swap() {
    std::atomic_ref<std::uint64_t> word(word_);
    std::uint64_t expected = word.load(std::memory_order_relaxed);
    while (!word.compare_exchange_weak(expected, expected + 1)) {
    }
    return expected;
  }

  std::uint64_t& word_;
  bool compares_, first_;
  unsigned threads_;
  std::uint64_t added_ = 0;
  double spans_ = 0, fair_spans_ = 0;
};

}  // namespace

WorkloadType contend_type() {
  WorkloadType type;
  type.name = "contend";
  type.summary = "all threads add to one word: the cost of a contended line, and its fairness";
  type.needs_mapping = true;
  type.parameters = {{"by",
                      ValueKind::choice,
                      "add",
                      {"add", "compare"},
                      "a locked addition, or compare-and-swap until it succeeds"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.check = [](const Parameters&, std::uint64_t, unsigned) { return Status(); };
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(std::make_unique<Contend>(
        path.mapping().first(DAX_LINE_BYTES), text_of(parameters, "by") == "compare", position));
  };
  return type;
}

}  // namespace pmembench
