#include "visibility/sequence.hpp"

#include "backends/dax_operations.h"

namespace pmembench {

std::string_view name_of(StoreWay way) {
  switch (way) {
    case StoreWay::none:
      return "none";
    case StoreWay::clwb:
      return "clwb";
    case StoreWay::clflushopt:
      return "clflushopt";
    case StoreWay::clflush:
      return "clflush";
    case StoreWay::movnt:
      return "movnt";
    case StoreWay::movdir64b:
      return "movdir64b";
  }
  return "unknown";
}

std::string_view name_of(LoadWay way) {
  switch (way) {
    case LoadWay::plain:
      return "plain";
    case LoadWay::clflush:
      return "clflush";
    case LoadWay::nontemporal:
      return "nontemporal";
  }
  return "unknown";
}

bool is_available(StoreWay way, std::uint64_t cpu_features) {
  switch (way) {
    case StoreWay::none:
    case StoreWay::movnt:
      return true;
    case StoreWay::clwb:
      return (cpu_features & DAX_CPU_CLWB) != 0;
    case StoreWay::clflushopt:
      return (cpu_features & DAX_CPU_CLFLUSHOPT) != 0;
    case StoreWay::clflush:
      return (cpu_features & DAX_CPU_CLFLUSH) != 0;
    case StoreWay::movdir64b:
      return (cpu_features & DAX_CPU_MOVDIR64B) != 0;
  }
  return false;
}

bool is_available(LoadWay way, std::uint64_t cpu_features) {
  // Every CPU with AVX2 has movntdqa, which came with SSE4.1.
  if (way == LoadWay::nontemporal) return (cpu_features & DAX_CPU_AVX2) != 0;
  return way == LoadWay::plain || (cpu_features & DAX_CPU_CLFLUSH) != 0;
}

}  // namespace pmembench
