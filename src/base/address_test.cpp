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

TEST(MailAddress, IsOneAndNothingMore) {
  for (const std::string_view right :
       {"name@example.org", "first.last+tag@mail.example.org", "o'neil@example.org", "root@localhost", "1@2.example"}) {
    EXPECT_TRUE(is_mail_address(right)) << right;
  }
  for (const std::string_view wrong :
       {"", "name", "@example.org", "name@", "a@b@example.org", "name@example..org", ".name@example.org",
        "name.@example.org", "name@-example.org", "a name@example.org", "name@example.org ", "<name@example.org>",
        "name@example.org,other@example.org", "name@example.org\r\nRCPT TO:<other@example.org>", "name@exam\nple.org",
        "n\xc3\xa4me@example.org", "name@[127.0.0.1]", "\"name\"@example.org", "name@example.org>"}) {
    EXPECT_FALSE(is_mail_address(wrong)) << wrong;
  }
  EXPECT_TRUE(is_mail_address_elsewhere("name@example.org"));
  for (const std::string_view wrong : {"root@localhost", "first.last@localhost", "name@example.", ".org"}) {
    EXPECT_FALSE(is_mail_address_elsewhere(wrong)) << wrong;
  }
  const std::string longest =
      std::string(64, 'x') + "@" + std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(61, 'c');
  ASSERT_EQ(longest.size(), kLongestMailAddress);
  EXPECT_TRUE(is_mail_address(longest));
  EXPECT_FALSE(is_mail_address(longest + "c"));
  EXPECT_FALSE(is_mail_address(std::string(65, 'x') + "@example.org"));
  EXPECT_FALSE(is_mail_address("x@" + std::string(64, 'a') + ".org"));
}

}  // namespace
}  // namespace rapport
