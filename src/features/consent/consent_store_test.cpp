#include <future>
#include <thread>

#include "features/consent/consent.hpp"
#include "features/consent/consent_texts.hpp"
#include "support/house_fixture.hpp"

namespace rapport::consent {
namespace {

class ConsentStore : public testing::HouseTest {
 protected:
  void TearDown() override {
    use_texts({});
    HouseTest::TearDown();
  }
  /// A version after those of the program, of which `accepts` still counts.
  static void ask_another(const std::string& accepts) {
    const auto file = R"({"purpose": "recording", "asked": "client", "version": "2030-01-01.1", "accepts": [)" +
                      accepts +
                      R"(], "review": {"state": "approved", "note": "x"}, "texts": [{"language": "en", "title": "T",
                      "short": "S", "sections": [{"title": "A", "paragraphs": ["P"]}], "when_given": "G",
                      "when_withdrawn": "W"}]})";
    Texts changed;
    ASSERT_TRUE(changed.add(std::vector<TextFile>{{"own.json", file}}));
    use_texts(std::move(changed));
  }
  Decision decision(bool given, std::optional<std::int64_t> based_on = {}) {
    Decision one{.id = ConsentId::make(clock.now()),
                 .person = client,
                 .purpose = "recording",
                 .version = texts().asked_now("recording")->version,
                 .language = "en",
                 .given = given,
                 .by = client,
                 .at = clock.now()};
    one.based_on = based_on;
    return one;
  }
  Result<bool> decided(const Decision& one, const std::vector<WhenWithdrawn>& when_withdrawn = {}) {
    return write([&](store::WriteTx& tx) { return decide(tx, one, when_withdrawn); });
  }
  bool holds(AccountId person, std::string_view purpose = "recording", std::optional<EpisodeId> of = {}) {
    return read([&](store::ReadTx& tx) -> Result<bool> { return has(tx, person, purpose, of); }).value();
  }
  std::vector<Record> all(AccountId person) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Record>> { return of(tx, person); }).value();
  }
};

TEST_P(ConsentStore, NoRecordIsNo) {
  for (const auto* text : texts().asked_now()) EXPECT_FALSE(holds(client, text->purpose)) << text->purpose;
  EXPECT_FALSE(holds(client, "no_such_purpose"));
  EXPECT_TRUE(all(client).empty());
}

TEST_P(ConsentStore, TheLatestDecisionHoldsAndAllOfThemStay) {
  EXPECT_TRUE(decided(decision(true)).value());
  EXPECT_TRUE(holds(client));
  EXPECT_FALSE(holds(client, "research")) << "a yes is for one purpose";
  EXPECT_FALSE(holds(other_client)) << "and of one person";
  EXPECT_TRUE(decided(decision(false)).value());
  EXPECT_FALSE(holds(client));
  EXPECT_TRUE(decided(decision(true)).value());
  EXPECT_TRUE(holds(client));
  const auto records = all(client);
  ASSERT_EQ(records.size(), 3U);
  for (std::size_t at = 0; at < records.size(); ++at) {
    EXPECT_EQ(records[at].place, static_cast<std::int64_t>(at) + 1);
    EXPECT_EQ(records[at].given, at != 1);
    EXPECT_EQ(records[at].by, client);
    EXPECT_EQ(records[at].language, "en");
  }
  EXPECT_TRUE(all(stranger).empty());
}

TEST_P(ConsentStore, WhatComesAgainChangesNothing) {
  EXPECT_TRUE(decided(decision(true, 0)).value());
  EXPECT_FALSE(decided(decision(true, 0)).value()) << "its answer was lost";
  EXPECT_TRUE(decided(decision(false, 1)).value());
  EXPECT_FALSE(decided(decision(false, 1)).value());
  EXPECT_EQ(all(client).size(), 2U);
  EXPECT_FALSE(decided([&] {
                 auto never = decision(false);
                 never.purpose = "research";
                 return never;
               }())
                   .value())
      << "there is nothing to withdraw";
}

