// Personality: a loop of file operations over a set of files, as Filebench's personalities are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "workloads/file_set.hpp"
#include "workloads/file_workload.hpp"

namespace pmembench {

// Filebench's flow operations, by what they do. Those on a file take the one that the step before
// made or opened.
enum class FlowStep {
  create,      // makes a file that is not there
  write,       // writes it whole, at a size drawn for it
  append,      // 1 byte to append_size, uniformly
  sync,        // fsync
  open,        // opens one that is there
  read,        // reads it whole
  close,       // closes it
  remove,      // removes one that is there
  stat,        // looks at one that is there
  append_log,  // as append, to the one log of all threads
};

struct PersonalityShape {
  FileSetShape set;
  std::uint64_t io_bytes = 0;
  std::uint64_t append_bytes = 0;
  std::span<const FlowStep> flow;
};

// One operation is one time through the flow.
class Personality final : public FileWorkload {
 public:
  Personality(PersonalityShape shape, Path& path, const ThreadPosition& position);
  Status prepare() override;
  void refresh() override;
  Status verify() override;
  [[nodiscard]] std::map<std::string, double> figures() const override;

 private:
  bool step(Work& work) override;
  bool do_step(FlowStep what, Work& work);
  bool write_whole(Work& work);
  bool read_whole(Work& work);
  bool append(Work& work);
  bool append_to_log(Work& work);
  bool create();
  bool remove();
  bool stat();
  bool open();
  Status verify_last_read();
  Status verify_log();

  // What a thread appended to the log since the last refresh(), as far as it remembers.
  struct LogEntry {
    std::uint64_t end_bytes = 0, size_bytes = 0, key = 0;
  };
  static constexpr std::uint64_t kLogEntries = 64;

  PersonalityShape shape_;
  FileSet set_;
  std::optional<FileContent> content_;
  std::vector<std::byte> buffer_;
  Handle file_;
  Handle log_;
  SetFile* at_ = nullptr;  // the file that file_ is open on
  // The last part of what the last read step read, which is still in buffer_.
  struct LastRead {
    const SetFile* file = nullptr;
    std::uint64_t offset_bytes = 0, size_bytes = 0, key = 0;
  } last_read_;
  std::uint64_t read_bytes_ = 0, written_bytes_ = 0;  // so far
  bool uses_log_;
  std::array<LogEntry, kLogEntries> log_entries_;
  std::uint64_t logged_ = 0;
  std::uint64_t log_key_;
};

}  // namespace pmembench
