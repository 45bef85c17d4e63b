#pragma once
/// @file Reading what lies in resources/demo, which is part of the program.
#include <string>
#include <string_view>

#include "http/shape.hpp"

namespace rapport::demo {

/// What the files say does not fit together; they are part of the program, so it is a mistake of ours.
Error broken_script(std::string detail);

/// The text of a file by its path below resources/demo; an internal error when the program was built without it.
Result<std::string_view> demo_file(const std::string& path);

template <class T>
Result<T> read_demo_file(const std::string& path) {
  TRY_ASSIGN(const auto text, demo_file(path));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  auto read = http::parse<T>(value);
  if (!read) read.error().detail += " (resources/demo/" + path + ")";
  return read;
}

}  // namespace rapport::demo
