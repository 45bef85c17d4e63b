#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <random>

#include "net/test_client.hpp"

namespace rapport::net {
namespace {

using std::chrono::steady_clock;

std::string request_of(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) + "\r\n";
}

std::string upgrade_of(std::string_view version, std::string_view key, std::string_view connection = "Upgrade") {
  return request_of("/live", "Upgrade: websocket\r\nConnection: " + std::string(connection) +
                                 "\r\nSec-WebSocket-Version: " + std::string(version) +
                                 "\r\nSec-WebSocket-Key: " + std::string(key) + "\r\nSec-WebSocket-Protocol: chat\r\n");
}
constexpr std::string_view good_key = "dGhlIHNhbXBsZSBub25jZQ==";

bool within_a_second(Client& client) {
  client.send_frame("hello");
  return client.read_until("echo:hello;", milliseconds(1000));
}

TEST(Http, AnswersWhatWasSentAtOnceInOrder) {
  Running running(short_times());
  Client client(running.server.port());
  std::string all;
  for (int i = 0; i < 50; ++i) all += request_of("/" + std::to_string(i));
  client.send(all + request_of("/last", "Connection: close\r\n"));
  ASSERT_TRUE(client.read_until(""));
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    const auto found = client.text.find("/" + std::to_string(i) + "||", at);
    ASSERT_NE(found, std::string::npos) << i;
    at = found;
  }
  EXPECT_NE(client.text.find("/last||", at), std::string::npos);
}

TEST(Http, AnswersThatNobodyTakesDoNotFillTheMemory) {
  auto options = short_times();
  options.max_answer_bytes = 2 * TestApplication::kLarge;
  Running running(options);
  std::vector<std::unique_ptr<Client>> greedy;
  for (int i = 0; i < 2; ++i) {
    greedy.push_back(std::make_unique<Client>(running.server.port(), 4096));
    greedy.back()->send(request_of("/large"));
    ASSERT_TRUE(greedy.back()->read_until("200 OK"));
  }
  Client third(running.server.port());
  third.send(request_of("/large"));
  EXPECT_TRUE(third.read_until("503")) << third.text.substr(0, 100);
  Client other(running.server.port());
  other.send(request_of("/small"));
  EXPECT_TRUE(other.read_until("/small||")) << "who asks for little is answered";
  greedy.clear();
  const auto until = steady_clock::now() + std::chrono::seconds(5);
  bool again = false;
  while (!again && steady_clock::now() < until) {
    Client later(running.server.port());
    later.send(request_of("/large"));
    again = later.read_until("200 OK");
  }
  EXPECT_TRUE(again) << "what is given up makes room";
}

