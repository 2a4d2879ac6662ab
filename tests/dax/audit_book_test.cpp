// AuditBook: what a claim of durable rests on, and what does not count.
#include "dax/audit_book.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pmembench {
namespace {

constexpr auto kController = DAX_DOMAIN_MEMORY_CONTROLLER;

class AuditBooks : public testing::Test {
 protected:
  AuditBooks() {
    std::string name = (std::filesystem::temp_directory_path() / "audit-book-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    plugin_file_ = folder_ + "/pmembench-mine.so";
    std::ofstream(plugin_file_) << "code";
    table_.media = UINT64_C(1) << DAX_MEDIA_DRAM;
    plugin_.name = "mine";
    plugin_.origin = plugin_file_;
    plugin_.operations = &table_;
    host_.cpu_features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH | DAX_CPU_CLFLUSHOPT;
    host_.vector_bytes = 16;
  }
  ~AuditBooks() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] AuditBook book() const { return {folder_ + "/audits", {}}; }
  [[nodiscard]] AuditEntry entry(const char* domain = "memory_controller") const {
    return {{"mine", "", *audit_code(plugin_), "sse2+clflushopt", domain}, true, 85, 1};
  }
  [[nodiscard]] bool is_proved(dax_persistence_domain domain = kController,
                               const std::string& options = "") const {
    return !book().proof(plugin_, options, host_, domain).empty();
  }

  std::string folder_, plugin_file_;
  dax_operations table_{};
  BackendEntry plugin_;
  dax_host_info host_{};
};

TEST_F(AuditBooks, a_kept_audit_proves_the_claim_of_the_same_code_and_nothing_else) {
  EXPECT_FALSE(is_proved());
  ASSERT_TRUE(book().keep(entry()));
  EXPECT_TRUE(is_proved());
  EXPECT_FALSE(is_proved(kController, "engine=other"));
  host_.cpu_features |= DAX_CPU_CLWB;
  EXPECT_FALSE(is_proved()) << "another CPU runs other instructions";
  host_.cpu_features ^= DAX_CPU_CLWB;
  EXPECT_TRUE(is_proved());
  std::ofstream(plugin_file_) << "codf";
  EXPECT_FALSE(is_proved()) << "another object of the same name";
}

TEST_F(AuditBooks, an_audit_that_failed_takes_the_one_before_away) {
  ASSERT_TRUE(book().keep(entry()));
  AuditEntry failed = entry();
  failed.passed = false;
  ASSERT_TRUE(book().keep(failed));
  EXPECT_FALSE(is_proved());
}

TEST_F(AuditBooks, a_stricter_domain_does_unless_the_backend_chooses_by_the_medium) {
  ASSERT_TRUE(book().keep(entry("memory_controller")));
  EXPECT_TRUE(is_proved(DAX_DOMAIN_CPU_CACHE));
  table_.open = [](const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                   std::uint64_t) { return 0; };
  EXPECT_FALSE(is_proved(DAX_DOMAIN_CPU_CACHE));
  EXPECT_TRUE(is_proved(kController));
}

TEST_F(AuditBooks, a_weaker_domain_does_not) {
  ASSERT_TRUE(book().keep(entry("cpu_cache")));
  EXPECT_TRUE(is_proved(DAX_DOMAIN_CPU_CACHE));
  EXPECT_FALSE(is_proved(kController));
}

TEST_F(AuditBooks, a_file_that_is_not_the_audits_own_proves_nothing) {
  ASSERT_TRUE(book().keep(entry()));
  for (const auto& file : std::filesystem::directory_iterator(folder_ + "/audits")) {
    std::ofstream(file.path()) << "verdict passed\n";
  }
  EXPECT_FALSE(is_proved());
}

TEST_F(AuditBooks, what_is_built_in_needs_no_file_and_speaks_for_no_plugin) {
  const AuditBook book("", {{"mine", "", "", "sse2+clflushopt", "memory_controller"}});
  EXPECT_EQ(book.proof(plugin_, "", host_, kController), "");
  plugin_.origin = "built in";
  EXPECT_EQ(book.proof(plugin_, "", host_, kController), "the test suite");
  EXPECT_EQ(book.proof(plugin_, "engine=other", host_, kController), "");
}

TEST_F(AuditBooks, the_kernels_work_depends_on_no_cpu) {
  table_.capabilities = DAX_CAP_EMULATED;
  AuditEntry any = entry("page_cache");
  any.key.cpu = "any";
  ASSERT_TRUE(book().keep(any));
  EXPECT_TRUE(is_proved(DAX_DOMAIN_PAGE_CACHE));
}

TEST_F(AuditBooks, where_nothing_can_be_kept_the_error_names_the_variable) {
  const Status nowhere = AuditBook("", {}).keep(entry());
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("PMEMBENCH_AUDITS"), std::string::npos);
  const Status refused = AuditBook(plugin_file_ + "/audits", {}).keep(entry());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(plugin_file_), std::string::npos);
}

TEST_F(AuditBooks, the_command_makes_the_audit_that_is_missing) {
  EXPECT_EQ(
      audit_command(plugin_, "", host_, kController, "dax:/dev/dax0.0"),
      "pmembench audit " + plugin_file_ + " --cpu sse2+clflushopt --domain memory_controller");
  table_.media = UINT64_C(1) << DAX_MEDIA_DEVDAX;
  plugin_.origin = "built in";
  EXPECT_EQ(audit_command(plugin_, "a=b", host_, kController, "/dev/dax0.0"),
            "pmembench audit mine --cpu sse2+clflushopt --options 'a=b' --media /dev/dax0.0 "
            "--destroy");
}

}  // namespace
}  // namespace pmembench
