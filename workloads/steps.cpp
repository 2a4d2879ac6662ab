// steps: several operations as one, each read leading to the next address: an index lookup, a hash
// bucket with its log, as PerMA-Bench's chained operations.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "base/units.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/stamped_buffer.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

enum class StepKind { read, load, write, persist };

struct Step {
  StepKind kind = StepKind::read;
  std::uint64_t size_bytes = 0;
  std::int64_t distance_bytes = 0;  // from the beginning of the node
};
constexpr std::uint64_t kLinkBytes = sizeof(std::uint64_t);  // at the beginning of each node
constexpr std::size_t kMostSteps = 16;

Result<std::int64_t> read_distance(std::string_view text) {
  const bool back = text.starts_with('-');
  const auto size = parse_size(back ? text.substr(1) : text);
  if (!size) return size.error();
  const auto distance = static_cast<std::int64_t>(*size);
  return back ? -distance : distance;
}

// "read:512", "write:64:-64".
Result<Step> read_step(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  const std::string_view word = text.substr(0, first);
  Step step;
  if (word == "load") step.kind = StepKind::load;
  if (word == "write") step.kind = StepKind::write;
  if (word == "persist") step.kind = StepKind::persist;
  const bool known = word == "read" || step.kind != StepKind::read;
  if (!known || first == std::string_view::npos) {
    return usage_error(
        "step '{}' is not one; write read:SIZE, load:SIZE, write:SIZE:DISTANCE or "
        "persist:SIZE:DISTANCE, joined by +",
        text);
  }
  const auto size = parse_size(text.substr(first + 1, second - first - 1));
  if (!size) return size.error().with_context(fmt::format("step '{}'", text));
  step.size_bytes = *size;
  if (second == std::string_view::npos) return step;
  const auto distance = read_distance(text.substr(second + 1));
  if (!distance) return distance.error().with_context(fmt::format("step '{}'", text));
  step.distance_bytes = *distance;
  return step;
}

Result<std::vector<Step>> read_steps(std::string_view text) {
  std::vector<Step> steps;
  while (true) {
    const std::size_t plus = text.find('+');
    const auto step = read_step(text.substr(0, plus));
    if (!step) return step.error();
    steps.push_back(*step);
    if (plus == std::string_view::npos) return steps;
    text.remove_prefix(plus + 1);
  }
}

bool is_write(const Step& step) {
  return step.kind == StepKind::write || step.kind == StepKind::persist;
}

class Steps final : public Workload {
 public:
  Steps(std::vector<Step> steps, bool random_start, Region region, std::uint64_t stride_bytes,
        Path& path, const ThreadPosition& position)
      : steps_(std::move(steps)),
        random_start_(random_start),
        starts_(mix_seed(position.thread_seed())),
        region_(region),
        stride_bytes_(stride_bytes),
        nodes_(region.size_bytes / stride_bytes),
        path_(path),
        position_(position) {}

  // The nodes are one cycle in random order (Sattolo); each begins with the number of the next.
  Status prepare() override {
    for (const Step& step : steps_) longest_ = std::max(longest_, step.size_bytes);
    for (std::optional<StampedBuffer>* buffer : {&read_, &write_, &found_}) {
      auto made = StampedBuffer::make(std::max(longest_, kLinkBytes), position_.cell_seed);
      if (!made) return made.error();
      buffer->emplace(*std::move(made));
    }
    next_.resize(nodes_);
    std::iota(next_.begin(), next_.end(), 0);
    Random random(position_.thread_seed());
    for (std::uint64_t i = nodes_ - 1; i > 0; --i) std::swap(next_[i], next_[random.below(i)]);
    for (std::uint64_t node = 0; node < nodes_; ++node) {
      const std::int64_t done =
          transfer(StepKind::persist, place_of(node), kLinkBytes, link_of(node));
      if (done < 0) return runtime_error("{}", path_failure(done, "making the nodes"));
    }
    refresh();
    return {};
  }

  void refresh() override {
    write_->stamp(++interval_);
    first_node_ = node_;
    first_starts_ = starts_;
    operations_in_interval_ = visited_ = 0;
    wrote_bytes_ = 0;
  }

  Work run(std::uint64_t operations) override {
    Work work;
    while (work.operations < operations) {
      if (random_start_) node_ = starts_.below(nodes_);
      ++operations_in_interval_;
      for (const Step& step : steps_) {
        failed_ = step_once(step);
        if (failed_ < 0) return work;
        work.bytes += step.size_bytes;
        (is_write(step) ? written_bytes_ : read_bytes_) += step.size_bytes;
      }
      ++work.operations;
    }
    return work;
  }

