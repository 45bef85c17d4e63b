#include "server/listen.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace rapport::server {
namespace {

TEST(Listen, TakesAddressesAndNames) {
  const auto listen = parse_listen("[::1]:8080");
  ASSERT_TRUE(listen);
  EXPECT_EQ(listen->host, "::1");
  EXPECT_EQ(listen->port, 8080);
  EXPECT_EQ(parse_listen("localhost:0")->address, "localhost");
  const auto name = parse_listen("ip6-localhost.invalid:80");
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().detail.find("Cannot listen on ip6-localhost.invalid: no address is known for it"), 0U);
  for (const auto* wrong : {"", "localhost", ":80", "localhost:", "localhost:65536", "localhost:8o"}) {
    EXPECT_FALSE(parse_listen(wrong)) << wrong;
  }
}

TEST(Listen, ANameIsLookedUp) {
  std::string own(256, '\0');
  ASSERT_EQ(::gethostname(own.data(), own.size()), 0);
  own.resize(own.find('\0'));
  const auto listen = parse_listen(own + ":80");
  if (!listen) GTEST_SKIP() << "this computer does not know its own name";
  EXPECT_EQ(listen->host, own);
  EXPECT_NE(listen->address.find_first_of(".:"), std::string::npos) << listen->address;
}

TEST(Listen, MetricsAreReadOnThisComputerOnlyAndOnlyIfWanted) {
  config::Settings settings;
  EXPECT_EQ(*parse_metrics_listen(settings), std::nullopt);
  settings.metrics_listen = "localhost:9100";
  EXPECT_EQ((*parse_metrics_listen(settings))->port, 9100);
  settings.tls_cert = "c.pem";  // that of the service
  for (const auto* open : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1"}) {
    settings.metrics_listen = open;
    EXPECT_FALSE(parse_metrics_listen(settings)) << open;
  }
}

TEST(Listen, NothingCrossesANetworkInClear) {
  config::Settings settings;
  const auto refused = [&](const std::string& where) { return !check_protection(settings, *parse_listen(where)); };
  for (const auto* here : {"localhost:1", "127.0.0.5:1", "[::1]:1"}) EXPECT_FALSE(refused(here)) << here;
  for (const auto* open : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1"}) EXPECT_TRUE(refused(open)) << open;
  settings.trusted_proxy = "192.0.2.9";
  EXPECT_FALSE(refused("0.0.0.0:1"));
  settings.trusted_proxy.clear();
  settings.tls_cert = "c.pem";
  EXPECT_FALSE(refused("0.0.0.0:1"));
}

}  // namespace
}  // namespace rapport::server
