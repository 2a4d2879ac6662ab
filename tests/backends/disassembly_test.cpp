// The kernels' machine code: each has the instruction that it is named after and none of the
// others, its loads are there, and nothing is called. Widths that this CPU lacks are covered too.
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <regex.h>

namespace pmembench {
namespace {

const std::string kLibrary = std::string(PMEMBENCH_BINARY_DIR) + "/libpmb_backends.a";
const std::string kWorkloads = std::string(PMEMBENCH_BINARY_DIR) + "/libpmb_workloads.a";

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 65536> part{};
  for (;;) {
    const std::size_t got = std::fread(part.data(), 1, part.size(), pipe.get());
    if (got == 0) return text;
    text.append(part.data(), got);
  }
}

using Code = std::vector<std::string>;  // instructions, without addresses

// Demangled name -> instructions.
std::map<std::string, Code> disassemble(const std::string& library) {
  std::map<std::string, Code> functions;
  Code* current = nullptr;
  const std::string text = output_of("objdump -dC --no-show-raw-insn '" + library + "'");
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end == std::string::npos ? text.size() : end + 1;
    const std::size_t open = line.find(" <");
    if (!line.empty() && line.back() == ':' && open != std::string::npos && line[0] == '0') {
      current = &functions[line.substr(open + 2, line.size() - open - 4)];
    } else if (current != nullptr && line.find(":\t") != std::string::npos) {
      current->push_back(line.substr(line.find(":\t") + 2));
    }
  }
  return functions;
}

// An extended POSIX expression with at most two groups.
class Pattern {
 public:
  explicit Pattern(const std::string& text) {
    EXPECT_EQ(::regcomp(&compiled_, text.c_str(), REG_EXTENDED), 0) << text;
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() { ::regfree(&compiled_); }
  [[nodiscard]] bool found_in(const std::string& text) const {
    return ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }
  // The groups of every match, joined.
  [[nodiscard]] std::set<std::string> groups(const std::string& text) const {
    std::set<std::string> all;
    std::array<regmatch_t, 3> match{};
    const char* at = text.c_str();
    while (::regexec(&compiled_, at, match.size(), match.data(), 0) == 0) {
      std::string joined;
      for (std::size_t group = 1; group < match.size(); ++group) {
        const regmatch_t& part = match.at(group);
        if (part.rm_so >= 0) joined.append(at + part.rm_so, at + part.rm_eo);
      }
      all.insert(joined);
      at += match[0].rm_eo;
    }
    return all;
  }

 private:
  regex_t compiled_{};
};

std::size_t count(const Code& code, const std::string& text) {
  const Pattern pattern(text);
  std::size_t found = 0;
  for (const std::string& line : code) found += pattern.found_in(line) ? 1 : 0;
  return found;
}

struct Width {
  const char* name;
  std::size_t bytes;
  const char* registers;
  const char* wider;  // must not appear
};
constexpr std::array<Width, 3> kWidths{{{"sse2", 16, "%xmm", "%[yz]mm"},
                                        {"avx2", 32, "%ymm", "%zmm"},
                                        {"avx512", 64, "%zmm", "%nothing"}}};
constexpr std::array<const char*, 4> kFlushes{"none", "clflush", "clflushopt", "clwb"};
constexpr const char* kAhead = ", (pmembench::Read)0";
constexpr const char* kPlain = ", (pmembench::Read)1";
constexpr const char* kString = ", (pmembench::Read)2";
constexpr const char* kAnyFlush = "^(clflush|clflushopt|clwb)\\b";

class Disassembly : public testing::Test {
 protected:
  void SetUp() override {
#ifndef __OPTIMIZE__
    GTEST_SKIP() << "not optimised: the code is not the one that is measured";
#endif
    if (!output_of("nm '" + kLibrary + "' | grep -E '__(asan|tsan|ubsan)_' | head -1").empty()) {
      GTEST_SKIP() << "sanitizers put calls into the kernels";
    }
    functions_ = disassemble(kLibrary);
    ASSERT_FALSE(functions_.empty()) << "objdump shows nothing of " << kLibrary;
  }

