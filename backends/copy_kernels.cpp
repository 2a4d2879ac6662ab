#include "backends/copy_kernels.h"

namespace pmembench {

std::int64_t copy_to_as_chosen(const dax_mapping& mapping, dax_iter* iter) noexcept {
  const ReadKernel& kernel = kReadKernels[mapping.read_kernel];
  const std::uint32_t width = kernel.vector_bytes == 0 ? mapping.vector_bytes : kernel.vector_bytes;
  switch (kernel.read) {
    case Read::plain:
      return copy_to_by<Read::plain>(width, mapping.address, iter);
    case Read::string:
      return copy_to_by<Read::string>(width, mapping.address, iter);
    case Read::ahead:
      break;
  }
  return copy_to_by<Read::ahead>(width, mapping.address, iter);
}

}  // namespace pmembench
