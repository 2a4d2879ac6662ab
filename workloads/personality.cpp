#include "workloads/personality.hpp"

#include <algorithm>
#include <cerrno>

namespace pmembench {
namespace {

constexpr std::uint64_t kPersonalityPeriod = std::uint64_t{1} << 20;
constexpr std::string_view kLog = "/log";
// The log begins again, between two timed intervals, when it has grown beyond this.
constexpr std::uint64_t kLogLimit = std::uint64_t{4} << 20;

}  // namespace

Personality::Personality(PersonalityShape shape, Path& path, const ThreadPosition& position)
    : FileWorkload(path, position),
      shape_(shape),
      set_(shape.set, position),
      file_(files_),
      log_(files_),
      uses_log_(std::count(shape.flow.begin(), shape.flow.end(), FlowStep::append_log) != 0),
      log_key_(mix_seed(position.thread_seed())) {}

Status Personality::prepare() {
  auto content = FileContent::make(position_.cell_seed, kPersonalityPeriod,
                                   std::max(shape_.io_bytes, shape_.append_bytes));
  if (!content) return content.error();
  content_.emplace(*std::move(content));
  buffer_.resize(shape_.io_bytes);
  if (Status ready = set_.prepare(files_, *content_); !ready) return ready;
  if (uses_log_ && !good(log_.open(kLog, FileInterface::kCreate), "opening the log")) {
    return broken();
  }
  return {};
}

// All threads are idle between two intervals, so one of them may cut the log of all.
void Personality::refresh() {
  logged_ = 0;
  FileStat log;
  if (!uses_log_ || position_.index != 0 || !good(files_.stat(kLog, log), "looking at the log"))
    return;
  if (log.size_bytes > kLogLimit) good(files_.truncate(log_.get(), 0), "cutting the log");
}

bool Personality::step(Work& work) {
  for (const FlowStep what : shape_.flow) {
    if (!do_step(what, work)) return false;
  }
  return true;
}

bool Personality::do_step(FlowStep what, Work& work) {
  switch (what) {
    case FlowStep::create:
      return create();
    case FlowStep::write:
      return write_whole(work);
    case FlowStep::append:
      return append(work);
    case FlowStep::sync:
      return good(files_.fsync(file_.get()), "fsync");
    case FlowStep::open:
      return open();
    case FlowStep::read:
      return read_whole(work);
    case FlowStep::close:
      return good(file_.close(), "closing a file");
    case FlowStep::remove:
      return remove();
    case FlowStep::stat:
      return stat();
    case FlowStep::append_log:
      return append_to_log(work);
  }
  return false;
}

bool Personality::create() {
  at_ = &set_.add();
  return good(file_.open(at_->name(), FileInterface::kCreate | FileInterface::kExclusive),
              "making a file");
}

bool Personality::open() {
  at_ = &set_.pick();
  return good(file_.open(at_->name(), 0), "opening a file");
}

bool Personality::remove() { return good(files_.unlink(set_.drop().name()), "removing a file"); }

bool Personality::stat() {
  const SetFile& file = set_.pick();
  FileStat found;
  return good(files_.stat(file.name(), found), "looking at a file") &&
         exactly(static_cast<std::int64_t>(found.size_bytes), file.size_bytes,
                 "looking at a file's size");
}

bool Personality::write_whole(Work& work) {
  const std::uint64_t size_bytes = set_.next_size();
  while (at_->size_bytes < size_bytes) {
    const auto part = content_->at(at_->key, at_->size_bytes,
                                   std::min(shape_.io_bytes, size_bytes - at_->size_bytes));
    if (!exactly(files_.write(file_.get(), at_->size_bytes, part), part.size(), "writing a file")) {
      return false;
    }
    at_->size_bytes += part.size();
  }
  work.bytes += size_bytes;
  written_bytes_ += size_bytes;
  return true;
}

bool Personality::read_whole(Work& work) {
  for (std::uint64_t done = 0; done < at_->size_bytes;) {
    const std::span<std::byte> part(buffer_.data(),
                                    std::min(shape_.io_bytes, at_->size_bytes - done));
    if (!exactly(files_.read(file_.get(), done, part), part.size(), "reading a file")) {
      return false;
    }
    last_read_ = {at_, done, part.size(), at_->key};
    done += part.size();
  }
  work.bytes += at_->size_bytes;
  read_bytes_ += at_->size_bytes;
  return true;
}

bool Personality::append(Work& work) {
  const std::uint64_t size_bytes = 1 + set_.random().below(shape_.append_bytes);
  const auto part = content_->at(at_->key, at_->size_bytes, size_bytes);
  at_->size_bytes += size_bytes;
  work.bytes += size_bytes;
  written_bytes_ += size_bytes;
  return exactly(files_.append(file_.get(), part), at_->size_bytes, "appending to a file");
}

bool Personality::append_to_log(Work& work) {
  const std::uint64_t size_bytes = 1 + set_.random().below(shape_.append_bytes);
  const std::uint64_t key = ++log_key_;
  const std::int64_t end = files_.append(log_.get(), content_->at(key, 0, size_bytes));
  if (!good(end, "appending to the log")) return false;
  log_entries_[logged_++ % kLogEntries] = {static_cast<std::uint64_t>(end), size_bytes, key};
  work.bytes += size_bytes;
  written_bytes_ += size_bytes;
  return true;
}

std::map<std::string, double> Personality::figures() const {
  return written_share_of(written_bytes_, read_bytes_);
}

Status Personality::verify_last_read() {
  if (last_read_.file == nullptr) return {};
  return content_->check(last_read_.file->name(), last_read_.key, last_read_.offset_bytes,
                         std::span<const std::byte>(buffer_).first(last_read_.size_bytes));
}

Status Personality::verify_log() {
  std::vector<std::byte> found(shape_.append_bytes);
  for (std::uint64_t i = 0; i < std::min(logged_, kLogEntries); ++i) {
    const LogEntry& entry = log_entries_[i];
    const std::uint64_t offset_bytes = entry.end_bytes - entry.size_bytes;
    const std::span<std::byte> part(found.data(), entry.size_bytes);
    if (entry.end_bytes < entry.size_bytes) {
      return runtime_error("the log was reported to have {} bytes after {} were appended",
                           entry.end_bytes, entry.size_bytes);
    }
    if (!exactly(files_.read(log_.get(), offset_bytes, part), part.size(),
                 "reading the log back")) {
      return broken();
    }
    if (Status same = content_->check(kLog, entry.key, 0, part); !same) return same;
  }
  return {};
}

Status Personality::verify() {
  if (Status read = verify_last_read(); !read) return read;
  last_read_ = {};
  if (Status logged = verify_log(); !logged) return logged;
  return set_.verify(files_, *content_);
}

}  // namespace pmembench
