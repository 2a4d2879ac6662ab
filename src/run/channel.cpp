#include "run/channel.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

constexpr std::size_t kLineLimit = std::size_t{64} << 20;

Error channel_error(int code, const char* what) {
  return {ErrorKind::runtime, fmt::format("worker protocol: {}", what), code};
}

}  // namespace

Status Channel::send(const nlohmann::json& message) {
  const std::string line =
      message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
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
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      nlohmann::json message = nlohmann::json::parse(
          buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      buffer_.erase(0, end + 1);
      if (message.is_discarded()) return channel_error(EPROTO, "a line that is not JSON");
      return message;
    }
    if (buffer_.size() > kLineLimit) return channel_error(EPROTO, "a line above 64 MiB");
    pollfd waiting{in_.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, timeout_ms == 0 ? -1 : static_cast<int>(timeout_ms));
    if (ready == 0) return channel_error(ETIMEDOUT, "no answer in time");
    if (ready < 0 && errno == EINTR) {
      return Error{ErrorKind::interrupted, "interrupted", EINTR};
    }
    if (ready < 0) return channel_error(errno, "waiting failed");
    std::array<char, 16384> part{};
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

void Channel::close() {
  in_.reset();
  out_.reset();
}

}  // namespace pmembench
