#include "base/address.hpp"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Address, HasOneForm) {
  EXPECT_EQ(canonical_address("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical_address("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical_address("2001:DB8:0:0::1"), "2001:db8::1");
  for (const std::string_view wrong : {"", "localhost", "192.0.2.1:80", "[::1]", "fe80::1%eth0", " ::1", "1.2.3"}) {
    EXPECT_EQ(canonical_address(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(canonical_address(std::string_view("192.0.2.1\0x", 11)), std::nullopt);
}

}  // namespace
}  // namespace rapport
