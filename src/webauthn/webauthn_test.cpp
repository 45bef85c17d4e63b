#include "webauthn/webauthn.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "support/authenticator.hpp"

namespace rapport::webauthn {
namespace {

using testing::Authenticator;
using testing::Sent;

const Site kHere{"https://rooms.example.org", "rooms.example.org"};
const std::string kChallenge = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

class Passkey : public ::testing::TestWithParam<Algorithm> {
 protected:
  Authenticator device_{GetParam()};
  Key key() {
    const auto made = check_registration(kHere, kChallenge, device_.make(kHere, kChallenge).registration());
    return made.value().key;
  }
};

/// What is wrong, or "" when nothing is.
template <class T>
std::string mistake_of(const Checked<T>& checked) {
  return checked ? "" : std::string(to_text(checked.error()));
}

TEST_P(Passkey, IsTakenWithItsIdAndKeyAndAnswers) {
  const auto made = check_registration(kHere, kChallenge, device_.make(kHere, kChallenge).registration());
  ASSERT_TRUE(made) << to_text(made.error());
  EXPECT_EQ(made->id, device_.id);
  EXPECT_EQ(made->key.algorithm, GetParam());
  EXPECT_EQ(made->sign_count, 0U);
  for (const std::uint32_t times : {1U, 2U}) {
    const auto answered = check_assertion(kHere, kChallenge, made->key, device_.answer(kHere, kChallenge).assertion());
    ASSERT_TRUE(answered) << to_text(answered.error());
    EXPECT_EQ(*answered, times);
  }
}

TEST_P(Passkey, AnAnswerIsRefusedForEachThingThatIsNotAsAsked) {
  const auto own = key();
  const auto checked = [&](const Sent& sent) {
    return mistake_of(check_assertion(kHere, kChallenge, own, sent.assertion()));
  };
  EXPECT_EQ(checked(device_.answer(kHere, kChallenge)), "");
  EXPECT_EQ(checked(device_.answer(kHere, "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")), "challenge");
  EXPECT_EQ(checked(device_.answer({"https://rooms.example.net", kHere.rp_id}, kChallenge)), "origin");
  EXPECT_EQ(checked(device_.answer({"http://rooms.example.org", kHere.rp_id}, kChallenge)), "origin");
  EXPECT_EQ(checked(device_.answer({kHere.origin, "example.org"}, kChallenge)), "site");
  EXPECT_EQ(checked(device_.make(kHere, kChallenge)), "type");
  device_.flags = Authenticator::kPresent;
  EXPECT_EQ(checked(device_.answer(kHere, kChallenge)), "user");
  device_.flags = Authenticator::kVerified;
  EXPECT_EQ(checked(device_.answer(kHere, kChallenge)), "user");
}

TEST_P(Passkey, WhatWasChangedAfterItWasSignedIsRefused) {
  const auto own = key();
  const auto sent = device_.answer(kHere, kChallenge);
  const std::vector<std::function<void(Sent&)>> changes{
      [](Sent& one) { one.signature[one.signature.size() / 2] ^= 1U; },
      [](Sent& one) { one.signature.clear(); },
      [](Sent& one) { one.signature.resize(kLongestSignature + 1); },
      [](Sent& one) { one.authenticator_data.back() ^= 1U; },  // of the counter
      [](Sent& one) { one.authenticator_data.pop_back(); },
      [](Sent& one) { one.authenticator_data.push_back(0); },
      [](Sent& one) { one.client_data += " "; },
  };
  ASSERT_TRUE(check_assertion(kHere, kChallenge, own, sent.assertion()));
  for (const auto& change : changes) {
    auto changed = sent;
    change(changed);
    EXPECT_FALSE(check_assertion(kHere, kChallenge, own, changed.assertion()));
  }
}

TEST_P(Passkey, OfSomebodyElseIsRefused) {
  const auto own = key();
  Authenticator other{GetParam()};
  EXPECT_EQ(mistake_of(check_assertion(kHere, kChallenge, own, other.answer(kHere, kChallenge).assertion())),
            "signature");
  EXPECT_EQ(mistake_of(
                check_assertion(kHere, kChallenge, {own.algorithm, {}}, device_.answer(kHere, kChallenge).assertion())),
            "signature");
}

TEST_P(Passkey, ANewOneIsRefusedForEachThingThatIsNotAsAsked) {
  const auto checked = [&](const Sent& sent) {
    return mistake_of(check_registration(kHere, kChallenge, sent.registration()));
  };
  EXPECT_EQ(checked(device_.make(kHere, "other")), "challenge");
  EXPECT_EQ(checked(device_.make({"https://elsewhere.example", kHere.rp_id}, kChallenge)), "origin");
  EXPECT_EQ(checked(device_.make({kHere.origin, "elsewhere.example"}, kChallenge)), "site");
  EXPECT_EQ(checked(device_.answer(kHere, kChallenge)), "type");
  auto cut = device_.make(kHere, kChallenge);
  cut.authenticator_data.resize(cut.authenticator_data.size() - 8);
  EXPECT_EQ(checked(cut), "key");
  device_.flags = Authenticator::kPresent;
  EXPECT_EQ(checked(device_.make(kHere, kChallenge)), "user");
  device_.flags = Authenticator::kPresent | Authenticator::kVerified;
  device_.id.clear();
  EXPECT_NE(checked(device_.make(kHere, kChallenge)), "");
}

INSTANTIATE_TEST_SUITE_P(Algorithms, Passkey, ::testing::Values(Algorithm::es256, Algorithm::eddsa, Algorithm::rs256),
                         [](const auto& one) {
                           const auto number = -static_cast<int>(one.param);
                           return "Cose" + std::to_string(number);
                         });

TEST(ClientData, IsReadAsTheBrowsersOwnWords) {
  Authenticator device;
  const auto key = check_registration(kHere, kChallenge, device.make(kHere, kChallenge).registration())->key;
  const auto with = [&](const std::string& client_data) {
    auto sent = device.answer(kHere, kChallenge);
    sent.client_data = client_data;
    sent.signature = device.sign(sent);
    return mistake_of(check_assertion(kHere, kChallenge, key, sent.assertion()));
  };
  const auto usual = R"("type":"webauthn.get","challenge":")" + kChallenge + R"(","origin":")" + kHere.origin + "\"";
  EXPECT_EQ(with("{" + usual + "}"), "");
  EXPECT_EQ(with("{" + usual + R"(,"other_keys_can_be_added_here":"do not compare","androidPackageName":"x"})"), "");
  EXPECT_EQ(with("{" + usual + R"(,"crossOrigin":true})"), "origin") << "shown within a page of somebody else's";
  EXPECT_EQ(with("{" + usual + R"(,"crossOrigin":false,"topOrigin":"https://elsewhere.example"})"), "origin");
  EXPECT_EQ(with("{" + usual), "unreadable");
  EXPECT_EQ(with("[]"), "unreadable");
  EXPECT_EQ(with(""), "unreadable");
  EXPECT_EQ(with("{" + usual + R"(,"deep":[[[[[[]]]]]]})"), "unreadable");
  EXPECT_EQ(with(R"({"type":["webauthn.get"]})"), "type");
  EXPECT_EQ(with("{" + usual + ",\"long\":\"" + std::string(kLongestClientData, 'x') + "\"}"), "unreadable");
}

TEST(SiteOf, IsAnOriginAndItsHost) {
  const auto of = [](std::string_view address) {
    const auto site = site_of(address);
    return site ? site->origin + " " + site->rp_id : "none";
  };
  EXPECT_EQ(of("https://Rooms.Example.org/"), "https://rooms.example.org rooms.example.org");
  EXPECT_EQ(of("https://rooms.example.org:443"), "https://rooms.example.org rooms.example.org");
  EXPECT_EQ(of("https://rooms.example.org:8443/x?y#z"), "https://rooms.example.org:8443 rooms.example.org");
  EXPECT_EQ(of("http://localhost:8080"), "http://localhost:8080 localhost");
  EXPECT_EQ(of("http://localhost:80"), "http://localhost localhost");
  EXPECT_EQ(of("http://[::1]:8080"), "http://[::1]:8080 [::1]");
  EXPECT_EQ(of("http://[::1]"), "http://[::1] [::1]");
  for (const auto* none : {"", "rooms.example.org", "ftp://rooms.example.org", "https://", "https://:8443"}) {
    EXPECT_EQ(of(none), "none") << none;
  }
}

TEST(AlgorithmOf, KnowsThoseThatAreTaken) {
  EXPECT_EQ(algorithm_of(-7), Algorithm::es256);
  EXPECT_EQ(algorithm_of(-8), Algorithm::eddsa);
  EXPECT_EQ(algorithm_of(-257), Algorithm::rs256);
  for (const int other : {0, 7, -35, -65535}) EXPECT_FALSE(algorithm_of(other)) << other;
}

}  // namespace
}  // namespace rapport::webauthn
