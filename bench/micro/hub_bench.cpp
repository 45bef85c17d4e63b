// One event for the two people of a room while many others are connected.
#include <benchmark/benchmark.h>

#include "live/hub.hpp"

namespace rapport {
namespace {

/// Takes frames as a connection's queue would, without a socket behind it.
class CountingSocket final : public http::LiveSocket {
 public:
  bool send(std::shared_ptr<const std::string> frame) override {
    bytes_ += frame->size();
    return true;
  }
  bool send_all(const std::vector<std::shared_ptr<const std::string>>& frames) override {
    for (const auto& frame : frames) bytes_ += frame->size();
    return true;
  }
  void close(int, std::string_view) override {}

 private:
  std::size_t bytes_ = 0;
};

void publish_to_two_of(benchmark::State& state) {
  const auto connections = static_cast<std::size_t>(state.range(0));
  const Time now = SystemClock().now();
  live::Hub hub;
  std::vector<AccountId> accounts;
  for (std::size_t i = 0; i < connections; ++i) {
    accounts.push_back(AccountId::make(now));
    hub.add(accounts.back(), std::make_shared<CountingSocket>());
  }
  const std::string frame(400, 'a');
  const auto room = RoomId::make(now);
  std::size_t turn = 0;
  for (auto _ : state) {
    turn = (turn + 2) % connections;
    std::vector<live::Event> events;
    events.push_back({room, 1, frame, {accounts[turn], accounts[turn + 1]}});
    hub.publish(std::move(events));
  }
}
BENCHMARK(publish_to_two_of)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace rapport
