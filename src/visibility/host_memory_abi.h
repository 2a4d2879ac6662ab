/* The ABI of a plugin that stands between a host and the memory that it shares with others: what
 * one host's loads and stores do, as far as another host can see it. C11 and C++20.
 *
 * The visibility test (pmembench visibility --host-memory FILE.so) works through these functions
 * instead of the CPU's instructions. Each process opens the plugin for itself, as one host; `home`
 * is the shared memory, at the same contents in all of them. One thread calls; offsets are
 * multiples of 64 within `size_bytes`. The first 16 bytes never move, and fields are only appended.
 */
#ifndef PMEMBENCH_HOST_MEMORY_ABI_H
#define PMEMBENCH_HOST_MEMORY_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOST_MEMORY_MAGIC UINT64_C(0x4D454D5F54534F48) /* "HOST_MEM", little endian */
#define HOST_MEMORY_ABI_VERSION UINT32_C(1)

typedef struct pmembench_host_memory {
  uint64_t magic;
  uint32_t abi_version;
  uint32_t struct_size;
  const char *name;
  const char *summary;
  /* 0, or a negative errno and a sentence in `reason`. `host` numbers the hosts from 0; `options`
   * is "key=value,..." as the user gave it, "" for none. */
  int (*open)(void *home, uint64_t size_bytes, uint32_t host, const char *options, void **handle,
              char *reason, uint64_t reason_bytes);
  void (*close)(void *handle);
  /* Stores a line of eight words by the instructions of a way: 0 none, 1 clwb, 2 clflushopt,
   * 3 clflush (all of them plain stores), 4 movnt, 5 movdir64b. */
  void (*store)(void *handle, uint64_t offset, const uint64_t words[8], uint32_t way);
  /* Writes the line back by the way's instruction; nothing for 0, 4 and 5. */
  void (*write_back)(void *handle, uint64_t offset, uint32_t way);
  /* sfence. */
  void (*fence)(void *handle);
  /* Loads a line: 0 plain, 1 after dropping the cached copy, 2 by non-temporal loads. */
  void (*load)(void *handle, uint64_t offset, uint64_t words[8], uint32_t way);
} pmembench_host_memory;

/* The one symbol of such a plugin. */
#define HOST_MEMORY_SYMBOL "pmembench_host_memory_table"
typedef const pmembench_host_memory *(*host_memory_function)(void);

#ifdef __cplusplus
}
#endif

#endif
