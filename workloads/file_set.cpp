#include "workloads/file_set.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <set>
#include <string>

namespace pmembench {
namespace {

constexpr std::uint64_t kSizes = 1024;
constexpr std::uint64_t kLargestOverMean = 8;
constexpr std::uint64_t kVerifiedBytes = std::uint64_t{32} << 20;

Status failed(std::int64_t code, std::string_view action, std::string_view name) {
  if (code >= 0) return runtime_error("{} {} gave {}, which is too little", action, name, code);
  return runtime_error("{} {} failed: {}", action, name, std::strerror(static_cast<int>(-code)));
}

// Gamma with shape 1.5 and mean 1.5: an exponential and half the square of a normal.
double gamma_of_one_and_a_half(Random& random) {
  const double radius = -2.0 * std::log(1.0 - random.unit());
  const double turn = std::cos(2.0 * 3.14159265358979323846 * random.unit());
  return -std::log(1.0 - random.unit()) + radius * turn * turn / 2.0;
}

}  // namespace

FileSet::FileSet(const FileSetShape& shape, const ThreadPosition& position)
    : next_key_(std::uint64_t{position.index} << 32), random_(position.thread_seed()) {
  draw_sizes(shape.mean_bytes);
  name_files(shape, position);
  const std::uint64_t there = files_.size() * shape.present_percent / 100;
  for (std::uint32_t i = 0; i < files_.size(); ++i) (i < there ? present_ : absent_).push_back(i);
}

void FileSet::draw_sizes(std::uint64_t mean_bytes) {
  const auto mean = static_cast<double>(mean_bytes);
  sizes_.reserve(kSizes);
  for (std::uint64_t i = 0; i < kSizes; ++i) {
    const auto drawn = static_cast<std::uint64_t>(mean * gamma_of_one_and_a_half(random_) / 1.5);
    sizes_.push_back(std::clamp<std::uint64_t>(drawn, 1, kLargestOverMean * mean_bytes));
  }
}

// Directories of `directory_width` files each, in parents of as many directories each.
void FileSet::name_files(const FileSetShape& shape, const ThreadPosition& position) {
  const std::uint64_t leaves = (shape.files + shape.directory_width - 1) / shape.directory_width;
  const std::uint64_t parents = (leaves + shape.directory_width - 1) / shape.directory_width;
  for (std::uint64_t i = 0; i < parents; ++i) directories_.push_back(fmt::format("/d{:03}", i));
  for (std::uint64_t i = 0; i < leaves; ++i) {
    directories_.push_back(fmt::format("/d{:03}/d{:03}", i / shape.directory_width, i));
  }
  for (std::uint64_t i = position.index; i < shape.files; i += position.count) {
    SetFile file;
    const std::uint64_t leaf = i / shape.directory_width;
    file.path =
        FileName(fmt::format("/d{:03}/d{:03}/f{:06}", leaf / shape.directory_width, leaf, i));
    files_.push_back(file);
  }
}

SetFile& FileSet::add() {
  const std::uint64_t at = random_.below(absent_.size());
  const std::uint32_t index = absent_[at];
  absent_[at] = absent_.back();
  absent_.pop_back();
  present_.push_back(index);
  files_[index].size_bytes = 0;
  files_[index].key = mix_seed(++next_key_);
  return files_[index];
}

SetFile& FileSet::drop() {
  const std::uint64_t at = random_.below(present_.size());
  const std::uint32_t index = present_[at];
  present_[at] = present_.back();
  present_.pop_back();
  absent_.push_back(index);
  return files_[index];
}

Status FileSet::write(FileInterface& files, const FileContent& content, SetFile& file) const {
  const int handle = files.open(file.name(), FileInterface::kCreate | FileInterface::kExclusive);
  if (handle < 0) return failed(handle, "making", file.name());
  Status status;
  for (std::uint64_t done = 0; done < file.size_bytes && status;) {
    const auto part =
        content.at(file.key, done, std::min(content.longest_bytes(), file.size_bytes - done));
    const std::int64_t put = files.write(handle, done, part);
    if (put != static_cast<std::int64_t>(part.size())) status = failed(put, "writing", file.name());
    done += part.size();
  }
  const int closed = files.close(handle);
  return status && closed < 0 ? failed(closed, "closing", file.name()) : status;
}

Status FileSet::prepare(FileInterface& files, const FileContent& content) {
  // Room for all in both lists: add() and drop() allocate nothing.
  present_.reserve(files_.size());
  absent_.reserve(files_.size());
  for (const std::string& name : directories_) {
    const int made = files.make_directory(name);
    if (made < 0 && made != -EEXIST) return failed(made, "making directory", name);
  }
  for (const std::uint32_t index : present_) {
    SetFile& file = files_[index];
    file.key = mix_seed(++next_key_);
    file.size_bytes = next_size();
    if (Status written = write(files, content, file); !written) return written;
  }
  return {};
}

Status FileSet::check_file(FileInterface& files, const FileContent& content, const SetFile& file,
                           std::span<std::byte> buffer) const {
  const int handle = files.open(file.name(), 0);
  if (handle < 0) return failed(handle, "opening", file.name());
  Status status;
  for (std::uint64_t done = 0; done < file.size_bytes && status;) {
    const auto part = buffer.first(std::min<std::uint64_t>(buffer.size(), file.size_bytes - done));
    const std::int64_t got = files.read(handle, done, part);
    status = got == static_cast<std::int64_t>(part.size())
                 ? content.check(file.name(), file.key, done, part)
                 : failed(got, "reading back", file.name());
    done += part.size();
  }
  const int closed = files.close(handle);
  return status && closed < 0 ? failed(closed, "closing", file.name()) : status;
}

Status FileSet::check_names(FileInterface& files) const {
  std::set<std::string_view> due;
  std::set<std::string_view> gone;
  for (const std::uint32_t index : present_) due.insert(files_[index].path.leaf());
  for (const std::uint32_t index : absent_) gone.insert(files_[index].path.leaf());
  std::string risen;
  for (const std::string& name : directories_) {
    const int listed = files.read_directory(name, [&](std::string_view leaf) {
      due.erase(leaf);
      if (gone.count(leaf) != 0) risen = leaf;
      return true;
    });
    if (listed < 0) return failed(listed, "listing", name);
  }
  if (!risen.empty()) return runtime_error("{} was removed and is still listed", risen);
  if (!due.empty()) return runtime_error("{} was made and is not listed", *due.begin());
  return {};
}

Status FileSet::verify(FileInterface& files, const FileContent& content) {
  if (Status names = check_names(files); !names) return names;
  std::vector<std::byte> buffer(content.longest_bytes());
  std::uint64_t read_bytes = 0;
  const std::uint64_t first = random_.below(std::max<std::uint64_t>(present_.size(), 1));
  for (std::uint64_t i = 0; i < present_.size(); ++i) {
    const SetFile& file = files_[present_[(first + i) % present_.size()]];
    FileStat found;
    const int known = files.stat(file.name(), found);
    if (known < 0) return failed(known, "looking at", file.name());
    if (found.size_bytes != file.size_bytes) {
      return runtime_error("{} has {} bytes, not the {} that were written", file.name(),
                           found.size_bytes, file.size_bytes);
    }
    if (read_bytes > kVerifiedBytes) continue;
    read_bytes += file.size_bytes;
    if (Status same = check_file(files, content, file, buffer); !same) return same;
  }
  return {};
}

}  // namespace pmembench
