#include "base/file_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/log.hpp"

namespace rapport {
namespace {

std::optional<Time> read_time(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  std::string more;
  if (!(file >> word) || file >> more) return std::nullopt;
  return from_rfc3339(word);
}

}  // namespace

Result<std::unique_ptr<FileClock>> FileClock::open(std::string path) {
  const auto start = read_time(path);
  if (!start) {
    return fail(invalid("clock.file", fmt::format("The clock file {} cannot be read, or holds no time such as {}.",
                                                  path, to_rfc3339(from_micros(1'795'000'000'000'000)))));
  }
  return std::unique_ptr<FileClock>(new FileClock(std::move(path), *start));
}

Time FileClock::now() const {
  const std::lock_guard lock(mutex_);  // held while reading, so that no older look overtakes a newer one
  const auto said = read_time(path_);
  if (said) now_ = std::max(now_, *said);
  if (!said && !broken_) log::warning("clock.broken", {{"file", path_}, {"stays_at", to_rfc3339(now_)}});
  broken_ = !said;
  return now_;
}

}  // namespace rapport
