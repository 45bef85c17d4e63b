#include "features/setup/setup_api.hpp"

#include <algorithm>

#include "features/consent/consent_texts.hpp"
#include "features/people/profiles.hpp"
#include "features/setup/setup.hpp"

namespace rapport::setup {

struct SetupItem {
  static constexpr std::string_view says =
      "Something that an administrator has to confirm; `confirmed_by` and `confirmed_at` are absent while nobody has. "
      "It `holds` no longer when another therapist came, the neutral person left, the country or the mail server is "
      "another, or the contacts are to be looked through again.";
  Item item = Item::crisis_contacts;
  std::optional<std::string> confirmed_by;
  std::optional<Time> confirmed_at;
  bool holds = false;
};
BOOST_DESCRIBE_STRUCT(SetupItem, (), (item, confirmed_by, confirmed_at, holds))

struct SetupState {
  static constexpr std::string_view says =
      "`takes_clients`: clients can be invited. A practice of made-up people takes them at once. "
      "`consents_are_drafts`: of "
      "what clients are asked to agree to, nobody of the practice has approved some text yet.";
  std::vector<SetupItem> items;
  bool takes_clients = false;
  bool consents_are_drafts = false;
};
BOOST_DESCRIBE_STRUCT(SetupState, (), (items, takes_clients, consents_are_drafts))

struct SetupConfirmed {
  Item item = Item::crisis_contacts;
};
BOOST_DESCRIBE_STRUCT(SetupConfirmed, (), (item))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

Result<Answer<SetupState>> read_state(Context& context, Call& call) {
  const auto practice = context.viewer.practice;
  Answer<SetupState> answer;
  TRY_ASSIGN(const auto all,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Confirmation>> {
               answer.value.takes_clients = check_ready_for_clients(tx, practice).has_value();
               return list_confirmations(tx, practice);
             }));
  answer.value.consents_are_drafts = consent::drafts(consent::texts()).has_value();
  people::Names names(context.house, call.deadline);
  for (const auto& one : all) {
    SetupItem item{one.item, std::nullopt, one.at, one.holds};
    TRY_ASSIGN(item.confirmed_by, names.of(one.by));
    answer.value.items.push_back(std::move(item));
  }
  return answer;
}

Result<Answer<Nothing>> confirm_item(Context& context, Call& call, const SetupConfirmed& confirmed) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.view = boost::describe::enum_to_string(confirmed.item, "");
    TRY_ASSIGN(const bool changed,
               confirm(tx, context.viewer.practice, context.viewer.account, confirmed.item, context.house.clock.now()));
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_setup_routes(Routes& routes) {
  routes.get("/api/setup")
      .says("What is to be settled before the first client, and who has confirmed what")
      .answers<SetupState>()
      .needs(PermissionName{"manage_people"})
      .not_audited("it tells of no client")
      .handle(read_state);
  routes.post("/api/setup/confirmations")
      .says("Confirm one of it")
      .explains("Sent again while it holds it changes nothing: it stays under the name and the time of the first.")
      .body<SetupConfirmed>()
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"})
      .audits("setup.confirm")
      .handle(confirm_item);
}

}  // namespace rapport::setup
