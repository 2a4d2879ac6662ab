// sim: a model of a memory in virtual time. Its bytes are anonymous memory, of which a page takes
// room when something is written to it: a medium of many terabytes can be simulated.
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "base/units.hpp"
#include "dax/media.hpp"
#include "dax/sim_model.hpp"
#include "dax/system_error.hpp"

namespace pmembench {

Result<SimModel> sim_model_of(const MediaSpec& spec) {
  auto model = read_sim_model(spec.path);
  if (!model || spec.size_bytes == 0) return model;
  model->size_bytes = spec.size_bytes;
  if (Status good = check_model(*model); !good) return good.error();
  return model;
}

std::uint64_t sim_cache_bytes(const MediaSpec& spec) {
  const auto model = sim_model_of(spec);
  return model && !model->caches.empty() ? model->caches.back().capacity_bytes : 0;
}

Status look_at_sim(const MediaSpec& spec, const OpenOptions& /*options*/) {
  const auto model = sim_model_of(spec);
  if (!model) return model.error();
  if (!model->read_only) return {};
  return environment_error(
      "{} says that it is read-only (read_only: true), and every cell writes, if only what it then "
      "reads; use a memory that can be written",
      spec.path);
}

Result<Medium> open_sim(const MediaSpec& spec, const OpenOptions& options, bool map) {
  if (Status looked = look_at_sim(spec, options); !looked) return looked.error();
  if (!options.virtual_time || !map) {
    return usage_error(
        "it is a model in virtual time, and this command measures or tests real memory; use run, "
        "curve, slo, gate or characterize, or name a real medium");
  }
  auto model = sim_model_of(spec);
  if (!model) return model.error();
  Medium medium;
  const std::uint64_t whole_bytes = model->size_bytes;
  const bool in_part = options.used_bytes != 0 && options.used_bytes < whole_bytes;
  medium.facts.size_bytes = in_part ? options.used_bytes : whole_bytes;
  if (in_part) medium.facts.whole_bytes = whole_bytes;
  medium.facts.persistence_domain = DAX_DOMAIN_NONE;
  medium.facts.stack = "a model in virtual time";
  if (!model->description.empty()) medium.facts.stack += ": " + model->description;
  medium.model = std::make_shared<SimModel>(*std::move(model));
  void* const address = mmap(nullptr, medium.facts.size_bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) {
    return system_error(errno, "{} of virtual addresses are not available; use less of the model",
                        format_size(medium.facts.size_bytes));
  }
  medium.mapping = Mapping(address, medium.facts.size_bytes);
  return medium;
}

}  // namespace pmembench
