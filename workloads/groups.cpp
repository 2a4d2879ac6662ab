#include "workloads/groups.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kPathKey = "path=";
constexpr std::string_view kOtherMedium = "medium=other";

std::vector<std::string_view> pieces_of(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator)) {
    pieces.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  pieces.push_back(text);
  return pieces;
}

const ParameterSpec* spec_called(const WorkloadType& type, std::string_view name) {
  const auto found = std::find_if(type.parameters.begin(), type.parameters.end(),
                                  [&](const ParameterSpec& spec) { return spec.name == name; });
  return found == type.parameters.end() ? nullptr : &*found;
}

// As the campaign reader would write it: sizes in bytes, choices as they are.
Result<std::string> canonical(const ParameterSpec& spec, std::string_view value) {
  if (spec.kind == ValueKind::size) {
    const auto size = parse_size(value);
    if (!size) return size.error();
    return std::to_string(*size);
  }
  if (spec.kind == ValueKind::count) {
    const auto count = parse_count(value);
    if (!count) return count.error();
    return std::to_string(*count);
  }
  const auto& choices = spec.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    return usage_error("{} is not one of the values of {}", value, spec.name);
  }
  return std::string(value);
}

Status set_keys(ThreadGroup& group, const WorkloadType& type, std::string_view keys) {
  for (const ParameterSpec& spec : type.parameters) {
    group.parameters[spec.name] = spec.default_value;
  }
  if (keys.empty()) return {};
  for (const std::string_view each : pieces_of(keys, ',')) {
    const std::size_t equals = each.find('=');
    if (each.starts_with(kPathKey)) {
      group.path = each.substr(kPathKey.size());
      continue;
    }
    if (each == kOtherMedium) {
      group.on_other = true;
      continue;
    }
    if (each.starts_with("operations=")) {
      return usage_error("{}: a group goes on until the slice is over", each);
    }
    const ParameterSpec* const spec =
        equals == std::string_view::npos ? nullptr : spec_called(type, each.substr(0, equals));
    if (spec == nullptr) {
      return usage_error("'{}' is not a key of workload {} and its value, path=NAME or {}", each,
                         type.name, kOtherMedium);
    }
    const auto value = canonical(*spec, each.substr(equals + 1));
    if (!value) return value.error();
    group.parameters[spec->name] = *value;
  }
  return {};
}

// "COUNT*WORKLOAD[:KEYS][@RATE]".
Result<ThreadGroup> read_group(std::string_view text) {
  ThreadGroup group;
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    const auto rate = parse_size(text.substr(at + 1));
    if (!rate || *rate == 0) {
      return usage_error("'{}' is not a rate in bytes a second, as in @500M", text.substr(at));
    }
    group.bytes_per_s = static_cast<double>(*rate);
    text = text.substr(0, at);
  }
  const std::size_t star = text.find('*');
  const auto threads = parse_count(text.substr(0, star));
  if (star == std::string_view::npos || !threads || *threads == 0 || *threads > 4096) {
    return usage_error("group '{}' has no number of threads; write 2*sequential:access=load", text);
  }
  group.threads = static_cast<unsigned>(*threads);
  const std::size_t colon = text.find(':', star);
  group.workload = text.substr(star + 1, colon - star - 1);
  const WorkloadType* const type = find_workload(group.workload);
  if (type == nullptr || spec_called(*type, "range_offset") == nullptr) {
    return usage_error(
        "workload '{}' cannot be one of several: use sequential, random, strided, "
        "persist or chase",
        group.workload);
  }
  const std::string_view keys = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (const Status set = set_keys(group, *type, keys); !set) return set.error();
  return group;
}

void place(std::vector<ThreadGroup>& groups, bool on_other, std::uint64_t size_bytes) {
  const auto count = static_cast<std::uint64_t>(
      std::count_if(groups.begin(), groups.end(),
                    [&](const ThreadGroup& group) { return group.on_other == on_other; }));
  if (count == 0) return;
  const std::uint64_t part = size_bytes / count / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
  std::uint64_t next = 0;
  for (ThreadGroup& group : groups) {
    if (group.on_other != on_other || part == 0) continue;
    const std::uint64_t asked = number_of(group.parameters, "range_size");
    group.parameters["range_offset"] = std::to_string(next);
    group.parameters["range_size"] = std::to_string(asked == 0 ? part : std::min(asked, part));
    next += part;
  }
}

bool any_group(const Parameters& parameters, bool durable) {
  const auto groups = read_groups(text_of(parameters, "groups"), 0);
  if (!groups) return false;
  return std::any_of(groups->begin(), groups->end(), [&](const ThreadGroup& group) {
    const WorkloadType& type = *find_workload(group.workload);
    return durable ? type.durable(group.parameters) : type.writes(group.parameters);
  });
}

