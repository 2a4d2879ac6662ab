#include "sim/model_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "base/units.hpp"
#include "config/campaign.hpp"
#include "config/yaml_tree.hpp"

namespace pmembench {
namespace {

using Kind = YamlNode::Kind;

constexpr std::array<std::pair<std::string_view, SimPolicy>, 5> kPolicyWords{
    {{"lru", SimPolicy::lru},
     {"fifo", SimPolicy::fifo},
     {"random", SimPolicy::random},
     {"hashed", SimPolicy::hashed},
     {"modulo", SimPolicy::modulo}}};

// One key of a map, and what becomes of its value.
struct ModelKey {
  std::string name;
  std::function<Status(const YamlNode&)> read;
  bool required = false;
};

// A level as it is written: by the latency of a load that ends in it.
struct WrittenLevel {
  SimCache cache;
  double latency_ns = 0;
  const YamlNode* node = nullptr;
};

class ModelReader {
 public:
  explicit ModelReader(std::string file) : file_(std::move(file)) {}

  Result<SimModel> read(const YamlNode& root) {
    if (root.kind != Kind::map) {
      return error(root, "a simulated memory is a map of keys such as size, latency and levels");
    }
    if (Status done = read_map(root, "", top_keys()); !done) return done.error();
    if (Status done = take_levels(root); !done) return done.error();
    if (Status good = check_model(model_); !good) return error(root, good.error().message);
    return std::move(model_);
  }

 private:
  [[nodiscard]] Error error(const YamlNode& node, std::string_view sentence) const {
    return error_at({file_, node.line, node.column}, sentence);
  }

  // ---- values

  Result<std::string> text(const YamlNode& node) const {
    if (node.kind == Kind::scalar) return node.text;
    return error(node, node.kind == Kind::empty ? "it has no value" : "it takes one value");
  }
  std::function<Status(const YamlNode&)> size(std::uint64_t& to) const {
    return scalar([&to](const std::string& word) -> Status {
      const auto bytes = parse_size(word);
      if (!bytes) return bytes.error();
      to = *bytes;
      return {};
    });
  }
  std::function<Status(const YamlNode&)> count(std::uint64_t& to) const {
    return scalar([&to](const std::string& word) -> Status {
      const auto number = parse_count(word);
      if (!number) return number.error();
      to = *number;
      return {};
    });
  }
  std::function<Status(const YamlNode&)> count(unsigned& to) const {
    return scalar([&to](const std::string& word) -> Status {
      const auto number = parse_count(word);
      if (!number) return number.error();
      if (*number > 1'000'000) return usage_error("'{}' is above 1000000", word);
      to = static_cast<unsigned>(*number);
      return {};
    });
  }
  std::function<Status(const YamlNode&)> time(double& to) const {
    return scalar([&to](const std::string& word) -> Status {
      const auto ns = parse_duration_ns(word);
      if (!ns) return ns.error();
      to = static_cast<double>(*ns);
      return {};
    });
  }
  std::function<Status(const YamlNode&)> share(double& to) const {
    return scalar([&to](const std::string& word) -> Status {
      const bool percent = word.ends_with('%');
      const auto value = real(percent ? word.substr(0, word.size() - 1) : word);
      if (!value) {
        return usage_error("'{}' is not a share: write a percentage such as 3%, or 0.03", word);
      }
      to = percent ? *value / 100 : *value;
      return {};
    });
  }
  std::function<Status(const YamlNode&)> flag(bool& to) const {
    return scalar([&to](const std::string& word) -> Status {
      if (word != "true" && word != "false") {
        return usage_error("'{}' is neither true nor false", word);
      }
      to = word == "true";
      return {};
    });
  }
  std::function<Status(const YamlNode&)> policy(SimPolicy& to) const {
    return scalar([&to](const std::string& word) -> Status {
      for (const auto& [name, policy] : kPolicyWords) {
        if (name != word) continue;
        to = policy;
        return {};
      }
      return usage_error("'{}' is not a policy: write lru, fifo, random, hashed or modulo", word);
    });
  }
  std::function<Status(const YamlNode&)> words(std::string& to) const {
    return scalar([&to](const std::string& word) -> Status {
      to = word;
      return {};
    });
  }
  template <typename Read>
  std::function<Status(const YamlNode&)> scalar(Read read) const {
    return [this, read](const YamlNode& node) -> Status {
      const auto word = text(node);
      if (!word) return word.error();
      const Status done = read(*word);
      return done ? done : Status(error(node, done.error().message));
    };
  }
  static std::optional<double> real(std::string_view word) {
    double value = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size() || !std::isfinite(value)) {
      return std::nullopt;
    }
    return value;
  }

