#include "features/demo/demo.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "features/demo/generated_clients.hpp"
#include "features/demo/written_practice.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/people/profiles.hpp"
#include "features/safety/safety.hpp"
#include "support/demo_fixture.hpp"

namespace rapport::demo {
namespace {

const store::Query kSealed{"test.demo_sealed",
                           "SELECT sealed_profile FROM account"
                           " UNION ALL SELECT sealed_subject FROM room WHERE sealed_subject IS NOT NULL"
                           " UNION ALL SELECT sealed_text FROM room_event"
                           " UNION ALL SELECT sealed_text FROM encounter_agenda"
                           " UNION ALL SELECT sealed_sections FROM encounter_note"
                           " UNION ALL SELECT sealed_draft FROM questionnaire_response WHERE sealed_draft IS NOT NULL"
                           " UNION ALL SELECT sealed_answers FROM questionnaire_response_version"
                           " UNION ALL SELECT sealed_scores FROM questionnaire_response_version"
                           " UNION ALL SELECT sealed_words FROM concern_step WHERE sealed_words IS NOT NULL"};
const store::Query kHashes{"test.demo_hashes", "SELECT DISTINCT password_hash FROM account"};
const store::Query kSent{"test.demo_sent", "SELECT COUNT(*), MAX(at) FROM room_event"};

const store::Query kHelpers{"test.demo_helpers",
                            "SELECT e.deputy_id, e.neutral_id, t.supervisor_id, d.role, n.role, s.role"
                            " FROM episode_of_care e JOIN account t ON t.id = e.therapist_id"
                            " JOIN account d ON d.id = e.deputy_id JOIN account n ON n.id = e.neutral_id"
                            " JOIN account s ON s.id = t.supervisor_id WHERE e.id = $1"};

class Demo : public DemoHouse {
 protected:
  /// Somebody else stands in, and somebody else again hears what is said about the therapist.
  void expect_helpers(const WrittenPractice& script, const people::Episode& episode) {
    const auto found = read([&](store::ReadTx& tx) -> Result<bool> {
      return tx
          .first(kHelpers, {episode.id},
                 [&](const store::Row& row) {
                   EXPECT_NE(row.id<AccountId>(0), episode.therapist);
                   EXPECT_EQ(row.id<AccountId>(1), account(script.neutral_person.login).id);
                   EXPECT_EQ(row.id<AccountId>(2), account(script.supervisor.login).id);
                   EXPECT_EQ(row.text(3), "therapist");
                   EXPECT_EQ(row.text(4), "neutral_person");
                   EXPECT_EQ(row.text(5), "supervisor");
                   return true;
                 })
          .has_value();
    });
    EXPECT_TRUE(*found);
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
};

// A few letters turn up in any noise; from eight on that will not happen.
void add_words(std::vector<std::string>& words, const std::string& text) {
  if (text.size() >= 8) words.push_back(text.substr(0, 24));
}

void add_words(std::vector<std::string>& words, const WrittenCourse& course) {
  for (const auto& session : course.held) {
    if (session.agenda) {
      for (const auto& point : *session.agenda) add_words(words, point.text.str());
    }
    if (session.notes) {
      for (const auto& section : *session.notes) add_words(words, section.text.str());
    }
  }
}

/// What the script says, which must not be found in what is stored; the first are how answers and scores are written.
std::vector<std::string> words_of(const WrittenPractice& script) {
  std::vector<std::string> words{R"("answers":[)", R"("not_answered")"};
  for (const auto& therapist : script.therapists) words.insert(words.end(), {therapist.name, therapist.login});
  for (const auto& one : {script.supervisor, script.neutral_person, script.administrator})
    words.insert(words.end(), {one.name, one.login});
  for (const auto& client : script.clients) {
    words.insert(words.end(), {client.name, client.login});
    for (const auto& room : client.rooms) {
      if (room.subject) words.push_back(room.subject->str());
      for (const auto& message : room.messages) add_words(words, message.text.str());
    }
    add_words(words, read_written_course(client.login).value());
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
  ASSERT_EQ(accounts.size(), script.therapists.size() + 3 + script.clients.size());
  const auto practice = read([](store::ReadTx& tx) -> Result<people::Practice> { return *people::find_practice(tx); });
  EXPECT_TRUE(practice->synthetic);
  EXPECT_EQ(practice->name, kPracticeName);
  for (const auto& client : script.clients) {
    const auto own = account(client.login);
    EXPECT_TRUE(own.made_up && account(client.therapist).made_up);
    const auto one = episodes(own.id);
    ASSERT_EQ(one.size(), 1U) << client.login;
    EXPECT_EQ(one[0].therapist, account(client.therapist).id);
    expect_helpers(script, one[0]);
    EXPECT_EQ(one[0].reply_hours, client.agreed_reply_hours);
    EXPECT_EQ(one[0].reply_hours_proposed, client.proposed_reply_hours);
    const auto rooms = read([&](store::ReadTx& tx) { return people::list_rooms(tx, own.id, one[0].id); });
    ASSERT_EQ(rooms->size(), client.rooms.size());
    for (std::size_t i = 0; i < rooms->size(); ++i) expect_as_written(client.rooms[i], (*rooms)[i]);
  }
}

TEST_P(Demo, WhereStaffNeedASecondFactorEachHasOneAndNoClientHas) {
  auto place = house();
  place.staff_need_second_factor = true;
  const auto made = make_demo(place, {.clients = 2});
  ASSERT_TRUE(made) << made.error().detail;
  const auto json = demo_json(kPracticeName, *made);
  for (const auto& shown : *made) {
    SCOPED_TRACE(shown.login);
    const auto own = account(shown.login);
    const auto stored = read([&](store::ReadTx& tx) -> Result<std::optional<log_in::CodeSecret>> {
      return log_in::find_code_secret(tx, own.id);
    });
    ASSERT_TRUE(stored);
    EXPECT_EQ(shown.totp_secret.has_value(), shown.role != "client");
    EXPECT_EQ(stored->has_value(), shown.role != "client");
    if (!shown.totp_secret || !*stored) continue;
    EXPECT_TRUE((*stored)->confirmed_at);
    const auto secret = access::unseal(*keys_->key_for(own.id, soon()).value(), own.id.bytes(), (*stored)->sealed);
    EXPECT_EQ(log_in::to_base32(as_bytes(*secret)), *shown.totp_secret);
    EXPECT_NE(json.find(R"("totp_secret":")" + *shown.totp_secret + "\""), std::string::npos);
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
  EXPECT_GT(sealed->size(), 15U + 12U + 400U + 2 * 300U);
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

TEST_P(Demo, EveryConcernWasLookedIntoAndOneIsStillOpen) {
  const auto script = read_written_practice().value();
  make({});
  const auto of = [&](const std::string& login) {
    return *read([&](store::ReadTx& tx) -> Result<std::vector<safety::Concern>> {
      return safety::list_concerns(tx, account(login).id, 200);
    });
  };
  std::size_t open = 0;
  std::size_t closed = 0;
  for (const auto& therapist : script.therapists) {
    for (const auto& concern : of(therapist.login)) {
      EXPECT_TRUE(concern.acknowledged_at) << "a demo does not begin with an alarm";
      if (account(therapist.login).id == concern.therapist) ++(concern.closed_at ? closed : open);
    }
  }
  EXPECT_EQ(open, 1U);
  EXPECT_EQ(closed, 2U);
  EXPECT_EQ(of(script.neutral_person.login).size(), 1U);
  EXPECT_TRUE(of(script.supervisor.login).empty());
}

TEST_P(Demo, OneSignalIsAnsweredAndIsLookedAtAgainAndOneIsPutOff) {
  const auto script = read_written_practice().value();
  make({});
  std::size_t answered = 0;
  std::size_t put_off = 0;
  for (const auto& therapist : script.therapists) {
    const auto who = account(therapist.login).id;
    for (const auto& episode : episodes(who)) {
      const auto found = *read([&](store::ReadTx& tx) { return signals::list_signals(tx, who, episode.id); });
      for (const auto& one : found) {
        if (one.state == signals::State::deferred) ++put_off;
        if (one.state != signals::State::answered) continue;
        ++answered;
        EXPECT_TRUE(one.follow_up_at);
        EXPECT_FALSE(signals::is_follow_up_due(one, clock_.now()));
        EXPECT_LT(*one.answered_at, clock_.now());
        EXPECT_FALSE(signals::waits(one, clock_.now()));
        const auto outcomes = *read([&](store::ReadTx& tx) -> Result<std::vector<signals::StoredOutcome>> {
          return signals::list_outcomes(tx, one.id);
        });
        ASSERT_EQ(outcomes.size(), 1U);
        const auto key = keys_->key_for(one.client, soon()).value();
        const auto bound = signals::bound_to(outcomes[0].id, signals::NotePart::outcome);
        EXPECT_TRUE(access::unseal(*key, bound, *outcomes[0].sealed_note)->starts_with("Two bad nights"));
      }
    }
  }
  EXPECT_EQ(answered, 1U);
  EXPECT_EQ(put_off, 1U);
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
  EXPECT_EQ(make({.clients = 2}).size(), 8U);
}

TEST_P(Demo, ManyClientsAreSpreadOverTheTherapistsAndHaveWritten) {
  const auto accounts = make({.seed = 7, .clients = 45});
  ASSERT_EQ(accounts.size(), 51U);
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
      EXPECT_NEAR(static_cast<double>(own.size()), 45.0 / 3, 4);
      in_all += own.size();
    } else if (one.role == "client") {
      ASSERT_EQ(own.size(), 1U);
      EXPECT_TRUE(own[0].last_at) << one.login;
    }
  }
  EXPECT_EQ(in_all, 45U);
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
    EXPECT_TRUE(client.rooms.size() >= 2 && client.rooms.size() <= 6) << client.login;
    for (const auto& room : client.rooms) {
      for (const auto& message : room.messages) texts.insert(message.text.str());
      count += room.messages.size();
    }
  }
  EXPECT_TRUE(count >= 400 && count <= 500) << count;
  EXPECT_EQ(texts.size(), count) << "a message is there twice";
}

TEST(DemoScript, GeneratedClientsAreTheSameForASeedAndWriteInOrder) {
  const auto script = read_written_practice().value();
  const auto make = [&](std::uint64_t seed) {
    GeneratedClients generated(script.generated, seed);
    std::vector<std::string> made;
    for (int i = 0; i < 300; ++i) {
      const auto [client, course] = generated.next(i + 13, "t.berger");
      expect_in_order(client);
      made.push_back(client.login + "/" + client.name + "/" + client.rooms[0].messages.back().text.str());
      for (const auto& session : course.held) made.back() += *session.forms.phq9 + "/" + *session.forms.sparq + "/";
    }
    return made;
  };
  EXPECT_EQ(make(1), make(1));
  EXPECT_NE(make(1), make(2));
}

TEST(DemoScript, NoTwoClientsHaveOneName) {
  const auto script = read_written_practice().value();
  std::set<std::string> names;
  for (const auto& client : script.clients) names.insert(client.name);
  for (const auto& one : script.therapists) names.insert(one.name);
  const auto written = names.size();
  GeneratedClients generated(script.generated, 1);
  // More than there are pairs of a first and a last name.
  for (std::int64_t i = 0; i < 3000; ++i) {
    const auto name = generated.next(i + 13, "t.berger").client.name;
    EXPECT_TRUE(names.insert(name).second) << name;
    if (i < 100) EXPECT_EQ(name.find('-'), std::string::npos) << name;
  }
  EXPECT_EQ(names.size(), written + 3000);
}

TEST(DemoScript, NobodyWritesAtNightWhateverTimeItIsNowAndWhatIsLaterStaysLater) {
  const auto midnight = std::chrono::floor<std::chrono::days>(from_micros(1'800'000'000'000'000));
  for (const int hour : {0, 3, 9, 15, 21, 23}) {
    const Time now = midnight + std::chrono::hours(hour) + std::chrono::minutes(17);
    for (const int minutes : {10, 300, 900}) {
      const auto since_midnight =
          time_of(now, 3, minutes) - std::chrono::floor<std::chrono::days>(time_of(now, 3, minutes));
      EXPECT_GE(since_midnight, std::chrono::hours(5)) << hour;
      EXPECT_LT(since_midnight, std::chrono::hours(21)) << hour;
    }
    Time before = time_of(now, 2, 5);
    for (const auto& [days, minutes] : {std::pair(1, 900), {1, 10}, {0, 900}, {0, 420}, {0, 0}}) {
      EXPECT_LT(before, time_of(now, days, minutes)) << hour << " " << days << " " << minutes;
      before = time_of(now, days, minutes);
      EXPECT_LE(before, now);
    }
  }
}

TEST(DemoScript, TheAccountsAreJsonOfTheAgreedForm) {
  const auto text = demo_json("A \"practice\"", {{"t.berger", "secret", "therapist", "Hanna Berger"}});
  EXPECT_EQ(text,
            R"({"practice":"A \"practice\"","accounts":[{"login":"t.berger","password":"secret","role":"therapist",)"
            R"("name":"Hanna Berger","totp_secret":null}]})");
}

}  // namespace
}  // namespace rapport::demo
