/* dax_operations: the ABI between pmembench and a backend. All that an outside backend needs.
 *
 * A backend says how bytes reach a medium and become durable. It is one table of functions and
 * facts, as in Linux (include/linux/dax.h), whose words are used here. C11 and C++20.
 *
 * Threads. probe, open and close are called from one thread. Every other operation may be called
 * by many threads at once on disjoint ranges; it takes no lock, allocates nothing, throws nothing.
 * (A backend that needs something of its own for each thread may set it up in that thread's first
 * operation on the device, so measure after an untimed one.)
 *
 * Errors. Cold operations return 0 or a negative errno, and write one sentence into `reason`.
 * Device operations return a negative errno, or the bytes done; a short count says how far it got.
 * `flush` is the exception: it returns the lines that it wrote back.
 *
 * Growth. The first 16 bytes never move. Fields are only appended: a table with a smaller
 * struct_size is older, and the operations that it does not reach are NULL. The same holds for
 * every struct here that begins with struct_size. */
#ifndef PMEMBENCH_DAX_OPERATIONS_H
#define PMEMBENCH_DAX_OPERATIONS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DAX_OPERATIONS_MAGIC UINT64_C(0x53504F5F58414450) /* "PDAX_OPS", little endian */
#define DAX_OPERATIONS_ABI_VERSION UINT32_C(1)
#define DAX_PAGE_BYTES UINT64_C(4096) /* the unit of page offsets, whatever the mapping's pages */
#define DAX_LINE_BYTES UINT64_C(64)   /* the unit of flushing */

/* dax_operations.capabilities */
#define DAX_CAP_DIRECT_ACCESS (UINT64_C(1) << 0) /* bytes have addresses: direct_access works */
#define DAX_CAP_NEEDS_FLUSH (UINT64_C(1) << 1)   /* after copy_from_iter, lines may be in caches */
#define DAX_CAP_SYNCHRONOUS (UINT64_C(1) << 2)   /* flush + drain suffice; no message to a host */
#define DAX_CAP_EMULATED (UINT64_C(1) << 3)      /* goes through the kernel's block path */
#define DAX_CAP_NO_WORK (UINT64_C(1) << 4)       /* does nothing: measures the harness */
#define DAX_CAP_NVDIMM_ONLY (UINT64_C(1) << 5)   /* of devdax, only those with a known domain */

/* dax_operations.media: the kinds that a backend can serve, one bit each: 1 << kind. */
enum dax_media_kind {
  DAX_MEDIA_DRAM = 0,   /* anonymous memory */
  DAX_MEDIA_FILE = 1,   /* a mapped file */
  DAX_MEDIA_DEVDAX = 2, /* /dev/daxX.Y */
  DAX_MEDIA_BLOCK = 3,  /* a block device or a file behind the kernel's block path */
  DAX_MEDIA_SIM = 4,    /* a model in virtual time */
  DAX_MEDIA_POSIX = 5,  /* a mounted file system: the path names a file made there */
  /* Made by the host of other media, each of which a backend serves; never given to a backend. */
  DAX_MEDIA_LINEAR = 6,   /* one behind the other */
  DAX_MEDIA_STRIPE = 7,   /* chunks of each in turn */
  DAX_MEDIA_LOGWRITES = 8 /* one medium, and another that keeps a log of what was written to it */
};

/* Where a store is safe from a power loss. */
enum dax_persistence_domain {
  DAX_DOMAIN_UNKNOWN = 0,
  DAX_DOMAIN_NONE = 1,              /* nowhere: volatile */
  DAX_DOMAIN_PAGE_CACHE = 2,        /* only after the kernel wrote it back */
  DAX_DOMAIN_MEMORY_CONTROLLER = 3, /* once flushed from the CPU's caches (ADR) */
  DAX_DOMAIN_CPU_CACHE = 4          /* once visible; a fence suffices (eADR) */
};

/* dax_host_info.cpu_features */
#define DAX_CPU_CLFLUSH (UINT64_C(1) << 0)
#define DAX_CPU_CLFLUSHOPT (UINT64_C(1) << 1)
#define DAX_CPU_CLWB (UINT64_C(1) << 2)
#define DAX_CPU_SSE2 (UINT64_C(1) << 3)
#define DAX_CPU_AVX2 (UINT64_C(1) << 4)
#define DAX_CPU_AVX512F (UINT64_C(1) << 5)
#define DAX_CPU_MOVDIR64B (UINT64_C(1) << 6)

