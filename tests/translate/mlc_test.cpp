// Command lines of Intel MLC.
#include "parts.hpp"
#include "translate/mlc_request.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

std::string refused(const std::vector<std::string>& words) {
  const auto request = mlc_request(words);
  return request ? "" : request.error().message;
}

TEST(Mlc, reads_modes_and_options) {
  const auto request = mlc_request({"--loaded_latency", "-d0", "-W3", "-t", "5", "-b200m", "-Q"});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->mode, MlcMode::loaded_latency);
  EXPECT_EQ(request->delays, std::vector<std::string>{"0"});
  EXPECT_EQ(request->traffic.read_share, 75U);
  EXPECT_EQ(request->buffer, "200M");
  EXPECT_THAT(joined(request->missing), HasSubstr("'-Q'"));
  const Translation translation = mlc_translation(*request);
  const GroupDraft& group = translation.parts.front().groups.front();
  EXPECT_EQ(value_of(group, "workload"), "loaded");
  EXPECT_EQ(value_of(group, "read_share"), "75");
  EXPECT_EQ(value_of(group, "pause"), "0");
}

TEST(Mlc, has_the_delays_of_the_table_and_the_lines_of_the_peaks) {
  const auto loaded = mlc_request({"--loaded_latency"});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->delays.size(), 19U);
  const auto peaks = mlc_request({"--max_bandwidth"});
  ASSERT_TRUE(peaks);
  EXPECT_EQ(mlc_translation(*peaks).parts.front().groups.size(), mlc_peaks().size());
}

TEST(Mlc, refuses_modes_and_values_that_there_are_not) {
  EXPECT_THAT(refused({}), HasSubstr("needs a mode: one of --loaded_latency"));
  EXPECT_THAT(refused({"--nosuch"}), HasSubstr("no mode --nosuch"));
  EXPECT_THAT(refused({"--idle_latency", "--latency_matrix"}), HasSubstr("one mode"));
  EXPECT_THAT(refused({"--loaded_latency", "-W99"}), HasSubstr("-W99"));
  EXPECT_THAT(refused({"--loaded_latency", "-dx"}), HasSubstr("-dx"));
}

TEST(Mlc, hands_lines_between_every_two_cpus) {
  const std::string text = campaign_text(mlc_translation(*mlc_request({"--c2c_latency"})), "mlc");
  EXPECT_THAT(text, HasSubstr("workload: handover"));
  EXPECT_THAT(text, HasSubstr("placement: \"pair=each\""));
}

TEST(Mlc, scans_its_buffer_in_eighths) {
  const auto text = [](const std::vector<std::string>& words) {
    return campaign_text(mlc_translation(*mlc_request(words)), "mlc");
  };
  EXPECT_THAT(text({"--memory_bandwidth_scan"}), HasSubstr("media: \"dram:1G\""));
  EXPECT_THAT(text({"--memory_bandwidth_scan"}), HasSubstr("range_offset: \"0:+128M:896M\""));
  EXPECT_THAT(text({"--memory_bandwidth_scan", "-b64m"}), HasSubstr("range_offset: \"0:+8M:56M\""));
  EXPECT_THAT(text({"--memory_bandwidth_scan", "-b4k"}), HasSubstr("media: \"dram:16M\""))
      << "regions are whole huge pages";
}

TEST(Mlc, is_recognised_as_a_line_with_a_program_before_it) {
  translated("# how we ran it\n$ sudo ./mlc --latency_matrix\n", "mlc");
  translated("mlc --idle_latency -b2g", "mlc");
  EXPECT_EQ(recognise_input("mlc is a tool\n"), nullptr);
}

}  // namespace
}  // namespace pmembench
