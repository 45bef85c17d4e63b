#include "net/test_client.hpp"

namespace rapport::net {
namespace {

class NetTest : public testing::Test {
 protected:
  NetTest() : server_(short_times(), application_) { server_.start(); }
  /// Sends `bytes` on a connection of its own and gives all that comes back until the server closes.
  std::string refused(std::string_view bytes) {
    Client client(server_.port());
    client.send(bytes);
    client.end_sending();
    EXPECT_TRUE(client.read_until(""));
    return client.text;
  }
  TestApplication application_;
  Server server_;
};

TEST_F(NetTest, AnswersAndKeepsTheConnection) {
  Client client(server_.port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(client.read_until("/a||"));
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(client.read_until("/b|hello|"));
  client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  ASSERT_TRUE(client.read_until("/c|abc|"));
  client.send("HEAD /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(client.read_until(""));
  EXPECT_EQ(client.text.find("/d|"), std::string::npos);
}

TEST_F(NetTest, RefusesWhatIsTooLarge) {
  Client client(server_.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
  ASSERT_TRUE(client.read_until("application/problem+json", milliseconds(300)));
  EXPECT_NE(client.text.find(" 413 "), std::string::npos);
  EXPECT_NE(client.text.find(R"("type":"/api/problems/request.too_large")"), std::string::npos) << client.text;
  EXPECT_NE(client.text.find(R"("detail":"The request's body is too large.")"), std::string::npos) << client.text;
  const std::string header = "GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(20000, 'x') + "\r\n\r\n";
  EXPECT_NE(refused(header).find(" 431 "), std::string::npos);
}

TEST_F(NetTest, RefusesAmbiguousRequests) {
  EXPECT_NE(refused("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .find(" 400 "),
            std::string::npos);
  EXPECT_NE(refused("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")
                .find(" 400 "),
            std::string::npos);
  EXPECT_NE(refused("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n").find(" 400 "), std::string::npos);
  EXPECT_NE(refused("GET /a HTTP/1.1\r\n\r\n").find(" 400 "), std::string::npos);
}

TEST_F(NetTest, CutsOffASlowRequest) {
  Client client(server_.port());
  client.send("GET /a HTT");
  ASSERT_TRUE(client.read_until(""));
  EXPECT_NE(client.text.find(" 408 "), std::string::npos);
}

TEST_F(NetTest, EchoesFramesInOrder) {
  Client client(server_.port());
  ASSERT_TRUE(client.upgrade());
  std::string frames;
  for (int i = 0; i < 1000; ++i) frames += Client::frame(std::to_string(i));
  client.send(frames);
  ASSERT_TRUE(client.read_until("echo:999;"));
  std::size_t at = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto found = client.text.find("echo:" + std::to_string(i) + ";");
    ASSERT_NE(found, std::string::npos) << i;
    ASSERT_GE(found, at) << i;
    at = found;
  }
}

TEST_F(NetTest, ClosesForWrongFrames) {
  Client large(server_.port());
  ASSERT_TRUE(large.upgrade());
  large.send_frame(std::string(300'000, 'x'));
  EXPECT_TRUE(large.closed_with(1009));
  Client binary(server_.port());
  ASSERT_TRUE(binary.upgrade());
  binary.send_frame("x", 0x82);
  EXPECT_TRUE(binary.closed_with(1003));
  Client text(server_.port());
  ASSERT_TRUE(text.upgrade());
  text.send_frame("\xff\xfe");
  EXPECT_TRUE(text.closed_with(1007));
}

TEST_F(NetTest, CutsOffASlowConsumerWhileOthersGoOn) {
  Client slow(server_.port(), 4096);
  Client other(server_.port());
  ASSERT_TRUE(slow.upgrade());
  ASSERT_TRUE(other.upgrade());
  slow.send_frame("flood");
  other.send_frame("hello");
  EXPECT_TRUE(other.read_until("echo:hello;"));
  for (int i = 0; i < 300 && application_.closed == 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_TRUE(application_.cut);
  EXPECT_EQ(application_.closed, 1);
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(NetTest, EndsHalfClosedConnections) {
  {
    Client client(server_.port());
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    client.end_sending();
    EXPECT_TRUE(client.read_until("/a||"));
    Client live(server_.port());
    ASSERT_TRUE(live.upgrade());
    live.end_sending();
    EXPECT_TRUE(live.read_until(""));
  }
  for (int i = 0; i < 200 && server_.connections() > 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(server_.connections(), 0U);
  EXPECT_EQ(application_.closed, 1);
}

TEST_F(NetTest, SendsTheApplicationsRefusal) {
  Client client(server_.port());
  client.send(
      "GET /other HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  ASSERT_TRUE(client.read_until("", milliseconds(4000)));
  EXPECT_NE(client.text.find(" 403 "), std::string::npos);
}

TEST(Date, IsWhatTheClockOfTheOptionsSays) {
  auto options = short_times();
  options.now = [] { return std::chrono::system_clock::from_time_t(1'790'000'000); };
  Running running(options);
  Client client(running.server.port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_until("Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n")) << client.text;
}

TEST(Arrival, IsWhenARequestOrAFrameHadComeNotWhenAWorkerTakesIt) {
  auto options = short_times();
  options.workers = 1;
  Running running(options);
  Client live(running.server.port());
  ASSERT_TRUE(live.upgrade());
  live.send_frame("age");
  EXPECT_TRUE(live.read_until("echo:at once;")) << live.text;
  live.send_frame("slow");
  std::this_thread::sleep_for(milliseconds(50));
  Client request(running.server.port());
  request.send("GET /age HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  live.send_frame("age");
  EXPECT_TRUE(live.read_until("echo:waited;")) << live.text;
  EXPECT_TRUE(request.read_until("waited")) << request.text;
}

TEST_F(NetTest, StopFinishesWhatRuns) {
  Client request(server_.port());
  Client live(server_.port());
  ASSERT_TRUE(live.upgrade());
  request.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(100));
  server_.stop(milliseconds(2000));
  EXPECT_TRUE(request.read_until("/slow||"));
  EXPECT_TRUE(live.closed_with(1001));
  EXPECT_FALSE(Client(server_.port()).connected());
  EXPECT_EQ(application_.closed, 1);
}

TEST_F(NetTest, StopAnswersWhatWasRead) {
  Client live(server_.port());
  ASSERT_TRUE(live.upgrade());
  std::string frames = Client::frame("slow");
  for (int i = 0; i < 100; ++i) frames += Client::frame(std::to_string(i));
  live.send(frames);
  std::this_thread::sleep_for(milliseconds(100));  // until they are read, and the first of them is worked on
  server_.stop(milliseconds(5000));
  ASSERT_TRUE(live.read_until("going away"));
  EXPECT_NE(live.text.find("echo:slow;"), std::string::npos);
  EXPECT_NE(live.text.find("echo:99;"), std::string::npos);
  EXPECT_LT(live.text.find("echo:99;"), live.text.find("going away"));
}

}  // namespace
}  // namespace rapport::net
