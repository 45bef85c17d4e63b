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
  auto send(AccountId author, RoomId room, const std::vector<SealedMessage>& batch) {
    return write([&](store::WriteTx& tx) { return append_messages(tx, author, room, batch, clock.now()); });
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

TEST_P(Messages, SentAgainAreTheSameMessageAndToldOnce) {
  const auto once = message("once");
  ASSERT_TRUE(send(client, chat, {once}));
  sink.take();
  const auto again = send(client, chat, {once, message("next"), once});
  ASSERT_TRUE(again);
  EXPECT_FALSE((*again)[0]->is_new);
  EXPECT_EQ((*again)[0]->message.seq, 1);
  EXPECT_EQ((*again)[1]->message.seq, 2);
  EXPECT_FALSE((*again)[2]->is_new);
  EXPECT_EQ(sink.take().size(), 1U);
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
  std::int64_t expected = 0;
  for (const auto& event : sink.take()) EXPECT_EQ(event.seq, ++expected);
}

INSTANTIATE_TEST_SUITE_P(Engines, Messages, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::messages
