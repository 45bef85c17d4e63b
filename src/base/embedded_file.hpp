#pragma once
/// @file A file that is part of the program itself; see cmake/embed_files.cmake.
#include <string_view>

namespace rapport {

struct EmbeddedFile {
  std::string_view path;  ///< relative to the embedded folder, with '/', for example "assets/app.js"
  std::string_view content;
};

}  // namespace rapport