  std::string failure() const override {
    return failed_ < 0 ? path_failure(failed_, "a step") : std::string();
  }

  // The walk by the cycle that was made, without the medium; and the last node's writes.
  Status verify() override {
    const auto reads = std::count_if(steps_.begin(), steps_.end(),
                                     [](const Step& step) { return !is_write(step); });
    std::uint64_t node = first_node_, visited = 0;
    for (std::uint64_t operation = 0; operation < operations_in_interval_; ++operation) {
      if (random_start_) node = first_starts_.below(nodes_);
      for (auto i = reads; i > 0; --i) {
        node = next_[node];
        visited = with_node(visited, node);
      }
    }
    if (visited != visited_) {
      return runtime_error(
          "{} operations did not visit the nodes that their links lead to: a read "
          "found another address",
          operations_in_interval_);
    }
    if (wrote_bytes_ == 0) return {};
    const std::int64_t done = transfer(StepKind::read, wrote_at_, wrote_bytes_, found_->data());
    if (done < 0) return runtime_error("{}", path_failure(done, "reading back"));
    return compare_bytes(write_->bytes().first(wrote_bytes_), found_->bytes().first(wrote_bytes_),
                         wrote_at_);
  }

  std::map<std::string, double> figures() const override {
    return written_share_of(written_bytes_, read_bytes_);
  }

 private:
  // 0, which neither the compiler nor the CPU knows before it has the value.
  static std::uint64_t zero_from(std::uint64_t value) {
    asm volatile("and $0, %0" : "+r"(value));
    return value;
  }
  // A sum of all nodes in their order.
  static std::uint64_t with_node(std::uint64_t visited, std::uint64_t node) {
    return visited * 31 + node;
  }
  [[nodiscard]] std::uint64_t place_of(std::uint64_t node) const {
    return region_.offset_bytes + node * stride_bytes_;
  }
  unsigned char* link_of(std::uint64_t node) {
    std::memcpy(found_->data(), &next_[node], kLinkBytes);
    return found_->data();
  }

  std::int64_t step_once(const Step& step) {
    const auto at = static_cast<std::uint64_t>(static_cast<std::int64_t>(place_of(node_)) +
                                               step.distance_bytes);
    if (is_write(step)) {
      wrote_at_ = at;
      wrote_bytes_ = step.size_bytes;
      return transfer(step.kind, at, step.size_bytes, write_->data());
    }
    const std::int64_t done = transfer(step.kind, at, step.size_bytes, read_->data());
    if (done < 0) return done;
    // The next address needs what was read: no CPU can begin the next step before that is there.
    std::uint64_t next = 0;
    if (step.kind == StepKind::load) {
      next = next_[node_] + zero_from(loaded_);
    } else {
      std::memcpy(&next, read_->data(), kLinkBytes);
    }
    if (next >= nodes_) return -EIO;
    node_ = next;
    visited_ = with_node(visited_, node_);
    return done;
  }

  std::int64_t transfer(StepKind kind, std::uint64_t offset, std::uint64_t size,
                        unsigned char* buffer) {
    dax_iter iter{};
    iter.multiplier = 1;
    iter.slots = iter.count = 1;
    iter.offset_bytes = offset;
    iter.granule_bytes = iter.size_bytes = size;
    iter.buffer = buffer;
    std::int64_t done = 0;
    if (kind == StepKind::read) done = path_.read(iter);
    if (kind == StepKind::load) done = path_.load(iter, loaded_);
    if (kind == StepKind::write) done = path_.write(iter);
    if (kind == StepKind::persist) done = path_.persist(iter);
    return done >= 0 && iter.count != 0 ? -EIO : done;
  }

  std::vector<Step> steps_;
  bool random_start_;
  Random starts_;  // of operations, if each starts at a random node
  Region region_;
  std::uint64_t stride_bytes_;
  std::uint64_t nodes_;
  Path& path_;
  ThreadPosition position_;
  std::uint64_t longest_ = 0;
  std::optional<StampedBuffer> read_, write_, found_;
  std::vector<std::uint64_t> next_;
  std::uint64_t wrote_at_ = 0, wrote_bytes_ = 0;  // of the last write
  std::uint64_t node_ = 0, visited_ = 0;
  // When the interval began:
  std::uint64_t first_node_ = 0, operations_in_interval_ = 0;
  Random first_starts_ = starts_;
  std::uint64_t interval_ = 0, loaded_ = 0;
  std::uint64_t read_bytes_ = 0, written_bytes_ = 0;
  std::int64_t failed_ = 0;
};

