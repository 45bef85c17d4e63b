#include "server/command_line.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/people/people.hpp"
#include "server/open_house.hpp"

namespace rapport::server {
namespace {

struct Ran {
  int status;
  std::string out;
  std::string error;
};

Ran run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "rapport");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = run_command_line(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
  std::fflush(stdout);
  return {status, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

TEST(CommandLine, EveryRefusalIsOneLineAndStatusOne) {
  const std::string folder = ::testing::TempDir() + "rapport-command-line";
  const std::vector<std::vector<const char*>> wrong{
      {},
      {"serv"},
      {"serve", "--nothing"},
      {"serve", "--listen"},
      {"serve", "--workers", "none"},
      {"serve", "--config", "/nowhere"},
      {"serve", "--listen", "0.0.0.0:0", "--data", folder.c_str()},
      {"serve", "--listen", "nowhere.invalid:0", "--data", folder.c_str()},
      {"serve", "--trusted-proxy", "proxy"},
      {"demo", "--clients", "0", "--data", folder.c_str()},
      {"demo", "--clients", "many", "--data", folder.c_str()},
      {"check-config", "--listen", "nonsense"},
      {"check-config", "--listen", "0.0.0.0:80"},
      {"check-config", "--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key"},
      {"check-config", "--database", "mysql://host/db"},
      {"keys"},
      {"keys", "show", "--data", folder.c_str()},
      {"keys", "rotate-master", "--data", folder.c_str()},
      {"keys", "rotate-clients", "--data", folder.c_str()},
      {"migrate", "--data", folder.c_str(), "--database", "postgresql://nobody:secret@127.0.0.1:1/none"},
  };
  for (const auto& arguments : wrong) {
    const auto ran = run(arguments);
    const std::string said = arguments.empty() ? "nothing" : arguments.back();
    EXPECT_EQ(ran.status, 1) << said;
    EXPECT_EQ(ran.out, "") << said;
    EXPECT_TRUE(ran.error.starts_with("rapport: ")) << said << ": " << ran.error;
    EXPECT_EQ(std::count(ran.error.begin(), ran.error.end(), '\n'), 1) << said << ": " << ran.error;
    EXPECT_EQ(ran.error.find("secret"), std::string::npos) << ran.error;
  }
}

/// A practice of invented people; `amara` has a second factor.
TEST(CommandLine, ACodeOfAnInventedPersonIsPrintedWhileTheHouseIsOpen) {
  const auto folder =
      (std::filesystem::temp_directory_path() / ("rapport-code-" + std::to_string(::getpid()))).string();
  const auto clock_file = folder + "-clock";
  std::ofstream(clock_file) << "2033-05-18T03:33:20Z";
  const auto code = [&](const std::string& login) {
    return run({"demo", "code", login.c_str(), "--data", folder.c_str(), "--clock", clock_file.c_str()});
  };
  EXPECT_NE(code("amara").error.find("no practice"), std::string::npos);
  {
    const SystemClock clock;
    config::Settings settings;
    settings.data = folder;
    auto open = OpenHouse::open(settings, clock);
    ASSERT_TRUE(open) << open.error().detail;
    auto& house = (*open)->house();
    const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto amara = AccountId::make(clock.now());
    const auto bela = AccountId::make(clock.now());
    const auto practice = PracticeId::make(clock.now());
    const std::string secret = "12345678901234567890";
    const auto key = house.keys.create_for(amara, soon).value();
    const auto made = house.db.write(soon, [&](store::WriteTx& tx) -> Result<void> {
      TRY(people::add_practice(tx, practice, "Test", true, clock.now()));
      for (const auto& [id, login] : {std::pair{amara, "amara"}, std::pair{bela, "bela"}}) {
        TRY(people::add_account(
            tx, {id, practice, "client", access::login_digest(house.root, login), "none", {1}, clock.now()}));
      }
      TRY(log_in::begin_code_secret(tx, amara, access::seal(*key, amara.bytes(), secret), clock.now()));
      const auto first = log_in::code_at(as_bytes(secret), log_in::code_step(clock.now()));
      return log_in::confirm_code_secret(tx, *key, amara, first, clock.now());
    });
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(code("amara").out, "279037\n");  // RFC 6238, appendix B
    EXPECT_EQ(code("bela").status, 1);
    EXPECT_NE(code("bela").error.find("has no second factor"), std::string::npos);
    EXPECT_NE(code("nobody").error.find("Nobody in this practice"), std::string::npos);
  }
  std::filesystem::remove_all(folder);
  std::filesystem::remove(clock_file);
}

TEST(CommandLine, WhatIsAskedForIsPrinted) {
  EXPECT_EQ(run({"version"}).out, "rapport 1.2.3\n");
  EXPECT_EQ(run({"--help"}).status, 0);
  const auto settings = run({"check-config", "--database", "postgresql://anna:secret@host/db"});
  EXPECT_EQ(settings.status, 0) << settings.error;
  EXPECT_NE(settings.out.find("database = postgresql://anna:***@host/db\n"), std::string::npos) << settings.out;
}

}  // namespace
}  // namespace rapport::server
