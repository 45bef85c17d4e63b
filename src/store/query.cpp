#include "store/query.hpp"

namespace rapport::store {
namespace {

// A function-local static: constants of other files register themselves before any order of files is certain.
std::vector<const Query*>& registry() {
  static std::vector<const Query*> queries;
  return queries;
}

}  // namespace

Query::Query(std::string_view name, std::string_view sql, bool hot) : name_(name), sql_(sql), hot_(hot) {
  registry().push_back(this);
}

const std::vector<const Query*>& Query::all() {
  return registry();
}

}  // namespace rapport::store
