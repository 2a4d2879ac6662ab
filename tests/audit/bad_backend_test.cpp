// Backends that end, hide from or outlast their tracer: none of them passes, each in one sentence.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdlib>

#include "tests/audit/injected.hpp"

namespace pmembench {
namespace {

using injected::errors;
using testing::Contains;
using testing::HasSubstr;

using CopyOperation = std::int64_t (*)(void*, dax_iter*);

AuditResult audit_copy(CopyOperation copy) {
  dax_operations table = injected::table();
  table.copy_from_iter = copy;
  return injected::audit(table, 30);
}

// True from the second call on: the first ones are not traced.
bool is_traced_by_now() {
  static int calls = 0;
  return ++calls > 20;
}

std::string detail_of(const AuditResult& result, const std::string& rule) {
  for (const Finding& finding : result.findings) {
    if (finding.rule == rule) return finding.detail;
  }
  return "";
}

TEST(BadBackend, that_crashes_is_named_with_its_signal) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now()) *static_cast<volatile int*>(nullptr) = 1;
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(detail_of(result, "ended its process"), HasSubstr("SIGSEGV"));
}

TEST(BadBackend, that_exits_is_named_with_its_status) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now()) _exit(7);
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(detail_of(result, "ended its process"), HasSubstr("exit status 7"));
}

TEST(BadBackend, that_forks_is_found_and_its_child_does_not_run) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now() && fork() == 0) {
      for (;;) pause();
    }
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result), Contains("system call inside"));
}

TEST(BadBackend, that_loops_for_ever_meets_the_step_limit) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now()) {
      for (;;) asm volatile("");
    }
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(detail_of(result, "ended its process"), HasSubstr("50000 steps without an end"));
}

TEST(BadBackend, that_waits_for_ever_meets_the_time_limit) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now()) pause();
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(detail_of(result, "ended its process"), HasSubstr("waits in system call"));
}

TEST(BadBackend, that_blocks_signals_is_traced_all_the_same) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    std::signal(SIGTRAP, SIG_IGN);
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result), Contains("system call inside"));
  EXPECT_GE(result.cases, 30U);
}

TEST(BadBackend, that_sets_the_trap_flag_is_unaudited) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now()) {
      asm volatile("sub $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; add $128, %%rsp" ::
                       : "memory", "cc");
    }
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::unaudited);
  EXPECT_THAT(result.reason, HasSubstr("trap flag"));
}

TEST(BadBackend, that_saves_and_restores_its_flags_passes) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    // Past the red zone, which a leaf function may use.
    asm volatile("sub $128, %%rsp; pushfq; popfq; add $128, %%rsp" ::: "memory", "cc");
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::passed)
      << result.reason << testing::PrintToString(errors(result))
      << detail_of(result, "ended its process");
}

// Code that is made at run time: a store of rax to [rdi], or nothing but a return.
std::int64_t run_new_code(void* /*handle*/, dax_iter* iter) {
  static void* code = nullptr;
  static bool stores = false;
  if (code != nullptr) munmap(code, 4096);
  code = mmap(code, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const unsigned char storing[] = {0x48, 0x89, 0x07, 0xC3};
  const unsigned char idle[] = {0x90, 0x90, 0x90, 0xC3};
  stores = !stores;
  std::memcpy(code, stores ? storing : idle, 4);
  reinterpret_cast<void (*)(void*)>(code)(injected::base());
  return injected::copy(nullptr, iter);
}

TEST(BadBackend, that_maps_and_unmaps_code_is_decoded_again) {
  const AuditResult result = audit_copy(run_new_code);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result), Contains("outside the range"));
}

TEST(BadBackend, whose_device_is_not_there_is_unaudited) {
  AuditOptions options;
  const AuditResult result = run_audit(
      [] { report_failure(environment_error("there is no /dev/dax9.9; name another")); }, options);
  EXPECT_EQ(result.verdict, AuditVerdict::unaudited);
  EXPECT_EQ(result.reason, "there is no /dev/dax9.9; name another");
}

// The exit status of `body` in a process where ptrace is forbidden as a container does it.
int without_ptrace(int (*body)()) {
  const pid_t process = fork();
  if (process == 0) {
    sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{4, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(99);
    _exit(body());
  }
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(BadBackend, nothing_passes_where_ptrace_is_forbidden) {
  EXPECT_EQ(without_ptrace([] {
              const AuditResult result = injected::audit(injected::table(), 30);
              const bool says_why = result.reason.find("ptrace is not permitted") == 0;
              return result.verdict == AuditVerdict::unaudited && says_why ? 0 : 1;
            }),
            0);
}

pthread_mutex_t copy_lock = PTHREAD_MUTEX_INITIALIZER;

TEST(BadBackend, whose_threads_wait_for_one_another_is_traced_to_the_end) {
  dax_operations table = injected::table();
  table.copy_from_iter = [](void* handle, dax_iter* iter) {
    pthread_mutex_lock(&copy_lock);
    const std::int64_t copied = injected::copy(handle, iter);
    pthread_mutex_unlock(&copy_lock);
    return copied;
  };
  const AuditResult result = injected::audit(table, 150);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result), Contains("lock or allocation inside"));
  EXPECT_THAT(errors(result), testing::Not(Contains("ended its process")))
      << detail_of(result, "ended its process");
  EXPECT_EQ(result.cases, 150U);
}

TEST(BadBackend, that_keeps_its_lock_is_found_when_the_lock_is_wanted_again) {
  const AuditResult result = audit_copy([](void*, dax_iter* iter) {
    if (is_traced_by_now()) pthread_mutex_lock(&copy_lock);
    return injected::copy(nullptr, iter);
  });
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(detail_of(result, "ended its process"), HasSubstr("it waits for a lock"));
}

pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER, second_lock = PTHREAD_MUTEX_INITIALIZER;

TEST(BadBackend, whose_threads_take_two_locks_in_two_orders_is_found_to_be_stuck) {
  const AuditResult result = injected::audit(
      [] {
        dax_operations table = injected::table();
        table.copy_from_iter = [](void* handle, dax_iter* iter) {
          static thread_local int here = 0;
          static std::atomic<int> threads{0};
          if (here == 0) here = ++threads;
          pthread_mutex_lock(here == 1 ? &first_lock : &second_lock);
          std::int64_t copied = injected::copy(handle, iter);
          pthread_mutex_lock(here == 1 ? &second_lock : &first_lock);
          pthread_mutex_unlock(&first_lock);
          pthread_mutex_unlock(&second_lock);
          return copied;
        };
        return table;
      }(),
      200);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(detail_of(result, "ended its process"), HasSubstr("it waits for a lock"));
}

// Another thread of the backend stores once more, after the drain.
std::atomic<unsigned char*> late_place{nullptr};

void* store_late(void* /*unused*/) {
  for (;;) {
    unsigned char* const place = late_place.exchange(nullptr);
    if (place != nullptr) *const_cast<volatile unsigned char*>(place) = 1;
  }
}

TEST(BadBackend, that_stores_late_by_another_thread_is_found) {
  dax_operations table = injected::table();
  table.copy_from_iter = [](void* handle, dax_iter* iter) {
    static bool started = false;
    if (!started) {
      started = true;
      pthread_t thread{};
      pthread_create(&thread, nullptr, store_late, nullptr);
    }
    late_place = injected::base() + iter->offset_bytes;
    return injected::copy(handle, iter);
  };
  const AuditResult result = injected::audit(table, 40);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result),
              testing::AnyOf(Contains("late store by another thread"),
                             Contains("stored after its flush"), Contains("never flushed")));
}

}  // namespace
}  // namespace pmembench
