#include "features/messages/messages_api.hpp"
#include "features/messages/messages_rules.hpp"

namespace rapport::messages {

/// An unfinished text as it is kept; both parts are empty when there is none.
struct DraftText {
  static constexpr std::string_view says =
      "Both parts are empty when there is no draft. `revision` says which state of the draft this is (0: there has "
      "never been one), `saved_at` when its words were saved. `message` and `thread` are the ids under which it is to "
      "be "
      "sent.";
  std::int64_t revision = 0;
  http::Text<0, kLongestSubject> subject;
  http::Text<0, kLongestText> text;
  std::optional<MessageId> message;
  std::optional<RoomId> thread;
  std::optional<Time> saved_at;
};
BOOST_DESCRIBE_STRUCT(DraftText, (), (revision, subject, text, message, thread, saved_at))

struct DraftToSave {
  static constexpr std::string_view says =
      "The whole draft, in place of the one before. `based_on` is the `revision` that it was built on. `message` is "
      "the "
      "id that the message will have, `thread` that of the thread it will begin; who begins a draft makes them, and "
      "whoever "
      "goes on with it keeps them, so that it goes out once whichever device sends it. Both parts empty: there is no "
      "draft "
      "any more.";
  std::int64_t based_on = 0;
  http::Text<0, kLongestSubject> subject;
  http::Text<0, kLongestText> text;
  std::optional<MessageId> message;
  std::optional<RoomId> thread;
};
BOOST_DESCRIBE_STRUCT(DraftToSave, (), (based_on, subject, text, message, thread))

struct SavedDraft {
  std::int64_t revision = 0;
};
BOOST_DESCRIBE_STRUCT(SavedDraft, (), (revision))

namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

/// Room and episode are told apart by the route; the draft's place is just the id.
Uuid place_of(const Call& call, std::string_view parameter) {
  return call.path_id<RoomId>(parameter).uuid();
}

Result<DraftText> draft_text(DraftTexts opened, const StoredDraft& stored) {
  DraftText draft{stored.revision, {}, {}, stored.draft.message, stored.draft.thread, {}};
  if (!opened.subject.empty() || !opened.text.empty()) draft.saved_at = stored.saved_at;
  TRY_ASSIGN(draft.subject, (http::Text<0, kLongestSubject>::from(std::move(opened.subject))));
  TRY_ASSIGN(draft.text, (http::Text<0, kLongestText>::from(std::move(opened.text))));
  return draft;
}

Result<Answer<DraftText>> read_draft(Context& context, const Call& call, const Uuid& place) {
  std::optional<StoredDraft> stored;
  TRY_ASSIGN(const AccountId client, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    stored = find_draft(tx, context.viewer.account, place);
    return client_of_place(tx, context.viewer.account, place);
  }));
  if (!stored) return Answer<DraftText>{};
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  TRY_ASSIGN(auto opened, open_draft(*key, context.viewer.account, place, stored->draft));
  TRY_ASSIGN(auto draft, draft_text(std::move(opened), *stored));
  return Answer<DraftText>{200, std::move(draft)};
}

/// A draft without words keeps no ids: what is written next is another message.
SealedDraft sealed_draft(const access::SealKey& key, AccountId author, const Uuid& place, const DraftToSave& draft) {
  auto sealed = seal_draft(key, author, place, draft.subject.str(), draft.text.str());
  if (draft.subject.str().empty() && draft.text.str().empty()) return sealed;
  sealed.message = draft.message;
  sealed.thread = draft.thread;
  return sealed;
}

Result<Answer<SavedDraft>> write_draft(Context& context, const Call& call, const Uuid& place,
                                       const DraftToSave& draft) {
  const auto author = context.viewer.account;
  TRY_ASSIGN(const AccountId client, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return client_of_place(tx, author, place);
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const auto sealed = sealed_draft(*key, author, place, draft);
  const auto is_same = [&](const SealedDraft& stored) {
    const auto opened = open_draft(*key, author, place, stored);
    return opened && opened->subject == draft.subject.str() && opened->text == draft.text.str() &&
           stored.message == sealed.message && stored.thread == sealed.thread;
  };
  TRY_ASSIGN(const auto revision, context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return save_draft(tx, author, place, client, draft.based_on, sealed, context.house.clock.now(), is_same);
  }));
  return Answer<SavedDraft>{200, {revision}};
}

void add_place(Routes& routes, std::string_view pattern, std::string_view parameter, std::string_view what) {
  const std::string name(parameter);
  routes.get(pattern)
      .says("One's unfinished " + std::string(what))
      .answers<DraftText>()
      .needs(PermissionName{"write_draft"}, parameter)
      .not_audited("one's own unfinished text, which nobody else can read; sending it is audited")
      .handle([name](Context& context, Call& call) { return read_draft(context, call, place_of(call, name)); });
  routes.put(pattern)
      .says("Keep one's unfinished " + std::string(what))
      .explains(
          "409 `draft.older`: another device has gone on from the same revision. Read the draft again, show both and "
          "let "
          "the person choose, so that nothing is lost in silence. The same draft sent again is answered 200. When the "
          "message with the draft's id is sent, the draft is emptied with it.")
      .body<DraftToSave>()
      .answers<SavedDraft>()
      .needs(PermissionName{"write_draft"}, parameter)
      .not_audited("one's own unfinished text, which nobody else can read; sending it is audited")
      .limit(http::kReplaces)
      .handle([name](Context& context, Call& call, const DraftToSave& draft) {
        return write_draft(context, call, place_of(call, name), draft);
      });
}

}  // namespace

void add_draft_routes(Routes& routes) {
  add_place(routes, "/api/rooms/{room}/draft", "room", "message");
  add_place(routes, "/api/episodes/{episode}/draft", "episode", "thread");
}

}  // namespace rapport::messages