TEST_P(ConsentStore, AYesThatComesLateDoesNotUndoAWithdrawal) {
  const auto late = decision(true, 0);
  EXPECT_TRUE(decided(late).value());
  EXPECT_TRUE(decided(decision(false, 0)).value()) << "a withdrawal is never refused";
  const auto again = decided(decision(true, 0));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "consent.older");
  EXPECT_FALSE(holds(client));
  EXPECT_TRUE(decided(decision(true, 2)).value());
}

TEST_P(ConsentStore, OfTwoAtOnceOneIsNew) {
  for (std::int64_t round = 0; round < 5; ++round) {
    const auto yes = decision(true, 2 * round);
    const auto twin = decision(true, 2 * round);
    auto other = std::async(std::launch::async, [&] { return decided(twin); });
    const bool first = decided(yes).value();
    EXPECT_NE(first, other.get().value());
    EXPECT_TRUE(decided(decision(false)).value());
  }
  EXPECT_EQ(all(client).size(), 10U);
  EXPECT_FALSE(holds(client));
}

TEST_P(ConsentStore, AClockThatIsSetBackChangesNoOrder) {
  ASSERT_TRUE(decided(decision(true)).value());
  clock.set(clock.now() + std::chrono::minutes(10));
  ASSERT_TRUE(decided(decision(false)).value());
  clock.set(clock.now() - std::chrono::minutes(8));
  ASSERT_TRUE(decided(decision(true)).value());
  EXPECT_TRUE(holds(client));
  EXPECT_TRUE(all(client).back().given);
  EXPECT_TRUE(decided(decision(false)).value()) << "what holds can be withdrawn";
  EXPECT_FALSE(holds(client));
  EXPECT_FALSE(all(client).back().given);
}

/// On PostgreSQL both run at the same time.
TEST_P(ConsentStore, AWithdrawalWaitsForWhatRestsOnTheConsent) {
  ASSERT_TRUE(decided(decision(true)).value());
  std::promise<void> asked;
  std::vector<bool> seen;
  auto resting = std::async(std::launch::async, [&] {
    return write([&](store::WriteTx& tx) -> Result<void> {
      seen.push_back(has(tx, client, "recording"));
      if (seen.size() == 1) asked.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      seen.push_back(has(static_cast<store::ReadTx&>(tx), client, "recording"));
      return {};
    });
  });
  asked.get_future().wait();
  EXPECT_TRUE(decided(decision(false)).value());
  EXPECT_TRUE(resting.get());
  EXPECT_EQ(seen, (std::vector{true, true}));
  EXPECT_FALSE(holds(client));
}

