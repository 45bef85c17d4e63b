#include "server/command_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

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

TEST(CommandLine, WhatIsAskedForIsPrinted) {
  EXPECT_EQ(run({"version"}).out, "rapport 1.2.3\n");
  EXPECT_EQ(run({"--help"}).status, 0);
  const auto settings = run({"check-config", "--database", "postgresql://anna:secret@host/db"});
  EXPECT_EQ(settings.status, 0) << settings.error;
  EXPECT_NE(settings.out.find("database = postgresql://anna:***@host/db\n"), std::string::npos) << settings.out;
}

}  // namespace
}  // namespace rapport::server
