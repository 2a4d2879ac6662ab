#include "run/open_worker.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dax/media_claim.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

// A worker in shell that answers everything well, except for what `faults` (case branches) does,
// and writes its requests to a file.
class OpenWorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    std::string pattern = std::filesystem::temp_directory_path() / "pmembench-worker-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    cell_.name = "cell";
    cell_.media = "file:" + medium();
    cell_.backend = "movnt";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string medium() const { return folder_ / "medium"; }
  [[nodiscard]] std::string log() const { return folder_ / "log"; }
  WorkerSettings settings(const std::string& faults = "", const std::string& created = "false") {
    WorkerSettings settings;
    settings.command = {
        "/bin/sh", "-c",
        "while read -r line; do printf '%s\\n' \"$line\" >> " + log() + "\ncase \"$line\" in\n" +
            faults + R"(
*'"do":"open"'*) echo '{"is":"opened","version":1,"medium":{"kind":"file","created":)" +
            created +
            R"(},"timer":{"ns_per_tick":0.4,"step_ns":10,"floor_issue_ns":20,"floor_durable_ns":90,"invariant":false},"ceiling_bytes_per_s":1e12}';;
*'"do":"cell"'*) echo '{"is":"ready","operations":1000}';;
*'"do":"slice"'*) echo '{"is":"slice","ns_per_operation":100,"operations":1000,"bytes":64000,"overlap":1,"involuntary_switches":0,"faults":0}';;
*'"do":"end"'*) echo '{"is":"done","histogram":[],"counters":{},"cpus":[0]}';;
*'"do":"quit"'*) exit 0;;
esac; done)"};
    return settings;
  }
  // Lines of the log with this text.
  [[nodiscard]] std::size_t lines(const std::string& text) const {
    std::ifstream file(log());
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) {
      if (line.find(text) != std::string::npos) ++count;
    }
    return count;
  }

  std::filesystem::path folder_;
  Cell cell_;
};

TEST_F(OpenWorkerTest, asks_for_the_device_of_its_cell) {
  Cell cell;
  cell.media = "dram:1M";
  cell.backend = "block";
  cell.backend_options = "engine=pread";
  cell.placement.memory_node = 1;
  const OpenRequest request = open_request_for(cell);
  EXPECT_EQ(request.media, "dram:1M");
  EXPECT_EQ(request.backend, "block");
  EXPECT_EQ(request.backend_options, "engine=pread");
  EXPECT_EQ(request.node, 1);
}

// A gate, a curve and a search compare processes that no row holds together.
TEST_F(OpenWorkerTest, notices_another_binary_or_size_from_one_process_to_the_next) {
  const auto opened = [](const std::string& software, const std::string& size_bytes) {
    return R"(*'"do":"open"'*) echo '{"is":"opened","version":1,"software":")" + software +
           R"(","medium":{"kind":"file","created":false,"size_bytes":)" + size_bytes +
           R"(},"timer":{"ns_per_tick":0.4,"step_ns":10,"floor_issue_ns":20,)" +
           R"("floor_durable_ns":90,"invariant":false},"ceiling_bytes_per_s":1e12}';;)";
  };
  const auto second = [&](const std::string& first, const std::string& later) {
    WorkerSettings all = settings(first);
    const WorkerSettings then = settings(later);
    // The same command twice: which answer is due stands in a file.
    all.command[2] = "if mkdir " + (folder_ / "begun").string() + " 2>/dev/null; then " +
                     all.command[2] + "; else " + then.command[2] + "; fi";
    std::filesystem::remove_all(folder_ / "begun");
    WorkerLauncher launcher(all);
    auto one = launcher.start(cell_);
    EXPECT_TRUE(one && (*one)->await_open());
    auto two = launcher.start(cell_);
    EXPECT_TRUE(two);
    const Status status = two ? (*two)->await_open() : Status();
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(second(opened("a", "4096"), opened("a", "4096")), "");
  EXPECT_NE(second(opened("a", "4096"), opened("b", "4096")).find("the software was a when"),
            std::string::npos);
  EXPECT_NE(second(opened("a", "8192"), opened("a", "4096")).find("had 8 KiB when this began"),
            std::string::npos);
}

