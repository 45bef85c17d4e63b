#include "access/new_password.hpp"

#include <gtest/gtest.h>

#include "access/client_keys.hpp"

namespace rapport::access {
namespace {

std::string refused(std::string_view password) {
  const auto checked = check_new_password({password, normalise_login(password) == "amara.sorel", "/password"});
  return checked ? "" : checked.error().code;
}

TEST(NewPassword, NeedsLengthAndNothingElse) {
  EXPECT_EQ(refused("nine lett"), "password.too_short");
  EXPECT_EQ(refused("ten letter"), "");
  EXPECT_EQ(refused("äöüäöüäöü"), "password.too_short") << "nine letters in eighteen bytes";
  EXPECT_EQ(refused("äöüßäöüßäö"), "");
}

TEST(NewPassword, IsNeitherTheLogInNorWhatEverybodyTakes) {
  EXPECT_EQ(refused("Amara.Sorel"), "password.is_login");
  EXPECT_EQ(refused(" amara.sorel "), "password.is_login");
  EXPECT_EQ(refused("Password123"), "password.too_common");
  EXPECT_EQ(refused("Willkommen"), "password.too_common");
  EXPECT_EQ(refused("zzzzzzzzzzzz"), "password.too_common");
  EXPECT_EQ(refused("abababababab"), "password.too_common");
}

}  // namespace
}  // namespace rapport::access