// Durable only if each group that writes is.
bool all_durable(const Parameters& parameters) {
  const auto groups = read_groups(text_of(parameters, "groups"), 0);
  if (!groups || !any_group(parameters, false)) return false;
  return std::all_of(groups->begin(), groups->end(), [](const ThreadGroup& group) {
    const WorkloadType& type = *find_workload(group.workload);
    return !type.writes(group.parameters) || type.durable(group.parameters);
  });
}

Status check_groups(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const auto groups = read_groups(text_of(parameters, "groups"), device_bytes);
  if (!groups) return groups.error();
  unsigned wanted = 0;
  for (const ThreadGroup& group : *groups) wanted += group.threads;
  if (wanted != threads) {
    return usage_error("the groups have {} threads together, and the cell has {}: set threads: {}",
                       wanted, threads, wanted);
  }
  const bool other = !text_of(parameters, "other_media").empty();
  const bool used = std::any_of(groups->begin(), groups->end(),
                                [](const ThreadGroup& group) { return group.on_other; });
  if (used && !other) {
    return usage_error("a group is on the other medium, and the cell has none: set other_media");
  }
  if (other && !used) {
    return usage_error("no group is on other_media: add {} to one, or leave it out", kOtherMedium);
  }
  for (const ThreadGroup& group : *groups) {
    const Status fits =
        find_workload(group.workload)
            ->check(group.parameters, group.on_other ? 0 : device_bytes, group.threads);
    if (!fits) return fits.error().with_context("group of " + group.workload);
  }
  return {};
}

}  // namespace

Result<std::vector<ThreadGroup>> read_groups(const std::string& text, std::uint64_t device_bytes,
                                             std::uint64_t other_bytes) {
  std::vector<ThreadGroup> groups;
  for (const std::string_view each : pieces_of(text, '+')) {
    auto group = read_group(each);
    if (!group) return group.error();
    groups.push_back(*std::move(group));
  }
  place(groups, false, device_bytes);
  place(groups, true, other_bytes);
  return groups;
}

std::string groups_misfit(const Parameters& parameters, const PathType& path) {
  const auto groups = read_groups(text_of(parameters, "groups"), 0);
  if (!groups) return groups.error().message;
  for (const ThreadGroup& group : *groups) {
    const PathType* const own = group.path.empty() ? &path : find_path(group.path);
    if (own == nullptr) return fmt::format("there is no path {}", group.path);
    const bool apart = !group.path.empty() || group.on_other;
    if (!apart) continue;
    if (own->prepare != nullptr || own->needs_mount || own->needs_block_path) {
      return fmt::format(
          "a group by path {} would need that path for all of its medium: use direct, flags, "
          "mapped or char for a separate group",
          own->name);
    }
    if (!group.on_other && path.prepare != nullptr) {
      return fmt::format(
          "path {} keeps structures on the medium, and a group by path {} would overwrite them: "
          "put that group on the other medium",
          path.name, own->name);
    }
    const auto access = group.parameters.find("access");
    const bool loads = access != group.parameters.end() && access->second.starts_with("load");
    if (loads && !own->loads) {
      return fmt::format("access load works on addresses, and path {} gives none: use path direct",
                         own->name);
    }
    if (find_workload(group.workload)->needs_mapping && !own->needs_direct_access) {
      return fmt::format("workload {} works on addresses, and path {} gives none: use path mapped",
                         group.workload, own->name);
    }
  }
  return {};
}

std::size_t group_of(const std::vector<ThreadGroup>& groups, unsigned thread) {
  std::size_t group = 0;
  while (group + 1 < groups.size() && thread >= groups[group].threads) {
    thread -= groups[group].threads;
    ++group;
  }
  return group;
}

WorkloadType groups_type() {
  WorkloadType type;
  type.name = "groups";
  type.summary =
      "different workloads side by side, each with its threads, keys, path, part and rate";
  type.parameters = {
      {"groups",
       ValueKind::text,
       "1*sequential:access=load+1*random:access=write,operation_size=64",
       {},
       "joined by +: THREADS*WORKLOAD[:KEY=VALUE,...][@BYTES_PER_SECOND]; keys are "
       "the workload's, path=NAME and medium=other"},
      {"other_media", ValueKind::text, "", {}, "medium of groups with medium=other"}};
  type.writes = [](const Parameters& parameters) { return any_group(parameters, false); };
  type.durable = all_durable;
  type.check = check_groups;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const auto groups =
        *read_groups(text_of(parameters, "groups"), path.size_bytes(), path.size_bytes());
    const std::size_t mine = group_of(groups, position.index);
    unsigned before = 0;
    for (std::size_t i = 0; i < mine; ++i) before += groups[i].threads;
    const ThreadGroup& group = groups[mine];
    return find_workload(group.workload)
        ->make(group.parameters, path,
               {position.index - before, group.threads, position.cell_seed});
  };
  type.groups = true;
  return type;
}

}  // namespace pmembench
