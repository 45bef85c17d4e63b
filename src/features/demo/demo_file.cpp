#include "features/demo/demo_file.hpp"

#include "demo_files.hpp"

namespace rapport::demo {

Error broken_script(std::string detail) {
  return {ErrorKind::internal, "demo.script", std::move(detail)};
}

Result<std::string_view> demo_file(const std::string& path) {
  for (const auto& file : demo_files()) {
    if (file.path == path) return file.content;
  }
  return fail({ErrorKind::internal, "demo.no_file", "This program was built without resources/demo/" + path + "."});
}

}  // namespace rapport::demo
