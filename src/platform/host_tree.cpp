#include "platform/host_tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = std::size_t{16} << 20;
// The kernel's own bound (CONFIG_NR_CPUS reaches 8192): a garbled list cannot eat all memory.
constexpr int kMostCpus = 1 << 16;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0'; }

std::optional<int> parse_cpu(std::string_view text) {
  const auto value = parse_number(text);
  if (!value || *value >= kMostCpus) return std::nullopt;
  return static_cast<int>(*value);
}

// Natural order: by the text before the first digit, then by length and text, so 2 < 10.
bool natural_less(const std::string& a, const std::string& b) {
  const auto head = [](const std::string& s) { return s.substr(0, s.find_first_of("0123456789")); };
  const std::string head_a = head(a);
  const std::string head_b = head(b);
  if (head_a != head_b) return head_a < head_b;
  if (a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return result;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  text = trimmed(text);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_kernel_size(std::string_view text) {
  text = trimmed(text);
  unsigned shift = 0;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = trimmed(text.substr(digits));
  if (unit == "K" || unit == "kB") shift = 10;
  if (unit == "M" || unit == "MB") shift = 20;
  if (unit == "G" || unit == "GB") shift = 30;
  if (shift == 0 && !unit.empty()) return std::nullopt;
  const auto value = parse_number(text.substr(0, digits));
  if (!value || *value > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
  return *value << shift;
}

std::vector<int> parse_cpu_list(std::string_view text) {
  text = trimmed(text);
  std::vector<int> cpus;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view range = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t dash = std::min(range.find('-'), range.size());
    const auto first = parse_cpu(range.substr(0, dash));
    const auto last = dash == range.size() ? first : parse_cpu(range.substr(dash + 1));
    if (!first || !last || *last < *first) return {};
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::vector<int> parse_cpu_mask(std::string_view text) {
  text = trimmed(text);
  std::vector<int> cpus;
  int first = 0;
  while (!text.empty()) {
    const std::size_t comma = text.rfind(',');
    const std::string_view word = comma == std::string_view::npos ? text : text.substr(comma + 1);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(0, comma);
    std::uint32_t bits = 0;
    const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), bits, 16);
    if (error != std::errc() || rest != word.data() + word.size() || first >= kMostCpus) return {};
    for (int bit = 0; bit < 32; ++bit) {
      if ((bits >> bit & 1U) != 0) cpus.push_back(first + bit);
    }
    first += 32;
  }
  return cpus;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trimmed(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t\n\r"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

HostTree::HostTree(std::string root) : prefix_(std::move(root)) {
  while (!prefix_.empty() && prefix_.back() == '/') prefix_.pop_back();
}

std::string HostTree::path(std::string_view relative) const {
  return prefix_ + "/" + std::string(relative);
}

bool HostTree::exists(std::string_view relative) const {
  std::error_code error;
  return fs::exists(path(relative), error);
}

bool HostTree::is_directory(std::string_view relative) const {
  std::error_code error;
  return fs::is_directory(path(relative), error);
}

std::optional<std::string> HostTree::text(std::string_view relative) const {
  // O_NONBLOCK, so that a FIFO in the way cannot hang a probe.
  const UniqueFd fd(::open(path(relative).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return std::nullopt;
  std::string content;
  std::string buffer(std::size_t{64} << 10, '\0');
  while (content.size() < kLargestFile) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    content.append(buffer, 0, static_cast<std::size_t>(got));
  }
  return content;
}

std::optional<std::string> HostTree::line(std::string_view relative) const {
  const auto content = text(relative);
  if (!content) return std::nullopt;
  const std::string_view first = std::string_view(*content).substr(0, content->find('\n'));
  if (trimmed(first).empty()) return std::nullopt;
  return printable(trimmed(first));
}

std::string HostTree::line_or_unknown(std::string_view relative) const {
  return line(relative).value_or("unknown");
}

std::optional<std::uint64_t> HostTree::number(std::string_view relative) const {
  const auto content = line(relative);
  return content ? parse_number(*content) : std::nullopt;
}

std::optional<int> HostTree::node(std::string_view relative) const {
  const auto value = number(relative);
  if (!value || *value >= kMostCpus) return std::nullopt;
  return static_cast<int>(*value);
}

std::vector<int> HostTree::cpus(std::string_view list, std::string_view mask) const {
  if (exists(list)) return parse_cpu_list(line(list).value_or(""));
  return parse_cpu_mask(line(mask).value_or(""));
}

std::vector<std::string> HostTree::names(std::string_view relative) const {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(path(relative), error), end; !error && entry != end;
       entry.increment(error)) {
    found.push_back(entry->path().filename().string());
  }
  std::sort(found.begin(), found.end(), natural_less);
  return found;
}

std::vector<std::string> HostTree::numbered(std::string_view relative,
                                            std::string_view prefix) const {
  std::vector<std::string> found = names(relative);
  std::erase_if(found, [&](const std::string& name) {
    return !name.starts_with(prefix) || name.size() == prefix.size() ||
           name.find_first_not_of("0123456789", prefix.size()) != std::string::npos ||
           name.size() > prefix.size() + 6;
  });
  return found;
}

std::string HostTree::link_name(std::string_view relative) const {
  std::error_code error;
  const fs::path target = fs::read_symlink(path(relative), error);
  return error ? std::string() : target.filename().string();
}

std::optional<std::string> HostTree::real(std::string_view relative) const {
  std::error_code error;
  const fs::path root = fs::canonical(prefix_ + "/", error);
  if (error) return std::nullopt;
  const fs::path found = fs::canonical(path(relative), error);
  if (error) return std::nullopt;
  return found.lexically_relative(root).string();
}

std::optional<std::uint64_t> HostTree::kb_field(std::string_view relative,
                                                std::string_view key) const {
  const auto content = text(relative);
  if (!content) return std::nullopt;
  std::size_t at = content->find(key);
  // "Node 0 MemTotal:" is the key behind a blank; "SecMemTotal:" would be another key.
  while (at != std::string::npos && at != 0 && !is_blank((*content)[at - 1])) {
    at = content->find(key, at + 1);
  }
  if (at == std::string::npos) return std::nullopt;
  const std::size_t start = at + key.size();
  const std::size_t end = std::min(content->find('\n', start), content->size());
  return parse_kernel_size(std::string_view(*content).substr(start, end - start));
}

}  // namespace pmembench
