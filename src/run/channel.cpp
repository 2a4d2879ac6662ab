#include "run/channel.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/clock.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kLineLimit = std::size_t{64} << 20;
constexpr unsigned kDeepest = 64;  // no message of the protocol has more than 10 levels
constexpr std::uint64_t kTurn_ms = 1000;
constexpr std::uint64_t kMillisecond_ns = 1'000'000;

Error channel_error(int code, const char* what) {
  return {ErrorKind::runtime, fmt::format("worker protocol: {}", what), code};
}

// The parser and everything after it call themselves once a level.
bool is_nested_deeper_than(unsigned levels, std::string_view line) {
  unsigned depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > levels) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

Status Channel::send(const nlohmann::json& message) {
  const std::string line = json_text(message) + "\n";
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t wrote = ::write(out_.get(), line.data() + sent, line.size() - sent);
    if (wrote > 0) {
      sent += static_cast<std::size_t>(wrote);
    } else if (errno != EINTR) {
      return channel_error(EPIPE, "the other end is gone");
    }
  }
  return {};
}

Result<nlohmann::json> Channel::receive(std::uint64_t timeout_ms) {
  const MonotonicClock clock;
  std::uint64_t waited_ns = 0;
  std::size_t searched = 0;  // of buffer_: a long line is not looked through again and again
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) return take_line(end);
    searched = buffer_.size();
    if (buffer_.size() > kLineLimit) return channel_error(EPROTO, "a line above 64 MiB");
    const bool patient = timeout_ms == 0;
    if (!patient && waited_ns / kMillisecond_ns >= timeout_ms) {
      return channel_error(ETIMEDOUT, "no answer in time");
    }
    // All of the wait counts, however often a byte arrives; a part in which this process was
    // stopped counts as one turn.
    const std::uint64_t left_ms = patient ? kTurn_ms : timeout_ms - waited_ns / kMillisecond_ns;
    const std::uint64_t turn_ms = std::min(kTurn_ms, left_ms);
    const std::uint64_t before_ns = clock.now_ns();
    pollfd waiting{in_.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, patient ? -1 : static_cast<int>(turn_ms));
    if (ready < 0 && errno == EINTR) {
      return Error{ErrorKind::interrupted, "interrupted", EINTR};
    }
    if (ready < 0) return channel_error(errno, "waiting failed");
    waited_ns += ready == 0 ? turn_ms * kMillisecond_ns
                            : std::min(clock.now_ns() - before_ns, turn_ms * kMillisecond_ns);
    if (ready == 0) continue;
    std::array<char, 65536> part{};
    const ssize_t got = ::read(in_.get(), part.data(), part.size());
    if (got > 0) {
      buffer_.append(part.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      return channel_error(EPIPE, "the other end is gone");
    } else if (errno != EINTR && errno != EAGAIN) {
      return channel_error(EPIPE, "reading failed");
    }
  }
}

Result<nlohmann::json> Channel::take_line(std::size_t end) {
  const std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  if (is_nested_deeper_than(kDeepest, line)) {
    return channel_error(EPROTO, "a line that is nested too deeply");
  }
  nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
  if (message.is_discarded()) return channel_error(EPROTO, "a line that is not JSON");
  return message;
}

void Channel::close() {
  in_.reset();
  out_.reset();
}

}  // namespace pmembench
