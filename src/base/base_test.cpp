#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/file_clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace rapport {
namespace {

using std::chrono_literals::operator""ms;

TEST(Id, TextFormGoesThereAndBack) {
  const auto id = RoomId::make(from_micros(1'795'000'000'000'000));
  EXPECT_EQ(id.text().size(), 36U);
  EXPECT_EQ(uuid_version(id.uuid()), 7);
  EXPECT_EQ(id.uuid()[8] >> 6U, 2);
  EXPECT_EQ(RoomId::from_text(id.text()), id);
}

TEST(Id, RefusesWhatIsNoUuid) {
  for (const auto* text : {"", "0", "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b6c7d", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g",
                           "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5"}) {
    EXPECT_FALSE(RoomId::from_text(text)) << text;
  }
}

TEST(Id, KeepsOrderWithinAMillisecondAndWhenTheClockIsSetBack) {
  const Time now = from_micros(1'795'000'000'000'000);
  auto last = MessageId::make(now);
  for (int i = 0; i < 10'000; ++i) {
    const auto next = MessageId::make(i % 2 == 0 ? now : now - 5'000ms);
    EXPECT_LT(last, next);
    last = next;
  }
}

TEST(Id, IsUniqueAcrossThreads) {
  std::vector<std::vector<MessageId>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& list : made) {
      threads.emplace_back([&list] {
        for (int i = 0; i < 2'000; ++i) list.push_back(MessageId::make(SystemClock().now()));
      });
    }
  }
  std::set<MessageId> all;
  for (const auto& list : made) all.insert(list.begin(), list.end());
  EXPECT_EQ(all.size(), 8'000U);
}

TEST(Bytes, HexGoesThereAndBack) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0xAB, 0xFF}), "00abff");
  EXPECT_EQ(from_hex("00ABff"), (Bytes{0x00, 0xAB, 0xFF}));
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
}

TEST(Bytes, KnowsWellFormedUtf8) {
  EXPECT_TRUE(is_utf8("Grüße, 世界 🙂"));
  EXPECT_EQ(count_code_points("Grüße 🙂"), 7U);
  for (const auto* text :
       {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF0\x9F\x99", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Clock, WritesRfc3339) {
  EXPECT_EQ(to_rfc3339(from_micros(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(from_micros(951'782'400'123'456)), "2000-02-29T00:00:00.123Z");
  EXPECT_EQ(to_rfc3339(from_micros(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, ReadsRfc3339) {
  for (const std::int64_t micros : {0LL, 951'782'400'123'000LL, -1'000LL, 253'402'300'799'999'000LL}) {
    EXPECT_EQ(from_rfc3339(to_rfc3339(from_micros(micros))), from_micros(micros));
  }
  EXPECT_EQ(from_rfc3339("2026-11-24T10:30:00+01:00"), from_rfc3339("2026-11-24T09:30:00Z"));
  EXPECT_EQ(from_rfc3339("2026-11-23T23:00:00.5-10:30"), from_rfc3339("2026-11-24t09:30:00.500000z"));
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00.1234569Z"), from_micros(123'456));
  EXPECT_EQ(from_rfc3339("2016-12-31T23:59:60Z"), from_rfc3339("2017-01-01T00:00:00Z"));
  for (const auto* wrong :
       {"", "2026", "2026-11-24", "2026-11-24T09:30:00", "2026-02-29T09:30:00Z", "2026-13-01T09:30:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T09:30Z", "2026-11-24T09:30:00.Z", "2026-11-24T09:30:00Zx",
        " 2026-11-24T09:30:00Z", "2026-11-24T09:30:00+1", "+026-11-24T09:30:00Z", "2026-11-00T09:30:00Z"}) {
    EXPECT_EQ(from_rfc3339(wrong), std::nullopt) << wrong;
  }
}

class FileClockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-clock-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string file() const { return folder_ + "/now"; }
  void say(std::string_view text) const { std::ofstream(file()) << text; }

 private:
  std::string folder_;
};

TEST_F(FileClockTest, GoesForwardAsTheFileSays) {
  EXPECT_EQ(FileClock::open(file()).error().code, "clock.file");
  say("soon");
  EXPECT_EQ(FileClock::open(file()).error().code, "clock.file");
  say("2031-01-01T10:00:00Z\n");
  const auto clock = FileClock::open(file());
  ASSERT_TRUE(clock) << clock.error().detail;
  EXPECT_EQ(to_rfc3339((*clock)->now()), "2031-01-01T10:00:00.000Z");
  say("2031-01-08T10:00:00+01:00");
  EXPECT_EQ(to_rfc3339((*clock)->now()), "2031-01-08T09:00:00.000Z");
  say("2030-01-01T10:00:00Z");
  EXPECT_EQ(to_rfc3339((*clock)->now()), "2031-01-08T09:00:00.000Z");
}

TEST_F(FileClockTest, ABrokenFileKeepsTheTimeAndIsToldOnce) {
  say("2031-01-01T10:00:00Z");
  const auto clock = FileClock::open(file());
  ASSERT_TRUE(clock);
  ::testing::internal::CaptureStderr();
  for (const auto* broken : {"", "2031-01-02", "2031-01-02T10:00:00Z 2031-01-03T10:00:00Z"}) {
    say(broken);
    EXPECT_EQ(to_rfc3339((*clock)->now()), "2031-01-01T10:00:00.000Z") << broken;
  }
  std::filesystem::remove(file());
  EXPECT_EQ(to_rfc3339((*clock)->now()), "2031-01-01T10:00:00.000Z");
  const auto told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("clock.broken"), std::string::npos) << told;
  EXPECT_EQ(told.find("clock.broken"), told.rfind("clock.broken")) << told;
  say("2031-01-03T10:00:00Z");
  EXPECT_EQ(to_rfc3339((*clock)->now()), "2031-01-03T10:00:00.000Z");
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(invalid("odd", "The number is odd."));
  return n / 2;
}
Result<int> quarter(int n) {
  TRY_ASSIGN(const int once, half(n));
  return half(once);
}

TEST(Result, PassesTheErrorOn) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error().code, "odd");
}

}  // namespace
}  // namespace rapport
