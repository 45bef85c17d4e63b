#pragma once
/// @file A clock that somebody sets from outside, for practices of made-up people.
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace rapport {

/// The time is what a file says (RFC 3339, blanks around it do not matter). It is read at every look, so whoever writes
/// it need not tell. Time goes forward only: a file set back, gone or broken leaves it where it was. Thread-safe.
class FileClock final : public Clock {
 public:
  /// Error: "clock.file" when the file cannot be read or holds no time.
  static Result<std::unique_ptr<FileClock>> open(std::string path);
  Time now() const override;

 private:
  FileClock(std::string path, Time start) : path_(std::move(path)), now_(start) {}

  std::string path_;
  mutable std::mutex mutex_;
  mutable Time now_;
  mutable bool broken_ = false;
};

}  // namespace rapport
