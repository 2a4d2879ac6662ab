/* One backend with one fault, chosen by the definition FAULT_...; without any it is a good one whose
 * table ends before the optional operations, as an older backend's does. */
#include <backends/dax_operations.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef PLUGIN_NAME
#define PLUGIN_NAME "older"
#endif

#ifdef FAULT_CRASH_ON_LOAD
__attribute__((constructor)) static void crash(void) { raise(SIGSEGV); }
#endif

static int faulty_probe(const dax_host_info *host, char *reason, uint64_t reason_bytes) {
  (void)host;
  (void)reason;
  (void)reason_bytes;
#ifdef FAULT_PROBE_SAYS_NO
  snprintf(reason, reason_bytes, "this host has no unobtainium; buy some");
  return -ENODEV;
#endif
#ifdef FAULT_PROBE_IS_MUTE
  return -ENODEV;
#endif
#ifdef FAULT_CRASH_IN_PROBE
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
#endif
#ifdef FAULT_ABORT_IN_PROBE
  abort();
#endif
#ifdef FAULT_EXIT_IN_PROBE
  exit(3);
#endif
#ifdef FAULT_HANG_IN_PROBE
  for (;;) pause();
#endif
  return 0;
}

static int64_t faulty_iter(void *handle, dax_iter *iter) {
  (void)handle;
  iter->count = 0;
  return 0;
}

#ifndef FAULT_NO_DRAIN
static int faulty_drain(void *handle) {
  (void)handle;
  return 0;
}
#endif

static int faulty_zero(void *handle, uint64_t page_offset, uint64_t pages) {
  (void)handle;
  (void)page_offset;
  (void)pages;
  return 0;
}

#if defined(FAULT_OPEN_WITHOUT_CLOSE) || defined(FAULT_NO_DIRECT_ACCESS)
static int faulty_open(const dax_host_info *host, const dax_media_info *media, void **handle,
                       uint64_t *size_bytes, char *reason, uint64_t reason_bytes) {
  (void)host;
  (void)media;
  (void)handle;
  (void)size_bytes;
  (void)reason;
  (void)reason_bytes;
  return -ENOSYS;
}
#endif
#ifdef FAULT_NO_DIRECT_ACCESS
static void faulty_close(void *handle) { (void)handle; }
#endif

static const dax_operations faulty = {
#ifdef FAULT_WRONG_MAGIC
    .magic = UINT64_C(0x1122334455667788),
#else
    .magic = DAX_OPERATIONS_MAGIC,
#endif
#ifdef FAULT_OTHER_ABI
    .abi_version = DAX_OPERATIONS_ABI_VERSION + 6,
#else
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
#endif
#ifdef FAULT_TOO_SHORT
    .struct_size = 24,
#else
    .struct_size = offsetof(dax_operations, recovery_write),
#endif
    .name = PLUGIN_NAME,
    .summary = "for pmembench's tests",
    .capabilities = DAX_CAP_DIRECT_ACCESS,
    .media = 1U << DAX_MEDIA_DRAM,
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = faulty_probe,
#if defined(FAULT_OPEN_WITHOUT_CLOSE) || defined(FAULT_NO_DIRECT_ACCESS)
    .open = faulty_open,
#endif
#ifdef FAULT_NO_DIRECT_ACCESS
    .close = faulty_close,
#endif
    .copy_from_iter = faulty_iter,
    .copy_to_iter = faulty_iter,
    .flush = faulty_iter,
#ifndef FAULT_NO_DRAIN
    .drain = faulty_drain,
#endif
    .zero_page_range = faulty_zero,
    /* Beyond struct_size: whoever reads these reads what an older backend does not have. */
    .recovery_write = faulty_iter,
    .persist_from_iter = faulty_iter,
};

#ifdef FAULT_NO_SYMBOL
const dax_operations *pmembench_backend_misspelt(void);
const dax_operations *pmembench_backend_misspelt(void) { return &faulty; }
#else
const dax_operations *pmembench_backend(void);
const dax_operations *pmembench_backend(void) {
#ifdef FAULT_RETURNS_NULL
  (void)faulty;
  return NULL;
#else
  return &faulty;
#endif
}
#endif