// Where a write may go so that it harms no link: behind the node's own, before the next node's.
Status check_step(const Step& step, std::uint64_t stride_bytes) {
  const auto stride = static_cast<std::int64_t>(stride_bytes);
  const auto size = static_cast<std::int64_t>(step.size_bytes);
  if (size <= 0 || size > stride) {
    return usage_error("a step of {} bytes does not fit into the stride of {} between nodes", size,
                       stride);
  }
  if (!is_write(step)) {
    if (step.distance_bytes == 0 && size >= static_cast<std::int64_t>(kLinkBytes)) return {};
    return usage_error(
        "a read or load is of 8 bytes or more and has no distance: it begins with the "
        "next address");
  }
  const bool behind = step.distance_bytes >= static_cast<std::int64_t>(kLinkBytes) &&
                      step.distance_bytes + size <= stride;
  const bool before = step.distance_bytes < 0 && -step.distance_bytes >= size &&
                      -step.distance_bytes <= stride - static_cast<std::int64_t>(kLinkBytes);
  if (behind || before) return {};
  return usage_error(
      "a write of {} bytes at distance {} would overwrite the address at the beginning of a node: "
      "use 8 to {}, or -{} to -{}",
      size, step.distance_bytes, stride - size, size,
      stride - static_cast<std::int64_t>(kLinkBytes));
}

Status check_steps(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const auto steps = read_steps(text_of(parameters, "steps"));
  if (!steps) return steps.error();
  const std::uint64_t stride_bytes = number_of(parameters, "stride");
  if (steps->size() > kMostSteps) {
    return usage_error("{} steps are more than {}", steps->size(), kMostSteps);
  }
  for (const Step& step : *steps) {
    if (const Status fits = check_step(step, stride_bytes); !fits) return fits;
  }
  if (device_bytes == 0) return {};
  if (range_bytes_of(parameters, device_bytes) > device_bytes) {
    return usage_error("range_size is larger than the medium");
  }
  const Region region =
      position_region(range_bytes_of(parameters, device_bytes), stride_bytes, false, 0, threads);
  if (region.size_bytes >= 4 * stride_bytes) return {};
  return usage_error("each thread needs four nodes of {} bytes or more: use a larger range_size",
                     stride_bytes);
}

bool any_step(const Parameters& parameters, bool (*fits)(const Step&)) {
  const auto steps = read_steps(text_of(parameters, "steps"));
  return steps && std::any_of(steps->begin(), steps->end(), fits);
}

}  // namespace

WorkloadType steps_type() {
  WorkloadType type;
  type.name = "steps";
  type.summary =
      "reads that lead to each other and writes next to them, as one operation: an index";
  type.parameters = {{"steps",
                      ValueKind::text,
                      "read:512+read:512+write:64:-64",
                      {},
                      "of an operation, joined by +: read:SIZE, load:SIZE, write:SIZE:DISTANCE, "
                      "persist:SIZE:DISTANCE"},
                     {"start",
                      ValueKind::choice,
                      "linked",
                      {"linked", "random"},
                      "linked: an operation starts at the node that the last read led to; random: "
                      "at any, so that operations can overlap"},
                     {"stride", ValueKind::size, "1024", {}, "bytes between nodes"},
                     range_size_spec()};
  type.writes = [](const Parameters& parameters) { return any_step(parameters, is_write); };
  type.durable = [](const Parameters& parameters) {
    const bool lazy =
        any_step(parameters, [](const Step& step) { return step.kind == StepKind::write; });
    return any_step(parameters, is_write) && !lazy;
  };
  type.check = check_steps;
  type.moves_words = true;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const std::uint64_t stride_bytes = number_of(parameters, "stride");
    const Region whole = position_region(range_bytes_of(parameters, path.size_bytes()),
                                         stride_bytes, false, position.index, position.count);
    // The first and last stride are room for writes before and behind the nodes.
    const Region nodes{whole.offset_bytes + stride_bytes, whole.size_bytes - 2 * stride_bytes};
    return std::unique_ptr<Workload>(std::make_unique<Steps>(
        *read_steps(text_of(parameters, "steps")), text_of(parameters, "start") == "random", nodes,
        stride_bytes, path, position));
  };
  return type;
}

}  // namespace pmembench
