#include "features/notify/mail.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rapport::notify {
namespace {

Mail mail_of(Kind kind, bool german) {
  return {kind,
          german,
          "look-in@example.org",
          "somebody@example.net",
          "https://rooms.example.org",
          "<1@example.org>",
          from_micros(1'795'000'000'000'000)};
}

TEST(Mails, AreAsTheStandardWantsThem) {
  for (const auto kind :
       {Kind::needs_you, Kind::invitation, Kind::log_in_changed, Kind::password_changed, Kind::address_changed,
        Kind::recovery, Kind::factor_loss, Kind::part_changed, Kind::passkey_refused, Kind::closing, Kind::test}) {
    for (const bool german : {false, true}) {
      auto text = write_mail(mail_of(kind, german));
      EXPECT_EQ(text, write_mail(mail_of(kind, german)));
      EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\r' || c == '\n' || (c >= ' ' && c <= '~');
      })) << text;
      EXPECT_NE(text.find("Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n"), std::string::npos) << text;
      while (!text.empty()) {
        const auto end = text.find("\r\n");
        ASSERT_NE(end, std::string::npos);
        EXPECT_EQ(text.find('\n'), end + 1);
        EXPECT_LE(end, 76U) << text.substr(0, end);
        text.erase(0, end + 2);
      }
    }
  }
}

TEST(Mails, OfAMadeUpPracticeSayThatItIs) {
  for (const bool german : {false, true}) {
    const auto* const words = german ? "erfunden" : "made up";
    auto mail = mail_of(Kind::needs_you, german);
    EXPECT_EQ(write_mail(mail).find(words), std::string::npos);
    mail.synthetic = true;
    EXPECT_NE(write_mail(mail).find(words), std::string::npos);
  }
}

TEST(Mails, HaveOneIdForEachNoticeThatDoesNotTellWhich) {
  const auto root = access::SealKey::random();
  const auto one = message_id(root, "safety:1:therapist", "look-in@example.org");
  EXPECT_EQ(one, message_id(root, "safety:1:therapist", "look-in@example.org"));
  EXPECT_NE(one, message_id(root, "safety:2:therapist", "look-in@example.org"));
  EXPECT_NE(one, message_id(access::SealKey::random(), "safety:1:therapist", "look-in@example.org"));
  EXPECT_EQ(one.size(), std::string("<@example.org>").size() + 32);
  EXPECT_TRUE(one.ends_with("@example.org>"));
}

}  // namespace
}  // namespace rapport::notify
