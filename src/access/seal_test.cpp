#include "access/seal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace rapport::access {
namespace {

static_assert(!std::is_copy_constructible_v<SealKey>);
static_assert(!std::is_copy_assignable_v<SealKey>);

TEST(Seal, OpensWhatItSealed) {
  const SealKey key = SealKey::random();
  for (const std::string& text : {std::string(), std::string("Hello, Zo\xC3\xAB"), std::string(100000, 'x')}) {
    const Bytes sealed = seal(key, as_bytes("row 1"), text);
    EXPECT_EQ(sealed.size(), text.size() + kSealOverhead);
    EXPECT_EQ(sealed[0], 1);
    const auto opened = unseal(key, as_bytes("row 1"), sealed);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(*opened, text);
  }
}

TEST(Seal, NeverSealsTheSameTextToTheSameBytes) {
  const SealKey key = SealKey::random();
  EXPECT_NE(seal(key, as_bytes("row"), "text"), seal(key, as_bytes("row"), "text"));
}

TEST(Seal, RefusesEveryAlteredByteAndEveryCut) {
  const SealKey key = SealKey::random();
  const Bytes sealed = seal(key, as_bytes("row"), "text");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Bytes altered = sealed;
    altered[at] ^= 1U;
    const auto opened = unseal(key, as_bytes("row"), altered);
    ASSERT_FALSE(opened.has_value()) << at;
    EXPECT_EQ(opened.error().kind, ErrorKind::internal);
    EXPECT_EQ(opened.error().code, at == 0 ? "seal.unknown_version" : "seal.broken");
    EXPECT_FALSE(unseal(key, as_bytes("row"), BytesView(sealed).first(at)).has_value());
  }
}

TEST(Seal, RefusesAnotherRowAndAnotherKey) {
  const SealKey key = SealKey::random();
  const Bytes sealed = seal(key, as_bytes("row 1"), "text");
  EXPECT_FALSE(unseal(key, as_bytes("row 2"), sealed).has_value());
  EXPECT_FALSE(unseal(SealKey::random(), as_bytes("row 1"), sealed).has_value());
}

TEST(SealKey, IsWipedWhenMovedFromAndHas32Bytes) {
  EXPECT_FALSE(SealKey::from_bytes(Bytes(31, 7)).has_value());
  auto first = SealKey::from_bytes(Bytes(32, 7));
  ASSERT_TRUE(first.has_value());
  const SealKey second = std::move(*first);
  EXPECT_EQ(Bytes(second.bytes().begin(), second.bytes().end()), Bytes(32, 7));
  EXPECT_EQ(Bytes(first->bytes().begin(), first->bytes().end()), Bytes(32, 0));  // NOLINT(bugprone-use-after-move)
}

TEST(SealKey, GivesEachPurposeItsOwnKey) {
  const auto key = SealKey::from_bytes(Bytes(32, 7));
  const SealKey one = key->subkey("purposeA");
  const SealKey same = key->subkey("purposeA");
  const SealKey other = key->subkey("purposeB");
  EXPECT_TRUE(std::ranges::equal(one.bytes(), same.bytes()));
  EXPECT_FALSE(std::ranges::equal(one.bytes(), other.bytes()));
  EXPECT_THROW((void)key->subkey("short"), std::logic_error);
}

TEST(Seal, SaysWithWhichVersionOfAKeyItWasSealed) {
  const auto bound = as_bytes("row");
  auto first = SealKey::random();
  const auto of_first = seal(first, bound, "before");
  auto second = SealKey::random();
  second.set_version(2);
  EXPECT_FALSE(unseal(second, bound, of_first));
  second.open_also(std::make_shared<const SealKey>(std::move(first)));
  EXPECT_EQ(unseal(second, bound, of_first), "before");
  auto of_second = seal(second, bound, "since");
  EXPECT_EQ(unseal(second, bound, of_second), "since");
  EXPECT_TRUE(std::ranges::equal(BytesView(of_second).first(5), seal_header(2)));
  EXPECT_LT(seal_header(1), seal_header(2));
  EXPECT_LT(seal_header(255), seal_header(256));
  of_second[4] = 1;  // as if the first had sealed it
  EXPECT_FALSE(unseal(second, bound, of_second));
  of_second.resize(kSealOverhead);
  EXPECT_FALSE(unseal(second, bound, of_second));
}

}  // namespace
}  // namespace rapport::access
