#include "run/channel.hpp"

#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
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
