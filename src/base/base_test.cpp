#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/bytes.hpp"
#include "base/clock.hpp"
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
