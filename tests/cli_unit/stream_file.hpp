// A stream whose text a test reads back.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace pmembench {

class StreamFile {
 public:
  StreamFile() : stream_(std::tmpfile()) { EXPECT_NE(stream_, nullptr); }
  StreamFile(const StreamFile&) = delete;
  StreamFile& operator=(const StreamFile&) = delete;
  ~StreamFile() { std::fclose(stream_); }
  [[nodiscard]] std::FILE* stream() { return stream_; }
  // All that was written so far.
  [[nodiscard]] std::string text() {
    std::fflush(stream_);
    std::rewind(stream_);
    std::string text;
    for (int c = std::fgetc(stream_); c != EOF; c = std::fgetc(stream_)) {
      text.push_back(static_cast<char>(c));
    }
    return text;
  }

 private:
  std::FILE* stream_;
};

}  // namespace pmembench
