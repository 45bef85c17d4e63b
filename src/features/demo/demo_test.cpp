#include "features/demo/demo.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "features/demo/generated_clients.hpp"
#include "features/demo/written_practice.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/people/profiles.hpp"
#include "support/house_fixture.hpp"

namespace rapport::demo {
namespace {

const store::Query kSealed{"test.demo_sealed",
                           "SELECT sealed_profile FROM account"
                           " UNION ALL SELECT sealed_subject FROM room WHERE sealed_subject IS NOT NULL"
                           " UNION ALL SELECT sealed_text FROM room_event"};
const store::Query kHashes{"test.demo_hashes", "SELECT DISTINCT password_hash FROM account"};
const store::Query kSent{"test.demo_sent", "SELECT COUNT(*), MAX(at) FROM room_event"};

/// An empty house: databases, keys and nobody in it.
class Demo : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-demo-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    db_ = open("house");
    key_store_ = open("keys");
    ASSERT_TRUE(store::migrate(*db_, house_migrations(), clock_));
    ASSERT_TRUE(store::migrate(*key_store_, access::kKeyStoreMigrations, clock_));
    keys_ = std::make_unique<access::ClientKeys>(*key_store_, master_, clock_);
  }
  void TearDown() override {
    keys_.reset();
    key_store_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::unique_ptr<store::Database> open(const std::string& purpose) const {
    if (GetParam() == "sqlite") return store::open_sqlite({.file = folder_ + "/" + purpose + ".db"}, nullptr);
    static std::atomic<int> number{0};
    const auto schema = "demo_" + std::to_string(::getpid()) + "_" + std::to_string(++number) + "_" + purpose;
    return store::open_postgres({.url = ::getenv("RAPPORT_TEST_POSTGRES"), .schema = schema, .connections = 2},
                                nullptr);
  }

  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }
  template <class F>
  auto read(F f) {
    return db_->read(soon(), f);
  }
  House house() {
    return {.db = *db_,
            .keys = *keys_,
            .passwords = passwords_,
            .log_in_guard = log_in_guard_,
            .csrf = csrf_,
            .master = master_,
            .read_audit = read_audit_,
            .hub = hub_,
            .clock = clock_};
  }
  std::vector<DemoAccount> make(const DemoOptions& options) {
    auto place = house();
    const auto made = make_demo(place, options);
    EXPECT_TRUE(made) << made.error().detail;
    return made.value_or(std::vector<DemoAccount>{});
  }

  people::Account account(const std::string& login) {
    return *read([&](store::ReadTx& tx) -> Result<people::Account> {
      return people::find_account_by_login(tx, access::login_digest(master_, access::normalise_login(login))).value();
    });
  }
  std::vector<people::Episode> episodes(AccountId viewer) {
    return *read(
        [&](store::ReadTx& tx) -> Result<std::vector<people::Episode>> { return people::list_episodes(tx, viewer); });
  }
  /// Opens one room with the client's key and holds it against what was written.
  void expect_as_written(const WrittenRoom& written, const people::Room& room) {
    const auto key = keys_->key_for(room.client, soon());
    ASSERT_TRUE(key);
    ASSERT_EQ(room.is_chat, !written.subject);
    if (written.subject) {
      EXPECT_EQ(*access::unseal(**key, room.id.bytes(), *room.sealed_subject), written.subject->str());
    }
    const auto stored = read([&](store::ReadTx& tx) { return messages::read_page(tx, room.client, room.id, {}); });
    ASSERT_EQ(stored->size(), written.messages.size());
    for (std::size_t i = 0; i < stored->size(); ++i) {
      const auto opened = messages::open_message(**key, (*stored)[i]);
      ASSERT_TRUE(opened) << opened.error().detail;
      EXPECT_EQ(opened->text, written.messages[i].text.str());
      EXPECT_EQ(opened->author == room.client, written.messages[i].by == Author::client);
      EXPECT_EQ(uuid_version(opened->id.uuid()), 7);
    }
  }

  ManualClock clock_{from_micros(1'795'000'000'000'000)};
  access::SealKey master_ = access::SealKey::random();
  access::LogInGuard log_in_guard_{master_, {}};
  access::CsrfTokens csrf_{master_};
  access::Passwords passwords_;
  access::ReadAudit read_audit_;
  live::Hub hub_;
  std::string folder_;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<store::Database> key_store_;
  std::unique_ptr<access::ClientKeys> keys_;
};

/// What the script says, which must not be found in what is stored.
std::vector<std::string> words_of(const WrittenPractice& script) {
  std::vector<std::string> words;
  for (const auto& therapist : script.therapists) words.insert(words.end(), {therapist.name, therapist.login});
  for (const auto& client : script.clients) {
    words.insert(words.end(), {client.name, client.login});
    for (const auto& room : client.rooms) {
      if (room.subject) words.push_back(room.subject->str());
      for (const auto& message : room.messages) {
        // A few letters turn up in any noise; from eight on that will not happen.
        if (message.text.str().size() >= 8) words.push_back(message.text.str().substr(0, 24));
      }
    }
  }
  return words;
}

bool holds(std::string_view text, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return text.find(word) != std::string_view::npos; });
}

