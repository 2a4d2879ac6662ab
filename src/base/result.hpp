// Result<T> and Status: operational errors as values, with the exit status they lead to.
#pragma once

#include <fmt/core.h>

#include <cerrno>
#include <string>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace pmembench {

// What kind of failure an error is. The value is the exit status of the command that meets it.
enum class ErrorKind {
  usage = 2,        // The user asked for something that is wrong: option, campaign, path.
  environment = 3,  // This host cannot do what was asked: missing instruction, device, permission.
  runtime = 4,      // It failed while running: I/O error, dead worker, full disk.
  interrupted = 130,  // The user ended it (SIGINT, SIGTERM, SIGHUP).
};

// One sentence that names the thing, the cause and the remedy.
struct Error {
  ErrorKind kind = ErrorKind::runtime;
  std::string message;
  int code = 0;  // errno where one is known, else 0.

  // The same error as seen one level up: "CONTEXT: message".
  [[nodiscard]] Error with_context(const std::string& context) const {
    return {kind, context + ": " + message, code};
  }
};

template <typename... Args>
[[nodiscard]] Error usage_error(fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorKind::usage, fmt::format(format, std::forward<Args>(args)...), 0};
}
// A usage error with the errno that a system call would give: EINVAL.
template <typename... Args>
[[nodiscard]] Error invalid_argument(fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorKind::usage, fmt::format(format, std::forward<Args>(args)...), EINVAL};
}
template <typename... Args>
[[nodiscard]] Error environment_error(fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorKind::environment, fmt::format(format, std::forward<Args>(args)...), 0};
}
template <typename... Args>
[[nodiscard]] Error runtime_error(fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorKind::runtime, fmt::format(format, std::forward<Args>(args)...), 0};
}

// A value or an Error. The names are those of std::expected; reading the wrong side is a
// programmer error and aborts. Not thread-safe, as any value.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & {
    PMB_CHECK(has_value(), "value() of a Result that holds an error");
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    PMB_CHECK(has_value(), "value() of a Result that holds an error");
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    PMB_CHECK(has_value(), "value() of a Result that holds an error");
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const {
    PMB_CHECK(!has_value(), "error() of a Result that holds a value");
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : failed_(true), error_(std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const {
    PMB_CHECK(failed_, "error() of a Status that holds no error");
    return error_;
  }

 private:
  bool failed_ = false;
  Error error_;
};

using Status = Result<void>;

}  // namespace pmembench
