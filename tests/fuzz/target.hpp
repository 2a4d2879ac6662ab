// A fuzz target: one parser or reader, given any bytes. It may refuse them; it may not crash, hang,
// leak, or take what it wrote itself for something else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace pmembench::fuzz {

using Bytes = std::span<const std::uint8_t>;

struct Target {
  const char* name;  // of its corpus, tests/fuzz/corpus/NAME
  void (*run)(Bytes input);
};

// All of them; run one by name.
[[nodiscard]] std::span<const Target> targets();
// Null: there is none of that name.
[[nodiscard]] const Target* find_target(std::string_view name);

// A broken promise ends the process, which every fuzzer takes for a crash.
void require(bool kept, const char* promise);

[[nodiscard]] inline std::string_view text_of(Bytes input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

// The bytes as a sequence of numbers; zeroes after the end.
class Reader {
 public:
  explicit Reader(Bytes input) : left_(input) {}
  [[nodiscard]] bool empty() const { return left_.empty(); }
  template <typename T>
  T take() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    const Bytes part = bytes(sizeof(T));
    if (!part.empty()) std::memcpy(&value, part.data(), part.size());
    return value;
  }
  Bytes bytes(std::size_t size) {
    const Bytes part = left_.first(size < left_.size() ? size : left_.size());
    left_ = left_.subspan(part.size());
    return part;
  }

 private:
  Bytes left_;
};

// The targets by file.
void fuzz_units(Bytes input);
void fuzz_settings(Bytes input);
void fuzz_campaign(Bytes input);
void fuzz_media(Bytes input);
void fuzz_requests(Bytes input);
void fuzz_replies(Bytes input);
void fuzz_row(Bytes input);
void fuzz_comparison(Bytes input);
void fuzz_derived(Bytes input);
void fuzz_import(Bytes input);
void fuzz_translate(Bytes input);
void fuzz_histogram(Bytes input);
void fuzz_store(Bytes input);
void fuzz_history(Bytes input);
void fuzz_host(Bytes input);
void fuzz_content(Bytes input);
void fuzz_btt(Bytes input);
void fuzz_file_system(Bytes input);
void fuzz_logwrites(Bytes input);
void fuzz_plugin_table(Bytes input);

}  // namespace pmembench::fuzz
