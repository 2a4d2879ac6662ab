// Proof that a backend reads every range of a batch, although a batch of reads leaves only its last
// range in the buffer.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// Reads `count` ranges of `size_bytes` as one batch from its own memory, in which every page raises
// SIGSEGV until it is touched: every page of every range was touched, and all lines of a range but
// the last eight were in the buffer when the next range was, or an error (runtime) says how many
// were not. No two ranges share a page; a batch of more than 1 MiB is
// shortened. Nothing is proved and nothing refused for a backend that opens its medium itself, that
// does no work, or that cannot read pages of 4 KiB. `kernel`: the loop that reads, for a backend
// that has several; otherwise its first. One thread at a time; not while others fault.
Status prove_batch_reads(const dax_operations& operations, const dax_host_info& host,
                         std::uint64_t size_bytes, std::uint64_t count,
                         const std::string& kernel = {});

}  // namespace pmembench
