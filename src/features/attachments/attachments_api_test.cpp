#include "features/attachments/attachments_api.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <atomic>
#include <future>
#include <thread>

#include "features/messages/messages_api.hpp"
#include "support/full_house.hpp"

namespace rapport::attachments {
namespace {

const store::Query kFiles{"test.attachments", "SELECT COUNT(*) FROM attachment"};
const store::Query kParts{"test.attachment_parts", "SELECT sealed_bytes FROM attachment_part"};
const store::Query kAbouts{"test.attachment_abouts", "SELECT sealed_about FROM attachment"};

/// The smallest that passes for a document.
const std::string kPaper = "%PDF-1.4 words of a paper\nstartxref\n0\n%%EOF\n";

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), as_bytes(bytes).data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

class AttachmentsApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_attachment_routes(routes, {.largest = 400'000, .of_message = 2, .per_day = 1'000'000, .scanner = ""});
    messages::add_message_routes(routes, 2);
    routes.finish();
  }

  http::Response call(AccountId viewer, http::Method method, const std::string& target, const std::string& body = "") {
    const auto match = routes.find(method, target);
    if (match.route == nullptr) return match.refusal();
    Context context{*house, {viewer, access::Role::client, session, practice}};
    http::Call one;
    one.deadline = soon();
    const http::BodyInput input{body, nullptr};
    return routes.answer(match, context, one, {&input, 1}).front();
  }
  static std::string at(AttachmentId file, std::string_view rest = "") {
    return "/api/attachments/" + file.text() + std::string(rest);
  }
  http::Response announce_as(AccountId who, AttachmentId file, const std::string& name, std::size_t bytes,
                             const std::string& place) {
    return call(who, http::Method::post, "/api/attachments",
                R"({"id":")" + file.text() + R"(","place":")" + place + R"(","name":")" + name + R"(","bytes":)" +
                    std::to_string(bytes) + "}");
  }
  http::Response put(AccountId who, AttachmentId file, int number, std::string_view part) {
    return call(who, http::Method::put, at(file, "/part"),
                R"({"number":)" + std::to_string(number) + R"(,"content":")" + base64(part) + "\"}");
  }
  /// Announced and all of it sent, not looked at.
  AttachmentId bring(AccountId who, std::string_view bytes, const std::string& name = "paper.pdf") {
    const auto file = AttachmentId::make(clock.now());
    const auto announced = announce_as(who, file, name, bytes.size(), chat.text());
    EXPECT_EQ(announced.status, 201) << announced.body;
    for (std::size_t i = 0; i * kPartBytes < bytes.size(); ++i) {
      EXPECT_EQ(put(who, file, static_cast<int>(i), bytes.substr(i * kPartBytes, kPartBytes)).status, 204);
    }
    return file;
  }
  AttachmentId ready(AccountId who, std::string_view bytes = kPaper) {
    const auto file = bring(who, bytes);
    EXPECT_EQ(call(who, http::Method::post, at(file, "/check")).status, 200);
    return file;
  }
  http::Response send(AccountId who, const std::vector<AttachmentId>& files, MessageId id,
                      const std::string& text = "") {
    std::string list;
    for (const auto file : files) {
      list += (list.empty() ? "" : ",") + (R"({"id":")" + file.text() + R"(","description":"a paper"})");
    }
    return call(who, http::Method::post, "/api/rooms/" + chat.text() + "/messages",
                R"({"id":")" + id.text() + R"(","text":")" + text + R"(","attachments":[)" + list + "]}");
  }
  std::int64_t count_files() {
    return read([](store::ReadTx& tx) -> Result<std::int64_t> {
             return tx.first(kFiles, {}, [](const store::Row& row) { return row.int64(0); }).value_or(-1);
           })
        .value();
  }

  SessionId session = SessionId::make(clock.now());
  Routes routes;
};