/* What the host found out about itself, so that no backend asks. */
typedef struct dax_host_info {
  uint32_t struct_size;
  uint32_t vector_bytes; /* the widest usable vectors: 16, 32 or 64 */
  uint64_t cpu_features; /* DAX_CPU_* */
} dax_host_info;

/* What the host found out about a medium. Strings live as long as the open device. */
typedef struct dax_media_info {
  uint32_t struct_size;
  uint32_t kind;               /* enum dax_media_kind */
  uint32_t persistence_domain; /* enum dax_persistence_domain */
  int32_t node;                /* the NUMA node asked for or found; -1 unknown */
  const char *path;            /* NULL for anonymous memory */
  const char *options;         /* the backend's own "key=value,key=value"; "" for none */
  void *address;               /* the host's mapping; NULL where the backend opens the medium */
  uint64_t size_bytes;
  uint64_t alignment_bytes; /* offsets and lengths of a mapping are multiples of it */
  uint64_t page_bytes;      /* asked for; 0: the kernel's choice */
} dax_media_info;

/* The handle that a backend without `open` receives: the host mapped the medium. The backend writes
 * nothing but read_kernel. */
typedef struct dax_mapping {
  uint32_t struct_size;
  uint32_t vector_bytes;
  uint64_t cpu_features;
  unsigned char *address;
  uint64_t size_bytes;
  uint32_t read_kernel; /* what choose_read_kernel chose; 0 until then */
  uint32_t reserved;
} dax_mapping;

/* dax_iter.flags */
#define DAX_ITER_SKIP_FLUSH (UINT32_C(1) << 0) /* persist_from_iter: no flush is needed */
#define DAX_ITER_STORED (UINT32_C(1) << 1)     /* flush: stored through direct_access's address */

/* A batch of equal ranges of a device, and the buffer at the other end.
 *
 * Addresses are generated in registers: an affine generator over 2^64,
 *     state = state * multiplier + increment,
 * and slot = floor(state * slots / 2^64), by one multiply-high. Sequential and strided orders take
 * multiplier 1 and increment ceil(2^64 / slots) * step; uniform random order takes Knuth's MMIX
 * multiplier and any odd increment (the high bits are the good ones, and are those used). Other
 * distributions (zipf) put a table in front: slot = table[slot]. Range i lies at device bytes
 * [offset + slot * granule, + size).
 *
 * An operation does `count` ranges, leaves `count` at what remains and `state` where the next
 * batch goes on. The state is stepped after a slot is taken. The same buffer serves every range.
 * A range is never empty; [offset, offset + slots * granule - granule + size) lies in the device.
 */
typedef struct dax_iter {
  uint64_t state;
  uint64_t multiplier;
  uint64_t increment;
  uint64_t slots;
  uint64_t offset_bytes;
  uint64_t granule_bytes;
  uint64_t size_bytes;
  uint64_t count;
  const uint32_t *table; /* NULL, or `slots` entries */
  unsigned char *buffer;
  uint32_t flags;
  uint32_t reserved;
} dax_iter;

/* The device offset of the next range; steps the generator and leaves `count` alone. */
#ifdef __cplusplus /* C has no other cast */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
static inline uint64_t dax_iter_next(dax_iter *iter) {
  __extension__ typedef unsigned __int128 dax_wide;
  uint64_t slot = (uint64_t)(((dax_wide)iter->state * iter->slots) >> 64); /* NOLINT: C too */
  iter->state = iter->state * iter->multiplier + iter->increment;
  if (iter->table) slot = iter->table[slot];
  return iter->offset_bytes + slot * iter->granule_bytes;
}
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/* direct_access modes */
#define DAX_ACCESS UINT32_C(0)
#define DAX_RECOVERY_WRITE UINT32_C(1) /* may reach into known bad blocks, to rewrite them */

