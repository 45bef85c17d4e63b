#include "features/messages/messages_api.hpp"

#include <algorithm>
#include <map>

#include "features/attachments/attachments_api.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/messages/room_clients.hpp"

namespace rapport::messages {

/// The kinds of events that a room's log keeps.
enum class KeptKind { message };
BOOST_DESCRIBE_ENUM(KeptKind, message)

struct StoredEvent {
  static constexpr std::string_view says = "The same as the frame in which the live connection tells of it.";
  RoomId room;
  std::int64_t seq = 0;
  KeptKind kind = KeptKind::message;
  MessageEvent body;
};
BOOST_DESCRIBE_STRUCT(StoredEvent, (), (room, seq, kind, body))

/// A page of a room's log.
struct Events {
  static constexpr std::string_view says =
      "`last_seq` is the room's largest number: while the last event of a page has a smaller one there is more to "
      "read.";
  std::vector<StoredEvent> events;
  std::int64_t last_seq = 0;
};
BOOST_DESCRIBE_STRUCT(Events, (), (events, last_seq))

/// How far the viewer has got; a mark that is left out stays.
struct ReceiptMarks {
  static constexpr std::string_view says =
      "How far one has got, as numbers of the room. A mark only moves forward, never beyond the room's end; one that "
      "is left out stays. What is read counts as delivered.";
  std::optional<std::int64_t> delivered;
  std::optional<std::int64_t> read;
};
BOOST_DESCRIBE_STRUCT(ReceiptMarks, (), (delivered, read))

struct Typing {
  bool typing = false;
};
BOOST_DESCRIBE_STRUCT(Typing, (), (typing))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

Result<RoomView> room_of(Context& context, const Call& call) {
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_room(tx, context.viewer.account, call.path_id<RoomId>("room"));
  });
}

/// Without a look at the database for a room that was written in before. It grants nothing: append_messages asks.
Result<AccountId> client_of_room(Context& context, const Call& call, RoomClients& known) {
  const auto id = call.path_id<RoomId>("room");
  if (const auto client = known.find(id)) return *client;
  TRY_ASSIGN(const RoomView room, room_of(context, call));
  known.remember(id, room.client);
  return room.client;
}

std::vector<Result<Answer<Message>>> all_fail(const Error& error, std::size_t count) {
  return std::vector<Result<Answer<Message>>>(count, fail(error));
}

/// What was sent again is one message all the same.
std::int64_t count_new(const std::vector<Result<Accepted>>& outcomes) {
  return std::count_if(outcomes.begin(), outcomes.end(), [](const auto& one) { return one && one->is_new; });
}

/// Empties the draft that carries the id of a message that was stored. It is done here because a request of its own
/// would be lost with a page that closes. Another draft was begun later, and stays.
void empty_sent_drafts(store::WriteTx& tx, const access::SealKey& key, AccountId author, RoomId room,
                       const std::vector<Result<Accepted>>& outcomes, Time now) {
  for (const auto& [place, message] : drafts_beside(tx, author, room)) {
    const auto is_it = [&](const Result<Accepted>& one) { return one && one->message.id == message; };
    if (std::none_of(outcomes.begin(), outcomes.end(), is_it)) continue;
    empty_draft(tx, author, place, seal_draft(key, author, place, "", ""), now);
  }
}

/// Stores what arrived together in one transaction with one audit row.
Result<std::vector<Result<Accepted>>> store_together(Context& context, const Call& call, AccountId client,
                                                     const access::SealKey& key,
                                                     const std::vector<SealedMessage>& sealed, Time now) {
  return audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) {
    const auto body_of = [&](const StoredMessage& stored) {
      return event_body(key, stored, attachments::list_of_message(tx, stored.id));
    };
    const auto room = call.path_id<RoomId>("room");
    auto outcomes = append_messages(tx, context.viewer.account, room, sealed, now, body_of);
    entry.client = client;
    entry.room = room;
    if (outcomes) {
      entry.count = count_new(*outcomes);
      entry.shows_stored = std::any_of(outcomes->begin(), outcomes->end(), [](const auto& one) { return bool(one); });
      empty_sent_drafts(tx, key, context.viewer.account, room, *outcomes, now);
    }
    return outcomes;
  });
}

