// A host whose caches no other host looks into, as a plugin: for `pmembench visibility`
// (--host-memory), and as a backend, so that whole campaigns run on memory without coherence. Each
// process is a host; the medium is the memory that they share.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "backends/dax_operations.h"
#include "visibility/host_memory_abi.h"
#include "visibility/private_lines.hpp"

namespace {

using pmembench::kLineBytes;
using pmembench::LoadWay;
using pmembench::MemoryLine;
using pmembench::PrivateLines;
using pmembench::PrivateLinesOptions;
using pmembench::StoreWay;

// ---- as a host's memory ----

int open_host(void* home, uint64_t size_bytes, uint32_t host, const char* text, void** handle,
              char* reason, uint64_t reason_bytes) {
  auto options = pmembench::parse_private_lines(text);
  if (!options) {
    std::snprintf(reason, reason_bytes, "%s", options.error().message.c_str());
    return -EINVAL;
  }
  options->seed += host;  // hosts evict different lines
  *handle = new PrivateLines(static_cast<uint64_t*>(home), size_bytes / kLineBytes, *options);
  return 0;
}

PrivateLines& host_of(void* handle) { return *static_cast<PrivateLines*>(handle); }

const pmembench_host_memory kHostMemory = {
    .magic = HOST_MEMORY_MAGIC,
    .abi_version = HOST_MEMORY_ABI_VERSION,
    .struct_size = sizeof(pmembench_host_memory),
    .name = "private_lines",
    .summary = "a model of hosts without coherence",
    .open = open_host,
    .close = [](void* handle) { delete &host_of(handle); },
    .store =
        [](void* handle, uint64_t offset, const uint64_t words[8], uint32_t way) {
          MemoryLine line;
          std::copy(words, words + line.size(), line.begin());
          host_of(handle).store(offset, line, static_cast<StoreWay>(way));
        },
    .write_back =
        [](void* handle, uint64_t offset, uint32_t way) {
          host_of(handle).write_back(offset, static_cast<StoreWay>(way));
        },
    .fence = [](void* handle) { host_of(handle).fence(); },
    .load =
        [](void* handle, uint64_t offset, uint64_t words[8], uint32_t way) {
          const MemoryLine line = host_of(handle).load(offset, static_cast<LoadWay>(way));
          std::copy(line.begin(), line.end(), words);
        },
};

// ---- as a backend: clwb on such a host, in whole lines ----

// The host's mapping is the handle: what belongs to it is found by its address.
struct Hosts {
  std::mutex mutex;
  std::map<const void*, std::unique_ptr<PrivateLines>> by_mapping;
  PrivateLines& of(void* handle) {
    const auto* mapping = static_cast<const dax_mapping*>(handle);
    std::unique_ptr<PrivateLines>& host = by_mapping[mapping->address];
    if (!host) {
      host = std::make_unique<PrivateLines>(
          static_cast<uint64_t*>(static_cast<void*>(mapping->address)),
          mapping->size_bytes / kLineBytes, PrivateLinesOptions{});
    }
    return *host;
  }
};
Hosts& hosts() {
  static Hosts all;
  return all;
}

template <typename Each>
int64_t for_each_line(dax_iter* iter, Each each) {
  int64_t lines = 0;
  for (; iter->count > 0; --iter->count) {
    const uint64_t offset = dax_iter_next(iter);
    for (uint64_t at = 0; at < iter->size_bytes; at += kLineBytes, ++lines) {
      each(offset + at, iter->buffer == nullptr ? nullptr : iter->buffer + at);
    }
  }
  return lines;
}

int64_t copy_from(void* handle, dax_iter* iter) {
  const std::lock_guard lock(hosts().mutex);
  PrivateLines& host = hosts().of(handle);
  return for_each_line(iter,
                       [&](uint64_t offset, const unsigned char* buffer) {
                         MemoryLine line;
                         std::memcpy(line.data(), buffer, sizeof(line));
                         host.store(offset, line, StoreWay::clwb);
                       }) *
         static_cast<int64_t>(kLineBytes);
}

int64_t copy_to(void* handle, dax_iter* iter) {
  const std::lock_guard lock(hosts().mutex);
  PrivateLines& host = hosts().of(handle);
  return for_each_line(iter,
                       [&](uint64_t offset, unsigned char* buffer) {
                         const MemoryLine line = host.load(offset, LoadWay::plain);
                         std::memcpy(buffer, line.data(), sizeof(line));
                       }) *
         static_cast<int64_t>(kLineBytes);
}

int64_t flush(void* handle, dax_iter* iter) {
  const std::lock_guard lock(hosts().mutex);
  PrivateLines& host = hosts().of(handle);
  return for_each_line(iter, [&](uint64_t offset, const unsigned char*) {
    host.write_back(offset, StoreWay::clwb);
  });
}

int drain(void* handle) {
  const std::lock_guard lock(hosts().mutex);
  hosts().of(handle).fence();
  return 0;
}

int zero(void* handle, uint64_t page, uint64_t pages) {
  const std::lock_guard lock(hosts().mutex);
  PrivateLines& host = hosts().of(handle);
  for (uint64_t at = page * DAX_PAGE_BYTES; at < (page + pages) * DAX_PAGE_BYTES;
       at += kLineBytes) {
    host.store(at, MemoryLine{}, StoreWay::clwb);
    host.write_back(at, StoreWay::clwb);
  }
  host.fence();
  return 0;
}

const dax_operations kBackend = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = "private_lines",
    .summary = "clwb on a model of a host without coherence",
    .capabilities = DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS,
    .media = (1U << DAX_MEDIA_DRAM) | (1U << DAX_MEDIA_FILE),
    .minimum_io_bytes = kLineBytes,
    .alignment_bytes = kLineBytes,
    .probe = [](const dax_host_info*, char*, uint64_t) { return 0; },
    .open = nullptr,
    .close = nullptr,
    .direct_access = nullptr,
    .copy_from_iter = copy_from,
    .copy_to_iter = copy_to,
    .flush = flush,
    .drain = drain,
    .zero_page_range = zero,
    .recovery_write = nullptr,
    .persist_from_iter = nullptr,
    .describe = nullptr,
    .nontemporal_from_bytes = 0,
    .check_options = nullptr,
    .choose_read_kernel = nullptr,
};

}  // namespace

extern "C" const pmembench_host_memory* pmembench_host_memory_table();
extern "C" const pmembench_host_memory* pmembench_host_memory_table() { return &kHostMemory; }
extern "C" const dax_operations* pmembench_backend();
extern "C" const dax_operations* pmembench_backend() { return &kBackend; }