TEST(Http, DoesNotSayItServesLocalhostWhileAnotherProgramHasItsPort) {
  const int other = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof address;
  if (other < 0 || ::bind(other, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    ::close(other);
    GTEST_SKIP() << "no IPv6 here";
  }
  ASSERT_EQ(::listen(other, 1), 0);
  ASSERT_EQ(::getsockname(other, reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto options = short_times();
  options.host = "localhost";
  options.port = ntohs(address.sin6_port);
  TestApplication application;
  EXPECT_THROW(Server(options, application), std::exception);
  ::close(other);
}

TEST(Http, TellsTheApplicationWhoAsks) {
  Running running(short_times());
  Client client(running.server.port());
  client.send(request_of("/about", "X-SoMe: value\r\n"));
  EXPECT_TRUE(client.read_until("127.0.0.1|plain|value"));
}

TEST(Http, FieldsAfterTheBodyAreNotHeaders) {
  Running running(short_times());
  Client client(running.server.port());
  client.send(
      "POST /about HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n0\r\nX-Some: forged\r\n\r\n");
  ASSERT_TRUE(client.read_until(""));
  EXPECT_NE(client.text.find(" 200 "), std::string::npos);
  EXPECT_EQ(client.text.find("forged"), std::string::npos);
}

TEST(Http, SaysGoOnBeforeABody) {
  Running running(short_times());
  Client client(running.server.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(client.read_until("100 Continue\r\n\r\n"));
  client.send("ok");
  EXPECT_TRUE(client.read_until("/a|ok|"));
  Client large(running.server.port());
  large.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(large.read_until("request.too_large"));
  EXPECT_EQ(large.text.find("100 Continue"), std::string::npos);
}

TEST(Http, RefusesAChunkLineWithoutEnd) {
  auto options = short_times();
  options.read_timeout = milliseconds(5000);
  Running running(options);
  Client client(running.server.port());
  client.send_for(milliseconds(500));
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  client.send(std::string(400'000, 'x'));
  ASSERT_TRUE(client.read_until("\r\n\r\n", milliseconds(2000)));
  EXPECT_NE(client.text.find("HTTP/1.1 4"), std::string::npos);
}

TEST(Http, AnswersWhenTheApplicationThrows) {
  Running running(short_times());
  Client client(running.server.port());
  client.send(request_of("/throw") + request_of("/throw-number") + request_of("/well"));
  ASSERT_TRUE(client.read_until("/well||"));
  const auto first = client.text.find(" 500 ");
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(client.text.find(" 500 ", first + 1), std::string::npos);
  EXPECT_EQ(client.text.find("made to fail"), std::string::npos);
}

TEST(Http, SaysAtOnceThatItIsOverloaded) {
  auto options = short_times();
  options.workers = 2;
  options.queue = 2;
  Running running(options);
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::make_unique<Client>(running.server.port()));
    waiting.back()->send(request_of("/block"));
    for (int k = 0; k < 200 && running.application.gate.waiting < std::min(i + 1, 2); ++k) {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
  std::this_thread::sleep_for(milliseconds(100));  // until the other two are in the queue
  Client refused(running.server.port());
  refused.send(request_of("/a"));
  ASSERT_TRUE(refused.read_until("\r\n\r\n", milliseconds(1000)));
  EXPECT_NE(refused.text.find(" 503 "), std::string::npos);
  EXPECT_NE(refused.text.find("Retry-After: 1\r\n"), std::string::npos);
  running.application.gate.open();
  for (auto& client : waiting) EXPECT_TRUE(client->read_until("/block||"));
  refused.send(request_of("/again"));
  EXPECT_TRUE(refused.read_until("/again||"));
}

TEST(Live, SaysAtOnceThatItIsOverloaded) {
  auto options = short_times();
  options.workers = 1;
  options.queue = 1;
  Running running(options);
  Client first(running.server.port());
  Client refused(running.server.port());
  ASSERT_TRUE(first.upgrade());
  ASSERT_TRUE(refused.upgrade());
  first.send_frame("block");
  for (int k = 0; k < 200 && running.application.gate.waiting < 1; ++k) std::this_thread::sleep_for(milliseconds(5));
  Client queued(running.server.port());
  queued.send(request_of("/queued"));
  std::this_thread::sleep_for(milliseconds(100));  // until it is in the queue
  refused.send(Client::frame("one") + Client::frame("two"));
  EXPECT_TRUE(refused.read_until("busy:two;", milliseconds(1000))) << refused.text;
  EXPECT_NE(refused.text.find("busy:one;"), std::string::npos);
  // Who is being served already has a place: what comes next waits behind it.
  first.send_frame("next");
  running.application.gate.open();
  EXPECT_TRUE(first.read_until("echo:next;")) << first.text;
  EXPECT_EQ(first.text.find("busy:"), std::string::npos);
  EXPECT_TRUE(queued.read_until("/queued||"));
  refused.send_frame("again");
  EXPECT_TRUE(refused.read_until("echo:again;")) << refused.text;
  EXPECT_EQ(refused.text.find("echo:one;"), std::string::npos);
}

TEST(Http, TakesNoMoreConnectionsThanAllowed) {
  auto options = short_times();
  options.max_connections = 3;
  options.header_timeout = milliseconds(5000);
  Running running(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(running.server.port()));
    ASSERT_TRUE(clients.back()->upgrade());
  }
  Client refused(running.server.port());
  EXPECT_TRUE(refused.read_until("", milliseconds(1000)));
  EXPECT_EQ(refused.text, "");
  clients.clear();
  ASSERT_TRUE(running.is_empty_soon());
  EXPECT_TRUE(running.answers());
}

TEST(Http, WhoWaitsLongestMakesRoom) {
  auto options = short_times();
  options.max_connections = 3;
  options.header_timeout = milliseconds(5000);
  Running running(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(running.server.port()));
    clients.back()->send(request_of("/in"));
    ASSERT_TRUE(clients.back()->read_until("/in||"));
  }
  clients[2]->send("GET /half");
  EXPECT_TRUE(running.answers());
  EXPECT_TRUE(clients[0]->read_until("", milliseconds(1000)));
  clients[1]->send(request_of("/again"));
  EXPECT_TRUE(clients[1]->read_until("/again||"));
}

TEST(Http, TheSilentMakeRoomForThoseWhoAsk) {
  auto options = short_times();
  options.max_half_open = 10;
  options.header_timeout = milliseconds(20'000);
  options.read_timeout = milliseconds(20'000);
  Running running(options);
  Client known(running.server.port());
  known.send(request_of("/known"));
  ASSERT_TRUE(known.read_until("/known||"));
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(std::make_unique<Client>(running.server.port()));
    silent.back()->send(i % 2 == 0 ? "GET /ha" : "POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
    EXPECT_TRUE(running.answers());
  }
  EXPECT_TRUE(silent.front()->read_until("", milliseconds(1000)));
  EXPECT_LE(running.server.connections(), 12U);
  known.send(request_of("/still-known"));
  EXPECT_TRUE(known.read_until("/still-known||"));
}

TEST(Http, WhatIsHeavyKeepsNobodyElseWaiting) {
  auto options = short_times();
  options.workers = 1;
  options.heavy_workers = 1;
  options.heavy_queue = 1;
  Running running(options);
  std::vector<std::unique_ptr<Client>> heavy;
  for (int i = 0; i < 3; ++i) {
    heavy.push_back(std::make_unique<Client>(running.server.port()));
    heavy.back()->send(request_of("/heavy-" + std::to_string(i) + "-block"));
    std::this_thread::sleep_for(milliseconds(50));  // one after the other
  }
  EXPECT_TRUE(running.answers());
  EXPECT_TRUE(heavy.back()->read_until(" 503 "));
  running.application.gate.open();
  EXPECT_TRUE(heavy.front()->read_until("/heavy-0-block||"));
}

TEST(Http, WhoeverAsksForMuchThatIsHeavyWaitsBehindTheirOwn) {
  auto options = short_times();
  options.heavy_workers = 1;
  options.heavy_of_one = 2;
  Running running(options);
  std::vector<std::unique_ptr<Client>> greedy;
  for (int i = 0; i < 4; ++i) {
    greedy.push_back(std::make_unique<Client>(running.server.port()));
    greedy.back()->send(request_of("/heavy-one-block"));
    std::this_thread::sleep_for(milliseconds(50));  // one after the other
  }
  EXPECT_TRUE(greedy.back()->read_until(" 503 ")) << "one runs and two wait";
  Client other(running.server.port());
  other.send(request_of("/heavy-another-block"));
  running.application.gate.open();
  EXPECT_TRUE(other.read_until("/heavy-another-block||"));
}

TEST(Http, WaitsQuietlyForDescriptors) {
  Running running(short_times());
  Client client(running.server.port());
  ASSERT_TRUE(client.upgrade());
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  Client late(running.server.port(), 0, [&](int fd) {
    const rlimit none{static_cast<rlim_t>(fd) + 1, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  });
  const std::clock_t begin = std::clock();
  std::this_thread::sleep_for(milliseconds(300));
  const auto used = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_LT(used, 0.15) << "seconds of processor time spent on waiting";
  EXPECT_TRUE(within_a_second(client)) << "who is there goes on";
  ::setrlimit(RLIMIT_NOFILE, &before);
  late.send(request_of("/late"));
  EXPECT_TRUE(late.read_until("/late||"));
}

TEST(Http, TwoThreadsServeTwoHundredConnections) {
  auto options = short_times();
  options.io_threads = 2;
  options.header_timeout = milliseconds(5000);
  Running running(options);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<Client>(running.server.port()));
    ASSERT_TRUE(clients.back()->connected());
    if (i % 2 == 0) ASSERT_TRUE(clients.back()->upgrade());
  }
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const auto text = std::to_string(round) + "-" + std::to_string(i);
      if (i % 2 == 0) clients[i]->send_frame(text);
      if (i % 2 == 1) clients[i]->send(request_of("/" + text));
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const auto text = std::to_string(round) + "-" + std::to_string(i);
      ASSERT_TRUE(clients[i]->read_until(i % 2 == 0 ? "echo:" + text + ";" : "/" + text + "||"));
    }
  }
  EXPECT_EQ(running.server.connections(), 200U);
  clients.clear();
  EXPECT_TRUE(running.is_empty_soon());
  EXPECT_EQ(running.application.closed, 100);
}

TEST(Upgrade, FailsBeforeTheApplicationIsAsked) {
  Running running(short_times());
  Client version(running.server.port());
  version.send(upgrade_of("8", good_key));
  ASSERT_TRUE(version.read_until("live.version"));
  EXPECT_NE(version.text.find(" 426 "), std::string::npos);
  EXPECT_NE(version.text.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
  for (const std::string_view key : {"", "short", "dGhlIHNhbXBsZSBub25j ZQ=="}) {
    Client client(running.server.port());
    client.send(upgrade_of("13", key));
    ASSERT_TRUE(client.read_until("live.key"));
    EXPECT_NE(client.text.find(" 400 "), std::string::npos);
  }
  EXPECT_EQ(running.application.opened, 0);
}

TEST(Upgrade, TakesAListAndPromisesNoProtocol) {
  Running running(short_times());
  Client client(running.server.port());
  client.send(upgrade_of("13", good_key, "keep-alive, Upgrade"));
  ASSERT_TRUE(client.read_until("\r\n\r\n"));
  EXPECT_NE(client.text.find(" 101 "), std::string::npos);
  EXPECT_NE(client.text.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  EXPECT_EQ(client.text.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(Upgrade, DrippedIsCutOff) {
  Running running(short_times());
  Client client(running.server.port());
  const auto begin = steady_clock::now();
  for (const char c : upgrade_of("13", good_key)) {
    if (!client.send(std::string(1, c)) || client.read_until("408", milliseconds(20))) break;
  }
  EXPECT_LT(steady_clock::now() - begin, milliseconds(1500));
  EXPECT_NE(client.text.find(" 408 "), std::string::npos);
  EXPECT_EQ(running.application.opened, 0);
}

TEST(Upgrade, AnApplicationThatThrowsIsA500) {
  Running running(short_times());
  Client client(running.server.port());
  std::string bytes = upgrade_of("13", good_key);
  client.send(bytes.replace(bytes.find("/live"), 5, "/throw"));
  ASSERT_TRUE(client.read_until(""));
  EXPECT_NE(client.text.find(" 500 "), std::string::npos);
  EXPECT_TRUE(running.is_empty_soon());
}

TEST(Live, FragmentsMayHaveControlFramesBetween) {
  Running running(short_times());
  Client client(running.server.port());
  ASSERT_TRUE(client.upgrade());
  client.send_frame("he", 0x01);
  client.send_frame("ping", 0x89);
  client.send_frame("ll", 0x00);
  client.send_frame("", 0x8A);
  client.send_frame("o", 0x80);
  EXPECT_TRUE(client.read_until("echo:hello;"));
  EXPECT_NE(client.text.find("\x8A\x04ping"), std::string::npos);
}

TEST(Live, RefusesFramesThatLie) {
  const std::string mask(4, '\0');
  const std::vector<std::string> wrong = {
      std::string("\x81\xFE\x00\x05", 4) + mask + "hello",      // a length written longer than need be
      "\x81\x02hi",                                             // not masked
      "\x81\xFF\x7F" + std::string(7, '\xFF') + mask,           // longer than anything
      std::string("\x81\xFF") + std::string(8, '\xFF') + mask,  // a negative length
      Client::frame("x", 0x80),                                 // goes on with nothing
      Client::frame("x", 0xC1),                                 // a reserved bit
      Client::frame("x", 0x83),                                 // a reserved kind
      Client::frame("x", 0x09),                                 // half a ping
      Client::frame("a", 0x01) + Client::frame("b", 0x81),      // a text within a text
      Client::frame(std::string(60'000, 'x'), 0x01) + Client::frame(std::string(250'000, 'x'), 0x80),
  };
  Running running(short_times());
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    Client client(running.server.port());
    ASSERT_TRUE(client.upgrade());
    client.send(wrong[i]);
    EXPECT_TRUE(client.closed_with(1002) || client.closed_with(1009)) << i;
    EXPECT_EQ(client.text.find("echo"), std::string::npos) << i;
  }
  Client half(running.server.port());
  ASSERT_TRUE(half.upgrade());
  half.send(Client::frame(std::string(60000, 'x')).substr(0, 30));
  half.end_sending();
  EXPECT_TRUE(half.read_until(""));
  EXPECT_TRUE(running.is_empty_soon());
}

TEST(Live, AnApplicationThatThrowsIsA1011) {
  Running running(short_times());
  Client client(running.server.port());
  ASSERT_TRUE(client.upgrade());
  client.send_frame("throw");
  EXPECT_TRUE(client.closed_with(1011));
  EXPECT_TRUE(running.is_empty_soon());
  EXPECT_EQ(running.application.closed, 1);
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t memory_bound = 1024U * 1024 * 1024;  // these keep what was given back
#else
constexpr std::size_t memory_bound = 40U * 1024 * 1024;
#endif

std::size_t memory_used() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * 4096;
}

TEST(Live, CutsOffWhoAsksWithoutListening) {
  auto options = short_times();
  options.close_timeout = milliseconds(20'000);  // time to hear why, however slow this computer is
  Running running(options);
  Client deaf(running.server.port(), 4096);
  Client other(running.server.port());
  ASSERT_TRUE(deaf.upgrade());
  ASSERT_TRUE(other.upgrade());
  const auto before = memory_used();
  const auto frame = Client::frame(std::string(8000, 'x'));
  deaf.send_for(milliseconds(2000));
  std::size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (!deaf.send(frame)) break;
    if (i % 500 == 0) most = std::max(most, memory_used());
    if (i == 2000 || i == 9000) EXPECT_TRUE(within_a_second(other));
    other.text.clear();
  }
  EXPECT_LT(most - std::min(most, before), memory_bound) << "of 80 MB that were sent";
  EXPECT_TRUE(deaf.closed_with(1013));
}

TEST(Live, EndsAWriteThatIsStuck) {
  auto options = short_times();
  options.write_timeout = milliseconds(300);
  Running running(options);
  Client deaf(running.server.port(), 4096);
  ASSERT_TRUE(deaf.upgrade());
  deaf.send_frame("much");
  for (int i = 0; i < 300 && running.server.connections() > 0; ++i) {
    deaf.send_frame("", 0x8A);  // alive, so that only the stuck write can be the reason
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_FALSE(running.application.cut);
  EXPECT_EQ(running.server.connections(), 0U);
}

TEST(Live, APingFloodFillsNothing) {
  Running running(short_times());
  Client flood(running.server.port(), 4096);
  Client other(running.server.port());
  ASSERT_TRUE(flood.upgrade());
  ASSERT_TRUE(other.upgrade());
  flood.send_for(milliseconds(300));
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += Client::frame(std::string(125, 'p'), 0x89);
  int sent = 0;
  while (sent < 300 && flood.send(pings)) ++sent;
  EXPECT_LT(sent, 300) << "who does not read the answers cannot ask for ever";
  EXPECT_TRUE(within_a_second(other));
}

TEST(Live, SurvivesAResetAtAnyByte) {
  Running running(short_times());
  const std::string talk =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + upgrade_of("13", good_key) +
      Client::frame("one") + Client::frame("tw", 0x01) + Client::frame("ping", 0x89) + Client::frame("o", 0x80) +
      Client::frame(std::string(3000, 'x')) + Client::frame("flood") + Client::frame("\x03\xE8", 0x88);
  std::minstd_rand random(7);  // NOLINT: the same cuts every time
  for (int i = 0; i < 100; ++i) {
    Client client(running.server.port());
    ASSERT_TRUE(client.connected());
    // Half of the cuts in the short part before the long frame, where most of the states are.
    const std::size_t end = i % 2 == 0 ? talk.size() - 3000 : talk.size() + 1;
    client.send(std::string_view(talk).substr(0, random() % end));
    if (i % 3 != 0) client.read_until("echo:", milliseconds(i % 3 * 4));
    client.reset_at_end();
  }
  EXPECT_TRUE(running.answers());
  EXPECT_TRUE(running.is_empty_soon());
  EXPECT_EQ(running.application.closed, running.application.opened);
}

}  // namespace
}  // namespace rapport::net
