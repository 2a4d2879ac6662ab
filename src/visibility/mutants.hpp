// Programs that publish or read wrongly in one way each: what a visibility test must catch.
#pragma once

#include <span>
#include <string_view>

#include "visibility/message.hpp"

namespace pmembench {

struct VisibilityMutant {
  std::string_view name;
  std::string_view fault;  // one clause
  StoreWay way;            // of the right program that it is made of
  void (*change)(WriterProgram& writer, ReaderProgram& reader);
};

[[nodiscard]] std::span<const VisibilityMutant> visibility_mutants();

}  // namespace pmembench
