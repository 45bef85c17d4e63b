// Any body: what is accepted must be written and read again as the same text.
#include <cstdint>
#include <cstdlib>

#include "http/shape.hpp"

namespace {
using namespace rapport::http;

enum class Mood { good, bad };
BOOST_DESCRIBE_ENUM(Mood, good, bad)
struct Body {
  rapport::MessageId id;
  Text<1, 50> text;
  std::optional<Mood> mood;
  std::vector<int> numbers;  // no doubles: the JSON parser reads some of them one unit in the last place off
  std::optional<std::int64_t> count;
};
BOOST_DESCRIBE_STRUCT(Body, (), (id, text, mood, numbers, count))
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const auto body = parse<Body>(*value);
  if (!body) return 0;
  std::string first;
  write(first, *body);
  std::string second;
  write(second, parse<Body>(parse_json(first).value()).value());
  if (first != second) std::abort();
  return 0;
}