bool holds(const http::Response& answer, std::string_view words) {
  return answer.body.find(words) != std::string::npos;
}
std::string header(const http::Response& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST_P(AttachmentsApi, AFileGoesWithAMessageAndIsReadByTheOther) {
  const auto file = bring(client, kPaper, "../Übung\u202E.pdf");
  const auto checked = call(client, http::Method::post, at(file, "/check"));
  ASSERT_EQ(checked.status, 200) << checked.body;
  EXPECT_TRUE(holds(checked, R"("name":"Übung.pdf")")) << checked.body;
  EXPECT_TRUE(holds(checked, R"("type":"application/pdf")"));
  EXPECT_EQ(call(client, http::Method::post, at(file, "/check")).body, checked.body) << "asked again";
  EXPECT_TRUE(holds(call(client, http::Method::get, "/api/attachments?place=" + chat.text()), file.text()));

  const auto id = MessageId::make(clock.now());
  const auto sent = send(client, {file}, id);
  ASSERT_EQ(sent.status, 201) << sent.body;
  const auto again = send(client, {file}, id);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, sent.body);
  EXPECT_FALSE(holds(call(client, http::Method::get, "/api/attachments?place=" + chat.text()), file.text()));

  const auto events = call(therapist, http::Method::get, "/api/rooms/" + chat.text() + "/events");
  EXPECT_TRUE(holds(events, file.text()) && holds(events, "a paper") && holds(events, "Übung.pdf")) << events.body;
  const auto content = call(therapist, http::Method::get, at(file, "/content"));
  EXPECT_EQ(content.status, 200);
  EXPECT_EQ(content.body, kPaper);
  EXPECT_EQ(header(content, "Content-Type"), "application/pdf");
  EXPECT_EQ(header(content, "Content-Disposition"),
            "attachment; filename=\"__bung.pdf\"; filename*=UTF-8''%C3%9Cbung.pdf");
  EXPECT_EQ(header(content, "Content-Security-Policy"), "sandbox; default-src 'none'; frame-ancestors 'none'");
}

TEST_P(AttachmentsApi, NobodyElseLearnsThatThereIsAFile) {
  const auto file = ready(client);
  const auto nowhere = AttachmentId::make(clock.now());
  const auto asks = [&](AccountId who, AttachmentId id) {
    std::string all;
    for (const auto& answer : {call(who, http::Method::get, at(id, "/content")), put(who, id, 0, kPaper),
                               call(who, http::Method::post, at(id, "/check")), call(who, http::Method::del, at(id))}) {
      EXPECT_EQ(answer.status, 404);
      all += answer.body;
    }
    return all;
  };
  for (const auto outsider : {therapist, other_client, stranger})
    EXPECT_EQ(asks(outsider, file), asks(outsider, nowhere));
  ASSERT_EQ(send(client, {file}, MessageId::make(clock.now())).status, 201);
  for (const auto outsider : {other_client, stranger}) EXPECT_EQ(asks(outsider, file), asks(outsider, nowhere));
  EXPECT_EQ(call(client, http::Method::del, at(file)).status, 404) << "what was sent stays";
  EXPECT_EQ(announce_as(stranger, nowhere, "x", 5, chat.text()).status, 404);
  EXPECT_EQ(announce_as(stranger, nowhere, "x", 5, episode.text()).status, 404);
}

TEST_P(AttachmentsApi, AMessageTakesOnlyReadyFilesOfItsAuthorAndEachOnce) {
  const auto mine = ready(client);
  const auto theirs = ready(therapist);
  const auto coming = bring(client, kPaper);
  const auto id = [&] { return MessageId::make(clock.now()); };
  for (const auto& files :
       std::vector<std::vector<AttachmentId>>{{theirs}, {coming}, {AttachmentId::make(clock.now())}, {mine, mine}}) {
    const auto refused = send(client, files, id(), "words");
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(holds(refused, "attachment.gone")) << refused.body;
  }
  const auto many = send(client, {mine, mine, mine}, id());
  EXPECT_TRUE(many.status == 422 && holds(many, "attachment.too_many")) << many.body;
  EXPECT_EQ(send(client, {mine}, id()).status, 201);
  EXPECT_TRUE(holds(send(client, {mine}, id()), "attachment.gone")) << "sent before";
  EXPECT_TRUE(holds(send(client, {}, id()), "/text")) << "neither words nor files";
}

