#include "crash/cut_subject.hpp"

#include <algorithm>

namespace pmembench {
namespace {

struct NamedSubject {
  std::string_view name;
  std::unique_ptr<CutSubject> (*make)(std::uint64_t seed);
};

constexpr NamedSubject kSubjects[] = {
    {"fs-dax", make_fs_subject}, {"btt", make_btt_subject}, {"log", make_log_subject}};

}  // namespace

std::vector<std::string_view> cut_subject_names() {
  std::vector<std::string_view> names;
  for (const NamedSubject& subject : kSubjects) names.push_back(subject.name);
  return names;
}

std::unique_ptr<CutSubject> make_cut_subject(std::string_view name, std::uint64_t seed) {
  const auto* const found =
      std::find_if(std::begin(kSubjects), std::end(kSubjects),
                   [&](const NamedSubject& subject) { return subject.name == name; });
  return found == std::end(kSubjects) ? nullptr : found->make(seed);
}

}  // namespace pmembench
