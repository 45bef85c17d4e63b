#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/data_lock.hpp"

namespace rapport::store {
namespace {

class FolderLock final : public DataLock {
 public:
  explicit FolderLock(int file) : file_(file) {}
  ~FolderLock() override { ::close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  bool keep(Deadline /*deadline*/) override { return true; }

 private:
  int file_;
};

std::string last_error() {
  return std::generic_category().message(errno);
}

}  // namespace

Result<std::unique_ptr<DataLock>> hold_keys(const std::string& folder, Hold hold) {
  // The folder itself, so that no file is left in it that a restore would have to know.
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) {
    return fail({ErrorKind::storage, "data.folder",
                 fmt::format("The data folder {} cannot be used: {}.", folder, last_error())});
  }
  auto lock = std::make_unique<FolderLock>(file);
  if (::flock(file, (hold == Hold::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) {
    return fail({ErrorKind::storage, "data.folder",
                 fmt::format("The data folder {} cannot be locked: {}.", folder, last_error())});
  }
  return fail({ErrorKind::conflict, "keys.in_use",
               "The keys are being copied or changed by another command just now: wait until that is done."});
}

Result<std::unique_ptr<DataLock>> lock_folder(const std::string& folder) {
  const std::string path = folder + "/rapport.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail({ErrorKind::storage, "data.folder",
                 fmt::format("The data folder {} cannot be used: {}.", folder, last_error())});
  }
  auto lock = std::make_unique<FolderLock>(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) {
    return fail({ErrorKind::storage, "data.folder",
                 fmt::format("The data folder {} cannot be locked: {}.", folder, last_error())});
  }
  return fail({ErrorKind::conflict, "data.in_use",
               fmt::format("The data folder {} is in use by another rapport; end that first.", folder)});
}

}  // namespace rapport::store
