#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {

/// What is in a PDF is not looked at: it is given out to be saved, never shown by Rapport's own pages.
Result<Checked> check_pdf(std::string_view file) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto version = piece(file, 5, 3);
  if (version.size() < 3 || !is_digit(version[0]) || version[1] != '.' || !is_digit(version[2])) {
    return fail(broken("no version"));
  }
  constexpr std::size_t kTail = 2048;
  constexpr std::string_view kEnd = "%%EOF";
  const auto tail = piece(file, file.size() < kTail ? 0 : file.size() - kTail);
  const auto end = tail.rfind(kEnd);
  if (end == std::string_view::npos || tail.rfind("startxref", end) == std::string_view::npos) {
    return fail(broken("no end"));
  }
  if (tail.find_first_not_of(std::string_view("\r\n \t\0", 5), end + kEnd.size()) != std::string_view::npos) {
    return fail(broken("something after its end"));
  }
  return Checked{Kind::pdf, std::string(file)};
}

}  // namespace rapport::media
