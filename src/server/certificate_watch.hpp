#pragma once
/// @file Sees that the files of a certificate and its key were replaced while the program serves.
#include <sys/stat.h>

#include <array>
#include <string>

namespace rapport::server {

class CertificateWatch {
 public:
  /// Remembers what the files are now. Both empty: there is nothing to watch.
  CertificateWatch(std::string cert, std::string key);

  /// Whether one of them is another file, or was written to, or went away, since the last look. Follows links.
  bool has_changed();

 private:
  struct Seen {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;  ///< -1: there is no such file
    time_t seconds = 0;
    long nanoseconds = 0;
    bool operator==(const Seen&) const = default;
  };
  static Seen look_at(const std::string& file);

  std::array<std::string, 2> files_;
  std::array<Seen, 2> seen_;
};

}  // namespace rapport::server
