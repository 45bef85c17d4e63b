#pragma once
/// @file A file of the operating system: what must be durable, or readable by its owner alone, is not left to streams.
#include <unistd.h>

#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace rapport {

/// Closes what was opened.
class Descriptor {
 public:
  /// Takes over what ::open returned, also a failure.
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

/// False, with errno, when not all of it could be written.
bool write_all(int descriptor, BytesView bytes);
/// Makes durable that a file was made, renamed or removed there. False, with errno, when that fails.
bool sync_folder_of(const std::string& path);

}  // namespace rapport
