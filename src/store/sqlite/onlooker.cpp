/// @file Reading a file that nobody has open, so that no byte of it changes. Opened in the ordinary way, a WAL that a
/// killed program left would be written back into the file and removed, merely because somebody wanted to look.
#include <filesystem>
#include <system_error>

#include "store/database.hpp"
#include "store/sqlite/reader_pool.hpp"

namespace rapport::store {
namespace {

namespace fs = std::filesystem;

bool has_content(const std::string& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return !none && size > 0;
}

/// As the path of a URI.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      const auto byte = static_cast<std::uint8_t>(c);
      text.append("%").append(to_hex(BytesView(&byte, 1)));
    } else {
      text += c;
    }
  }
  return text;
}

/// Without a WAL the file is all there is. With one SQLite works out what it holds in an index (-shm) that it makes.
/// The one that the killed program left is put aside meanwhile: a power cut may have left anything in it.
class Onlooking {
 public:
  explicit Onlooking(std::string file) : file_(std::move(file)) {}
  ~Onlooking() {
    std::error_code none;
    if (makes_index_) fs::remove(file_ + "-shm", none);
    if (has_aside_) fs::rename(aside(), file_ + "-shm", none);
  }
  Onlooking(const Onlooking&) = delete;
  Onlooking& operator=(const Onlooking&) = delete;

  std::string uri() {
    std::string uri = "file:" + escaped(file_) + "?mode=ro";
    if (!has_content(file_ + "-wal")) return uri + "&immutable=1";
    std::error_code none;
    fs::rename(file_ + "-shm", aside(), none);
    has_aside_ = !none;
    makes_index_ = true;
    return uri;
  }

 private:
  std::string aside() const { return file_ + "-shm.aside"; }

  std::string file_;
  bool makes_index_ = false;
  bool has_aside_ = false;
};

}  // namespace

bool look_into_sqlite(const std::string& file, Deadline deadline, const std::function<void(ReadTx&)>& f) {
  // With a rollback journal it was killed before it ever came to WAL mode, and thus before it had a table.
  if (!has_content(file) || fs::exists(file + "-journal")) return false;
  Onlooking onlooking(file);
  sqlite::ReaderPool(onlooking.uri(), 1, sqlite::Mode::onlooker).read(deadline, f);
  return true;
}

}  // namespace rapport::store