/// What is to be sent, and the files that it takes along.
struct Outgoing {
  NewMessage body;
  std::vector<attachments::Attachment> files;
};

Result<std::vector<attachments::Attachment>> files_of(Context& context, const Call& call, const access::SealKey& key,
                                                      const NewMessage& body, std::int64_t most) {
  if (!body.attachments || body.attachments->empty()) return std::vector<attachments::Attachment>();
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return attachments::files_to_send(tx, key, context.viewer.account, body.id, *body.attachments, most);
  });
}

/// A room that is somebody else's is answered as one that does not exist, whatever else is wrong.
Error unless_hidden(Context& context, const Call& call, const Error& error) {
  const auto room = room_of(context, call);
  return room ? error : room.error();
}

/// What was just sealed need not be opened for it; what came before may have had other words.
Result<Answer<Message>> answer_of(Context& context, const Call& call, const access::SealKey& key,
                                  const Accepted& accepted, const Outgoing& sent) {
  const auto& stored = accepted.message;
  if (accepted.is_new) {
    Message message{stored.id, stored.room, stored.seq, stored.author, sent.body.text.str(), stored.at};
    if (!sent.files.empty()) message.attachments = sent.files;
    return Answer<Message>{201, std::move(message)};
  }
  TRY_ASSIGN(auto message, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return open_message(key, stored, attachments::list_of_message(tx, stored.id));
  }));
  return Answer<Message>{200, std::move(message)};
}

std::vector<Result<Answer<Message>>> send(Context& context, Call& call, std::vector<NewMessage> bodies,
                                          RoomClients& known, std::int64_t most_files) {
  const auto client = client_of_room(context, call, known);
  if (!client) return all_fail(client.error(), bodies.size());
  const auto key = context.house.keys.key_for(*client, call.deadline);
  if (!key) return all_fail(unless_hidden(context, call, key.error()), bodies.size());

  const auto now = context.house.clock.now();
  std::vector<Result<Answer<Message>>> answers(bodies.size(), fail(not_found()));
  std::vector<SealedMessage> sealed;
  std::vector<Outgoing> outgoing;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    auto files = files_of(context, call, **key, bodies[i], most_files);
    auto one = files ? seal_message(**key, context.viewer.account, bodies[i], now, *files) : fail(files.error());
    if (!one) {
      answers[i] = fail(unless_hidden(context, call, one.error()));
      continue;
    }
    sealed.push_back(std::move(*one));
    outgoing.push_back({std::move(bodies[i]), std::move(*files)});
    places.push_back(i);
  }
  if (sealed.empty()) return answers;

  const auto stored = store_together(context, call, *client, **key, sealed, now);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto* outcome = stored ? &(*stored)[i] : nullptr;
    if (outcome == nullptr || !*outcome) {
      answers[places[i]] = fail(outcome == nullptr ? stored.error() : outcome->error());
      continue;
    }
    answers[places[i]] = answer_of(context, call, **key, **outcome, outgoing[i]);
  }
  return answers;
}

Result<Page> wanted_page(const Call& call) {
  constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
  Page page;
  TRY_ASSIGN(page.after, call.query_int("after", 0, 0, kEnd));
  TRY_ASSIGN(page.limit, call.query_int("limit", 100, 1, kLargestPage));
  if (call.query_text("before")) {
    if (call.query_text("after")) {
      return fail(invalid("query.invalid", "Ask with after or with before, not with both.",
                          {{"?before", "cannot be asked for together with after"}}));
    }
    TRY_ASSIGN(page.before, call.query_int("before", kEnd, 1, kEnd));
  }
  return page;
}

using FilesByMessage = std::map<MessageId, std::vector<attachments::StoredAttachment>>;

FilesByMessage files_of_page(store::ReadTx& tx, RoomId room, const std::vector<StoredMessage>& page) {
  FilesByMessage files;
  if (page.empty()) return files;
  for (auto& file : attachments::list_of_room(tx, room, page.front().seq, page.back().seq)) {
    files[*file.message].push_back(std::move(file));
  }
  return files;
}

