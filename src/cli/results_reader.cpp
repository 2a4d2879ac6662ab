#include "cli/results_reader.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"

namespace pmembench {

Result<Store> read_results(const std::string& path) {
  auto store = Store::open(path, Store::Mode::read);
  if (store && !store->has_checksums()) {
    say(stderr,
        fmt::format("note: {} has no checksums (an older pmembench wrote it, or they were "
                    "removed), so a damaged value would not be noticed; the next command that "
                    "writes to it adds them\n",
                    path));
  }
  return store;
}

}  // namespace pmembench
