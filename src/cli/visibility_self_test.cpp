#include "cli/visibility_self_test.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "visibility/mutants.hpp"
#include "visibility/private_lines.hpp"
#include "visibility/trial.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSelfTestMessages = 20'000;
constexpr std::uint64_t kSelfTestSeed = 20;

struct SelfTestLine {
  std::string program, fault;
  VisibilityCounts counts;
  bool must_be_wrong = false;
  [[nodiscard]] bool as_expected() const { return (counts.wrong() > 0) == must_be_wrong; }
};

VisibilityCounts run_program(StoreWay way, const WriterProgram& writer,
                             const ReaderProgram& reader) {
  const MessageLayout layout;
  std::vector<std::uint64_t> home(layout.size_bytes() / sizeof(std::uint64_t));
  PrivateLinesOptions options;
  options.seed = kSelfTestSeed;
  PrivateLines writer_host(home.data(), layout.size_bytes() / kLineBytes, options);
  ++options.seed;
  PrivateLines reader_host(home.data(), layout.size_bytes() / kLineBytes, options);
  return run_interleaved(writer_host, reader_host, way, writer, reader, layout, kSelfTestMessages,
                         kSelfTestSeed);
}

std::vector<SelfTestLine> all_lines() {
  const MessageLayout layout;
  std::vector<SelfTestLine> lines;
  for (const StoreWay way : kStoreWays) {
    const bool alone = way == StoreWay::none;
    lines.push_back(
        {fmt::format("{} with clflush", name_of(way)), alone ? "nothing is written back" : "",
         run_program(way, writer_program(way, layout), {LoadWay::clflush, LoadWay::clflush}),
         alone});
  }
  for (const VisibilityMutant& mutant : visibility_mutants()) {
    WriterProgram writer = writer_program(mutant.way, layout);
    ReaderProgram reader{LoadWay::clflush, LoadWay::clflush};
    mutant.change(writer, reader);
    lines.push_back({std::string(mutant.name), std::string(mutant.fault),
                     run_program(mutant.way, writer, reader), true});
  }
  return lines;
}

}  // namespace

Result<int> run_self_test(bool as_json) {
  TextTable table({{"program"},
                   {"fault"},
                   {"stale", Align::right},
                   {"torn", Align::right},
                   {"reordered", Align::right},
                   {"verdict"}});
  json document{{"schema", "pmembench-visibility-self-test"},
                {"messages", kSelfTestMessages},
                {"programs", json::array()}};
  bool all = true;
  for (const SelfTestLine& line : all_lines()) {
    all = all && line.as_expected();
    const char* const verdict = !line.as_expected()  ? "MISSED"
                                : line.must_be_wrong ? "caught"
                                                     : "never wrong";
    table.add({line.program, line.fault, std::to_string(line.counts.stale),
               std::to_string(line.counts.torn), std::to_string(line.counts.reordered), verdict});
    document["programs"].push_back({{"program", line.program},
                                    {"fault", line.fault},
                                    {"stale", line.counts.stale},
                                    {"torn", line.counts.torn},
                                    {"reordered", line.counts.reordered},
                                    {"must_be_wrong", line.must_be_wrong},
                                    {"as_expected", line.as_expected()}});
  }
  as_json ? print_json(document, 2)
          : print_text(table.text() + fmt::format("\n{} messages of each program, in a model of "
                                                  "hosts with private lines.\n",
                                                  kSelfTestMessages));
  return all ? kStatusDone : kStatusFound;
}

}  // namespace pmembench
