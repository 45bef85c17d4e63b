#include "features/demo/written_course.hpp"

#include "features/demo/demo_file.hpp"

namespace rapport::demo {

Result<WrittenCourse> read_written_course(const std::string& login) {
  return read_demo_file<WrittenCourse>("courses/" + login + ".json");
}

}  // namespace rapport::demo
