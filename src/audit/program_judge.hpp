// ProgramJudge: what a whole program stored to its files, and what of it was durable when it said
// so.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audit/audit.hpp"
#include "audit/model.hpp"
#include "audit/rules.hpp"

namespace pmembench {

class ProgramJudge {
 public:
  // `unclaimed`: parts of each file that the program does not mean to keep.
  ProgramJudge(AuditDomain domain, std::vector<ByteRange> unclaimed)
      : domain_(domain), unclaimed_(std::move(unclaimed)) {}

  // From now on `content` is what the file holds, and durable; a file that is known already grows.
  // `kernel_writes_back`: msync and its kind make it durable, as of every file but a dax device.
  void watch(std::size_t file, const std::string& name, bool kernel_writes_back,
             const std::vector<std::byte>& content);
  [[nodiscard]] std::uint64_t known_bytes(std::size_t file) const;

  // A store or a flush; the address is an offset in the file.
  void apply(std::size_t file, const TraceEvent& event);
  // One that is implied, by a locked instruction, is noted where it is all that orders a flush: it
  // may be there by chance.
  void fence(const TraceEvent& event);
  // msync, fsync or fdatasync: the program claims the range.
  void sync(std::size_t file, ByteRange range, const TraceEvent& event);
  // The end: the program claims everything.
  void claim_all();

  struct Key {
    std::string rule;
    std::uint64_t ip = 0;
    bool operator<(const Key& other) const {
      return std::tie(rule, ip) < std::tie(other.rule, other.ip);
    }
  };
  // Instructions and places are not named yet.
  [[nodiscard]] const std::map<Key, Finding>& findings() const { return findings_; }
  [[nodiscard]] const OperationSheet& sheet() const { return sheet_; }
  // To take back a claim of an end that did not come.
  void restore(std::map<Key, Finding> findings) { findings_ = std::move(findings); }

 private:
  struct Watched {
    std::string name;
    bool kernel_writes_back = true;
    std::unique_ptr<AuditModel> model;
  };
  void note_in_flight(const Watched& watched, const TraceEvent& event);
  void claim(const Watched& watched, ByteRange range, const char* point);
  void add(const std::string& rule, bool error, std::uint64_t ip, std::uint64_t offset,
           const std::string& detail, const std::string& where);
  [[nodiscard]] bool is_claimed(std::uint64_t offset_bytes) const;

  AuditDomain domain_;
  std::vector<ByteRange> unclaimed_;
  std::map<std::size_t, Watched> files_;
  std::map<Key, Finding> findings_;
  // By thread, what its next fence makes durable: the instruction, and where.
  struct InFlight {
    std::uint64_t ip, offset_bytes;
    std::string name;
  };
  std::map<unsigned, std::vector<InFlight>> in_flight_;
  OperationSheet sheet_;
};

}  // namespace pmembench
