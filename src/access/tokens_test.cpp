#include "access/tokens.hpp"

#include <gtest/gtest.h>

namespace rapport::access {
namespace {

TEST(Base64Url, HasOneTextForOneMeaning) {
  const Bytes bytes{1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(to_base64url(bytes), "AQIDBAUGBwg");
  EXPECT_EQ(from_base64url("AQIDBAUGBwg"), bytes);
  EXPECT_EQ(from_base64url(""), Bytes());
  for (const auto* other : {"AQIDBAUGBwh", "AQIDBAUGBwg=", " AQIDBAUGBwg", "AQ+D", "A", "\xC1QIDwg"}) {
    EXPECT_EQ(from_base64url(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace rapport::access