  // ---- maps and lists

  Status read_map(const YamlNode& map, const std::string& where,
                  const std::vector<ModelKey>& keys) const {
    if (map.kind != Kind::map) return error(map, fmt::format("'{}' is a map of keys", where));
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      const YamlNode& key = map.keys[i];
      const auto known = std::find_if(keys.begin(), keys.end(),
                                      [&](const ModelKey& each) { return each.name == key.text; });
      if (known == keys.end()) return unknown(key, where, keys);
      if (std::find(seen.begin(), seen.end(), key.text) != seen.end()) {
        return error(key, fmt::format("'{}' is here twice: remove one", key.text));
      }
      seen.push_back(key.text);
      const Status done = known->read(map.values[i]);
      if (!done) return named(done.error(), where, key.text);
    }
    for (const ModelKey& key : keys) {
      if (!key.required || std::find(seen.begin(), seen.end(), key.name) != seen.end()) continue;
      return error(map, fmt::format("{} is missing", path_of(where, key.name)));
    }
    return {};
  }

  static std::string path_of(const std::string& where, const std::string& key) {
    return where.empty() ? key : where + "." + key;
  }
  // "file:1:2: SENTENCE" with the key before the sentence, unless one that is deeper has it.
  static Error named(Error error, const std::string& where, const std::string& key) {
    const std::size_t at = error.message.find(": ");
    const std::string path = path_of(where, key);
    const std::string sentence = error.message.substr(at + 2);
    if (sentence.starts_with(path) || sentence.starts_with("unknown key") ||
        sentence.find("is here twice") != std::string::npos) {
      return error;
    }
    error.message = error.message.substr(0, at + 2) + path + ": " + sentence;
    return error;
  }

