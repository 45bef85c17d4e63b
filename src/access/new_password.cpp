#include "access/new_password.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "access/client_keys.hpp"

namespace rapport::access {
namespace {

/// Of those that are long enough, what people take most often, in English and German; lower case.
constexpr auto kCommon = std::to_array<std::string_view>(
    {"0123456789",  "0987654321",  "1234512345",   "123456789a",  "1234567890",   "12345678910", "1234567891",
     "123456789q",  "1q2w3e4r5t",  "1qaz2wsx3edc", "9876543210",  "abcdefghij",   "abcdefghijk", "administrator",
     "asdfghjkl1",  "changeme123", "football123",  "geheim1234",  "hallo12345",   "hallohallo",  "iloveyou12",
     "iloveyou123", "letmein123",  "liebe12345",   "passw0rd123", "password12",   "password123", "password1234",
     "passwort12",  "passwort123", "passwort1234", "q1w2e3r4t5",  "qwerty1234",   "qwerty12345", "qwertyuiop",
     "qwertz1234",  "qwertzuiop",  "welcome123",   "willkommen",  "willkommen123"});

std::size_t letters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

constexpr std::size_t kFewestDifferent = 5;

bool has_few_letters_again_and_again(std::string_view text) {
  return std::set<char>(text.begin(), text.end()).size() < kFewestDifferent;
}

Error about(std::string_view field, Error error) {
  error.fields = {{std::string(field), error.detail}};
  return error;
}

}  // namespace

Result<void> check_new_password(const NewPassword& wanted) {
  const auto refuse = [&](Error error) { return fail(about(wanted.field, std::move(error))); };
  if (letters_in(wanted.password) < kShortestPassword) {
    return refuse(invalid("password.too_short",
                          "A password needs at least 10 characters. A few words in a row make a good one."));
  }
  if (wanted.is_login) {
    return refuse(invalid("password.is_login", "The password must not be the log-in name. Choose something else."));
  }
  const auto lower = normalise_login(wanted.password);
  if (std::find(kCommon.begin(), kCommon.end(), lower) != kCommon.end() || has_few_letters_again_and_again(lower)) {
    return refuse(
        invalid("password.too_common", "Many people use this password, so it is easy to guess. Choose another."));
  }
  return {};
}

}  // namespace rapport::access