TEST_P(Demo, EveryWrittenTextOpensAgainInItsPlace) {
  const auto script = read_written_practice().value();
  const auto accounts = make({});
  ASSERT_EQ(accounts.size(), script.therapists.size() + script.clients.size());
  const auto practice = read([](store::ReadTx& tx) -> Result<people::Practice> { return *people::find_practice(tx); });
  EXPECT_TRUE(practice->synthetic);
  EXPECT_EQ(practice->name, kPracticeName);
  for (const auto& client : script.clients) {
    const auto own = account(client.login);
    EXPECT_TRUE(own.made_up && account(client.therapist).made_up);
    const auto one = episodes(own.id);
    ASSERT_EQ(one.size(), 1U) << client.login;
    EXPECT_EQ(one[0].therapist, account(client.therapist).id);
    EXPECT_EQ(one[0].reply_hours, client.agreed_reply_hours);
    EXPECT_EQ(one[0].reply_hours_proposed, client.proposed_reply_hours);
    const auto rooms = read([&](store::ReadTx& tx) { return people::list_rooms(tx, own.id, one[0].id); });
    ASSERT_EQ(rooms->size(), client.rooms.size());
    for (std::size_t i = 0; i < rooms->size(); ++i) expect_as_written(client.rooms[i], (*rooms)[i]);
  }
}

TEST_P(Demo, EverybodyLogsInWithThePasswordThatIsShown) {
  auto place = house();
  for (const auto& shown : make({.clients = 14})) {
    const auto stored = account(shown.login);
    EXPECT_EQ(stored.role, shown.role);
    const auto profile = people::open_profile(place, stored, soon());
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->name, shown.name);
    EXPECT_EQ(profile->login, shown.login);
    EXPECT_EQ(shown.password, "rapport-demo");
  }
  const auto hashes = read([](store::ReadTx& tx) -> Result<std::vector<std::string>> {
    return tx.list(kHashes, {}, [](const store::Row& row) { return std::string(row.text(0)); });
  });
  ASSERT_EQ(hashes->size(), 1U);
  EXPECT_TRUE(*passwords_.verify(hashes->front(), "rapport-demo", soon()));
}

TEST_P(Demo, SealedColumnsHoldNoneOfTheWords) {
  const auto words = words_of(read_written_practice().value());
  make({});
  const auto sealed = read([](store::ReadTx& tx) -> Result<std::vector<std::string>> {
    return tx.list(kSealed, {}, [](const store::Row& row) { return std::string(as_text(row.bytes(0))); });
  });
  EXPECT_GT(sealed->size(), 15U + 12U + 150U);
  for (const auto& one : *sealed) EXPECT_FALSE(holds(one, words));
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_FALSE(holds(bytes, words)) << file.path();
  }
}

TEST_P(Demo, SomeMessagesWaitToBeReadAndAnswered) {
  const auto script = read_written_practice().value();
  make({});
  std::int64_t unread_by_therapists = 0;
  std::size_t waiting = 0;
  for (const auto& therapist : script.therapists) {
    for (const auto& episode : episodes(account(therapist.login).id)) {
      unread_by_therapists += episode.unread;
      waiting += episode.waiting_since ? 1 : 0;
    }
  }
  std::int64_t unread_by_clients = 0;
  for (const auto& client : script.clients) unread_by_clients += episodes(account(client.login).id)[0].unread;
  EXPECT_EQ(unread_by_therapists, 6);
  EXPECT_EQ(unread_by_clients, 5);
  EXPECT_EQ(waiting, 4U);
}

