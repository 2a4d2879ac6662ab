// open_device: from a medium's name and a backend to a living dax device, with proof of what it is.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "dax/dax_device.hpp"
#include "dax/media_spec.hpp"
#include "dax/registry.hpp"
#include "platform/devices.hpp"

namespace pmembench {

struct OpenOptions {
  bool destroy = false;          // --destroy: existing content may be overwritten
  std::string backend_options;   // "key=value,..." handed to the backend
  int node = -1;                 // bind memory here where the spec names no node; -1: local policy
  std::string sysfs_root = "/";  // for dax device facts
};

// What was really mapped, verified after first touch.
struct MediaFacts {
  std::string kind;  // "dram", "file", "devdax", "block"
  std::uint64_t size_bytes = 0;
  std::uint64_t page_bytes = 0;  // most of the mapping, from smaps; 0 unknown or not mapped
  double huge_share = 0;         // share of the bytes that lie in pages of 2 MiB or more
  bool map_sync = false;         // MAP_SHARED_VALIDATE | MAP_SYNC was accepted
  dax_persistence_domain persistence_domain = DAX_DOMAIN_UNKNOWN;
  std::string file_system;  // "ext4", "tmpfs", ...; empty where there is none
  std::map<int, double>
      node_share;        // NUMA node -> share of the pages, by move_pages; empty unknown
  bool created = false;  // the file was made by us and goes with the device
};

struct OpenedDevice {
  MediaFacts facts;
  std::unique_ptr<DaxDevice> device;
};

// Opens, maps, binds, touches every page (write), verifies. Refuses (kind environment or usage):
// not enough memory or hugetlb pages, a node that does not exist, a directory, a symlink loop, no
// permission, a mounted device, content without --destroy (names what was found), a backend
// that does not serve this kind of medium.
Result<OpenedDevice> open_device(const BackendEntry& backend, const MediaSpec& spec,
                                 const dax_host_info& host, const OpenOptions& options);

// Can this medium be opened by this backend at all? Looks, changes nothing. Errors as above.
Status check_media(const BackendEntry& backend, const MediaSpec& spec, const OpenOptions& options);

// The class of claim that a durable write there may make: "durable" where the domain is known and
// real, "emulated" where a stand-in plays the part.
[[nodiscard]] std::string durable_claim(const MediaFacts& facts);

}  // namespace pmembench
