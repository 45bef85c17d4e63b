#include "server/behind_proxy.hpp"

#include <gtest/gtest.h>

namespace rapport::server {
namespace {

/// Keeps what it was asked.
class Asked final : public http::Application {
 public:
  http::Response handle(const http::Request& request) override {
    last = request;
    return {};
  }
  std::unique_ptr<http::LiveSession> open_live(const http::Request& request, std::shared_ptr<http::LiveSocket>,
                                               http::Response&) override {
    last = request;
    return nullptr;
  }
  http::Response overloaded(const http::Request&) override { return {}; }
  http::Request last;
};

class ProxyTest : public ::testing::Test {
 protected:
  http::Request passed_on(std::string peer, std::vector<std::pair<std::string, std::string>> headers) {
    http::Request request;
    request.peer = std::move(peer);
    request.headers = std::move(headers);
    proxy_.handle(request);
    const auto handled = asked_.last;
    http::Response refusal;
    proxy_.open_live(request, nullptr, refusal);
    EXPECT_EQ(asked_.last.peer, handled.peer);
    EXPECT_EQ(asked_.last.secure, handled.secure);
    return handled;
  }
  std::string client(std::string peer, std::string forwarded) {
    return passed_on(std::move(peer), {{"x-forwarded-for", std::move(forwarded)}}).peer;
  }

  Asked asked_;
  BehindProxy proxy_{asked_, "127.0.0.1, 2001:DB8::1"};
};

TEST_F(ProxyTest, TheLastThatIsNoProxyIsTheClient) {
  EXPECT_EQ(client("127.0.0.1", "198.51.100.7"), "198.51.100.7");
  EXPECT_EQ(client("127.0.0.1", "203.0.113.9, 198.51.100.7"), "198.51.100.7") << "what the client made up";
  EXPECT_EQ(client("127.0.0.1", "198.51.100.7, 2001:db8:0::1"), "198.51.100.7");
  EXPECT_EQ(client("2001:db8::1", "::ffff:198.51.100.7"), "198.51.100.7");
  EXPECT_EQ(passed_on("127.0.0.1", {{"x-forwarded-for", "203.0.113.9"}, {"x-forwarded-for", "198.51.100.7"}}).peer,
            "198.51.100.7");
}

TEST_F(ProxyTest, WhoComesPastItInClearIsRefused) {
  const auto status = [&](BehindProxy& proxy, std::string peer, bool secure) {
    http::Request request;
    request.peer = std::move(peer);
    request.secure = secure;
    http::Response refusal;
    refusal.status = 200;
    proxy.open_live(request, nullptr, refusal);
    const auto answer = proxy.handle(request);
    EXPECT_EQ(refusal.status, answer.status);
    return answer.status;
  };
  EXPECT_EQ(status(proxy_, "198.51.100.7", false), 403);
  EXPECT_EQ(status(proxy_, "198.51.100.7", true), 200) << "encrypted by this program itself";
  EXPECT_EQ(status(proxy_, "2001:db8::1", false), 200) << "the proxy, which encrypts";
  EXPECT_EQ(status(proxy_, "127.0.0.7", false), 200) << "leaves this computer nowhere";
  BehindProxy none(asked_, "");
  EXPECT_EQ(status(none, "198.51.100.7", false), 200) << "what may be listened on is asked at the start";
}

TEST_F(ProxyTest, WhatIsNoAddressIsNotBelieved) {
  for (const auto* wrong : {"", "unknown", "198.51.100.7,", "198.51.100.7:80", "198.51.100.7, _hidden"}) {
    EXPECT_EQ(client("127.0.0.1", wrong), "127.0.0.1") << wrong;
  }
  EXPECT_EQ(passed_on("127.0.0.1", {}).peer, "127.0.0.1");
}

TEST_F(ProxyTest, OnlyATrustedProxyIsBelieved) {
  const std::vector<std::pair<std::string, std::string>> claims{{"x-forwarded-for", "198.51.100.7"},
                                                                {"x-forwarded-proto", "https"}};
  EXPECT_EQ(passed_on("127.0.0.9", claims).peer, "127.0.0.9");
  EXPECT_FALSE(passed_on("127.0.0.9", claims).secure);
  EXPECT_TRUE(passed_on("127.0.0.1", claims).secure);
  for (const auto* other : {"http", "HTTPS", "https, http", ""}) {
    EXPECT_FALSE(passed_on("127.0.0.1", {{"x-forwarded-proto", other}}).secure) << other;
  }
  BehindProxy nobody(asked_, "");
  http::Request request;
  request.peer = "127.0.0.1";
  request.headers = claims;
  nobody.handle(request);
  EXPECT_EQ(asked_.last.peer, "127.0.0.1");
}

}  // namespace
}  // namespace rapport::server
