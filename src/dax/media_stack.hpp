// media_stack: media that are made of others: linear, stripe, logwrites.
#pragma once

#include <string>
#include <vector>

#include "dax/open_device.hpp"

namespace pmembench {

// Addresses that are set aside, so that mappings can be moved there one behind the other. Used by
// one thread; what was taken belongs to its mapping.
class AddressArea {
 public:
  AddressArea();
  AddressArea(const AddressArea&) = delete;
  AddressArea& operator=(const AddressArea&) = delete;
  ~AddressArea();
  // Moves the medium's mapping behind the last one, unless its pages need another alignment, or the
  // kernel does not move it: from then on nothing is moved.
  void take(Medium& medium);

 private:
  unsigned char* next_ = nullptr;
  unsigned char* end_ = nullptr;
};

// Opens the parts, each by its own backend or `backend`, and makes the device of them. In a linear
// one the mappings of the host follow each other, so that it has all addresses in one piece.
// Errors: those of a part, with its name; two parts that are one medium.
Result<OpenedDevice> open_stack(const BackendEntry& backend, const MediaSpec& spec,
                                const dax_host_info& host, const OpenOptions& options);

// As check_media, of each part.
Status check_stack(const BackendEntry& backend, const MediaSpec& spec, const OpenOptions& options);

// The part's own backend, or `backend`. Errors: it is not known, or parts cannot name one here.
Result<const BackendEntry*> backend_of_part(const BackendEntry& backend, const MediaSpec& part,
                                            const OpenOptions& options);

// The identities of the parts of a medium in one text, and again: "file 8:1:42 + nothing". For a
// medium that is not a stack they are its only one.
[[nodiscard]] std::string join_identities(const std::vector<std::string>& identities);
[[nodiscard]] std::vector<std::string> split_identities(const std::string& text);

}  // namespace pmembench