TEST_P(Demo, ASecondPracticeIsRefusedAndChangesNothing) {
  const auto count = [&] {
    return read([](store::ReadTx& tx) -> Result<std::int64_t> {
      return *tx.first(kSent, {}, [](const store::Row& row) { return row.int64(0); });
    });
  };
  make({.clients = 3});
  const auto before = *count();
  auto place = house();
  const auto again = make_demo(place, {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  EXPECT_EQ(again.error().code, "demo.not_empty");
  EXPECT_EQ(*count(), before);
}

TEST_P(Demo, NumbersThatMakeNoSenseAreRefusedBeforeAnythingIsWritten) {
  auto place = house();
  EXPECT_EQ(make_demo(place, {.clients = -1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(make_demo(place, {.clients = kMostClients + 1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(make({.clients = 2}).size(), 5U);
}

TEST_P(Demo, TwoHundredClientsAreSpreadOverTheTherapistsAndHaveWritten) {
  const auto accounts = make({.seed = 7, .clients = 200});
  ASSERT_EQ(accounts.size(), 203U);
  std::set<std::string> logins;
  std::size_t in_all = 0;
  for (const auto& one : accounts) {
    logins.insert(one.login);
    const auto own = episodes(account(one.login).id);
    for (const auto& episode : own) {
      // Nobody works in a practice where people wait for weeks.
      if (episode.waiting_since) EXPECT_LT(clock_.now() - *episode.waiting_since, std::chrono::days(2)) << one.login;
    }
    if (one.role == "therapist") {
      EXPECT_NEAR(static_cast<double>(own.size()), 200.0 / 3, 4);
      in_all += own.size();
    } else {
      ASSERT_EQ(own.size(), 1U);
      EXPECT_TRUE(own[0].last_at) << one.login;
    }
  }
  EXPECT_EQ(in_all, 200U);
  EXPECT_EQ(logins.size(), accounts.size());
  const auto latest = read([](store::ReadTx& tx) -> Result<Time> {
    return *tx.first(kSent, {}, [](const store::Row& row) { return row.time(1); });
  });
  EXPECT_LT(*latest, clock_.now());
}

INSTANTIATE_TEST_SUITE_P(Engines, Demo, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

/// Minutes before now.
std::int64_t ago(const WrittenMessage& message) {
  return message.days * 24 * 60 + message.minutes;
}

void expect_in_order(const WrittenClient& client) {
  for (const auto& room : client.rooms) {
    ASSERT_FALSE(room.messages.empty()) << client.login;
    EXPECT_TRUE(std::is_sorted(room.messages.begin(), room.messages.end(), [](const auto& a, const auto& b) {
      return ago(a) > ago(b);
    })) << client.login;
    EXPECT_LE(ago(room.messages.front()), client.opened_days * 24 * 60) << client.login;
    EXPECT_GT(ago(room.messages.back()), 0) << client.login;
  }
}

TEST(DemoScript, HasWhatADemoPracticeNeeds) {
  const auto read = read_written_practice();
  ASSERT_TRUE(read) << read.error().detail << (read.error().fields.empty() ? "" : read.error().fields[0].path);
  EXPECT_EQ(read->practice, kPracticeName);
  EXPECT_EQ(read->therapists.size(), 3U);
  EXPECT_EQ(read->clients.size(), 12U);
  std::set<std::string> texts;
  std::size_t count = 0;
  for (const auto& client : read->clients) {
    expect_in_order(client);
    EXPECT_EQ(std::count_if(client.rooms.begin(), client.rooms.end(), [](const auto& room) { return !room.subject; }),
              1);
    EXPECT_TRUE(client.rooms.size() >= 2 && client.rooms.size() <= 4) << client.login;
    for (const auto& room : client.rooms) {
      for (const auto& message : room.messages) texts.insert(message.text.str());
      count += room.messages.size();
    }
  }
  EXPECT_TRUE(count >= 150 && count <= 250) << count;
  EXPECT_EQ(texts.size(), count) << "a message is there twice";
}

TEST(DemoScript, GeneratedClientsAreTheSameForASeedAndWriteInOrder) {
  const auto script = read_written_practice().value();
  const auto make = [&](std::uint64_t seed) {
    GeneratedClients generated(script.generated, seed);
    std::vector<std::string> names;
    for (int i = 0; i < 300; ++i) {
      const auto client = generated.next(i + 13, "t.berger");
      expect_in_order(client);
      names.push_back(client.login + "/" + client.name + "/" + client.rooms[0].messages.back().text.str());
    }
    return names;
  };
  EXPECT_EQ(make(1), make(1));
  EXPECT_NE(make(1), make(2));
}

TEST(DemoScript, TheAccountsAreJsonOfTheAgreedForm) {
  const auto text = demo_json("A \"practice\"", {{"t.berger", "secret", "therapist", "Hanna Berger"}});
  EXPECT_EQ(text,
            R"({"practice":"A \"practice\"","accounts":[{"login":"t.berger","password":"secret","role":"therapist",)"
            R"("name":"Hanna Berger","totp_secret":null}]})");
}

}  // namespace
}  // namespace rapport::demo
