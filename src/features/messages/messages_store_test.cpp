#include <atomic>
#include <set>
#include <thread>

#include "features/messages/messages.hpp"
#include "support/house_fixture.hpp"

namespace rapport::messages {
namespace {

class Messages : public testing::HouseTest {
 protected:
  SealedMessage message(std::string_view text) {
    const auto bytes = as_bytes(text);
    return {MessageId::make(clock.now()), Bytes(bytes.begin(), bytes.end()),
            R"({"text":")" + std::string(text) + "\"}"};
  }
  static Result<std::string> body_of(const StoredMessage& stored) {
    return R"({"text":")" + std::string(as_text(stored.sealed_text)) + "\"}";
  }
  auto send(AccountId author, RoomId room, const std::vector<SealedMessage>& batch) {
    return write([&](store::WriteTx& tx) { return append_messages(tx, author, room, batch, clock.now(), body_of); });
  }
  auto page(AccountId viewer, RoomId room, Page wanted) {
    return read([&](store::ReadTx& tx) { return read_page(tx, viewer, room, wanted); });
  }
};

TEST_P(Messages, AreNumberedFromOneWithoutGapsAndToldInOrder) {
  const auto sent = send(client, chat, {message("one"), message("two"), message("three")});
  ASSERT_TRUE(sent) << sent.error().detail;
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ((*sent)[static_cast<std::size_t>(i)]->message.seq, i + 1);
  const auto events = sink.take();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[2].frame, R"({"room":")" + chat.text() + R"(","seq":3,"kind":"message","body":{"text":"three"}})");
  EXPECT_EQ(events[0].recipients, (std::vector{client, therapist}));
}

TEST_P(Messages, SentAgainAreTheSameMessageAndToldAgainAsTheyStand) {
  const auto once = message("once");
  ASSERT_TRUE(send(client, chat, {once}));
  const auto first = sink.take();
  auto changed = once;
  changed.sealed_text = Bytes{'x'};
  changed.frame_body = R"({"text":"x"})";
  const auto again = send(client, chat, {changed, message("next"), once});
  ASSERT_TRUE(again);
  EXPECT_FALSE((*again)[0]->is_new);
  EXPECT_EQ((*again)[0]->message.seq, 1);
  EXPECT_EQ((*again)[1]->message.seq, 2);
  EXPECT_FALSE((*again)[2]->is_new);
  // Its answer may have been lost after the commit, and with it the telling.
  const auto told = sink.take();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].seq, 1);
  EXPECT_EQ(told[0].frame, first[0].frame);
  EXPECT_EQ(told[0].recipients, (std::vector{client, therapist}));
  EXPECT_EQ(told[1].seq, 2);
}

TEST_P(Messages, SentTwiceInOneBatchAreToldOnce) {
  const auto once = message("once");
  ASSERT_TRUE(send(client, chat, {once, once}));
  EXPECT_EQ(sink.take().size(), 1U);
}

TEST_P(Messages, WhenTheTellingFailsTheSenderHearsSoAndSendingAgainTells) {
  const auto one = message("one");
  sink.deaf = true;
  EXPECT_EQ(send(client, chat, {one}).error().kind, ErrorKind::storage);
  EXPECT_TRUE(sink.take().empty());
  const auto again = send(client, chat, {one});
  ASSERT_TRUE(again);
  EXPECT_FALSE((*again)[0]->is_new);
  EXPECT_EQ(sink.take().size(), 1U);
}

TEST_P(Messages, OfOneIdInTwoRoomsAtOnceOneIsRefusedAndItsNeighboursAreStored) {
  constexpr int kRounds = 60;
  std::int64_t in_chat = 0;
  std::int64_t in_other = 0;
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto both = message("both");
    std::atomic<int> waiting{2};
    const auto send_when_both_are_there = [&](AccountId author, RoomId room) {
      const std::vector<SealedMessage> batch{message("before"), both, message("after")};
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      return send(author, room, batch);
    };
    Result<std::vector<Result<Accepted>>> other;
    std::jthread thread([&] { other = send_when_both_are_there(other_client, other_chat); });
    auto mine = send_when_both_are_there(client, chat);
    thread.join();
    ASSERT_TRUE(mine) << mine.error().detail;
    ASSERT_TRUE(other) << other.error().detail;
    for (auto* outcomes : {&mine.value(), &other.value()}) {
      EXPECT_TRUE((*outcomes)[0] && (*outcomes)[2]) << "the neighbours";
      if ((*outcomes)[1]) continue;
      ++refused;
      EXPECT_EQ((*outcomes)[1].error().code, "message.id_taken");
    }
    EXPECT_NE((*mine)[1].has_value(), (*other)[1].has_value());
    in_chat += (*mine)[1] ? 3 : 2;
    in_other += (*other)[1] ? 3 : 2;
  }
  EXPECT_EQ(refused, kRounds);
  for (const auto& [viewer, room, count] : {std::tuple{client, chat, in_chat}, {other_client, other_chat, in_other}}) {
    const auto log = page(viewer, room, {.limit = kLargestPage});
    ASSERT_EQ(static_cast<std::int64_t>(log->size()), count);
    for (std::size_t i = 0; i < log->size(); ++i) EXPECT_EQ((*log)[i].seq, static_cast<std::int64_t>(i + 1));
  }
}

