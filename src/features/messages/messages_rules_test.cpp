#include "features/messages/messages_rules.hpp"

#include <gtest/gtest.h>

namespace rapport::messages {
namespace {

const Time kNow = from_micros(1'795'000'000'000'000);

NewMessage note(std::string text) {
  return {MessageId::make(kNow), *http::Text<1, kLongestText>::from(std::move(text))};
}

TEST(MessageRules, WhatIsStoredHoldsNoneOfTheWords) {
  const auto key = access::SealKey::random();
  const auto author = AccountId::make(kNow);
  const auto sealed = seal_message(key, author, note("I could not sleep again"), kNow);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(as_text(sealed->sealed_text).find("sleep"), std::string_view::npos);
  EXPECT_NE(sealed->frame_body.find("I could not sleep again"), std::string::npos);
}

TEST(MessageRules, OpensOnlyInItsRowAndWithTheClientsKey) {
  const auto key = access::SealKey::random();
  const auto author = AccountId::make(kNow);
  const auto sealed = seal_message(key, author, note("Grüße 🙂"), kNow);
  ASSERT_TRUE(sealed);
  StoredMessage stored{sealed->id, RoomId::make(kNow), 7, author, kNow, sealed->sealed_text};
  const auto opened = open_message(key, stored);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text, "Grüße 🙂");
  EXPECT_EQ(opened->seq, 7);
  EXPECT_FALSE(open_message(access::SealKey::random(), stored));
  stored.id = MessageId::make(kNow);
  EXPECT_FALSE(open_message(key, stored));
}

TEST(DraftRules, NoneOfTheTwoTextsOpensInAnothersPlace) {
  const auto key = access::SealKey::random();
  const auto author = AccountId::make(kNow);
  const auto place = RoomId::make(kNow).uuid();
  const auto sealed = seal_draft(key, author, place, "About Monday", "half a thought");
  const auto opened = open_draft(key, author, place, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->subject, "About Monday");
  EXPECT_EQ(opened->text, "half a thought");
  EXPECT_FALSE(open_draft(key, AccountId::make(kNow), place, sealed)) << "the other one's draft of the same room";
  EXPECT_FALSE(open_draft(key, author, RoomId::make(kNow).uuid(), sealed));
  EXPECT_FALSE(open_draft(key, author, place, {sealed.text, sealed.subject})) << "exchanged";
  EXPECT_FALSE(open_draft(access::SealKey::random(), author, place, sealed));
}

TEST(MessageRules, RefusesIdsThatAreNotVersion7) {
  auto message = note("x");
  message.id = *MessageId::from_text("6ba7b810-9dad-41d1-80b4-00c04fd430c8");
  const auto sealed = seal_message(access::SealKey::random(), AccountId::make(kNow), message, kNow);
  EXPECT_EQ(sealed.error().code, "message.id_not_v7");
}

}  // namespace
}  // namespace rapport::messages
