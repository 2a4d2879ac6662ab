// Words of a campaign that a translation writes for what another tool's input names. Nothing here
// chooses by them: the campaign is read and planned like any other.
#pragma once

namespace pmembench::words {

inline constexpr const char* kLibpmem = "libpmem2";       // libpmem, and ioengine=libpmem
inline constexpr const char* kNothing = "null";           // noop, and ioengine=null
inline constexpr const char* kNonTemporal = "movnt";      // nocache, and MLC's non-temporal writes
inline constexpr const char* kWriteBack = "clwb";         // PerMA's cache
inline constexpr const char* kInvalidate = "clflushopt";  // PerMA's cacheinv
inline constexpr const char* kCached = "eadr";            // stores without a flush
inline constexpr const char* kKernelBlock = "block";      // system calls

}  // namespace pmembench::words
