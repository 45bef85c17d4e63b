#include "base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace rapport {

std::string read_stream(std::istream& stream, std::size_t most) {
  std::string text;
  std::string part(std::size_t{64} * 1024, '\0');
  while (text.size() <= most && stream) {
    stream.read(part.data(), static_cast<std::streamsize>(std::min(part.size(), most + 1 - text.size())));
    text.append(part, 0, static_cast<std::size_t>(stream.gcount()));
  }
  return text;
}

Result<std::string> read_file(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::error_code not_there;
  if (!file || std::filesystem::is_directory(path, not_there)) {
    return fail(invalid("file.unreadable", fmt::format("The file {} cannot be read.", path)));
  }
  auto text = read_stream(file, most);
  if (file.bad()) return fail(invalid("file.unreadable", fmt::format("The file {} cannot be read to its end.", path)));
  return text;
}

}  // namespace rapport