typedef struct dax_operations {
  /* The part that never moves. */
  uint64_t magic;       /* DAX_OPERATIONS_MAGIC */
  uint32_t abi_version; /* DAX_OPERATIONS_ABI_VERSION */
  uint32_t struct_size; /* sizeof(dax_operations) as the backend was compiled */

  /* Facts. */
  const char *name;    /* lower case, digits, '_' and '-': as users type it */
  const char *summary; /* one line for `pmembench list` */
  uint64_t capabilities;
  uint64_t media;            /* bits 1 << enum dax_media_kind */
  uint32_t minimum_io_bytes; /* smallest range of a copy; 1 where there is none */
  uint32_t alignment_bytes;  /* offsets and sizes of copies are multiples of it; 1: any */

  /* Can this host run it? Required; no side effect. */
  int (*probe)(const dax_host_info *host, char *reason, uint64_t reason_bytes);

  /* Opens a medium. NULL: the host maps it, and the handle is a `const dax_mapping *`. On success
   * `*size_bytes` is the usable size (at most that of the medium). */
  int (*open)(const dax_host_info *host, const dax_media_info *media, void **handle,
              uint64_t *size_bytes, char *reason, uint64_t reason_bytes);
  void (*close)(void *handle); /* required with open */

  /* The address of page `page_offset`, and how many of `pages` can be reached from it without a
   * gap: the result, which may be short. Required with open and DAX_CAP_DIRECT_ACCESS. */
  int64_t (*direct_access)(void *handle, uint64_t page_offset, uint64_t pages, uint32_t mode,
                           void **address);

  /* Device <- buffer. Does not fence, and is not durable until flush and drain. Required. */
  int64_t (*copy_from_iter)(void *handle, dax_iter *iter);
  /* Buffer <- device. Every byte is loaded. Required. */
  int64_t (*copy_to_iter)(void *handle, dax_iter *iter);
  /* Starts to write the ranges' lines back; does not fence. Returns the number of lines for which
   * it did (an unaligned range touches more), not bytes: 0 is success where there is nothing to do,
   * which is so for a backend without DAX_CAP_NEEDS_FLUSH after its own copy_from_iter. Whoever
   * stored through direct_access's address sets DAX_ITER_STORED, and a backend whose copies bypass
   * the caches then writes those lines back. Required. */
  int64_t (*flush)(void *handle, dax_iter *iter);
  /* Waits until all that this thread copied and flushed is in the persistence domain. Required. */
  int (*drain)(void *handle);
  /* Writes zeroes; the same durability as copy_from_iter. Required. */
  int (*zero_page_range)(void *handle, uint64_t page_offset, uint64_t pages);
  /* Overwrites a bad range. Optional. */
  int64_t (*recovery_write)(void *handle, dax_iter *iter);
  /* For each range: copy, flush, drain, before the next begins. Optional: without it the host
   * makes the three calls. Here so that a durable 64-byte write is one indirect call a batch. */
  int64_t (*persist_from_iter)(void *handle, dax_iter *iter);
  /* What the backend found out or chose in `open`, as one line of "key=value key=value", cut at
   * `bytes`. Cold; 0 or a negative errno. Optional: NULL where there is nothing to say. */
  int (*describe)(void *handle, char *text, uint64_t bytes);
  /* Copies of at least this many bytes store past the caches and read no line; 0: none do. A fact,
   * by which traffic is counted. */
  uint64_t nontemporal_from_bytes;
  /* Would `open` take these options (never ""), whatever the medium? 0, or a negative errno and a
   * sentence. Optional: without it a wrong option is found when a medium is opened. */
  int (*check_options)(const char *options, char *reason, uint64_t reason_bytes);
  /* Where a backend has several loops for the same loads, the fastest depends on the CPU, the medium
   * and the size of a range: the host measures them and chooses. From now on copy_to_iter uses loop
   * `index`; its name goes to `name`, cut at `bytes`. Index 0 is in force after `open`; the others
   * follow without a gap. 0; -EINVAL: there is no such index, and nothing has changed. Cold, and no
   * copy runs meanwhile. Optional: without it there is one loop. */
  int (*choose_read_kernel)(void *handle, uint32_t index, char *name, uint64_t bytes);
} dax_operations;

/* The one symbol of an outside backend, in a shared object named pmembench-NAME.so. */
#define DAX_BACKEND_SYMBOL "pmembench_backend"
typedef const dax_operations *(*dax_backend_function)(void);

#ifdef __cplusplus
}
#endif

#endif
