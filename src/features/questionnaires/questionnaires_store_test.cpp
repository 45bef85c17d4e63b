#include "features/questionnaires/questionnaires.hpp"
#include "support/house_fixture.hpp"

namespace rapport::questionnaires {
namespace {

class FormsStored : public testing::HouseTest {
 protected:
  Result<AskedForm> ask(AccountId by, FormId id, EpisodeId of, const std::string& instrument = "gad-7") {
    return write([&](store::WriteTx& tx) {
      return ask_form(tx, by, {id, of, instrument, Occasion::before_session, clock.now() + std::chrono::days(2)},
                      clock.now());
    });
  }
  Result<std::int64_t> save(AccountId by, std::int64_t based_on, const Bytes& answers) {
    return write([&](store::WriteTx& tx) {
      return save_answers(tx, by, form, based_on, answers, [&](const Bytes& draft) { return draft == answers; });
    });
  }
  Result<bool> complete(AccountId by, std::int64_t version, std::int64_t revision) {
    return write(
        [&](store::WriteTx& tx) { return complete_form(tx, by, {form, version, revision, clock.now(), {7}, {8}}); });
  }
  Result<StoredForm> find(AccountId by) {
    return read([&](store::ReadTx& tx) { return find_form(tx, by, form); });
  }

  const FormId form = FormId::make(clock.now());
};

TEST_P(FormsStored, AreAskedForOnceByTheClientsOwnTherapist) {
  EXPECT_EQ(ask(stranger, form, episode).error().kind, ErrorKind::not_found);
  EXPECT_EQ(ask(client, form, episode).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(ask(therapist, form, episode)->is_new);
  EXPECT_FALSE(ask(therapist, form, episode)->is_new);
  EXPECT_EQ(ask(therapist, form, episode, "k6").error().code, "form.id_taken");
  EXPECT_EQ(ask(therapist, form, other_episode).error().code, "form.id_taken");
  const auto found = find(client);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->occasion, Occasion::before_session);
  EXPECT_EQ(found->due_at, clock.now() + std::chrono::days(2));
  EXPECT_EQ(found->chat, chat);
  for (const auto outsider : {stranger, other_client}) {
    EXPECT_EQ(find(outsider).error().kind, ErrorKind::not_found);
    EXPECT_FALSE(read([&](store::ReadTx& tx) { return list_forms(tx, outsider, episode); }));
  }
  EXPECT_EQ(read([&](store::ReadTx& tx) { return list_forms(tx, therapist, episode); })->size(), 1U);
  EXPECT_TRUE(read([&](store::ReadTx& tx) { return list_forms(tx, therapist, other_episode); })->empty());
}

TEST_P(FormsStored, AnOlderDeviceOverwritesNothing) {
  ASSERT_TRUE(ask(therapist, form, episode));
  EXPECT_EQ(save(client, 0, {1}), 1);
  EXPECT_EQ(save(client, 0, {1}), 1) << "sent again, because the answer was lost";
  EXPECT_EQ(save(client, 1, {1, 2}), 2);
  EXPECT_EQ(save(client, 1, {1, 3}).error().code, "form.older");
  EXPECT_EQ(find(client)->sealed_draft, (Bytes{1, 2}));
  for (const auto other : {therapist, stranger, other_client}) {
    EXPECT_EQ(save(other, 2, {9}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(complete(other, 1, 2).error().kind, ErrorKind::not_found);
  }
  EXPECT_EQ(find(client)->revision, 2);
}

TEST_P(FormsStored, AreTakenBackByTheTherapistUntilTheyAreBegun) {
  const auto take_back = [&](AccountId by) {
    return write([&](store::WriteTx& tx) { return withdraw_form(tx, by, form, clock.now()); });
  };
  ASSERT_TRUE(ask(therapist, form, episode));
  for (const auto other : {client, stranger, other_client}) {
    EXPECT_EQ(take_back(other).error().kind, ErrorKind::not_found);
  }
  EXPECT_EQ(take_back(therapist)->client, client);
  EXPECT_EQ(take_back(therapist).error().kind, ErrorKind::not_found);
  for (const auto either : {client, therapist}) EXPECT_EQ(find(either).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(read([&](store::ReadTx& tx) { return list_forms(tx, client, episode); })->empty());
  EXPECT_EQ(save(client, 0, {2}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(complete(client, 1, 1).error().kind, ErrorKind::not_found);
  EXPECT_EQ(ask(therapist, form, episode).error().code, "form.id_taken") << "its id is not used again";
}

TEST_P(FormsStored, WhatWasBegunOrSentIsNotTakenBack) {
  const auto take_back = [&] {
    return write([&](store::WriteTx& tx) { return withdraw_form(tx, therapist, form, clock.now()); });
  };
  ASSERT_TRUE(ask(therapist, form, episode));
  ASSERT_TRUE(save(client, 0, {1}));
  EXPECT_EQ(take_back().error().code, "form.begun");
  ASSERT_TRUE(complete(client, 1, 1));
  EXPECT_EQ(take_back().error().code, "form.sent");
  EXPECT_EQ(find(client)->version, 1);
}

TEST_P(FormsStored, WhatWasSentStaysAndACorrectionIsAFurtherVersion) {
  ASSERT_TRUE(ask(therapist, form, episode));
  EXPECT_EQ(complete(client, 1, 0).error().code, "form.older") << "nothing was saved";
  ASSERT_TRUE(save(client, 0, {1}));
  EXPECT_EQ(complete(client, 1, 0).error().code, "form.older");
  EXPECT_EQ(complete(client, 2, 1).error().code, "form.older");
  EXPECT_EQ(complete(client, 1, 1), true);
  EXPECT_EQ(complete(client, 1, 1), false) << "sent twice is the same";
  const auto first_sent = find(client)->completed_at;
  EXPECT_FALSE(find(client)->sealed_draft);

  clock.set(clock.now() + std::chrono::hours(1));
  EXPECT_EQ(save(client, 1, {2}), 2);
  EXPECT_EQ(complete(client, 1, 2).error().code, "form.older");
  EXPECT_EQ(complete(client, 2, 2), true);
  const auto versions =
      read([&](store::ReadTx& tx) -> Result<std::vector<StoredVersion>> { return list_versions(tx, form); });
  ASSERT_EQ(versions->size(), 2U);
  EXPECT_EQ((*versions)[0].revision, 1);
  EXPECT_EQ((*versions)[0].sealed_answers, Bytes{7});
  EXPECT_EQ(find(client)->version, 2);
  EXPECT_EQ(find(client)->completed_at, first_sent) << "a correction does not move the form in time";
  const auto latest =
      read([&](store::ReadTx& tx) -> Result<std::vector<StoredVersion>> { return list_latest_versions(tx, episode); });
  ASSERT_EQ(latest->size(), 1U);
  EXPECT_EQ((*latest)[0].version, 2);
  EXPECT_TRUE((*latest)[0].sealed_answers.empty());
}

TEST_P(FormsStored, OnlyTheClientAllowsSingleAnswers) {
  ASSERT_TRUE(ask(therapist, form, episode));
  const auto allow = [&](AccountId by, bool allowed) {
    return write([&](store::WriteTx& tx) { return allow_items(tx, by, form, allowed); });
  };
  EXPECT_EQ(allow(therapist, true).error().kind, ErrorKind::not_found);
  EXPECT_EQ(allow(other_client, true).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(find(therapist)->items_allowed);
  EXPECT_EQ(allow(client, true), true);
  EXPECT_EQ(allow(client, true), false);
  EXPECT_TRUE(find(therapist)->items_allowed);
}

INSTANTIATE_TEST_SUITE_P(Engines, FormsStored, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::questionnaires
