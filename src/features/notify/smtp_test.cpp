/// What is said on the wire is shown by tests/mail/run, against a real server.
#include "features/notify/smtp.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace rapport::notify {
namespace {

class MailServers : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-mail-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    settings_.mail_server = "smtp://mail.example.org:587/";
    settings_.mail_user = "anna";
    settings_.mail_password_file = folder_ + "/password";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write_password(const std::string& text, unsigned mode = 0600) {
    std::ofstream(settings_.mail_password_file) << text;
    std::filesystem::permissions(settings_.mail_password_file, static_cast<std::filesystem::perms>(mode));
  }

  std::string folder_;
  config::Settings settings_;
};

TEST_F(MailServers, HaveTheirPasswordFromAFile) {
  write_password("open sesame\n");
  const auto server = mail_server(settings_);
  ASSERT_TRUE(server && *server) << server.error().detail;
  EXPECT_EQ((*server)->password, "open sesame");
  EXPECT_EQ((*server)->url, "smtp://mail.example.org:587");
  EXPECT_TRUE((*server)->encrypted);
  EXPECT_FALSE(*mail_server(config::Settings{}));
}

TEST_F(MailServers, WhatCannotBeUsedIsNamedButNotShown) {
  EXPECT_NE(mail_server(settings_).error().detail.find(settings_.mail_password_file), std::string::npos);
  for (const auto& wrong : {std::string("\n"), std::string("secret\nand more\n"), std::string(2000, 'x')}) {
    write_password(wrong);
    const auto server = mail_server(settings_);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().detail.find("secret"), std::string::npos);
  }
  write_password("secret\n", 0644);
  EXPECT_NE(mail_server(settings_).error().detail.find("0600"), std::string::npos);
  write_password("secret\n");
  settings_.mail_authorities = folder_ + "/nothing";
  EXPECT_NE(mail_server(settings_).error().detail.find("mail.authorities"), std::string::npos);
}

}  // namespace
}  // namespace rapport::notify
