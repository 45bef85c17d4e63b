#include "access/passwords.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace rapport::access {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t little_memory = 64 * 1024;
Deadline soon() {
  return std::chrono::steady_clock::now() + 20s;
}

TEST(Passwords, KnowsTheRightOneOnly) {
  Passwords passwords;
  const auto stored = passwords.hash("correct horse", soon());
  ASSERT_TRUE(stored.has_value());
  EXPECT_TRUE(stored->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *stored;
  EXPECT_TRUE(passwords.verify(*stored, "correct horse", soon()).value());
  EXPECT_FALSE(passwords.verify(*stored, "correct horsf", soon()).value());
  EXPECT_FALSE(passwords.verify(*stored, "", soon()).value());
  EXPECT_FALSE(passwords.verify_unknown("correct horse", soon()).value());
  EXPECT_NE(*stored, passwords.hash("correct horse", soon()).value());
}

TEST(Passwords, AStoredTextThatIsNoHashMatchesNothing) {
  Passwords passwords({.at_once = 1, .passes = 1, .memory_bytes = little_memory});
  EXPECT_FALSE(passwords.verify("", "", soon()).value());
  EXPECT_FALSE(passwords.verify("plain", "plain", soon()).value());
  EXPECT_TRUE(passwords.needs_rehash("plain"));
}

TEST(Passwords, RefusesEmptyAndEndless) {
  Passwords passwords({.at_once = 1, .passes = 1, .memory_bytes = little_memory});
  EXPECT_EQ(passwords.hash("", soon()).error().kind, ErrorKind::invalid);
  EXPECT_EQ(passwords.hash(std::string(kMaxPasswordBytes + 1, 'x'), soon()).error().code, "password.too_long");
}

TEST(Passwords, TellsWhenTheParametersChanged) {
  Passwords old({.at_once = 1, .passes = 1, .memory_bytes = little_memory});
  Passwords today({.at_once = 1, .passes = 2, .memory_bytes = little_memory});
  const std::string stored = old.hash("secret", soon()).value();
  EXPECT_FALSE(old.needs_rehash(stored));
  EXPECT_TRUE(today.needs_rehash(stored));
  EXPECT_TRUE(today.verify(stored, "secret", soon()).value());
}

TEST(Passwords, ThoseWhoseTurnDoesNotComeAreToldToComeBack) {
  Passwords passwords({.at_once = 1, .passes = 2, .memory_bytes = std::size_t{64} * 1024 * 1024});
  std::atomic<int> overloaded = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  const Deadline shared = std::chrono::steady_clock::now() + 1ms;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      const auto outcome = passwords.verify_unknown("secret", shared);
      if (outcome) return void(++done);
      EXPECT_EQ(outcome.error().kind, ErrorKind::overloaded);
      EXPECT_GT(outcome.error().retry_after_seconds, 0);
      ++overloaded;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done + overloaded, 4);
  EXPECT_GT(overloaded, 0);
  EXPECT_TRUE(passwords.verify_unknown("secret", soon()).has_value());  // every turn was given back
}

}  // namespace
}  // namespace rapport::access
