#include "config/settings.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rapport::config {
namespace {

TEST(Settings, LaterLayersAreStronger) {
  const auto file = read_toml("workers = 4\nlisten = \"127.0.0.1:9000\"\n[limits]\nmessages_per_second = 7\n");
  ASSERT_TRUE(file) << file.error().detail;
  constexpr std::array<std::string_view, 3> kEnvironment{"RAPPORT_WORKERS=5", "HOME=/root",
                                                         "RAPPORT_LIMITS_MESSAGES_PER_SECOND=0"};
  const auto environment = read_environment(kEnvironment);
  ASSERT_TRUE(environment);
  const auto settings = combine(std::array{*file, *environment, Values{{"workers", "6"}}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->workers, 6);
  EXPECT_EQ(settings->listen, "127.0.0.1:9000");
  EXPECT_EQ(settings->limits_messages_per_second, 0);
  EXPECT_EQ(settings->data, "./data");
}

TEST(Settings, MistakesAreNamed) {
  EXPECT_NE(read_toml("workers = \n").error().detail.find("Line 1"), std::string::npos);
  EXPECT_NE(read_toml("wokers = 4\n").error().detail.find("wokers"), std::string::npos);
  EXPECT_NE(read_toml("\nworkers = 4.5\n").error().detail.find("line 2"), std::string::npos);
  constexpr std::array<std::string_view, 1> kUnknown{"RAPPORT_WOKERS=4"};
  EXPECT_NE(read_environment(kUnknown).error().detail.find("RAPPORT_WOKERS"), std::string::npos);
  for (const auto* wrong : {"0", "-1", "many", "4x", "", "99999999999999999999"}) {
    const auto settings = combine(std::array{Values{{"workers", wrong}}});
    ASSERT_FALSE(settings) << wrong;
    EXPECT_NE(settings.error().detail.find("workers"), std::string::npos);
  }
  EXPECT_NE(combine(std::array{Values{{"practice.smallest_group", "4"}}}).error().detail.find("from 5 to 1000"),
            std::string::npos);
  EXPECT_EQ(combine(std::array{Values{{"tls.cert", "c.pem"}}}).error().code, "settings.tls");
  EXPECT_NE(combine(std::array{Values{{"log_level", "loud"}}}).error().detail.find("loud"), std::string::npos);
}

TEST(Settings, LettersBeyondAsciiStandInTextsAndComments) {
  const auto file = read_toml(
      "\xEF\xBB\xBF# Für die Praxis \u2028\nmail.from = \"Prüfung \\\" # ä <a@b.example>\" # ö\ndata = '\\ü'\n");
  ASSERT_TRUE(file) << file.error().detail;
  EXPECT_EQ(file->at("mail.from"), "Prüfung \" # ä <a@b.example>");
  EXPECT_EQ(file->at("data"), "\\ü");
  for (const auto* wrong : {"\nä = 1\n", "\nworkers = 4ä\n", "\nworkers =\u00a04\n", "\n\"a\":.\xEF\xB9\xBF, 1",
                            "\ndata = \"\"\"a \\\nä\"\"\"\n", "\ndata = '''ä'''\n", "\n'a'\xFF"}) {
    const auto refused = read_toml(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().detail.find("Line 2"), 0u) << refused.error().detail;
  }
}

TEST(Settings, ThePasswordOfADatabaseIsNeverShown) {
  const std::array<std::pair<std::string, std::string>, 6> addresses{
      {{"postgresql://anna:secret@host/db", "postgresql://anna:***@host/db"},
       {"postgresql://anna:sec@ret/x@host/db", "postgresql://anna:***@host/db"},
       {"postgresql://host/db?user=anna&password=secret&sslmode=require",
        "postgresql://host/db?user=anna&password=***&sslmode=require"},
       {"host=h password='sec ret' user=anna", "host=h password=*** user=anna"},
       {"postgresql://anna@host:5432/db", "postgresql://anna@host:5432/db"},
       {"", ""}}};
  for (const auto& setting : all_settings()) {
    if (setting.name != "database") continue;
    for (const auto& [given, shown] : addresses) {
      Settings settings;
      EXPECT_EQ(setting.set(settings, given), std::nullopt);
      EXPECT_EQ(settings.database, given);
      EXPECT_EQ(setting.get(settings), shown);
    }
  }
}

TEST(Settings, TrustedProxiesAreAddresses) {
  for (const auto* right : {"", "127.0.0.1", "127.0.0.1,::1", "127.0.0.1, ::1"}) {
    EXPECT_TRUE(combine(std::array{Values{{"trusted_proxy", right}}})) << right;
  }
  for (const auto* wrong : {"proxy", "127.0.0.1,", "10.0.0.0/8", ","}) {
    EXPECT_FALSE(combine(std::array{Values{{"trusted_proxy", wrong}}})) << wrong;
  }
}

TEST(Settings, MailIsSetWhollyOrNotAtAll) {
  const Values whole{{"mail.server", "smtp://mail.example.org:587"},
                     {"mail.from", "rapport@example.org"},
                     {"practice.address", "https://practice.example.org"}};
  const auto with = [&](Values changes) {
    for (const auto& [name, value] : whole) changes.emplace(name, value);
    return combine(std::array{changes});
  };
  const auto said = [&](const Values& changes) {
    const auto settings = with(changes);
    return settings ? std::string() : settings.error().detail;
  };
  EXPECT_EQ(said({}), "");
  EXPECT_EQ(said({{"mail.user", "anna"}, {"mail.password_file", "/run/password"}}), "");
  EXPECT_EQ(said({{"mail.server", "smtps://mail.example.org"}}), "");
  EXPECT_EQ(said({{"mail.server", "smtp://127.0.0.1:25"}, {"mail.encryption", "none"}}), "");
  EXPECT_EQ(said({{"mail.server", "smtp://[::1]:25"}, {"mail.encryption", "none"}}), "");
  EXPECT_EQ(said({{"practice.address", "http://localhost:8080"}}), "");
  for (const auto* server :
       {"mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port", "smtp://host/x", "smtp://a b"}) {
    EXPECT_NE(said({{"mail.server", server}}).find("mail.server"), std::string::npos) << server;
  }
  const auto with_password = said({{"mail.server", "smtp://anna:secret@host:587"}});
  EXPECT_NE(with_password.find("mail.server"), std::string::npos);
  EXPECT_EQ(with_password.find("secret"), std::string::npos);
  EXPECT_NE(said({{"mail.from", "Practice"}}).find("mail.from"), std::string::npos);
  EXPECT_NE(said({{"mail.from", ""}}).find("mail.from"), std::string::npos);
  EXPECT_NE(said({{"mail.user", "anna"}}).find("mail.password_file"), std::string::npos);
  EXPECT_NE(said({{"mail.server", ""}}).find("mail.server"), std::string::npos);
  EXPECT_NE(said({{"mail.encryption", "none"}}).find("in clear"), std::string::npos);
  EXPECT_NE(said({{"mail.encryption", "maybe"}}).find("mail.encryption"), std::string::npos);
  EXPECT_NE(said({{"practice.address", ""}}).find("practice.address"), std::string::npos);
  EXPECT_NE(said({{"practice.address", "http://practice.example.org"}}).find("practice.address"), std::string::npos);
}

TEST(Settings, EveryOneHasAMeaningAndReadsBackWhatItWrites) {
  Settings settings;
  for (const auto& setting : all_settings()) {
    EXPECT_FALSE(setting.meaning.empty()) << setting.name;
    EXPECT_EQ(setting.set(settings, setting.get(Settings{})), std::nullopt) << setting.name;
  }
}

}  // namespace
}  // namespace rapport::config
