// fileserver, varmail, webserver, webproxy: Filebench's personalities (workloads/*.f of its source,
// version 3.0 of each), with their numbers. What differs: the number of files is scaled to fit, a
// thread works on its own files in shared directories, and a loop is one operation.
#include "workloads/parameters.hpp"
#include "workloads/personality.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

using enum FlowStep;

constexpr std::array kFileserver{create, write, close, open,   append, close,
                                 open,   read,  close, remove, stat};
constexpr std::array kVarmail{remove, create, append, sync, close, open, read,
                              append, sync,   close,  open, read,  close};
constexpr std::array kWebserver{open,  read,  close, open,  read,  close, open,      read,
                                close, open,  read,  close, open,  read,  close,     open,
                                read,  close, open,  read,  close, open,  read,      close,
                                open,  read,  close, open,  read,  close, append_log};
constexpr std::array kWebproxy{remove, create, append, close, open, read,  close, open, read, close,
                               open,   read,   close,  open,  read, close, open,  read, close};

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kLargestIo = std::uint64_t{16} << 20;
// A set of fewer could run empty in one loop.
constexpr std::uint64_t kFewestFiles = 10;

struct Published {
  std::string_view name, summary;
  std::string_view scale;  // by default, so that the files fit into 64 MiB
  std::uint64_t files, directory_width, file_bytes;
  unsigned present_percent, threads;
  std::span<const FlowStep> flow;
  bool writes, durable;
};

constexpr std::array<Published, 4> kPublished{{
    {"fileserver", "Filebench: create and write, append, read whole, delete, stat", "0.02", 10'000,
     20, 128 * kKib, 80, 50, kFileserver, true, false},
    {"varmail", "Filebench: delete, create, append and fsync, read and append and fsync, read", "1",
     1'000, 1'000'000, 16 * kKib, 80, 16, kVarmail, true, true},
    {"webserver", "Filebench: read ten whole files, append to the log of all threads", "1", 1'000,
     20, 16 * kKib, 100, 100, kWebserver, true, false},
    {"webproxy", "Filebench: delete, create and append, read five whole files", "0.1", 10'000,
     1'000'000, 16 * kKib, 80, 100, kWebproxy, true, false},
}};

PersonalityShape personality_shape(const Published& published, const Parameters& parameters) {
  PersonalityShape shape;
  shape.set.files = static_cast<std::uint64_t>(static_cast<double>(number_of(parameters, "files")) *
                                               real_of(parameters, "scale"));
  shape.set.directory_width = number_of(parameters, "directory_width");
  shape.set.mean_bytes = number_of(parameters, "file_size");
  shape.set.present_percent = published.present_percent;
  shape.io_bytes = number_of(parameters, "io_size");
  shape.append_bytes = number_of(parameters, "append_size");
  shape.flow = published.flow;
  return shape;
}

std::vector<ParameterSpec> specs_of(const Published& published) {
  return {
      {"scale", ValueKind::real, std::string(published.scale), {}, "factor on the number of files"},
      {"files",
       ValueKind::count,
       std::to_string(published.files),
       {},
       fmt::format("of all threads before scaling; Filebench ran {} threads", published.threads)},
      {"directory_width",
       ValueKind::count,
       std::to_string(published.directory_width),
       {},
       "files of one directory, and directories of one parent"},
      {"file_size",
       ValueKind::size,
       std::to_string(published.file_bytes),
       {},
       "mean bytes of a file, gamma-distributed with shape 1.5"},
      {"io_size", ValueKind::size, "1048576", {}, "most bytes of one read or write"},
      {"append_size", ValueKind::size, "16384", {}, "most bytes of one append, uniform from 1"}};
}

Status check_personality(const Published& published, const Parameters& parameters,
                         std::uint64_t mount_bytes, unsigned threads) {
  const double scale = real_of(parameters, "scale");
  if (!(scale > 0) || scale > 1000) return usage_error("scale {} is outside (0, 1000]", scale);
  for (const char* size : {"file_size", "io_size", "append_size"}) {
    if (Status fits = check_size(parameters, size, 1, kLargestIo); !fits) return fits;
  }
  if (Status fits = check_size(parameters, "directory_width", 2, ~std::uint64_t{0}); !fits) {
    return fits;
  }
  if (Status fits = check_size(parameters, "files", 1, 10'000'000); !fits) return fits;
  const PersonalityShape shape = personality_shape(published, parameters);
  if (shape.set.files < kFewestFiles * threads) {
    return usage_error("scale {} leaves {} files to {} threads: each needs {} or more", scale,
                       shape.set.files, threads, kFewestFiles);
  }
  // Appends make files grow by half an append_size or so before they are removed.
  const std::uint64_t mean_bytes = shape.set.mean_bytes + shape.append_bytes;
  return check_footprint(shape.set.files * mean_bytes / 100 * shape.set.present_percent,
                         mount_bytes);
}

WorkloadType type_of(const Published& published) {
  WorkloadType type;
  type.name = published.name;
  type.summary = published.summary;
  type.parameters = specs_of(published);
  type.writes = [&published](const Parameters&) { return published.writes; };
  type.durable = [&published](const Parameters&) { return published.durable; };
  type.check = [&published](const Parameters& parameters, std::uint64_t mount_bytes,
                            unsigned threads) {
    return check_personality(published, parameters, mount_bytes, threads);
  };
  type.make = [&published](const Parameters& parameters, Path& path,
                           const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<Personality>(personality_shape(published, parameters), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace

WorkloadType fileserver_type() { return type_of(kPublished[0]); }
WorkloadType varmail_type() { return type_of(kPublished[1]); }
WorkloadType webserver_type() { return type_of(kPublished[2]); }
WorkloadType webproxy_type() { return type_of(kPublished[3]); }

}  // namespace pmembench
