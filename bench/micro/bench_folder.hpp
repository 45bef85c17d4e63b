#pragma once
/// @file A folder for what is measured on disk: in RAPPORT_BENCH_FOLDER or the working folder, and never /tmp of its
/// own accord, because that may be memory.
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace rapport::bench {

/// Gone again with everything in it.
class Folder {
 public:
  Folder() {
    const char* wanted = ::getenv("RAPPORT_BENCH_FOLDER");
    name_ = std::string(wanted == nullptr ? "." : wanted) + "/rapport-bench-XXXXXX";
    if (::mkdtemp(name_.data()) == nullptr) throw std::runtime_error("no folder can be made: " + name_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(name_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

}  // namespace rapport::bench
