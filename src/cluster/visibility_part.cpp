#include "cluster/visibility_part.hpp"

#include <sched.h>

#include <nlohmann/json.hpp>

#include "visibility/shared_area.hpp"
#include "visibility/verdict.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// The number of a message, by the network: what was stored before it was sent is ordered before
// what is loaded after it came.
class LinkSignal final : public TrialSignal {
 public:
  LinkSignal(ClusterLink& link, unsigned peer, std::uint64_t limit_ms)
      : link_(link), peer_(peer), limit_ms_(limit_ms) {}

  Status post(std::uint64_t message) override {
    return link_.send_word(peer_, static_cast<std::int64_t>(message), limit_ms_);
  }
  Result<bool> posted(std::uint64_t message) override {
    if (last_ >= message) return true;
    const auto word = link_.poll_word(peer_);
    if (!word) return word.error();
    if (*word) last_ = static_cast<std::uint64_t>(**word);
    if (++unanswered_ > kLooksWithinLimit) return await(message) ? Result<bool>(true) : gone();
    if (*word) unanswered_ = 0;
    return last_ >= message;
  }
  void rest() override { sched_yield(); }
  Status await(std::uint64_t message) override {
    while (last_ < message) {
      const auto word = link_.receive_word(peer_, limit_ms_);
      if (!word) return word.error();
      last_ = static_cast<std::uint64_t>(*word);
    }
    unanswered_ = 0;
    return {};
  }

 private:
  // After this number of looks without an answer: from now on the limit of a wait is kept.
  static constexpr std::uint64_t kLooksWithinLimit = 1'000'000;
  [[nodiscard]] Error gone() const {
    Error error = runtime_error("rank {} ended in the middle of a message", peer_);
    error.code = ETIMEDOUT;
    return error;
  }
  ClusterLink& link_;
  unsigned peer_;
  std::uint64_t limit_ms_;
  std::uint64_t last_ = 0, unanswered_ = 0;
};

}  // namespace

Result<json> visibility_part(ClusterLink& link, const json& command, const Clock& clock,
                             const std::atomic<bool>& interrupted) {
  (void)interrupted;  // the link's waits end by it
  const auto writer = command.at("writer").get<unsigned>();
  const auto reader = command.at("reader").get<unsigned>();
  if (link.rank() != writer && link.rank() != reader) return json::object();
  const MessageLayout layout{command.at("payload_lines").get<unsigned>()};
  const auto area = SharedArea::open(command.at("media").get<std::string>(), layout.size_bytes(),
                                     command.at("destroy").get<bool>(), true);
  if (!area) return area.error();
  const auto plugin = command.at("plugin").get<std::string>();
  auto memory = plugin.empty()
                    ? Result<std::unique_ptr<HostMemory>>(mapped_host_memory(area->address()))
                    : plugin_host_memory(plugin, command.at("plugin_options").get<std::string>(),
                                         area->address(), layout.size_bytes(), link.rank());
  if (!memory) return memory.error();
  const auto store = static_cast<StoreWay>(command.at("store").get<std::uint32_t>());
  const auto load = static_cast<LoadWay>(command.at("load").get<std::uint32_t>());
  const auto tries = command.at("tries").get<std::uint64_t>();
  const ReadClock read_clock = [&clock] { return clock.now_ns(); };
  LinkSignal signal(link, link.rank() == writer ? reader : writer,
                    command.at("limit_ms").get<std::uint64_t>());
  if (link.rank() == writer) {
    const auto side = run_writer(**memory, store, writer_program(store, layout), layout, tries,
                                 signal, read_clock);
    return side ? Result<json>(to_json(*side)) : side.error();
  }
  const auto side = run_reader(**memory, {load, load}, layout, tries, signal, read_clock);
  return side ? Result<json>(to_json(*side)) : side.error();
}

}  // namespace pmembench
