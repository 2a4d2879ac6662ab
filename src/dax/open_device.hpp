// open_device: from a medium's name and a backend to a living dax device, with proof of what it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/dax_device.hpp"
#include "dax/media.hpp"
#include "dax/media_spec.hpp"
#include "dax/registry.hpp"
#include "platform/page_watch.hpp"

namespace pmembench {

// A device whose operations are a backend's own.
struct BaseDevice {
  DaxDevice* device = nullptr;
  const BackendEntry* backend = nullptr;
};

struct OpenedDevice {
  MediaFacts facts;
  std::unique_ptr<DaxDevice> device;
  // The host's mapping, for code that makes another device over a part of it; lives as long as the
  // device. Null if the backend opened the medium itself.
  const dax_mapping* mapping = nullptr;
  SimMemory* simulation = nullptr;  // whose clock its operations take time by; null: the hardware's
  // Itself, or those that it is made of.
  std::vector<BaseDevice> bases = {};
  // The nodes of its pages after first touch; empty if it has no addresses.
  PageWatch pages = PageWatch();
};

// Opens, maps, binds, touches every page (write), verifies. Refuses (kind environment or usage):
// not enough memory or hugetlb pages, a node that does not exist, a directory, a symlink loop, no
// permission, a mounted device, content without --destroy (names what was found), a backend
// that does not serve this kind of medium.
Result<OpenedDevice> open_device(const BackendEntry& backend, const MediaSpec& spec,
                                 const dax_host_info& host, const OpenOptions& options);

// Can this medium be opened by this backend at all? Looks, changes nothing. Errors as above.
Status check_media(const BackendEntry& backend, const MediaSpec& spec, const OpenOptions& options);

// Does the backend take these options, as far as it can say before a medium is opened? Usage error.
Status check_options(const BackendEntry& backend, const std::string& options);

// The class of claim that a durable write there may make: "durable" where the domain is known and
// real, "emulated" where a stand-in plays the part.
[[nodiscard]] std::string durable_claim(const MediaFacts& facts);

}  // namespace pmembench