TEST_F(OpenWorkerTest, goes_through_a_cell) {
  WorkerLauncher launcher(settings());
  const auto worker = open_worker(launcher, cell_);
  ASSERT_TRUE(worker) << worker.error().message;
  EXPECT_EQ((*worker)->opened().medium.kind, "file");
  EXPECT_EQ(*(*worker)->begin_cell({cell_, 500'000, 0}), 1000u);
  EXPECT_EQ((*worker)->take_slice(true)->ns_per_operation, 100);
  EXPECT_EQ((*worker)->end_cell()->cpus, std::vector<int>{0});
  EXPECT_TRUE((*worker)->alive());
}

TEST_F(OpenWorkerTest, switches_the_prefetchers_of_its_cell) {
  fakes::SysfsTree host;
  write_nvdimm_server(host);
  host.raw("dev/cpu/1/msr", std::string(0x1A4 + 8, '\0'));
  const auto off = [&] {
    std::ifstream file(host.root() + "/dev/cpu/1/msr");
    file.seekg(0x1A4);
    return file.get();
  };
  WorkerSettings on_host = settings();
  on_host.prefetchers = std::make_shared<PrefetchControl>(host.root());
  WorkerLauncher launcher(std::move(on_host));
  Cell with_off = cell_;
  with_off.parameters["prefetchers"] = "off";
  with_off.placement.cpus = {1};
  const auto worker = open_worker(launcher, with_off);
  ASSERT_TRUE(worker) << worker.error().message;
  EXPECT_TRUE((*worker)->begin_cell({with_off, 500'000, 0}));
  EXPECT_EQ(off(), 0xF);
  EXPECT_TRUE((*worker)->begin_cell({cell_, 500'000, 0}));
  EXPECT_EQ(off(), 0);
  with_off.placement.cpus = {2};
  EXPECT_FALSE((*worker)->begin_cell({with_off, 500'000, 0}));
}

TEST_F(OpenWorkerTest, gives_the_environment_to_the_process) {
  WorkerSettings with = settings(R"(*'"do":"end"'*) echo "saw $PMEMBENCH_OPEN_TEST" >> )" + log() +
                                 R"(; echo '{"is":"failed","message":"seen"}';;)");
  with.environment = {"PMEMBENCH_OPEN_TEST=indeed"};
  WorkerLauncher launcher(std::move(with));
  const auto worker = open_worker(launcher, cell_);
  ASSERT_TRUE(worker);
  const auto done = (*worker)->end_cell();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "seen");
  EXPECT_EQ(lines("saw indeed"), 1u);
}

// The first open makes sure that the medium is empty; what it holds afterwards is the run's own.
TEST_F(OpenWorkerTest, overwrites_an_empty_medium_from_the_second_open_on) {
  std::ofstream(medium()) << std::string(4096, '\0');
  WorkerLauncher launcher(settings());
  ASSERT_TRUE(open_worker(launcher, cell_));
  EXPECT_EQ(lines("\"found_empty\":true"), 0u);
  ASSERT_TRUE(open_worker(launcher, cell_));
  EXPECT_EQ(lines("\"found_empty\":true"), 1u);
  EXPECT_EQ(lines("\"destroy\":true"), 0u) << "never more than that";
}

TEST_F(OpenWorkerTest, knows_its_own_medium_by_another_name) {
  std::ofstream(medium()) << std::string(4096, '\0');
  std::filesystem::create_hard_link(medium(), folder_ / "other");
  WorkerLauncher launcher(settings());
  ASSERT_TRUE(open_worker(launcher, cell_));
  cell_.media = "linear:file:" + (folder_ / "other").string() + "+dram:1M";
  ASSERT_TRUE(open_worker(launcher, cell_));
  EXPECT_EQ(lines("\"found_empty\":true"), 1u);
  std::ofstream(folder_ / "third") << std::string(4096, '\0');
  cell_.media += "+file:" + (folder_ / "third").string();
  ASSERT_TRUE(open_worker(launcher, cell_));
  EXPECT_EQ(lines("\"found_empty\":true"), 1u) << "one part of it was not opened before";
}

TEST_F(OpenWorkerTest, waits_no_longer_for_a_medium_than_is_allowed) {
  WorkerLauncher launcher(settings(R"(*'"do":"open"'*) exec sleep 60;;)"));
  const auto worker = launcher.start(cell_);
  ASSERT_TRUE(worker);
  const Status opened = (*worker)->await_open_within(50);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ETIMEDOUT);
  EXPECT_FALSE((*worker)->alive());
}

TEST_F(OpenWorkerTest, asks_for_the_file_that_was_there_when_the_run_began) {
  std::ofstream(medium()) << "mine";
  const std::string before = medium_identity(medium());
  WorkerSettings with = settings();
  with.identities = {{medium(), before}};
  {
    WorkerLauncher launcher(std::move(with));
    std::filesystem::rename(medium(), folder_ / "kept");
    std::ofstream(medium()) << "another";
    ASSERT_NE(medium_identity(medium()), before);
    ASSERT_TRUE(open_worker(launcher, cell_));
    EXPECT_EQ(lines("\"identity\":\"" + before + "\""), 1u);
    WorkerLauncher meanwhile(settings());
    EXPECT_FALSE(open_worker(meanwhile, cell_)) << "the first run keeps it, also without a worker";
  }
  WorkerLauncher later(settings());
  ASSERT_TRUE(open_worker(later, cell_));
  std::filesystem::remove(medium());
  ASSERT_TRUE(open_worker(later, cell_));
  EXPECT_EQ(lines("\"identity\":\"nothing\""), 0u) << "looked at once";
}

TEST(WorkerPatience, follows_from_the_slices_that_are_asked_for) {
  constexpr std::uint64_t kSecond_ns = 1'000'000'000;
  EXPECT_GE(slice_timeout_ms(500'000), 30'000U);
  for (const std::uint64_t seconds : {1U, 61U, 600U, 3600U}) {
    EXPECT_GE(slice_timeout_ms(seconds * kSecond_ns), 3 * seconds * 1000);
    EXPECT_GE(prepare_timeout_ms(seconds * kSecond_ns), 10 * seconds * 1000);
  }
}

TEST(WorkerPatience, that_ended_at_a_rate_names_the_rate) {
  const Error timeout{ErrorKind::runtime, "no answer", ETIMEDOUT};
  CellRequest request;
  EXPECT_EQ(with_cause(timeout, request).message, "no answer");
  request.cell.rate = "1G";
  request.slice_ns = 20'000'000'000;
  const std::string named = with_cause(timeout, request).message;
  EXPECT_NE(named.find("the rate asked for (1G) was not kept in slices of 20"), std::string::npos)
      << named;
  EXPECT_EQ(with_cause({ErrorKind::runtime, "dead", EPIPE}, request).message, "dead");
}

TEST_F(OpenWorkerTest, names_the_rate_that_could_not_be_kept) {
  // A worker that ends by itself is not the rate's fault.
  WorkerLauncher launcher(settings(R"(*'"do":"slice"'*) exit 7;;)"));
  const auto worker = open_worker(launcher, cell_);
  ASSERT_TRUE(worker);
  Cell paced = cell_;
  paced.rate = "1G";
  ASSERT_TRUE((*worker)->begin_cell({paced, 500'000, 0}));
  EXPECT_EQ((*worker)->take_slice(true).error().message,
            "the worker ended by itself with status 7");
}

TEST_F(OpenWorkerTest, does_not_overwrite_what_it_could_not_open) {
  WorkerSettings with =
      settings(R"(*'"do":"open"'*) echo '{"is":"failed","message":"it holds ext4"}';;)");
  std::ofstream(medium()) << "mine";
  WorkerLauncher launcher(std::move(with));
  EXPECT_FALSE(open_worker(launcher, cell_));
  EXPECT_FALSE(open_worker(launcher, cell_));
  EXPECT_EQ(lines("\"destroy\":true"), 0u);
  EXPECT_EQ(lines("\"found_empty\":true"), 0u);
}

TEST_F(OpenWorkerTest, never_overwrites_another_medium_without_destroy) {
  WorkerLauncher launcher(settings());
  ASSERT_TRUE(open_worker(launcher, cell_));
  ASSERT_TRUE(open_worker(launcher, cell_));
  EXPECT_EQ(lines("\"destroy\":true"), 0u);
  EXPECT_EQ(lines("\"found_empty\":true"), 0u) << "it was not there when it was first looked at";
  WorkerSettings with = settings();
  with.destroy = true;
  WorkerLauncher destroying(std::move(with));
  ASSERT_TRUE(open_worker(destroying, cell_));
  EXPECT_EQ(lines("\"destroy\":true"), 1u);
}

TEST_F(OpenWorkerTest, removes_what_a_worker_made_that_dies) {
  WorkerLauncher launcher(settings(R"(*'"do":"slice"'*) kill -SEGV $$;;)", "true"));
  {
    std::ofstream(medium()) << "made by the worker";
    const auto worker = open_worker(launcher, cell_);
    ASSERT_TRUE(worker) << worker.error().message;
    const auto slice = (*worker)->take_slice(true);
    ASSERT_FALSE(slice);
    EXPECT_EQ(slice.error().message, "the worker died of SIGSEGV (Segmentation fault)");
    EXPECT_FALSE((*worker)->alive());
  }
  EXPECT_FALSE(std::filesystem::exists(medium()));
}

TEST_F(OpenWorkerTest, takes_no_file_for_one_that_was_made_without_a_name) {
  WorkerSettings with = settings(R"(*'"do":"slice"'*) kill -SEGV $$;;)", "true");
  std::string& script = with.command.back();
  script.replace(script.find("\"ceiling_bytes"), 0, "\"unnamed\":true,");
  WorkerLauncher launcher(std::move(with));
  {
    const auto worker = open_worker(launcher, cell_);
    ASSERT_TRUE(worker) << worker.error().message;
    std::ofstream(medium()) << "of the user's";
    EXPECT_FALSE((*worker)->take_slice(true));
  }
  EXPECT_TRUE(std::filesystem::exists(medium()));
}

TEST_F(OpenWorkerTest, leaves_a_file_that_was_there_before) {
  std::ofstream(medium()) << "mine";
  WorkerLauncher launcher(settings(R"(*'"do":"slice"'*) kill -SEGV $$;;)"));
  {
    const auto worker = open_worker(launcher, cell_);
    ASSERT_TRUE(worker);
    EXPECT_FALSE((*worker)->take_slice(true));
  }
  EXPECT_TRUE(std::filesystem::exists(medium()));
}

TEST_F(OpenWorkerTest, answers_no_request_once_interrupted) {
  std::atomic<bool> interrupted{false};
  WorkerSettings with = settings();
  with.interrupted = &interrupted;
  WorkerLauncher launcher(std::move(with));
  const auto worker = open_worker(launcher, cell_);
  ASSERT_TRUE(worker);
  interrupted = true;
  EXPECT_TRUE(launcher.interrupted());
  EXPECT_EQ((*worker)->take_slice(true).error().kind, ErrorKind::interrupted);
  EXPECT_EQ(open_worker(launcher, cell_).error().kind, ErrorKind::interrupted);
  EXPECT_EQ(lines("\"do\":\"slice\""), 0u);
}

TEST_F(OpenWorkerTest, says_that_a_command_does_not_run) {
  WorkerSettings with;
  with.command = {folder_ / "nothing"};
  WorkerLauncher launcher(std::move(with));
  const auto worker = open_worker(launcher, cell_);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().message, "the worker could not be started: its binary does not run");
}

}  // namespace
}  // namespace pmembench
