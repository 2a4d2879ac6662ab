#include "run/channel.hpp"

#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

namespace pmembench {
namespace {

struct Ends {
  Channel channel;
  UniqueFd to_channel;
  UniqueFd from_channel;
};

Ends make_ends() {
  std::array<int, 2> in{}, out{};
  EXPECT_EQ(pipe(in.data()), 0);
  EXPECT_EQ(pipe(out.data()), 0);
  std::signal(SIGPIPE, SIG_IGN);
  return {Channel(UniqueFd(in[0]), UniqueFd(out[1])), UniqueFd(in[1]), UniqueFd(out[0])};
}

void put(const UniqueFd& fd, const std::string& text) {
  ASSERT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(Channel, reads_lines_that_arrive_in_pieces_and_together) {
  Ends ends = make_ends();
  put(ends.to_channel, "{\"a\":1}\n{\"b\"");
  EXPECT_EQ((*ends.channel.receive())["a"], 1);
  put(ends.to_channel, ":2}\n");
  EXPECT_EQ((*ends.channel.receive())["b"], 2);
}

TEST(Channel, says_when_the_other_end_is_gone) {
  Ends ends = make_ends();
  ends.to_channel.reset();
  EXPECT_EQ(ends.channel.receive().error().code, EPIPE);
  ends.from_channel.reset();
  EXPECT_EQ(ends.channel.send({{"do", "quit"}}).error().code, EPIPE);
}

TEST(Channel, refuses_a_line_that_is_not_json_and_goes_on) {
  Ends ends = make_ends();
  put(ends.to_channel, "hello\n{\"a\":1}\n");
  EXPECT_EQ(ends.channel.receive().error().code, EPROTO);
  EXPECT_TRUE(ends.channel.receive());
}

TEST(Channel, gives_up_when_no_answer_comes_in_time) {
  Ends ends = make_ends();
  EXPECT_EQ(ends.channel.receive(1).error().code, ETIMEDOUT);
}

// Each byte comes before its poll times out, and the message still has one time-out.
TEST(Channel, gives_up_on_a_line_that_comes_byte_by_byte) {
  Ends ends = make_ends();
  std::atomic<bool> over{false};
  std::thread writer([&] {
    while (!over && write(ends.to_channel.get(), "[", 1) == 1) usleep(1000);
  });
  const auto message = ends.channel.receive(50);
  over = true;
  writer.join();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ETIMEDOUT);
}

TEST(Channel, refuses_a_line_that_is_nested_too_deeply) {
  Ends ends = make_ends();
  std::thread writer([&] {
    const std::string deep = std::string(500'000, '[') + "\n";
    for (std::size_t sent = 0; sent < deep.size();) {
      const ssize_t wrote = write(ends.to_channel.get(), deep.data() + sent, deep.size() - sent);
      if (wrote <= 0) return;
      sent += static_cast<std::size_t>(wrote);
    }
  });
  EXPECT_EQ(ends.channel.receive(60'000).error().code, EPROTO);
  writer.join();
  put(ends.to_channel, "{\"text\":\"" + std::string(1000, '[') + "\\\"[\"}\n");
  const auto message = ends.channel.receive(60'000);
  ASSERT_TRUE(message) << "brackets in a text are no levels";
}

TEST(Channel, says_that_a_signal_ended_the_wait_by_the_kind_of_the_error) {
  Ends ends = make_ends();
  struct sigaction ours {
  }, before{};
  ours.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGALRM, &ours, &before), 0);
  // Again and again: the first may come before the wait begins.
  const itimerval often{{0, 10'000}, {0, 10'000}}, never{};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  const auto message = ends.channel.receive(60'000);
  EXPECT_EQ(setitimer(ITIMER_REAL, &never, nullptr), 0);
  EXPECT_EQ(sigaction(SIGALRM, &before, nullptr), 0);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().kind, ErrorKind::interrupted);
}

TEST(Channel, carries_a_message_larger_than_a_pipe) {
  Ends ends = make_ends();
  const std::string large(1 << 20, 'x');
  std::thread writer([&] {
    const std::string line = nlohmann::json{{"text", large}}.dump() + "\n";
    for (std::size_t sent = 0; sent < line.size();) {
      const ssize_t wrote = write(ends.to_channel.get(), line.data() + sent, line.size() - sent);
      if (wrote <= 0) return;
      sent += static_cast<std::size_t>(wrote);
    }
  });
  const auto message = ends.channel.receive();
  writer.join();
  ASSERT_TRUE(message);
  EXPECT_EQ((*message)["text"], large);
}

}  // namespace
}  // namespace pmembench
