// All importers: which file is whose, and files that were changed byte by byte: no crash, no hang,
// and no row of a file that is refused. PMEMBENCH_MUTATIONS: how many for each importer.
#include <chrono>
#include <cstdlib>

#include "base/random.hpp"
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

struct Sample {
  const char* importer;
  const std::string& text;
  const char* label;
};
const std::vector<Sample>& all_samples() {
  static const std::vector<Sample> kAll{{"fio", samples::kFio, "a.json"},
                                        {"gbench", samples::kGbench, "a.json"},
                                        {"mlc", samples::kMlcLoaded, "a.txt"},
                                        {"mlc", samples::kMlcMatrix, "a.txt"},
                                        {"pmdk", samples::kPmdk, "a.csv"},
                                        {"perf", samples::kPerf, "a.json"},
                                        {"hyperfine", samples::kHyperfine, "a.json"},
                                        {"mess", samples::kMess, "bwlat_100.txt"}};
  return kAll;
}

TEST(Importers, recognise_their_files_and_no_others) {
  for (const Sample& sample : all_samples()) {
    for (const Importer& importer : importers()) {
      const bool own = importer.name == std::string_view(sample.importer);
      EXPECT_EQ(importer.recognises({sample.text, sample.label}), own)
          << importer.name << " and a sample of " << sample.importer;
    }
    const ImportedFile file = import_text(sample.text, sample.label);
    EXPECT_EQ(file.format, sample.importer);
    for (const ImportedRow& each : file.rows) {
      EXPECT_EQ(each.row.claim, kImportedClaim);
      EXPECT_FALSE(each.row.source.empty());
    }
  }
}

TEST(Importers, refuse_an_unknown_file_and_an_unknown_format_with_the_list) {
  EXPECT_THAT(refusal_of("hello world\n"), HasSubstr("fio, gbench, mlc"));
  const auto wrong = import_bytes("hello\n", "f", "nosuch");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("\"nosuch\""));
  EXPECT_NE(find_importer("mess"), nullptr);
}

TEST(Importers, refuse_the_file_of_another_format) {
  for (const Sample& sample : all_samples()) {
    for (const Importer& importer : importers()) {
      if (importer.name == std::string_view(sample.importer)) continue;
      const auto file = import_bytes(sample.text, sample.label, importer.name);
      EXPECT_FALSE(file) << importer.name << " took a sample of " << sample.importer;
    }
  }
}

// One to four changes: a bit, a byte, a part taken out, doubled, or moved from another place.
std::string mutated(std::string text, Random& random) {
  const std::size_t changes = 1 + random.below(4);
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = 1 + random.below(std::min<std::size_t>(40, text.size() - at));
    switch (random.below(7)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
        break;
      case 1:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      case 4:
        text.insert(at, text.substr(random.below(text.size()), length));
        break;
      case 5:
        text.resize(at);
        break;
      default:
        constexpr const char* kTokens[] = {
            "-",    "NaN", "1e999",   "{",    "}",      "[",
            "]",    "\"",  "null",    "\n",   "\t",     "99999999999999999999",
            "true", "0",   "\\u0000", "\xFF", "-1e308", ","};
        text.insert(at, kTokens[random.below(std::size(kTokens))]);
    }
  }
  return text;
}

TEST(Importers, survive_mutated_files) {
  const char* asked = std::getenv("PMEMBENCH_MUTATIONS");
  const unsigned long count = asked == nullptr ? 2000 : std::strtoul(asked, nullptr, 10);
  double slowest_s = 0;
  std::size_t taken = 0, refused = 0;
  for (const Sample& sample : all_samples()) {
    Random random(7);
    for (unsigned long i = 0; i < count; ++i) {
      const std::string text = mutated(sample.text, random);
      const auto start = std::chrono::steady_clock::now();
      const auto file = import_bytes(text, sample.label, sample.importer);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      slowest_s = std::max(slowest_s, took.count());
      if (!file) {
        ++refused;
        ASSERT_EQ(file.error().kind, ErrorKind::usage) << text;
        ASSERT_THAT(file.error().message, HasSubstr(sample.label)) << text;
        continue;
      }
      ++taken;
      for (const ImportedRow& each : file->rows) {
        ASSERT_EQ(each.row.claim, kImportedClaim);
        for (const auto* value : {&each.row.ns_per_operation, &each.row.bytes_per_s}) {
          ASSERT_TRUE(!*value || ((*value)->estimate >= 0 && (*value)->estimate < 1e300)) << text;
        }
      }
    }
  }
  RecordProperty("taken", static_cast<int>(taken));
  RecordProperty("refused", static_cast<int>(refused));
  std::cout << taken << " taken, " << refused << " refused, slowest " << slowest_s << " s\n";
  EXPECT_GT(refused, 0U);
  EXPECT_LT(slowest_s, 60) << "a hang; on a loaded machine a slow second is none";
}

}  // namespace
}  // namespace pmembench