TEST_P(AttachmentsApi, LimitsAreSaid) {
  const auto large = announce_as(client, AttachmentId::make(clock.now()), "x", 400'001, chat.text());
  EXPECT_TRUE(large.status == 413 && holds(large, "attachment.too_large")) << large.body;
  EXPECT_EQ(announce_as(client, AttachmentId::make(clock.now()), "x", 0, chat.text()).status, 422);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(announce_as(client, AttachmentId::make(clock.now()), "x", 400'000, chat.text()).status, 201);
  }
  const auto full = announce_as(client, AttachmentId::make(clock.now()), "x", 400'000, chat.text());
  EXPECT_TRUE(full.status == 413 && holds(full, "attachment.day_full")) << full.body;
  EXPECT_TRUE(
      holds(call(client, http::Method::get, "/api/attachments?place=" + chat.text()), R"("left_today":200000)"));
  EXPECT_EQ(announce_as(therapist, AttachmentId::make(clock.now()), "x", 400'000, chat.text()).status, 201)
      << "everybody has their own";
  clock.set(clock.now() + kDay);
  EXPECT_EQ(announce_as(client, AttachmentId::make(clock.now()), "x", 400'000, chat.text()).status, 201);
}

TEST_P(AttachmentsApi, TwoFilesAtOnceDoNotComeToMoreThanADayAllows) {
  const auto announce_one = [&](store::WriteTx& tx) {
    const auto id = AttachmentId::make(clock.now());
    return announce(tx, {id, client, client, chat.uuid(), 600, false, clock.now(), Bytes{1}, {}}, 1000);
  };
  std::promise<void> counted;
  std::atomic<bool> said = false;
  std::thread first([&] {
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      auto done = announce_one(tx);
      if (!said.exchange(true)) counted.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      return done;
    }));
  });
  counted.get_future().wait();
  const auto second = write(announce_one);
  first.join();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "attachment.day_full");
}

TEST_P(AttachmentsApi, PartsAreThoseThatWereAnnounced) {
  std::string bytes = kPaper;
  bytes.insert(9, std::string(kPartBytes, ' '));
  const auto file = AttachmentId::make(clock.now());
  ASSERT_EQ(announce_as(client, file, "x", bytes.size(), episode.text()).status, 201);
  EXPECT_EQ(announce_as(client, file, "x", bytes.size(), episode.text()).status, 200) << "announced again";
  EXPECT_EQ(announce_as(therapist, file, "x", 5, chat.text()).status, 409);
  for (const auto number : {-1, 2, 1}) EXPECT_EQ(put(client, file, number, kPaper + "!!").status, 422) << number;
  EXPECT_EQ(call(client, http::Method::put, at(file, "/part"), R"({"number":1,"content":"%%%"})").status, 422);
  EXPECT_EQ(put(client, file, 1, std::string_view(bytes).substr(kPartBytes)).status, 204);
  EXPECT_EQ(call(client, http::Method::post, at(file, "/check")).status, 409);
  EXPECT_EQ(put(client, file, 0, std::string_view(bytes).substr(0, kPartBytes)).status, 204);
  EXPECT_EQ(call(client, http::Method::post, at(file, "/check")).status, 200);
  EXPECT_EQ(put(client, file, 1, std::string_view(bytes).substr(kPartBytes)).status, 404) << "nothing after the check";
  EXPECT_EQ(call(client, http::Method::get, at(file, "/content")).body, bytes);
}

TEST_P(AttachmentsApi, WhatIsRefusedDoesNotStay) {
  const auto file = bring(client, "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "photo.png");
  const auto refused = call(client, http::Method::post, at(file, "/check"));
  EXPECT_TRUE(refused.status == 422 && holds(refused, "media.unknown")) << refused.body;
  EXPECT_EQ(count_files(), 0);
}

TEST_P(AttachmentsApi, NoWordOfAFileStandsInTheTables) {
  ASSERT_EQ(send(client, {ready(client)}, MessageId::make(clock.now())).status, 201);
  const auto looked = read([](store::ReadTx& tx) -> Result<int> {
    int rows = 0;
    for (const auto* query : {&kParts, &kAbouts}) {
      tx.each(*query, {}, [&](const store::Row& row) {
        ++rows;
        for (const auto* words : {"PDF", "words of", "paper", "application"}) {
          EXPECT_EQ(as_text(row.bytes(0)).find(words), std::string_view::npos) << words;
        }
      });
    }
    return rows;
  });
  EXPECT_EQ(looked.value(), 2);
}

TEST_P(AttachmentsApi, AFileIsUnreadableWithoutTheKeyOfTheClient) {
  const auto file = ready(client);
  ASSERT_EQ(send(client, {file}, MessageId::make(clock.now())).status, 201);
  ASSERT_TRUE(keys->destroy(client, soon()));
  const auto answer = call(therapist, http::Method::get, at(file, "/content"));
  EXPECT_TRUE(answer.status == 404 && holds(answer, "key.not_found")) << answer.body;
}

TEST_P(AttachmentsApi, WhatIsNotSentGoesAfterItsTime) {
  const auto sent = ready(client);
  ASSERT_EQ(send(client, {sent}, MessageId::make(clock.now())).status, 201);
  ready(client);
  bring(client, kPaper);
  const auto left = [&] {
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<std::int64_t> { return sweep(tx, clock.now()); }));
    return count_files();
  };
  EXPECT_EQ(left(), 3);
  clock.set(clock.now() + kKeptComing + std::chrono::seconds(1));
  EXPECT_EQ(left(), 2);
  clock.set(clock.now() + kKeptUnsent);
  EXPECT_EQ(left(), 1);
  EXPECT_EQ(call(therapist, http::Method::get, at(sent, "/content")).status, 200);
}

INSTANTIATE_TEST_SUITE_P(Engines, AttachmentsApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::attachments
