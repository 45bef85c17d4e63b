// What a frame of the live connection costs apart from storing it: taking it apart, finding its route, writing the
// answer and the event.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "features/messages/messages_api.hpp"
#include "features/messages/messages_shapes.hpp"
#include "http/live_frames.hpp"
#include "http/shape.hpp"

namespace rapport {
namespace {

const Time kNow = from_micros(1'795'000'000'000'000);

std::string message_frame(std::size_t length) {
  return fmt::format(R"({{"id":7,"do":"POST /api/rooms/{}/messages","body":{{"id":"{}","text":"{}"}}}})",
                     RoomId::make(kNow).text(), MessageId::make(kNow).text(), std::string(length, 'a'));
}

void parse_frame(benchmark::State& state) {
  const auto frame = message_frame(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(http::parse_live_frame(frame));
}
BENCHMARK(parse_frame)->Arg(200)->Arg(4096);

void parse_frame_and_body(benchmark::State& state) {
  const auto frame = message_frame(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto request = http::parse_live_frame(frame);
    const auto message = http::parse<messages::NewMessage>(*request->body);
    if (!message) throw std::logic_error("the frame was to be right");
    benchmark::DoNotOptimize(message);
  }
}
BENCHMARK(parse_frame_and_body)->Arg(200)->Arg(4096);

void write_message_answer(benchmark::State& state) {
  const messages::Message message{MessageId::make(kNow),
                                  RoomId::make(kNow),
                                  4711,
                                  AccountId::make(kNow),
                                  std::string(static_cast<std::size_t>(state.range(0)), 'a'),
                                  kNow};
  for (auto _ : state) {
    http::Response response{201, {{"Content-Type", "application/json"}}, {}};
    http::write(response.body, message);
    benchmark::DoNotOptimize(http::answer_frame(7, response));
  }
}
BENCHMARK(write_message_answer)->Arg(200)->Arg(4096);

/// The same answer's body by way of the JSON library's own objects.
void write_message_with_library(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'a');
  const auto id = MessageId::make(kNow);
  const auto room = RoomId::make(kNow);
  const auto author = AccountId::make(kNow);
  for (auto _ : state) {
    const boost::json::object body{{"id", id.text()},         {"room", room.text()}, {"seq", 4711},
                                   {"author", author.text()}, {"text", text},        {"at", to_rfc3339(kNow)}};
    benchmark::DoNotOptimize(boost::json::serialize(boost::json::object{{"id", 7}, {"status", 201}, {"body", body}}));
  }
}
BENCHMARK(write_message_with_library)->Arg(200)->Arg(4096);

void write_message_event(benchmark::State& state) {
  const auto room = RoomId::make(kNow);
  const messages::MessageEvent event{MessageId::make(kNow), AccountId::make(kNow),
                                     std::string(static_cast<std::size_t>(state.range(0)), 'a'), kNow};
  for (auto _ : state) {
    std::string body;
    http::write(body, event);
    benchmark::DoNotOptimize(http::kept_frame<messages::MessageEvent>(room, 4711, body));
  }
}
BENCHMARK(write_message_event)->Arg(200)->Arg(4096);

void find_route(benchmark::State& state) {
  Routes routes;
  messages::add_message_routes(routes, 5);
  routes.finish();
  const auto target = "/api/rooms/" + RoomId::make(kNow).text() + "/messages";
  for (auto _ : state) {
    const auto match = routes.find(http::Method::post, target);
    if (match.route == nullptr) throw std::logic_error("the route was to be found");
    benchmark::DoNotOptimize(match);
  }
}
BENCHMARK(find_route);

}  // namespace
}  // namespace rapport
