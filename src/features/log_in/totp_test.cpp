#include "features/log_in/totp.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace rapport::log_in {
namespace {

const BytesView kSecret = as_bytes(std::string_view("12345678901234567890"));
Time at(std::int64_t seconds) {
  return from_micros(seconds * 1'000'000);
}

TEST(Totp, IsThatOfTheStandard) {
  // RFC 6238, appendix B; of its eight digits the last six.
  const std::pair<std::int64_t, std::string_view> vectors[]{{59, "287082"},         {1111111109, "081804"},
                                                            {1111111111, "050471"}, {1234567890, "005924"},
                                                            {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : vectors) EXPECT_EQ(code_at(kSecret, code_step(at(seconds))), code) << seconds;
}

TEST(Totp, ACodeCountsOneStepEarlyOrLateAndNoMore) {
  const auto code = code_at(kSecret, 100);
  for (std::int64_t step = 98; step <= 102; ++step) {
    const auto found = step_of_code(kSecret, code, at(step * 30), 0);
    EXPECT_EQ(found.has_value(), step >= 99 && step <= 101) << step;
    if (found) EXPECT_EQ(*found, 100);
  }
}

TEST(Totp, ACodeThatCountedDoesNotCountAgain) {
  EXPECT_TRUE(step_of_code(kSecret, code_at(kSecret, 100), at(3000), 99));
  EXPECT_FALSE(step_of_code(kSecret, code_at(kSecret, 100), at(3000), 100));
  EXPECT_FALSE(step_of_code(kSecret, code_at(kSecret, 99), at(3000), 100));
}

TEST(Totp, TheNextCodeToShowIsOneThatCounts) {
  for (const int used_ahead : {-1000, -1, 0, 1}) {
    const auto now = at(100'000);
    const auto last = code_step(now) + used_ahead;
    const auto next = next_step(now, last);
    const auto later = next > code_step(now) + 1 ? now + std::chrono::seconds(30) : now;
    EXPECT_EQ(later > now, used_ahead == 1) << "only when both that are in time have counted one has to wait";
    EXPECT_EQ(step_of_code(kSecret, code_at(kSecret, next), later, last), next) << used_ahead;
  }
}

TEST(Totp, IsTakenAsPeopleTypeItAndNothingElseIs) {
  const auto code = code_at(kSecret, 100);
  EXPECT_TRUE(step_of_code(kSecret, code.substr(0, 3) + " " + code.substr(3), at(3000), 0));
  for (const auto& wrong : {std::string(), code.substr(1), code + "0", std::string("000000"), "a" + code.substr(1)}) {
    EXPECT_FALSE(step_of_code(kSecret, wrong, at(3000), 0)) << wrong;
  }
}

TEST(Base32, IsThatOfTheStandard) {
  // RFC 4648, 10, without padding.
  const std::pair<std::string_view, std::string_view> vectors[]{{"", ""},
                                                                {"f", "MY"},
                                                                {"fo", "MZXQ"},
                                                                {"foo", "MZXW6"},
                                                                {"foob", "MZXW6YQ"},
                                                                {"fooba", "MZXW6YTB"},
                                                                {"foobar", "MZXW6YTBOI"}};
  for (const auto& [text, encoded] : vectors) EXPECT_EQ(to_base32(as_bytes(text)), encoded);
}

TEST(CodeUri, HoldsAnyNameOfAPractice) {
  EXPECT_EQ(code_uri("Praxis Süd & Co", as_bytes(std::string_view("foobar"))),
            "otpauth://totp/Praxis%20S%C3%BCd%20%26%20Co?secret=MZXW6YTBOI&issuer=Praxis%20S%C3%BCd%20%26%20Co");
}

}  // namespace
}  // namespace rapport::log_in
