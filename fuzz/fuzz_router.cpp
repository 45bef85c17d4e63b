// Any address: the router must answer, and what it hands on must be safe.
#include <cstdint>
#include <cstdlib>

#include "http/router.hpp"

namespace {
using namespace rapport::http;

struct Nobody {};
using Table = Routes<Nobody>;

void declare(Table& routes, std::string_view pattern) {
  routes.get(pattern).says("Fuzzed").answers<Nothing>().open().not_audited("fuzzed").handle(
      [](Nobody&, Call&) -> rapport::Result<Answer<Nothing>> { return Answer<Nothing>{204}; });
}

const Table& table() {
  static Table routes;
  static const bool ready = [] {
    for (const auto* pattern : {"/", "/api/rooms/{room}", "/api/rooms/new", "/api/{a:text}/{b:text}"}) {
      declare(routes, pattern);
    }
    routes.finish();
    return true;
  }();
  static_cast<void>(ready);
  return routes;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto match = table().find(Method::get, {reinterpret_cast<const char*>(data), size});
  if (!match.route && match.refusal().status < 400) std::abort();
  for (const auto& [name, value] : match.path) {
    if (value.empty() || value == ".." || value.find('/') != std::string::npos) std::abort();
  }
  return 0;
}