TEST_P(Messages, AnIdBelongsToOneAuthorAndOneRoom) {
  const auto mine = message("mine");
  ASSERT_TRUE(send(client, chat, {mine}));
  const auto by_other = send(therapist, chat, {mine, message("beside")});
  ASSERT_TRUE(by_other);
  EXPECT_EQ((*by_other)[0].error().code, "message.id_taken");
  EXPECT_EQ((*by_other)[1]->message.seq, 2);
  const auto elsewhere = send(other_client, other_chat, {mine});
  ASSERT_TRUE(elsewhere);
  EXPECT_EQ((*elsewhere)[0].error().kind, ErrorKind::conflict);
}

TEST_P(Messages, ARoomThatIsNotTheirsDoesNotExist) {
  ASSERT_TRUE(send(client, chat, {message("private")}));
  sink.take();
  for (const auto outsider : {other_client, stranger}) {
    EXPECT_EQ(send(outsider, chat, {message("intruding")}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(page(outsider, chat, {}).error().kind, ErrorKind::not_found);
    const auto moved = write([&](store::WriteTx& tx) { return advance_receipt(tx, outsider, chat, 1, 1); });
    EXPECT_EQ(moved.error().kind, ErrorKind::not_found);
    const auto seen = read([&](store::ReadTx& tx) { return read_receipts(tx, outsider, chat); });
    EXPECT_EQ(seen.error().kind, ErrorKind::not_found);
  }
  EXPECT_TRUE(sink.take().empty());
  EXPECT_EQ(page(client, chat, {})->size(), 1U);
}

TEST_P(Messages, ArePagedForwardsAndBackwards) {
  std::vector<SealedMessage> batch;
  for (int i = 1; i <= 20; ++i) batch.push_back(message(std::to_string(i)));
  ASSERT_TRUE(send(client, chat, batch));
  const auto forwards = page(therapist, chat, {.after = 5, .limit = 3});
  ASSERT_EQ(forwards->size(), 3U);
  EXPECT_EQ(forwards->front().seq, 6);
  EXPECT_EQ(forwards->front().sealed_text, Bytes{'6'});
  const auto backwards = page(therapist, chat, {.before = 5, .limit = 3});
  ASSERT_EQ(backwards->size(), 3U);
  EXPECT_EQ(backwards->front().seq, 2);
  EXPECT_EQ(backwards->back().seq, 4);
  EXPECT_EQ(page(therapist, chat, {.after = 20})->size(), 0U);
}

TEST_P(Messages, APageOfLongTextsIsShorterAndNeverEmpty) {
  const std::string half(kLongestPage / 2, 'x');
  ASSERT_TRUE(send(client, chat,
                   {message("1"), message(half), message(half), message("4"), message(half + half), message("6")}));
  const auto numbers = [&](Page wanted) {
    const auto found = page(therapist, chat, wanted);
    std::vector<std::int64_t> seqs;
    for (const auto& row : *found) seqs.push_back(row.seq);
    return seqs;
  };
  EXPECT_EQ(numbers({}), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(numbers({.after = 3}), (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(numbers({.after = 4}), (std::vector<std::int64_t>{5}));
  EXPECT_EQ(numbers({.after = 5}), (std::vector<std::int64_t>{6}));
  EXPECT_EQ(numbers({.before = 7}), (std::vector<std::int64_t>{5, 6}));
  EXPECT_EQ(numbers({.before = 6}), (std::vector<std::int64_t>{5}));
  EXPECT_EQ(numbers({.before = 5}), (std::vector<std::int64_t>{2, 3, 4}));
}

TEST_P(Messages, ReceiptsOnlyMoveForwardAndNotBeyondTheEnd) {
  ASSERT_TRUE(send(client, chat, {message("a"), message("b"), message("c")}));
  const auto advance = [&](std::int64_t delivered, std::int64_t read_to) {
    return write([&](store::WriteTx& tx) { return advance_receipt(tx, therapist, chat, delivered, read_to); });
  };
  EXPECT_EQ(advance(99, 2)->delivered, 3);
  const auto back = advance(1, 1);
  EXPECT_EQ(back->read, 2);
  EXPECT_EQ(back->delivered, 3);
  EXPECT_EQ(advance(-5, -5)->read, 2);
}

TEST_P(Messages, ManySendersLeaveNoGapAndNoDouble) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 20;
  std::vector<std::vector<SealedMessage>> batches;
  for (int i = 0; i < kThreads * kRounds; ++i) batches.push_back({message("x"), message("y")});
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRounds; ++i) {
          const auto& batch = batches[static_cast<std::size_t>(t * kRounds + i)];
          // Everything is sent twice, as after a lost answer.
          for (int twice = 0; twice < 2; ++twice) failed += send(t % 2 == 0 ? client : therapist, chat, batch) ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  const auto log = page(client, chat, {.limit = kLargestPage});
  ASSERT_EQ(log->size(), static_cast<std::size_t>(kThreads * kRounds * 2));
  std::set<MessageId> ids;
  for (std::size_t i = 0; i < log->size(); ++i) {
    EXPECT_EQ((*log)[i].seq, static_cast<std::int64_t>(i + 1));
    ids.insert((*log)[i].id);
  }
  EXPECT_EQ(ids.size(), log->size());
  std::int64_t last = 0;
  for (const auto& event : sink.take()) {
    EXPECT_LE(event.seq, last + 1) << "told before the one that stands before it";
    last = std::max(last, event.seq);
  }
  EXPECT_EQ(last, static_cast<std::int64_t>(log->size()));
}

class Drafts : public testing::HouseTest {
 protected:
  static Bytes bytes_of(std::string_view text) {
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
  }
  Result<std::int64_t> save(AccountId author, std::int64_t based_on, std::string_view text,
                            std::optional<MessageId> message = std::nullopt) {
    const SealedDraft draft{bytes_of(""), bytes_of(text), message};
    return write([&](store::WriteTx& tx) {
      return save_draft(tx, author, chat.uuid(), client, based_on, draft, clock.now(),
                        [&](const SealedDraft& stored) { return stored.text == draft.text; });
    });
  }
  StoredDraft kept(AccountId author) {
    return *read([&](store::ReadTx& tx) -> Result<StoredDraft> {
      return find_draft(tx, author, chat.uuid()).value_or(StoredDraft{});
    });
  }
};

TEST_P(Drafts, ADeviceThatDoesNotKnowTheLatestOverwritesNothing) {
  EXPECT_EQ(save(client, 0, "one").value(), 1);
  EXPECT_EQ(save(client, 1, "one and two").value(), 2);
  for (const std::int64_t older : {0, 1, 3}) EXPECT_EQ(save(client, older, "else").error().code, "draft.older");
  EXPECT_EQ(as_text(kept(client).draft.text), "one and two");
  EXPECT_EQ(kept(client).saved_at, clock.now());
  EXPECT_EQ(save(client, 1, "one and two").value(), 2) << "sent again after a lost answer";
  EXPECT_EQ(kept(client).revision, 2);
  EXPECT_EQ(save(therapist, 0, "of the other").value(), 1) << "everybody has drafts of their own";
  EXPECT_EQ(save(therapist, 3, "of the other, more").error().code, "draft.older") << "there is no such revision";
  EXPECT_EQ(as_text(kept(client).draft.text), "one and two");
}

TEST_P(Drafts, NoneIsKeptOfARecordThatIsLockedOrGone) {
  ASSERT_EQ(save(therapist, 0, "one").value(), 1);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::lock_client(tx, client, client.bytes(), client.bytes(), clock.now());
  }));
  EXPECT_EQ(save(client, 0, "two").error().code, "record.closed");
  EXPECT_EQ(save(therapist, 1, "two").error().code, "not_found");
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    people::erase_client(tx, client, client.bytes(), clock.now());
    return {};
  }));
  for (const auto author : {client, therapist}) EXPECT_EQ(save(author, 0, "two").error().code, "not_found");
}