Result<Answer<Events>> read_events(Context& context, Call& call) {
  TRY_ASSIGN(const Page page, wanted_page(call));
  TRY_ASSIGN(const RoomView room, room_of(context, call));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(room.client, call.deadline));
  FilesByMessage files;
  TRY_ASSIGN(const auto rows, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    auto found = read_page(tx, context.viewer.account, room.id, page);
    files = found ? files_of_page(tx, room.id, *found) : FilesByMessage();
    return found;
  }));
  Answer<Events> answer;
  answer.value.last_seq = room.last_seq;
  for (const auto& row : rows) {
    TRY_ASSIGN(auto message, open_message(*key, row, files[row.id]));
    answer.value.last_seq = std::max(answer.value.last_seq, message.seq);
    answer.value.events.push_back({message.room, message.seq, KeptKind::message, to_event(std::move(message))});
  }
  TRY(audit_read(context, call, room.client, room.id, "room " + room.id.text()));
  return answer;
}

Result<Answer<Nothing>> mark(Context& context, Call& call, const ReceiptMarks& marks) {
  const auto room = call.path_id<RoomId>("room");
  TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return advance_receipt(tx, context.viewer.account, room, marks.delivered.value_or(0), marks.read.value_or(0));
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> tell_typing(Context& context, Call& call, const Typing& typing) {
  TRY_ASSIGN(const RoomView room, room_of(context, call));
  const bool is_client = context.viewer.account == room.client;
  std::vector<AccountId> others{is_client ? room.therapist : room.client};
  if (is_client && room.deputy) others.push_back(*room.deputy);
  const TypingEvent event{context.viewer.account, typing.typing};
  context.house.hub.publish({{room.id, 0, http::passing_frame(room.id, event), std::move(others)}});
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_message_routes(Routes& routes, std::int64_t most_files) {
  routes.event<MessageEvent>();
  routes.event<ReceiptEvent>();
  routes.event<TypingEvent>();
  // Lives as long as the route that asks it.
  const auto known = std::make_shared<RoomClients>();
  routes.post("/api/rooms/{room}/messages")
      .says("Send a message to a room")
      .explains(
          "201 comes only after the message is stored durably. The same id sent again, by the same person to the same "
          "room, is the same message: it is answered 200 with what is stored, and a changed text is not looked at. So "
          "after any doubt (no answer, 503, a lost connection) send the very same body again. "
          "The sender's draft that carries this id is emptied with it.")
      .body<NewMessage>()
      .answers<Message>(201, 200)
      .needs(PermissionName{"send_message"}, "room")
      .audits("message.send")
      .limit("messages")
      .handle_many([known, most_files](Context& context, Call& call, std::vector<NewMessage> bodies) {
        return send(context, call, std::move(bodies), *known, most_files);
      });
  routes.get("/api/rooms/{room}/events")
      .says("The messages of a room, in order: those after a number, or the page before one")
      .explains(
          "To resume after a connection was lost, or when a live event skips a number: ask with `after` = the largest "
          "number N up to which you have everything, and go on until you have `last_seq`. With `before`, go on until "
          "number 1. A page of long messages holds fewer than `limit`, but never none while there are some.")
      .query("after", "integer", "events with a larger number, the oldest first")
      .query("before", "integer", "the page that ends before this number, the oldest first")
      .query("limit", "integer", "how many at most (1 to 500)")
      .answers<Events>()
      .needs(PermissionName{"read_room"}, "room")
      .audits("room.read")
      .handle(read_events);
  routes.put("/api/rooms/{room}/receipt")
      .says("Tell how far one has received and read")
      .body<ReceiptMarks>()
      .answers<Nothing>(204)
      .needs(PermissionName{"read_room"}, "room")
      .not_audited("a mark of the reader's own; the reading itself is audited")
      .handle(mark);
  routes.post("/api/rooms/{room}/typing")
      .says("Tell the other person that one is writing, or has stopped")
      .body<Typing>()
      .answers<Nothing>(204)
      .needs(PermissionName{"send_message"}, "room")
      .not_audited("nothing is shown or kept")
      .handle(tell_typing);
}

}  // namespace rapport::messages
