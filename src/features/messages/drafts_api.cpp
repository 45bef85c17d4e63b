#include "features/messages/messages_api.hpp"
#include "features/messages/messages_shapes.hpp"

namespace rapport::messages {

/// An unfinished text; both parts are empty when there is none. Saving both empty removes it.
struct DraftText {
  static constexpr std::string_view says = "Both parts are empty when there is no draft. Saving both empty removes it.";
  http::Text<0, kLongestSubject> subject;
  http::Text<0, kLongestText> text;
};
BOOST_DESCRIBE_STRUCT(DraftText, (), (subject, text))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

/// Room and episode are told apart by the route; the draft's place is just the id.
Uuid place_of(const Call& call, std::string_view parameter) {
  return call.path_id<RoomId>(parameter).uuid();
}

Result<Answer<DraftText>> read_draft(Context& context, const Call& call, const Uuid& place) {
  Answer<DraftText> answer;
  std::optional<SealedDraft> sealed;
  TRY_ASSIGN(const AccountId client, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    sealed = find_draft(tx, context.viewer.account, place);
    return client_of_place(tx, context.viewer.account, place);
  }));
  if (!sealed) return answer;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  TRY_ASSIGN(auto subject, access::unseal(*key, place, sealed->subject));
  TRY_ASSIGN(auto text, access::unseal(*key, place, sealed->text));
  TRY_ASSIGN(answer.value.subject, (http::Text<0, kLongestSubject>::from(std::move(subject))));
  TRY_ASSIGN(answer.value.text, (http::Text<0, kLongestText>::from(std::move(text))));
  return answer;
}

Result<Answer<Nothing>> write_draft(Context& context, const Call& call, const Uuid& place, const DraftText& draft) {
  const auto author = context.viewer.account;
  TRY_ASSIGN(const AccountId client, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return client_of_place(tx, author, place);
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const SealedDraft sealed{access::seal(*key, place, draft.subject.str()), access::seal(*key, place, draft.text.str())};
  TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<void> {
    if (draft.subject.str().empty() && draft.text.str().empty()) {
      drop_draft(tx, author, place);
    } else {
      save_draft(tx, author, place, client, sealed, context.house.clock.now());
    }
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

void add_place(Routes& routes, std::string_view pattern, std::string_view parameter, std::string_view what) {
  const std::string name(parameter);
  routes.get(pattern)
      .says("One's unfinished " + std::string(what))
      .answers<DraftText>()
      .needs(PermissionName{"write_draft"}, parameter)
      .not_audited("one's own unfinished text, which nobody else can read")
      .handle([name](Context& context, Call& call) { return read_draft(context, call, place_of(call, name)); });
  routes.put(pattern)
      .says("Keep one's unfinished " + std::string(what) + "; empty: drop it")
      .body<DraftText>()
      .answers<Nothing>(204)
      .needs(PermissionName{"write_draft"}, parameter)
      .not_audited("one's own unfinished text, which nobody else can read")
      .handle([name](Context& context, Call& call, const DraftText& draft) {
        return write_draft(context, call, place_of(call, name), draft);
      });
}

}  // namespace

void add_draft_routes(Routes& routes) {
  add_place(routes, "/api/rooms/{room}/draft", "room", "message");
  add_place(routes, "/api/episodes/{episode}/draft", "episode", "thread");
}

}  // namespace rapport::messages