  // The loop for one kind of work; empty code where it is not there.
  // `rest`: of the work's template arguments, behind the shape.
  const Code& loop(const Width& width, bool table, const std::string& work, int shape,
                   const std::string& rest = "") {
    const std::string space = std::string("pmembench::") + width.name + "::(anonymous namespace)::";
    const std::string name = "long " + space + "for_each_range<" + (table ? "true" : "false") +
                             ", " + space + work + "(" + space + "Shape)" + std::to_string(shape) +
                             rest + "> >(unsigned char*, dax_iter*)";
    const auto found = functions_.find(name);
    EXPECT_NE(found, functions_.end()) << "no function " << name;
    return found == functions_.end() ? none_ : found->second;
  }
  static std::string to_device(int store, int flush, int fence) {
    return "ToDevice<(pmembench::Store)" + std::to_string(store) + ", (pmembench::Flush)" +
           std::to_string(flush) + ", (pmembench::Fence)" + std::to_string(fence) + ", ";
  }
  // Compilers may repeat a loop's body, so counts are compared as multiples of one body's.
  static void expect_bodies(const Code& code, const std::string& pattern, std::size_t in_one_body,
                            const std::string& where) {
    const std::size_t found = count(code, pattern);
    EXPECT_GT(found, 0U) << where << ": no " << pattern;
    EXPECT_EQ(found % in_one_body, 0U) << where << ": " << found << " of " << pattern;
  }
  static void expect_no(const Code& code, const std::string& pattern, const std::string& where) {
    EXPECT_EQ(count(code, pattern), 0U) << where << " has " << pattern;
  }