TEST_P(ConsentStore, OnlyTheVersionOfNowCanBeAgreedTo) {
  auto old = decision(true);
  old.version = "2020-01-01.1";
  EXPECT_EQ(decided(old).error().code, "consent.version");
  auto unread = decision(true);
  unread.language = "fr";
  EXPECT_EQ(decided(unread).error().code, "consent.language");
  auto unknown = decision(true);
  unknown.purpose = "hypnosis";
  EXPECT_EQ(decided(unknown).error().kind, ErrorKind::not_found);
  auto nobody = decision(true);
  nobody.person = AccountId::make(clock.now());
  EXPECT_EQ(decided(nobody).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(all(client).empty());
}

TEST_P(ConsentStore, ANewTextAsksAnewUnlessItAcceptsTheOldOne) {
  const auto shipped = texts().asked_now("recording")->version;
  ASSERT_TRUE(decided(decision(true)).value());
  ask_another("");
  EXPECT_FALSE(holds(client));
  EXPECT_EQ(all(client).front().version, shipped) << "what was agreed to stays";
  ask_another('"' + shipped + '"');
  EXPECT_TRUE(holds(client));
  ask_another("");
  EXPECT_TRUE(decided(decision(true, 1)).value()) << "it is new, though the last was a yes as well";
  EXPECT_TRUE(holds(client));
  use_texts({});
  EXPECT_FALSE(holds(client)) << "what was agreed to is known no longer";
  EXPECT_TRUE(decided(decision(false)).value()) << "and can be withdrawn all the same";
  EXPECT_EQ(all(client).back().version, "2030-01-01.1");
}

TEST_P(ConsentStore, TheLatestWordOfOneEpisodeOrOfAllCounts) {
  auto here = decision(true);
  here.episode = episode;
  ASSERT_TRUE(decided(here).value());
  EXPECT_TRUE(holds(client, "recording", episode));
  EXPECT_FALSE(holds(client));
  EXPECT_FALSE(holds(client, "recording", other_episode));
  EXPECT_TRUE(decided(decision(false)).value()) << "for everything, so for this too";
  EXPECT_FALSE(holds(client, "recording", episode));
  EXPECT_FALSE(decided(decision(false)).value());
  ASSERT_TRUE(decided(decision(true)).value());
  auto not_here = decision(false);
  not_here.episode = episode;
  EXPECT_TRUE(decided(not_here).value());
  EXPECT_FALSE(decided(not_here).value());
  EXPECT_FALSE(holds(client, "recording", episode));
  EXPECT_TRUE(holds(client, "recording", other_episode));
}

TEST_P(ConsentStore, OthersEndWhatRestsOnItInTheSameTransaction) {
  std::vector<std::string> ended;
  const std::vector<WhenWithdrawn> listeners{[&](store::WriteTx& tx, const Record& withdrawal) -> Result<void> {
    EXPECT_FALSE(has(tx, withdrawal.person, withdrawal.purpose)) << "it holds already";
    ended.push_back(withdrawal.purpose);
    return {};
  }};
  ASSERT_TRUE(decided(decision(true), listeners).value());
  EXPECT_TRUE(ended.empty());
  ASSERT_TRUE(decided(decision(false), listeners).value());
  EXPECT_EQ(ended, std::vector<std::string>{"recording"});
  EXPECT_FALSE(decided(decision(false), listeners).value());
  EXPECT_EQ(ended.size(), 1U);
}

TEST_P(ConsentStore, WhatCannotBeEndedLeavesEverythingAsItWas) {
  ASSERT_TRUE(decided(decision(true)).value());
  const std::vector<WhenWithdrawn> fails{
      [](store::WriteTx&, const Record&) -> Result<void> { return fail(forbidden("test")); }};
  EXPECT_FALSE(decided(decision(false), fails));
  EXPECT_TRUE(holds(client));
  EXPECT_EQ(all(client).size(), 1U);
}

// A practice that is put back does not know who withdrew since.
TEST_P(ConsentStore, EndWithAnOlderStateThatIsPutBackAndCanBeGivenAgain) {
  ASSERT_TRUE(decided(decision(true)));
  auto of_other = decision(true);
  of_other.id = ConsentId::make(clock.now());
  of_other.person = of_other.by = other_client;
  ASSERT_TRUE(decided(of_other));
  auto withdrawn = of_other;
  withdrawn.id = ConsentId::make(clock.now());
  withdrawn.given = false;
  ASSERT_TRUE(decided(withdrawn));

  const auto then = clock.now();
  clock.set(then + std::chrono::hours(24));
  std::vector<AccountId> ended;
  const std::vector<WhenWithdrawn> when_withdrawn{[&](store::WriteTx&, const Record& one) -> Result<void> {
    ended.push_back(one.person);
    return {};
  }};
  const auto put_back = [&] {
    ended.clear();
    return write([&](store::WriteTx& tx) { return end_all(tx, then, when_withdrawn); });
  };
  EXPECT_EQ(put_back().value(), 1);
  EXPECT_EQ(ended, std::vector{client});
  EXPECT_FALSE(holds(client));
  const auto last = all(client).back();
  EXPECT_FALSE(last.given);
  EXPECT_EQ(last.put_back_to, then);
  EXPECT_EQ(last.at, clock.now());
  EXPECT_FALSE(all(other_client).back().put_back_to) << "who had withdrawn it is not told otherwise";
  EXPECT_EQ(put_back().value(), 0) << "done again it is the same";

  auto again = decision(true);
  EXPECT_TRUE(decided(again).value());
  EXPECT_TRUE(holds(client));
}

INSTANTIATE_TEST_SUITE_P(Engines, ConsentStore, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::consent