  [[nodiscard]] Error unknown(const YamlNode& key, const std::string& where,
                              const std::vector<ModelKey>& keys) const {
    std::vector<std::string> names;
    for (const ModelKey& each : keys) names.push_back(each.name);
    const std::string near = nearest(key.text, names);
    return error(key, fmt::format("unknown key '{}'{}{}", key.text,
                                  where.empty() ? "" : fmt::format(" of {}", where),
                                  near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }

  ModelKey group(const std::string& name, std::vector<ModelKey> keys) const {
    return {name, [this, name, keys = std::move(keys)](const YamlNode& node) {
              return read_map(node, name, keys);
            }};
  }
  template <typename Each>
  ModelKey list(const std::string& name, Each each) const {
    return {name, [this, each](const YamlNode& node) -> Status {
              if (node.kind != Kind::list) return error(node, "it is a list: write [ ... ]");
              for (const YamlNode& item : node.values) {
                if (const Status done = each(item); !done) return done;
              }
              return {};
            }};
  }

  std::vector<ModelKey> top_keys() {
    ModelKey bytes{"size", size(model_.size_bytes), true};
    ModelKey latency{"latency", time(memory_ns_), true};
    return {bytes,
            latency,
            {"description", words(model_.description)},
            {"cpus", count(model_.cpus)},
            {"store", time(model_.store_ns)},
            {"flush", time(model_.flush_ns)},
            {"fence", time(model_.fence_ns)},
            {"turnaround", time(model_.turnaround_ns)},
            {"parallelism", count(model_.parallelism)},
            {"prefetch", count(model_.prefetch_lines)},
            {"seed", count(model_.seed)},
            {"fails_after", count(model_.fails_after)},
            {"read_only", flag(model_.read_only)},
            list("levels", [this](const YamlNode& node) { return read_level(node); }),
            list("bad_pages", [this](const YamlNode& node) { return read_bad_page(node); }),
            write_buffer_keys(),
            interleave_keys(),
            banks_keys(),
            refresh_keys(),
            wear_keys(),
            tlb_keys(),
            noise_keys()};
  }
  ModelKey write_buffer_keys() {
    return group("write_buffer", {{"capacity", size(model_.write_buffer_bytes), true},
                                  {"line", size(model_.write_line_bytes)},
                                  {"drain", time(model_.drain_ns)}});
  }
  ModelKey interleave_keys() {
    return group("interleave", {{"ways", count(model_.channels), true},
                                {"granule", size(model_.granule_bytes)},
                                {"busy", time(model_.channel_ns)}});
  }
  ModelKey banks_keys() {
    return group("banks", {{"number", count(model_.banks), true},
                           {"row", size(model_.row_bytes)},
                           {"conflict", time(model_.conflict_ns), true}});
  }
  ModelKey refresh_keys() {
    return group("refresh", {{"period", time(model_.refresh_period_ns), true},
                             {"stall", time(model_.refresh_stall_ns), true}});
  }
  ModelKey wear_keys() {
    return group("wear", {{"writes", count(model_.wear_writes), true},
                          {"block", size(model_.wear_block_bytes)},
                          {"stall", time(model_.wear_stall_ns), true}});
  }
  ModelKey tlb_keys() {
    return group("tlb", {{"entries", count(model_.tlb_entries), true},
                         {"page", size(model_.page_bytes)},
                         {"walk", time(model_.walk_ns), true}});
  }
  ModelKey noise_keys() {
    SimNoise& noise = model_.noise;
    return group("noise",
                 {{"slice", share(noise.slice)},
                  {"burst", share(noise.burst_share)},
                  {"process", share(noise.process)},
                  {"spike", share(noise.spike_share)},
                  list("residuals", [this](const YamlNode& node) { return read_residual(node); })});
  }

  Status read_level(const YamlNode& node) {
    WrittenLevel level;
    level.node = &node;
    const Status done = read_map(node, "levels",
                                 {{"name", words(level.cache.name), true},
                                  {"capacity", size(level.cache.capacity_bytes), true},
                                  {"line", size(level.cache.line_bytes)},
                                  {"policy", policy(level.cache.policy)},
                                  {"latency", time(level.latency_ns), true}});
    if (done) levels_.push_back(std::move(level));
    return done;
  }
  Status read_bad_page(const YamlNode& node) {
    std::uint64_t page = 0;
    const Status done = count(page)(node);
    if (done) model_.bad_pages.push_back(page);
    return done;
  }
  Status read_residual(const YamlNode& node) {
    const auto word = text(node);
    if (!word) return word.error();
    const auto value = real(*word);
    if (!value) {
      return error(node, fmt::format("'{}' is not the logarithm of a factor, such as 0.02", *word));
    }
    model_.noise.residuals.push_back(*value);
    return {};
  }

  // The model counts by what a miss adds: what the next level, or the memory, takes longer.
  Status take_levels(const YamlNode& root) {
    model_.load_ns = levels_.empty() ? memory_ns_ : levels_.front().latency_ns;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const bool last = i + 1 == levels_.size();
      const double next_ns = last ? memory_ns_ : levels_[i + 1].latency_ns;
      SimCache cache = levels_[i].cache;
      cache.miss_ns = next_ns - levels_[i].latency_ns;
      if (!(cache.miss_ns > 0)) {
        return error(
            *levels_[i].node,
            fmt::format("levels.latency: {} ns of '{}' is not below {} ns of {}, which a miss of "
                        "it takes: list levels from the fastest to the slowest",
                        levels_[i].latency_ns, cache.name, next_ns,
                        last ? "the memory" : fmt::format("'{}'", levels_[i + 1].cache.name)));
      }
      model_.caches.push_back(std::move(cache));
    }
    if (memory_ns_ > 0) return {};
    return error(root, "latency: 0 ns: a load takes time");
  }

  std::string file_;
  SimModel model_;
  double memory_ns_ = 0;
  std::vector<WrittenLevel> levels_;
};

Result<std::string> read_model_text(const std::string& path) {
  constexpr std::size_t kEnough = kMaximumCampaignBytes + 1;
  const auto refused = [&](const char* why) {
    return usage_error(
        "the model {} cannot be read: {}; name a YAML file, such as those in configs/sim", path,
        why);
  };
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return refused(std::strerror(errno));
  struct stat facts {};
  if (fstat(fd.get(), &facts) != 0) return refused(std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return refused("it is not a regular file");
  std::string text(kEnough, '\0');
  std::size_t length = 0;
  while (length < kEnough) {
    const ssize_t got = ::read(fd.get(), text.data() + length, kEnough - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(std::strerror(errno));
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

}  // namespace

Result<SimModel> parse_sim_model(std::string_view yaml, const std::string& file) {
  const auto tree = parse_yaml(yaml, file);
  if (!tree) return tree.error();
  return ModelReader(file).read(*tree);
}

Result<SimModel> read_sim_model(const std::string& path) {
  const auto text = read_model_text(path);
  if (!text) return text.error();
  return parse_sim_model(*text, path);
}

}  // namespace pmembench
