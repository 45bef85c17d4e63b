/// The talk with clamd, with somebody else at the other end. tests/abuse asks a real one.
#include "features/attachments/scanner.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/descriptor.hpp"

namespace rapport::attachments {
namespace {

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(4);
}

/// Takes one stream, and says what it is told to say.
class Other {
 public:
  explicit Other(std::string answer, bool reads = true)
      : path_((std::filesystem::temp_directory_path() / ("scanner" + std::to_string(::getpid()))).string()),
        listening_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    ::unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listening_.get(), 1), 0);
    thread_ = std::thread([this, answer = std::move(answer), reads] { serve(answer, reads); });
  }
  ~Other() {
    thread_.join();
    ::unlink(path_.c_str());
  }
  std::string address() const { return "unix:" + path_; }
  std::string taken;  ///< to be read when it has ended

 private:
  void serve(const std::string& answer, bool reads) {
    const Descriptor one(::accept(listening_.get(), nullptr, nullptr));
    std::array<char, 4096> some{};
    while (reads && !taken.ends_with(std::string(4, '\0'))) {
      const auto count = ::read(one.get(), some.data(), some.size());
      if (count <= 0) return;
      taken.append(some.data(), static_cast<std::size_t>(count));
    }
    EXPECT_TRUE(write_all(one.get(), as_bytes(answer)));
  }

  std::string path_;
  Descriptor listening_;
  std::thread thread_;
};

TEST(Scanner, SendsTheFileInPiecesAndHearsThatItIsClean) {
  const std::string bytes(100'000, 'x');
  std::optional<Other> other(std::in_place, std::string("stream: OK\0", 11));
  const auto clean = is_clean(other->address(), bytes, soon());
  ASSERT_TRUE(clean);
  EXPECT_TRUE(*clean);
  EXPECT_EQ(other->taken.substr(0, 14), std::string("zINSTREAM\0\0\1\0\0", 14));
  EXPECT_EQ(other->taken.size(), 10 + 4 + 65'536 + 4 + (bytes.size() - 65'536) + 4);
}

TEST(Scanner, HearsThatItIsNot) {
  Other other(std::string("stream: Eicar-Test FOUND\0", 25));
  const auto clean = is_clean(other.address(), "x", soon());
  ASSERT_TRUE(clean);
  EXPECT_FALSE(*clean);
}

TEST(Scanner, TakesNothingElseForClean) {
  for (const std::string answer :
       {"", "stream: OK but", "INSTREAM size limit exceeded. ERROR", "UNKNOWN COMMAND", "OK"}) {
    Other other(answer + '\0');
    const auto clean = is_clean(other.address(), "x", soon());
    ASSERT_FALSE(clean) << answer;
    EXPECT_EQ(clean.error().code, "attachment.not_scanned");
  }
}

TEST(Scanner, IsAwayWhenNobodyListensOrAnswersInTime) {
  for (const auto* nowhere : {"unix:/nowhere/clamd", "tcp:127.0.0.1:1"}) {
    EXPECT_EQ(is_clean(nowhere, "x", soon()).error().code, "attachment.not_scanned");
  }
  Other other("", false);
  EXPECT_FALSE(is_clean(other.address(), "x", std::chrono::steady_clock::now() + std::chrono::milliseconds(2100)));
}

}  // namespace
}  // namespace rapport::attachments
