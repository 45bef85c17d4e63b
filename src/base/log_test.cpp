#include "base/log.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace rapport::log {
namespace {

TEST(Log, AnEventIsOneLineWhateverIsInIt) {
  EXPECT_EQ(line_of("server.started", {}), "server.started");
  EXPECT_EQ(line_of("server.started", {{"listen", "[::1]:8080"}, {"files", 1024}}),
            "server.started listen=[::1]:8080 files=1024");
  EXPECT_EQ(line_of("a.b", {{"c", ""}}), "a.b c=\"\"");
  EXPECT_EQ(line_of("a.b", {{"c", "two\nlines \"and\" \\ \x1B[0m"}}), R"(a.b c="two\x0alines \"and\" \\ \x1b[0m")");
  EXPECT_EQ(line_of("a.b", {{"c", "Schlüssel"}}), "a.b c=\"Schlüssel\"");
  EXPECT_EQ(line_of("a.b", {{"c", "\xC3("}}), R"(a.b c="\xc3(")");
}

TEST(Log, WritesTimeLevelAndEventUnlessTheLevelIsTooLow) {
  ::testing::internal::CaptureStderr();
  set_level(Level::warning);
  info("too.low");
  warning("high.enough", {{"by", 1}});
  set_level(Level::info);
  const auto written = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(
      std::regex_match(written, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning high\.enough by=1\n)")))
      << written;
}

TEST(Log, LevelsHaveNames) {
  EXPECT_EQ(level_from_text("debug"), Level::debug);
  EXPECT_EQ(level_from_text("error"), Level::error);
  EXPECT_EQ(level_from_text("loud"), std::nullopt);
}

}  // namespace
}  // namespace rapport::log
