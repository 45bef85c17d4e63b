// Any frame: it is taken apart or refused, and the refusal is itself JSON.
#include <cstdint>
#include <cstdlib>

#include "http/live_frames.hpp"
#include "http/problem_json.hpp"
#include "http/shape.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rapport::http;
  const auto frame = parse_live_frame({reinterpret_cast<const char*>(data), size});
  if (!frame && !parse_json(problem_frame(frame.error().id, frame.error().error))) std::abort();
  if (frame && !frame->target.starts_with('/')) std::abort();
  return 0;
}
