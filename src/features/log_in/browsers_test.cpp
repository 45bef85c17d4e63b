#include "features/log_in/browsers.hpp"

#include <gtest/gtest.h>

namespace rapport::log_in {
namespace {

std::string words(std::string_view user_agent) {
  const auto browser = browser_of(user_agent);
  return browser.name + "/" + browser.system;
}

TEST(Browsers, AreCalledWhatPeopleCallThem) {
  EXPECT_EQ(words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox/Linux");
  EXPECT_EQ(words("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"), "Firefox/Android");
  EXPECT_EQ(words("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
                  "Safari/537.36"),
            "Chrome/Android");
  EXPECT_EQ(words("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
                  "Safari/537.36 Edg/140.0.0.0"),
            "Edge/Windows");
  EXPECT_EQ(words("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                  "Version/18.5 Mobile/15E148 Safari/604.1"),
            "Safari/iPhone");
}

TEST(Browsers, ThatSayNothingOrNonsenseHaveNoName) {
  EXPECT_EQ(words(""), "/");
  EXPECT_EQ(words("curl/8.5.0\xff <script>"), "/");
}

}  // namespace
}  // namespace rapport::log_in
