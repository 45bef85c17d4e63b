#include "features/messages/messages.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "support/house_fixture.hpp"

namespace rapport::people {
namespace {

class People : public testing::HouseTest {};

TEST_P(People, SeeTheirOwnEpisodesOnly) {
  const auto of = [&](AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> { return list_episodes(tx, viewer).size(); });
  };
  EXPECT_EQ(*of(therapist), 2U);
  EXPECT_EQ(*of(client), 1U);
  EXPECT_EQ(*of(stranger), 0U);
  const auto foreign = read([&](store::ReadTx& tx) { return find_episode(tx, other_client, episode); });
  EXPECT_EQ(foreign.error().kind, ErrorKind::not_found);
  const auto rooms = read([&](store::ReadTx& tx) { return list_rooms(tx, stranger, episode); });
  EXPECT_EQ(rooms.error().kind, ErrorKind::not_found);
}

TEST_P(People, ALogInIsTakenOnce) {
  const auto again = write([&](store::WriteTx& tx) {
    return add_account(tx, {AccountId::make(clock.now()),
                            practice,
                            "client",
                            Bytes(client.bytes().begin(), client.bytes().end()),
                            "none",
                            {1},
                            clock.now()});
  });
  EXPECT_EQ(again.error().code, "account.login_taken");
}

TEST_P(People, AThreadSentTwiceIsOneThread) {
  const auto id = RoomId::make(clock.now());
  const Bytes subject{1, 2, 3};
  const auto open = [&](AccountId viewer, EpisodeId in, RoomId room) {
    return write([&](store::WriteTx& tx) { return open_thread(tx, viewer, in, room, subject, clock.now()); });
  };
  EXPECT_TRUE(open(client, episode, id)->is_new);
  EXPECT_FALSE(open(client, episode, id)->is_new);
  EXPECT_EQ(open(other_client, other_episode, id).error().code, "thread.id_taken");
  EXPECT_EQ(open(client, episode, chat).error().code, "thread.id_taken");
  EXPECT_EQ(open(stranger, episode, RoomId::make(clock.now())).error().kind, ErrorKind::not_found);
  const auto rooms = read([&](store::ReadTx& tx) { return list_rooms(tx, client, episode); });
  EXPECT_EQ(rooms->size(), 2U);
}

TEST_P(People, TheReplyTimeIsProposedByOneAndAgreedByTheOther) {
  const auto propose = [&](AccountId by, std::int64_t hours) {
    return write([&](store::WriteTx& tx) { return propose_reply_time(tx, by, episode, hours); });
  };
  const auto agree = [&](AccountId by, std::int64_t hours) {
    return write([&](store::WriteTx& tx) { return agree_reply_time(tx, by, episode, hours); });
  };
  EXPECT_EQ(propose(therapist, 0).error().code, "reply_time.out_of_range");
  EXPECT_EQ(propose(client, 24).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(propose(therapist, 24));
  EXPECT_EQ(agree(client, 48).error().code, "reply_time.not_proposed");
  EXPECT_EQ(agree(therapist, 24).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(agree(client, 24));
  const auto seen = read([&](store::ReadTx& tx) { return find_episode(tx, client, episode); });
  EXPECT_EQ(seen->reply_hours, 24);
  EXPECT_FALSE(seen->reply_hours_proposed);
}

TEST_P(People, APasswordThatWasChangedMeanwhileStaysChanged) {
  const auto replace = [&](std::string_view before, std::string_view after) {
    return write([&](store::WriteTx& tx) -> Result<void> {
      replace_password_hash(tx, client, before, after);
      return {};
    });
  };
  const auto stored = [&](AccountId id) {
    return read([&](store::ReadTx& tx) -> Result<std::string> { return find_account(tx, id)->password_hash; });
  };
  ASSERT_TRUE(replace("none", "first"));
  EXPECT_EQ(stored(client), "first");
  ASSERT_TRUE(replace("none", "second"));
  EXPECT_EQ(stored(client), "first");
  EXPECT_EQ(stored(other_client), "none");
}

TEST_P(People, UnreadCountsTheOtherPersonsMessages) {
  const auto send = [&](AccountId author) {
    return write([&](store::WriteTx& tx) {
      return messages::append_messages(tx, author, chat, {{MessageId::make(clock.now()), {1}, "{}"}}, clock.now());
    });
  };
  ASSERT_TRUE(send(client) && send(client) && send(therapist));
  const auto unread = [&](AccountId viewer) {
    return read([&](store::ReadTx& tx) { return find_episode(tx, viewer, episode); })->unread;
  };
  EXPECT_EQ(unread(therapist), 2);
  EXPECT_EQ(unread(client), 1);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return messages::advance_receipt(tx, therapist, chat, 2, 2); }));
  EXPECT_EQ(unread(therapist), 0);
}

TEST_P(People, WhatTheTherapistHasReadOrWrittenIsNoNewsToWhoeverStandsIn) {
  const auto send = [&](AccountId author) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return messages::append_messages(tx, author, chat, {{MessageId::make(clock.now()), {1}, "{}"}}, clock.now());
    }));
  };
  for (const auto author : {client, client, therapist, client, therapist}) send(author);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return messages::advance_receipt(tx, therapist, chat, 2, 2); }));
  const auto absence = AbsenceId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    const access::Viewer by{therapist, access::Role::therapist, {}, practice};
    TRY(announce(tx, by, {absence, therapist, stranger, clock.now(), clock.now() + std::chrono::hours(24)}));
    TRY(answer_absence(tx, {stranger, access::Role::therapist, {}, practice}, absence, true));
    return {};
  }));
  const auto unread = [&](AccountId viewer) {
    const auto found = read([&](store::ReadTx& tx) { return find_episode(tx, viewer, episode); });
    const auto rooms = read([&](store::ReadTx& tx) { return list_rooms(tx, viewer, episode); });
    EXPECT_EQ(rooms->front().unread, found->unread);
    return found->unread;
  };
  EXPECT_EQ(unread(stranger), 1) << "the third of the client, which nobody has read";
  EXPECT_EQ(unread(therapist), 1);
  EXPECT_EQ(unread(client), 2) << "a mark of the therapist's says nothing about the client";
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return messages::advance_receipt(tx, stranger, chat, 4, 4); }));
  EXPECT_EQ(unread(stranger), 0);
  EXPECT_EQ(unread(therapist), 1) << "theirs is to be read by themselves";
}

INSTANTIATE_TEST_SUITE_P(Engines, People, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::people
