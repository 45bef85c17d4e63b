#include "features/demo/written_practice.hpp"

#include "features/demo/demo_file.hpp"

namespace rapport::demo {

Result<WrittenPractice> read_written_practice() {
  return read_demo_file<WrittenPractice>("practice.json");
}

}  // namespace rapport::demo
