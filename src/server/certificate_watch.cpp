#include "server/certificate_watch.hpp"

#include <utility>

namespace rapport::server {

CertificateWatch::CertificateWatch(std::string cert, std::string key)
    : files_{std::move(cert), std::move(key)}, seen_{look_at(files_[0]), look_at(files_[1])} {}

bool CertificateWatch::has_changed() {
  const std::array<Seen, 2> now{look_at(files_[0]), look_at(files_[1])};
  return now != std::exchange(seen_, now);
}

CertificateWatch::Seen CertificateWatch::look_at(const std::string& file) {
  struct stat found{};
  if (file.empty() || ::stat(file.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

}  // namespace rapport::server