  std::map<std::string, Code> functions_;
  Code none_;
};

constexpr std::array<std::size_t, 3> kBodyBytes{64, 256, 64};  // by shape; the last is a loop

TEST_F(Disassembly, shows_every_load_of_a_read_in_the_widest_vectors) {
  for (const Width& width : kWidths) {
    for (const bool table : {false, true}) {
      for (int shape = 0; shape < 4; ++shape) {
        const std::string where =
            std::string(width.name) + " copy_to, shape " + std::to_string(shape);
        const Code& code = loop(width, table, "ToBuffer<", shape, shape == 2 ? kAhead : kPlain);
        const std::size_t vectors =
            shape == 3 ? 1 : kBodyBytes.at(static_cast<std::size_t>(shape)) / width.bytes;
        const std::string load =
            std::string("^v?mov[a-z0-9]+ +[^,]*\\([^)]*\\),") + width.registers;
        const std::string store =
            std::string("^v?mov[a-z0-9]+ +") + width.registers + "[0-9]+,.*\\(";
        expect_bodies(code, load, vectors, where);
        EXPECT_EQ(count(code, load), count(code, store)) << where;
        expect_no(code, width.wider, where);
        expect_no(code, "^(call|rep|sfence|v?movnt)", where);
        // Long ranges ask for the lines ahead, into the second-level cache, and short ones do not.
        EXPECT_EQ(count(code, "^prefetcht1 ") > 0, shape == 2) << where;
        EXPECT_EQ(count(code, "^prefetch"), count(code, "^prefetcht1 ")) << where;
        expect_no(code, kAnyFlush, where);
      }
    }
  }
}

TEST_F(Disassembly, shows_the_other_ways_to_read_a_long_range) {
  for (const Width& width : kWidths) {
    for (const bool table : {false, true}) {
      const std::string where = std::string(width.name) + " copy_to";
      const Code& plain = loop(width, table, "ToBuffer<", 2, kPlain);
      const std::string load = std::string("^v?mov[a-z0-9]+ +[^,]*\\([^)]*\\),") + width.registers;
      expect_bodies(plain, load, 64 / width.bytes, where);
      expect_no(plain, "^(prefetch|call|rep|sfence|v?movnt)", where);
      const Code& string = loop(width, table, "ToBuffer<", 2, kString);
      EXPECT_EQ(count(string, "^rep movsb"), 1U) << where;
      expect_no(string, load, where);
      expect_no(string, "^(prefetch|call|sfence|v?movnt)", where);
    }
  }
}

// `access: load` (workloads/line_load.cpp): 64 bytes of vectors a block, and no vector is stored.
TEST_F(Disassembly, shows_every_load_of_a_pure_load_and_no_store) {
  const std::map<std::string, Code> workloads = disassemble(kWorkloads);
  for (const Width& width : kWidths) {
    const auto found =
        workloads.find(std::string("pmembench::(anonymous namespace)::load_") + width.name +
                       "(unsigned char const*, dax_iter&, unsigned long)");
    ASSERT_NE(found, workloads.end()) << width.name;
    const Code& code = found->second;
    const std::string load =
        std::string("^v?(padd|mov)[a-z0-9]* +[^,]*\\([^)]*\\),") + width.registers;
    EXPECT_GE(count(code, load), 64 / width.bytes) << width.name;
    expect_no(code, "^v?mov[a-z0-9]+ +%[xyz]mm[0-9]+,.*\\(", width.name);
    expect_no(code, "^(call|rep|[lsm]fence|v?movnt|prefetch)", width.name);
    expect_no(code, width.wider, width.name);
  }
}

TEST_F(Disassembly, shows_the_non_temporal_load_and_no_other_of_an_nt_load) {
  const std::map<std::string, Code> workloads = disassemble(kWorkloads);
  const std::array<std::pair<const char*, std::size_t>, 3> kinds{
      {{"sse41", 4}, {"avx2", 2}, {"avx512", 1}}};
  for (const auto& [name, loads] : kinds) {
    const auto found =
        workloads.find(std::string("pmembench::(anonymous namespace)::load_nontemporal_") + name +
                       "(unsigned char const*, dax_iter&, unsigned long)");
    ASSERT_NE(found, workloads.end()) << name;
    EXPECT_GE(count(found->second, "^v?movntdqa .*\\(.*\\),%"), loads) << name;
    expect_no(found->second, "^v?(movdq[au]|movdqu64|movdqa64) +[^,]*\\([^)]*\\),%[xyz]mm", name);
    expect_no(found->second, "^(call|rep|[lsm]fence|prefetch)", name);
  }
}

TEST_F(Disassembly, stores_whole_lines_by_movdir64b_alone) {
  for (const char* name :
       {"direct_store_lines(unsigned char*, unsigned char const*, unsigned long)",
        "direct_zero_lines(unsigned char*, unsigned long)"}) {
    const Code& code = functions_[std::string("pmembench::(anonymous namespace)::") + name];
    EXPECT_GE(count(code, "^movdir64b"), 1U) << name;
    expect_no(code, "^(call|rep|v?movnt|clwb|clflush|[lsm]fence)", name);
    expect_no(code, "^v?mov[a-z0-9]+ +%[xyz]mm[0-9]+,.*\\(", name);
  }
}

TEST_F(Disassembly, shows_the_flush_of_its_name_and_no_other) {
  for (const Width& width : kWidths) {
    for (const bool table : {false, true}) {
      for (std::size_t flush = 0; flush < kFlushes.size(); ++flush) {
        for (int shape = 0; shape < 4; ++shape) {
          const std::string where = std::string(width.name) + " " + kFlushes.at(flush) +
                                    ", shape " + std::to_string(shape);
          const Code& code = loop(width, table, to_device(0, static_cast<int>(flush), 1), shape);
          EXPECT_GT(count(code, width.registers), 0U) << where;
          expect_no(code, width.wider, where);
          expect_no(code, "^(call|rep|prefetch|v?movnt)", where);
          expect_bodies(code, "^sfence", 1, where);
          for (std::size_t other = 1; other < kFlushes.size(); ++other) {
            const std::string instruction = std::string("^") + kFlushes.at(other) + "\\b";
            if (other != flush) {
              expect_no(code, instruction, where);
            } else {
              expect_bodies(code, instruction, shape == 1 ? 4 : 1, where);
            }
          }
        }
      }
    }
  }
}

TEST_F(Disassembly, shows_neither_flush_nor_fence_in_a_plain_cached_copy) {
  for (const Width& width : kWidths) {
    for (int shape = 0; shape < 4; ++shape) {
      const Code& code = loop(width, false, to_device(0, 0, 0), shape);
      EXPECT_GT(count(code, width.registers), 0U);
      expect_no(code, "^(call|rep|prefetch|sfence|v?movnt)", width.name);
      expect_no(code, kAnyFlush, width.name);
    }
  }
}

TEST_F(Disassembly, shows_movnt_for_all_whole_lines) {
  for (const Width& width : kWidths) {
    for (const int fence : {0, 1}) {
      for (int shape = 0; shape < 3; ++shape) {
        const std::string where =
            std::string(width.name) + " movnt, shape " + std::to_string(shape);
        const Code& code = loop(width, false, to_device(1, 0, fence), shape);
        const std::string stream = std::string("^v?movntdq +") + width.registers;
        expect_bodies(code, stream, kBodyBytes.at(static_cast<std::size_t>(shape)) / width.bytes,
                      where);
        expect_no(code, std::string("^v?mov[aud][a-z0-9]* +%[xyz]mm[0-9]+,.*\\("), where);
        expect_no(code, kAnyFlush, where);
        expect_no(code, width.wider, where);
        EXPECT_EQ(count(code, "^sfence") > 0, fence == 1) << where;
      }
    }
  }
}

TEST_F(Disassembly, shows_movnt_and_one_kind_of_flush_for_ranges_with_parts_of_lines) {
  for (const Width& width : kWidths) {
    for (std::size_t flush = 1; flush < kFlushes.size(); ++flush) {
      const Code& code = loop(width, false, to_device(1, static_cast<int>(flush), 0), 3);
      const std::string where = std::string(width.name) + " movnt with " + kFlushes.at(flush);
      EXPECT_GT(count(code, std::string("^v?movntdq +") + width.registers), 0U) << where;
      EXPECT_GT(count(code, std::string("^") + kFlushes.at(flush) + "\\b"), 0U) << where;
      EXPECT_EQ(count(code, kAnyFlush), count(code, std::string("^") + kFlushes.at(flush) + "\\b"))
          << where;
      expect_no(code, "^(call|rep|prefetch|sfence)", where);
    }
  }
}

TEST_F(Disassembly, shows_the_flush_of_its_name_in_the_flush_loops) {
  std::size_t seen = 0;
  for (const auto& [name, code] : functions_) {
    if (name.find("flush_each_range<") == std::string::npos) continue;
    for (std::size_t flush = 1; flush < kFlushes.size(); ++flush) {
      if (name.find("(pmembench::Flush)" + std::to_string(flush)) == std::string::npos) continue;
      ++seen;
      EXPECT_GT(count(code, std::string("^") + kFlushes.at(flush) + "\\b"), 0U) << name;
      EXPECT_EQ(count(code, kAnyFlush), count(code, std::string("^") + kFlushes.at(flush) + "\\b"));
      expect_no(code, "^(call|sfence)", name);
    }
  }
  EXPECT_EQ(seen, 12U);  // three instructions, with and without table, one line and any bytes
}

TEST_F(Disassembly, zeroes_past_the_cache_or_through_it) {
  for (const Width& width : kWidths) {
    for (const int store : {0, 1}) {
      const std::string name = std::string("void pmembench::") + width.name +
                               "::(anonymous namespace)::zero_each_line<(pmembench::Store)" +
                               std::to_string(store) + ">(unsigned char*, unsigned long)";
      ASSERT_TRUE(functions_.contains(name)) << name;
      const Code& code = functions_[name];
      EXPECT_EQ(count(code, "^v?movntdq") > 0, store == 1) << name;
      EXPECT_GT(count(code, std::string(width.registers) + "[0-9]+,.*\\("), 0U) << name;
      expect_no(code, "^(call|rep|jmp +[0-9a-f]+ <memset)", name);
    }
  }
}

// Which kernels each backend's file asks for: it reaches no other backend's.
TEST_F(Disassembly, each_backend_asks_for_its_own_kernels_alone) {
  const auto wanted = [](const std::string& member) {
    const std::string symbols =
        output_of("nm -uC '" + kLibrary + "' | sed -n '/^" + member + ".cpp.o:/,/^$/p'");
    std::set<std::string> kinds =
        Pattern("copy_from<\\(pmembench::Store\\)([0-9]), \\(pmembench::Flush\\)([0-9])")
            .groups(symbols);
    for (const std::string& flush :
         Pattern("flush_ranges<\\(pmembench::Flush\\)([0-9])").groups(symbols)) {
      kinds.insert("flush" + flush);
    }
    return kinds;
  };
  using Kinds = std::set<std::string>;  // store and flush, as enumerators
  EXPECT_EQ(wanted("eadr"), (Kinds{"00", "flush0"}));
  EXPECT_EQ(wanted("clflush"), (Kinds{"00", "01", "flush1"}));
  EXPECT_EQ(wanted("clflushopt"), (Kinds{"00", "02", "flush2"}));
  EXPECT_EQ(wanted("clwb"), (Kinds{"00", "03", "flush3"}));
  EXPECT_EQ(wanted("movnt"), (Kinds{"10", "11", "12", "13"}));
}

}  // namespace
}  // namespace pmembench