TEST_P(Drafts, OnlyWhoeverTheEpisodeIsOpenToKeepsOne) {
  EXPECT_EQ(save(stranger, 0, "one").error().code, "not_found");
}

TEST_P(Drafts, OfTwoDevicesThatSaveAFirstDraftAtOnceOneIsRefused) {
  std::atomic<int> saved = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> devices;
  for (int i = 0; i < 4; ++i) {
    devices.emplace_back([&, i] {
      const auto result = save(client, 0, "device " + std::to_string(i));
      if (result) ++saved;
      if (!result && result.error().code == "draft.older") ++refused;
    });
  }
  for (auto& device : devices) device.join();
  EXPECT_EQ(saved, 1);
  EXPECT_EQ(refused, 3);
  EXPECT_EQ(kept(client).revision, 1);
}

TEST_P(Drafts, OneThatWasEmptiedCountsOnSoThatNothingOlderIsTakenForTheNext) {
  const auto message = MessageId::make(clock.now());
  EXPECT_EQ(save(client, 0, "to be sent", message).value(), 1);
  const auto beside = [&](AccountId author) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<PlacedDraft>> { return drafts_beside(tx, author, chat); });
  };
  ASSERT_EQ(beside(client)->size(), 1U);
  EXPECT_EQ(beside(client)->front().message, message);
  EXPECT_EQ(beside(client)->front().place, chat.uuid());
  EXPECT_TRUE(beside(therapist)->empty()) << "a draft is its author's alone";
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    empty_draft(tx, client, chat.uuid(), {bytes_of(""), bytes_of("")}, clock.now());
    return {};
  }));
  EXPECT_EQ(kept(client).revision, 2);
  EXPECT_TRUE(kept(client).draft.text.empty());
  EXPECT_FALSE(kept(client).draft.message);
  EXPECT_TRUE(beside(client)->empty());
  EXPECT_EQ(save(client, 1, "to be sent, and more").error().code, "draft.older");
}

INSTANTIATE_TEST_SUITE_P(Engines, Drafts, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });
INSTANTIATE_TEST_SUITE_P(Engines, Messages, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::messages
