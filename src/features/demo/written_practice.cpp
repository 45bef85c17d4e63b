#include "features/demo/written_practice.hpp"

#include "demo_files.hpp"
#include "http/shape.hpp"

namespace rapport::demo {

Result<WrittenPractice> read_written_practice() {
  for (const auto& file : demo_files()) {
    if (file.path != "practice.json") continue;
    TRY_ASSIGN(const auto value, http::parse_json(file.content));
    return http::parse<WrittenPractice>(value);
  }
  return fail({ErrorKind::internal, "demo.no_file", "This program was built without resources/demo/practice.json."});
}

}  // namespace rapport::demo
