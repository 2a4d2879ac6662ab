#include "audit/power_cuts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMostStepsOfWork = 20'000'000;  // of one operation

// An event that has bytes, and the operation that it belongs to.
struct Recorded {
  TraceEvent event;
  std::vector<std::byte> bytes;
  std::uint64_t operation = 0;
  bool returned = false;
};

class Recorder final : public TraceObserver {
 public:
  Recorder(Tracer& tracer, std::uint64_t size_bytes) : tracer_(tracer), image(size_bytes) {}

  void on_event(const TraceEvent& event) override {
    using Kind = TraceEvent::Kind;
    if (event.kind == Kind::begin) {
      // What was written before is as good as durable: no cut comes so early.
      if (events.empty()) tracer_.read_medium(0, image);
      operation_ = event.number;
    }
    const bool concerns = event.kind == Kind::store || event.kind == Kind::flush ||
                          event.kind == Kind::fence || event.kind == Kind::begin ||
                          event.kind == Kind::end;
    if (!concerns) return;
    Recorded& recorded = events.emplace_back();
    recorded.event = event;
    recorded.bytes.assign(event.bytes.begin(), event.bytes.end());
    recorded.event.bytes = {};
    recorded.operation = operation_;
    recorded.returned = event.kind == Kind::end;
  }

 private:
  Tracer& tracer_;
  std::uint64_t operation_ = 0;

 public:
  std::vector<std::byte> image;
  std::vector<Recorded> events;
};

// Which events the power goes behind: by turns a fence or the end of an operation, a flush, and
// any. Most events are stores of data, among which little is decided.
std::set<std::size_t> chosen_cuts(const std::vector<Recorded>& events, std::uint64_t cuts,
                                  Random& random) {
  using Kind = TraceEvent::Kind;
  std::array<std::vector<std::size_t>, 3> kinds;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Kind kind = events[i].event.kind;
    if (kind == Kind::fence || kind == Kind::end) kinds[0].push_back(i);
    if (kind == Kind::flush) kinds[1].push_back(i);
    kinds[2].push_back(i);
  }
  std::set<std::size_t> chosen;
  for (std::size_t turn = 0; chosen.size() < std::min<std::uint64_t>(cuts, events.size()); ++turn) {
    std::vector<std::size_t>& kind = kinds[turn % kinds.size()];
    if (kind.empty()) continue;
    const std::size_t at = random.below(kind.size());
    chosen.insert(kind[at]);
    kind[at] = kind.back();
    kind.pop_back();
  }
  return chosen;
}

void look_at_cuts(const Recorder& trace, CutSubject& subject, const PowerCutOptions& options,
                  PowerCutResult& result) {
  AuditModel model(result.domain, trace.image);
  Random random(mix_seed(options.seed));
  const std::set<std::size_t> cuts = chosen_cuts(trace.events, options.cuts, random);
  for (std::size_t i = 0; i < trace.events.size(); ++i) {
    const Recorded& recorded = trace.events[i];
    TraceEvent event = recorded.event;
    event.bytes = recorded.bytes;
    model.apply(event, [](const CostNote&) {});
    if (!cuts.contains(i)) continue;
    ++result.cuts;
    const bool clean = result.outcome.example.empty();
    const auto look = [&](std::span<const std::byte> image) {
      subject.look_at(image, recorded.operation, recorded.returned, result.outcome);
      return true;
    };
    if (!model.memory().for_each_image(options.images, look)) {
      for (std::uint64_t n = 0; n < options.images; ++n) look(model.memory().image(random));
    }
    if (clean && !result.outcome.example.empty()) {
      result.outcome.example =
          fmt::format("after event {} of {}, in operation {}: {}", i, trace.events.size(),
                      recorded.operation, result.outcome.example);
    }
  }
}

}  // namespace

PowerCutResult run_power_cuts(const ChildBody& body, CutSubject& subject,
                              const PowerCutOptions& options) {
  PowerCutResult result;
  const auto refuse = [&](std::string reason) {
    result.reason = std::move(reason);
    return result;
  };
  if (const Status available = audit_available(); !available) {
    return refuse(available.error().message);
  }
  Result<Tracee> tracee = Tracee::start(body);
  if (!tracee) return refuse(tracee.error().message);
  TraceLimits limits;
  limits.steps = kMostStepsOfWork;
  Tracer tracer(*std::move(tracee), limits);
  if (const Status started = tracer.start(); !started) return refuse(started.error().message);
  const ChildFacts& facts = tracer.facts();
  if ((facts.capabilities & DAX_CAP_NO_WORK) != 0) return refuse("it does no work by declaration");
  if (facts.address == 0) return refuse("it has no addresses: its stores are the kernel's");
  if (facts.size_bytes != subject.device_bytes()) {
    return refuse(fmt::format("its medium has {} bytes in a row and {} are needed",
                              facts.size_bytes, subject.device_bytes()));
  }
  result.domain = options.domain.value_or(audit_domain(facts));
  Recorder trace(tracer, facts.size_bytes);
  const auto fault = tracer.run({AuditCase{}}, &trace);
  if (fault) return refuse(fault->sentence);
  result.steps = tracer.steps();
  result.events = trace.events.size();
  tracer.end();
  look_at_cuts(trace, subject, options, result);
  result.outcome.holds = subject.holds(result.outcome);
  return result;
}

}  // namespace pmembench
