// FsWork: random work on a small file system, for trials that look at what is left of it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "crash/fs_shadow.hpp"
#include "fs/file_system.hpp"

namespace pmembench {

// One random operation at a time on a few names, with its shadow.
class FsWork {
 public:
  FsWork(FileSystemThread& files, FsShadow& shadow, Random& random)
      : files_(files), shadow_(shadow), random_(random) {}

  // What was promised before this operation, and what when it has returned.
  ShadowNames before;
  Resize resize;
  std::uint64_t largest_write = 9000;

  // Does one operation; false: it failed where it should not have.
  bool step() {
    before = shadow_.names;
    resize = {};
    const std::string path = random_path();
    const auto found = shadow_.names.find(path);
    const bool there = found != shadow_.names.end();
    if (path == "/d" || path == "/e") {
      if (!there) return make_directory(path);
      return random_.below(2) != 0 || remove_directory(path);
    }
    switch (random_.below(8)) {
      case 0:
        return !there || unlink(path);
      case 1:
        return !there || rename(path, random_path());
      case 2:
        return !there || set_size(path, *found->second, false);
      case 3:
        return !there || set_size(path, *found->second, true);
      default:
        return write(path, there ? found->second : nullptr);
    }
  }
  // After the power is gone nothing was acknowledged: the shadow takes back the rest.
  std::function<void()> acknowledge;

 private:
  static bool inside(const std::string& path, const std::string& directory) {
    return path.starts_with(directory + "/");
  }
  std::string random_path() {
    static constexpr std::array<const char*, 3> kParents = {"", "/d", "/e"};
    const std::string parent = kParents[random_.below(kParents.size())];
    const bool there = parent.empty() || shadow_.names.contains(parent);
    if (!there) return parent;
    std::string name(1, static_cast<char>('a' + random_.below(5)));
    if (parent.empty() && random_.below(4) == 0) name = random_.below(2) == 0 ? "d" : "e";
    if (name == "b") name = std::string(100, 'b');  // more than one line long
    return parent + "/" + name;
  }
  bool make_directory(const std::string& path) {
    if (files_.make_directory(path) < 0) return false;
    shadow_.names[path] = nullptr;
    return true;
  }
  bool remove_directory(const std::string& path) {
    for (const auto& [name, file] : shadow_.names) {
      if (inside(name, path)) return true;
    }
    if (files_.remove_directory(path) < 0) return false;
    shadow_.names.erase(path);
    return true;
  }
  bool unlink(const std::string& path) {
    if (files_.unlink(path) < 0) return false;
    shadow_.names.erase(path);
    return true;
  }
  bool rename(const std::string& from, const std::string& to) {
    const auto target = shadow_.names.find(to);
    if (target != shadow_.names.end() && target->second == nullptr) return true;
    if (to == "/d" || to == "/e") return true;
    if (files_.rename(from, to) < 0) return false;
    ShadowFile* const file = shadow_.names[from];
    shadow_.names.erase(from);
    shadow_.names[to] = file;
    return true;
  }
  bool set_size(const std::string& path, ShadowFile& file, bool preallocate) {
    std::uint64_t size = random_.below(kMaximumFileBytes);
    if (preallocate) size = std::max<std::uint64_t>(size, file.now.size());
    resize = {&file, size};
    const int handle = files_.open(path, 0);
    const int result =
        preallocate ? files_.preallocate(handle, size) : files_.truncate(handle, size);
    files_.close(handle);
    acknowledge = [&file, size] { file.resize(size); };
    return result == 0;
  }
  // Opens it, writes or appends once or more, and in half of the cases syncs.
  bool write(const std::string& path, ShadowFile* file) {
    const int handle = files_.open(path, FileSystemThread::kCreate);
    if (handle < 0) return false;
    if (file == nullptr) file = &shadow_.create(path);
    bool good = true;
    for (std::uint64_t left = random_.below(3) + 1; left > 0; --left) {
      const std::uint64_t end = std::min<std::uint64_t>(file->now.size() + 5000, kMaximumFileBytes);
      const std::uint64_t offset =
          random_.below(2) == 0 ? file->now.size() : random_.below(end + 1);
      std::vector<std::byte> data(random_.below(random_.below(2) == 0 ? 200 : largest_write) + 1);
      for (std::byte& byte : data) byte = static_cast<std::byte>(random_.below(255) + 1);
      file->write(offset, data);
      good = good && files_.write(handle, offset, data) == static_cast<std::int64_t>(data.size());
    }
    if (random_.below(2) == 0) {
      good = good && files_.fsync(handle) == 0;
      acknowledge = [file] { file->sync(); };
    }
    files_.close(handle);
    return good;
  }

  static constexpr std::uint64_t kMaximumFileBytes = 40'000;

  FileSystemThread& files_;
  FsShadow& shadow_;
  Random& random_;
};

}  // namespace pmembench
