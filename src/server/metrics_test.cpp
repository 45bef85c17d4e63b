#include "server/metrics.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <thread>
#include <vector>

#include "server/all_routes.hpp"

namespace rapport::server {
namespace {

using std::chrono::microseconds;

class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest() { add_all_routes(routes); }
  const http::Route& route(http::Method method, std::string_view pattern) const {
    for (const auto& one : routes.all()) {
      if (one->method == method && one->pattern == pattern) return *one;
    }
    throw std::logic_error("no such route");
  }
  static bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
  }
  Routes routes;
};

TEST_F(MetricsTest, CountByPatternAndClassAndSayHowLongItTook) {
  Metrics metrics(routes);
  const auto& send = route(http::Method::post, "/api/rooms/{room}/messages");
  metrics.answered(send, 201, microseconds(1000));  // on the bound: within it
  metrics.answered(send, 200, microseconds(1001));
  metrics.answered(send, 503, std::chrono::seconds(11));
  metrics.refused();
  const auto text = metrics.text();
  EXPECT_TRUE(has(text, R"(rapport_requests_total{route="POST /api/rooms/{room}/messages",status="2xx"} 2)")) << text;
  EXPECT_TRUE(has(text, R"(rapport_requests_total{route="POST /api/rooms/{room}/messages",status="5xx"} 1)"));
  EXPECT_TRUE(has(text, R"(rapport_request_seconds_bucket{le="0.001"} 1)"));
  EXPECT_TRUE(has(text, R"(rapport_request_seconds_bucket{le="0.0025"} 2)"));
  EXPECT_TRUE(has(text, R"(rapport_request_seconds_bucket{le="10"} 2)"));
  EXPECT_TRUE(has(text, R"(rapport_request_seconds_bucket{le="+Inf"} 3)"));
  EXPECT_TRUE(has(text, "rapport_request_seconds_count 3"));
  EXPECT_TRUE(has(text, "rapport_request_seconds_sum 11.002001"));
  EXPECT_TRUE(has(text, "rapport_refused_total 1"));
}

TEST_F(MetricsTest, AreTextThatPrometheusTakes) {
  Metrics metrics(routes);
  for (const auto& one : routes.all()) metrics.answered(*one, 200, microseconds(5));
  const auto text = metrics.text();
  const std::regex form(
      R"((# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? [0-9.e+-]+))");
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const auto end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos) << "the last line has no end";
    const auto line = text.substr(at, end - at);
    EXPECT_TRUE(std::regex_match(line, form)) << line;
    at = end + 1;
  }
  EXPECT_GT(lines, routes.all().size());
}

TEST_F(MetricsTest, LoseNothingWhenManyCount) {
  Metrics metrics(routes);
  const auto& one = *routes.all().front();
  std::vector<std::thread> many;
  for (int i = 0; i < 4; ++i) {
    many.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) metrics.answered(one, 200, microseconds(1));
    });
  }
  for (auto& thread : many) thread.join();
  EXPECT_TRUE(has(metrics.text(), "rapport_request_seconds_count 40000"));
}

}  // namespace
}  // namespace rapport::server
