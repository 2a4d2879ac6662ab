// A host's memory by the functions of a plugin.
#include <dlfcn.h>

#include <cstring>

#include "visibility/host_memory.hpp"
#include "visibility/host_memory_abi.h"

namespace pmembench {
namespace {

constexpr std::uint64_t kPluginReasonBytes = 512;

class PluginHostMemory final : public HostMemory {
 public:
  PluginHostMemory(const pmembench_host_memory& table, void* handle)
      : table_(table), handle_(handle) {}
  ~PluginHostMemory() override { table_.close(handle_); }

  void store(std::uint64_t offset, const MemoryLine& line, StoreWay way) override {
    table_.store(handle_, offset, line.data(), static_cast<std::uint32_t>(way));
  }
  void write_back(std::uint64_t offset, StoreWay way) override {
    table_.write_back(handle_, offset, static_cast<std::uint32_t>(way));
  }
  void fence() override { table_.fence(handle_); }
  MemoryLine load(std::uint64_t offset, LoadWay way) override {
    MemoryLine line{};
    table_.load(handle_, offset, line.data(), static_cast<std::uint32_t>(way));
    return line;
  }

 private:
  pmembench_host_memory table_;
  void* handle_;
};

Result<const pmembench_host_memory*> table_of(const std::string& file) {
  const std::string path = file.find('/') == std::string::npos ? "./" + file : file;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    return environment_error("plugin {} cannot be opened: {}", file,
                             why == nullptr ? "no reason given" : why);
  }
  void* symbol = dlsym(library, HOST_MEMORY_SYMBOL);
  if (symbol == nullptr) {
    return environment_error(
        "plugin {} has no symbol {}; a host's memory exports that one function (see "
        "host_memory_abi.h)",
        file, HOST_MEMORY_SYMBOL);
  }
  const pmembench_host_memory* table = reinterpret_cast<host_memory_function>(symbol)();
  if (table == nullptr || table->magic != HOST_MEMORY_MAGIC ||
      table->abi_version != HOST_MEMORY_ABI_VERSION ||
      table->struct_size < sizeof(pmembench_host_memory)) {
    return environment_error(
        "plugin {} has a table of another ABI than version {}; build it with this pmembench's "
        "host_memory_abi.h",
        file, HOST_MEMORY_ABI_VERSION);
  }
  return table;
}

}  // namespace

Result<std::unique_ptr<HostMemory>> plugin_host_memory(const std::string& file,
                                                       const std::string& options,
                                                       unsigned char* home,
                                                       std::uint64_t size_bytes, unsigned host) {
  const auto table = table_of(file);
  if (!table) return table.error();
  std::array<char, kPluginReasonBytes> reason{};
  void* handle = nullptr;
  const int code = (*table)->open(home, size_bytes, host, options.c_str(), &handle, reason.data(),
                                  reason.size());
  reason.back() = '\0';
  if (code != 0) {
    return environment_error("plugin {} refuses: {}", file,
                             reason[0] != '\0' ? reason.data() : std::strerror(-code));
  }
  return std::unique_ptr<HostMemory>(std::make_unique<PluginHostMemory>(**table, handle));
}

}  // namespace pmembench
