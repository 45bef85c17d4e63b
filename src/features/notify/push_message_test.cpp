#include "features/notify/push_message.hpp"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <boost/json/parse.hpp>

#include "access/tokens.hpp"

namespace rapport::notify {
namespace {

Bytes bytes_of(std::string_view text) {
  return access::from_base64url(text).value();
}

/// RFC 8291, appendix A.
constexpr auto kSenderNumber = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
constexpr auto kSenderPublic =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
constexpr auto kBrowserPublic =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr auto kSalt = "DGv6ra1nlYgDCS1FRnbzlw";
constexpr auto kSecret = "BTBZMqHH6r4Tts7J_aSIgg";
constexpr auto kBody =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

PushTarget browser() {
  return {"https://push.example.net/x", bytes_of(kBrowserPublic), bytes_of(kSecret)};
}

TEST(PushMessage, IsThatOfTheStandardsExample) {
  const auto once = CurveKey::from_number(bytes_of(kSenderNumber));
  EXPECT_EQ(access::to_base64url(once.public_key()), kSenderPublic);
  PushSalt salt{};
  const auto wanted = bytes_of(kSalt);
  std::copy(wanted.begin(), wanted.end(), salt.begin());
  const auto body = seal_push(browser(), "When I grow up, I want to be a watermelon", once, salt);
  EXPECT_EQ(access::to_base64url(body), kBody);
}

TEST(PushMessage, IsNeverTheSameTwice) {
  EXPECT_NE(seal_push(browser(), "a"), seal_push(browser(), "a"));
}

TEST(PushMessage, TakesOnlyPointsOfTheCurve) {
  EXPECT_TRUE(is_public_key(bytes_of(kBrowserPublic)));
  auto beside = bytes_of(kBrowserPublic);
  beside.back() ^= 1;
  EXPECT_FALSE(is_public_key(beside));
  EXPECT_FALSE(is_public_key(Bytes(kPointBytes, 0)));
  EXPECT_FALSE(is_public_key({}));
  EXPECT_FALSE(is_public_key(BytesView(beside).first(33)));
}

TEST(PushSender, IsTheSameAtEveryStartAndAnotherForAnotherPractice) {
  const auto root = access::SealKey::from_bytes(Bytes(32, 7));
  const auto other = access::SealKey::from_bytes(Bytes(32, 8));
  EXPECT_EQ(CurveKey::derived(*root).public_key(), CurveKey::derived(*root).public_key());
  EXPECT_NE(CurveKey::derived(*root).public_key(), CurveKey::derived(*other).public_key());
  EXPECT_TRUE(is_public_key(CurveKey::derived(*root).public_key()));
}

/// What a push service does to know the sender: with the key that stands beside.
bool verifies(std::string_view text, BytesView signature, BytesView public_key) {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr);
  EVP_PKEY* parameters = nullptr;
  EVP_PKEY_paramgen_init(context);
  EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1);
  EVP_PKEY_paramgen(context, &parameters);
  EVP_PKEY_set1_encoded_public_key(parameters, public_key.data(), public_key.size());
  ECDSA_SIG* both = ECDSA_SIG_new();
  ECDSA_SIG_set0(both, BN_bin2bn(signature.data(), 32, nullptr), BN_bin2bn(signature.data() + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(both, &der);
  EVP_MD_CTX* check = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(check, nullptr, EVP_sha256(), nullptr, parameters);
  const bool good = EVP_DigestVerify(check, der, static_cast<std::size_t>(length),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(check);
  OPENSSL_free(der);
  ECDSA_SIG_free(both);
  EVP_PKEY_free(parameters);
  EVP_PKEY_CTX_free(context);
  return good;
}

TEST(PushSender, SaysWhoSendsAndUntilWhenThatCounts) {
  const auto sender = CurveKey::random();
  const Time now = Time(std::chrono::seconds(1'800'000'000));
  const auto header = push_authorization(sender, "https://push.example.net", "https://rooms.example.org", now);
  ASSERT_TRUE(header.starts_with("vapid t="));
  const auto token = header.substr(8, header.find(", k=") - 8);
  const auto dot = token.rfind('.');
  const auto claims_at = token.find('.') + 1;
  const auto claims = boost::json::parse(as_text(bytes_of(token.substr(claims_at, dot - claims_at))));
  EXPECT_EQ(claims.at("aud").as_string(), "https://push.example.net");
  EXPECT_EQ(claims.at("sub").as_string(), "https://rooms.example.org");
  EXPECT_EQ(claims.at("exp").as_int64(), 1'800'000'000 + 12 * 3600);
  const auto key = bytes_of(header.substr(header.find(", k=") + 4));
  EXPECT_EQ(key, sender.public_key());
  const auto signature = bytes_of(token.substr(dot + 1));
  EXPECT_TRUE(verifies(token.substr(0, dot), signature, key));
  EXPECT_FALSE(verifies(token.substr(0, dot) + "x", signature, key));
}

}  // namespace
}  // namespace rapport::notify
