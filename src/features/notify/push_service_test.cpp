#include "features/notify/push_service.hpp"

#include <gtest/gtest.h>

namespace rapport::notify {
namespace {

config::Settings settings() {
  config::Settings made;
  made.practice_address = "https://rooms.example.org";
  return made;
}

TEST(PushServices, AreThoseOfTheBrowsersUnlessThePracticeSaysOtherwise) {
  const auto usual = push_services(settings()).value();
  EXPECT_TRUE(usual.offered());
  EXPECT_EQ(push_origin(usual, "https://fcm.googleapis.com/fcm/send/abc"), "https://fcm.googleapis.com");
  EXPECT_EQ(push_origin(usual, "https://updates.push.services.mozilla.com/wpush/v2/x"),
            "https://updates.push.services.mozilla.com");
  EXPECT_EQ(push_origin(usual, "https://wns2-par02p.notify.windows.com/w/?token=a%2b"),
            "https://wns2-par02p.notify.windows.com");
  auto none = settings();
  none.push_services.clear();
  EXPECT_FALSE(push_services(none).value().offered());
}

TEST(PushServices, NeedAnAddressUnderWhichThePracticeCanBeAsked) {
  for (const auto* address : {"", "http://localhost:8080"}) {
    auto without = settings();
    without.practice_address = address;
    EXPECT_FALSE(push_services(without).value().offered()) << address;
  }
}

TEST(PushServices, NoOtherComputerIsEverCalled) {
  auto some = settings();
  some.push_services = "push.example.net, *.wide.example.net,localhost:8443";
  const auto services = push_services(some).value();
  EXPECT_EQ(push_origin(services, "https://localhost:8443/x"), "https://localhost:8443");
  for (const auto* wrong : {"http://push.example.net/x",
                            "https://push.example.net:444/x",
                            "https://push.example.net.evil.example/x",
                            "https://evil.example/push.example.net",
                            "https://evil.example#.wide.example.net/x",
                            "https://localhost/x",
                            "https://user@push.example.net/x",
                            "https://evil.example@a.wide.example.net/x",
                            "https://wide.example.net/x",
                            "https://evil.example\\.wide.example.net/x",
                            "https://evil.example?.wide.example.net",
                            "https://127.0.0.1/",
                            "//push.example.net/",
                            "file:///etc/passwd",
                            "",
                            "https://",
                            "https:///x",
                            "https://push.example.net/a b",
                            "https://push.example.net/a\r\nX: y",
                            "https://[::1]/"}) {
    EXPECT_FALSE(push_origin(services, wrong)) << wrong;
  }
}

TEST(PushServices, ASettingThatIsNoneIsRefusedWithItsWord) {
  for (const auto* wrong : {"https://push.example.net", "push example", "*", "a,*.*"}) {
    auto some = settings();
    some.push_services = wrong;
    const auto refused = push_services(some);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().detail.find("push.services"), std::string::npos);
  }
  auto some = settings();
  some.push_authorities = "/nowhere.pem";
  EXPECT_NE(push_services(some).error().detail.find("/nowhere.pem"), std::string::npos);
}

}  // namespace
}  // namespace rapport::notify
