#include "visibility/mutants.hpp"

#include <algorithm>
#include <array>

namespace pmembench {
namespace {

using Kind = WriterStep::Kind;

void erase(WriterProgram& program, Kind kind) {
  std::erase_if(program, [&](const WriterStep& step) { return step.kind == kind; });
}

void move_to_front(WriterProgram& program, Kind kind) {
  std::stable_partition(program.begin(), program.end(),
                        [&](const WriterStep& step) { return step.kind == kind; });
}

void move_to_end(WriterProgram& program, Kind kind) {
  std::stable_partition(program.begin(), program.end(),
                        [&](const WriterStep& step) { return step.kind != kind; });
}

void erase_fence(WriterProgram& program, bool last) {
  const auto is_fence = [](const WriterStep& step) { return step.kind == Kind::fence; };
  if (last) {
    program.erase(std::prev(std::find_if(program.rbegin(), program.rend(), is_fence).base()));
  } else {
    program.erase(std::find_if(program.begin(), program.end(), is_fence));
  }
}

constexpr std::array kMutants{
    VisibilityMutant{
        "payload_not_flushed", "the payload is stored and never written back", StoreWay::clwb,
        [](WriterProgram& writer, ReaderProgram&) { erase(writer, Kind::flush_payload); }},
    VisibilityMutant{
        "flag_not_flushed", "the flag is stored and never written back", StoreWay::clwb,
        [](WriterProgram& writer, ReaderProgram&) { erase(writer, Kind::flush_flag); }},
    VisibilityMutant{"payload_flushed_after_flag", "the payload is written back after the flag",
                     StoreWay::clflush,
                     [](WriterProgram& writer, ReaderProgram&) {
                       move_to_end(writer, Kind::flush_payload);
                       writer.push_back({Kind::fence, 0});
                     }},
    VisibilityMutant{"flag_before_payload", "the flag is stored and written back first",
                     StoreWay::clflush,
                     [](WriterProgram& writer, ReaderProgram&) {
                       move_to_front(writer, Kind::flush_flag);
                       move_to_front(writer, Kind::store_flag);
                     }},
    VisibilityMutant{"no_fence_after_payload", "no fence between the write-backs and the flag",
                     StoreWay::clflushopt,
                     [](WriterProgram& writer, ReaderProgram&) { erase_fence(writer, false); }},
    VisibilityMutant{"no_fence_after_stores",
                     "no fence between stores past the caches and the flag", StoreWay::movdir64b,
                     [](WriterProgram& writer, ReaderProgram&) { erase_fence(writer, false); }},
    VisibilityMutant{"no_fence_at_the_end", "the message is announced before a fence",
                     StoreWay::clwb,
                     [](WriterProgram& writer, ReaderProgram&) { erase_fence(writer, true); }},
    VisibilityMutant{"last_line_not_flushed", "the last line of the payload is not written back",
                     StoreWay::clwb,
                     [](WriterProgram& writer, ReaderProgram&) {
                       unsigned last = 0;
                       for (const WriterStep& step : writer) last = std::max(last, step.line);
                       std::erase_if(writer, [&](const WriterStep& step) {
                         return step.kind == Kind::flush_payload && step.line == last;
                       });
                     }},
    VisibilityMutant{
        "flushed_before_the_store", "the write-backs come before the stores", StoreWay::clflush,
        [](WriterProgram& writer, ReaderProgram&) { move_to_front(writer, Kind::flush_payload); }},
    VisibilityMutant{"reader_keeps_the_flag", "the reader does not drop its copy of the flag",
                     StoreWay::clwb,
                     [](WriterProgram&, ReaderProgram& reader) { reader.flag = LoadWay::plain; }},
    VisibilityMutant{
        "reader_keeps_the_payload", "the reader does not drop its copy of the payload",
        StoreWay::clwb,
        [](WriterProgram&, ReaderProgram& reader) { reader.payload = LoadWay::plain; }},
    VisibilityMutant{"reader_loads_payload_first", "the reader loads the payload before the flag",
                     StoreWay::clwb,
                     [](WriterProgram&, ReaderProgram& reader) { reader.payload_first = true; }},
};

}  // namespace

std::span<const VisibilityMutant> visibility_mutants() { return kMutants; }

}  // namespace pmembench
