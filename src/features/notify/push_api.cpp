#include "features/notify/push_api.hpp"

#include <fmt/format.h>

#include "access/tokens.hpp"
#include "features/log_in/browsers.hpp"
#include "features/notify/languages.hpp"
#include "features/notify/notices_store.hpp"

namespace rapport::notify {

struct NewPushDevice {
  static constexpr std::string_view says =
      "What the browser's `PushSubscription` says: its address, and both keys in base64url. `language` is that of what "
      "it will show.";
  http::Text<1, 2048> endpoint;
  http::Text<1, 200> p256dh;
  http::Text<1, 100> auth;
  Language language = Language::en;
};
BOOST_DESCRIBE_STRUCT(NewPushDevice, (), (endpoint, p256dh, auth, language))

struct PushDeviceEntry {
  static constexpr std::string_view says =
      "A browser that is told. `state` is that of the last notice to it: `waiting`, `sent` (the push service has taken "
      "it) or `failed`; `failure` then is `unreachable`, `no_encryption`, `certificate` or `refused`.";
  PushDeviceId id;
  Time made_at;
  std::optional<std::string> browser;
  std::optional<std::string> system;
  std::optional<std::string> state;
  std::optional<std::string> failure;
  std::optional<Time> at;
};
BOOST_DESCRIBE_STRUCT(PushDeviceEntry, (), (id, made_at, browser, system, state, failure, at))

struct PushAnswer {
  static constexpr std::string_view says =
      "`offered`: whether this practice sends notices to browsers. `key` is then the sender's, which a browser wants "
      "to "
      "know (`applicationServerKey`).";
  bool offered = false;
  std::optional<std::string> key;
  std::vector<PushDeviceEntry> devices;
};
BOOST_DESCRIBE_STRUCT(PushAnswer, (), (offered, key, devices))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;

std::optional<std::string> if_known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Result<PushDeviceEntry> entry_of(const access::SealKey& key, const PushDevice& device,
                                 const std::optional<Delivery>& last) {
  TRY_ASSIGN(const auto secrets, unseal_device(key, device.id, device.sealed));
  PushDeviceEntry entry{device.id, device.made_at, if_known(secrets.browser), if_known(secrets.system), {}, {}, {}};
  if (!last) return entry;
  entry.state = last->state;
  entry.failure = last->failure;
  entry.at = last->at;
  return entry;
}

Result<Answer<PushAnswer>> read_push(const PushServices& services, Context& context, Call& call) {
  auto& house = context.house;
  const auto account = context.viewer.account;
  Answer<PushAnswer> answer;
  answer.value.offered = services.offered();
  if (services.offered()) answer.value.key = access::to_base64url(push_sender(house.root).public_key());
  std::vector<std::pair<PushDevice, std::optional<Delivery>>> found;
  TRY(house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
    found.clear();  // this may be run again
    for (auto& device : devices_of(tx, account)) {
      auto last = last_delivery_to(tx, device.id);
      found.emplace_back(std::move(device), std::move(last));
    }
    return {};
  }));
  TRY_ASSIGN(const auto key, house.keys.key_for(account, call.deadline));
  for (const auto& [device, last] : found) {
    TRY_ASSIGN(auto entry, entry_of(*key, device, last));
    answer.value.devices.push_back(std::move(entry));
  }
  return answer;
}

Error not_set_up() {
  return {ErrorKind::conflict, "push.off", "This practice does not send notices to browsers. Mails can be chosen."};
}

/// What is wrong with it, each at its place.
std::vector<FieldError> mistakes_of(const PushServices& services, const NewPushDevice& wanted) {
  std::vector<FieldError> wrong;
  if (!push_origin(services, wanted.endpoint.str())) {
    wrong.push_back({"/endpoint", "It must be an https:// address of a push service that the practice has set."});
  }
  const auto key = access::from_base64url(wanted.p256dh.str());
  if (!key || !is_public_key(*key)) {
    wrong.push_back({"/p256dh", "It must be a point of P-256, uncompressed, in base64url without padding."});
  }
  const auto secret = access::from_base64url(wanted.auth.str());
  if (!secret || secret->size() != kPushSecretBytes) {
    wrong.push_back({"/auth", "It must be 16 bytes in base64url without padding."});
  }
  return wrong;
}

Result<Answer<Nothing>> put_device(const PushServices& services, Context& context, Call& call,
                                   const NewPushDevice& wanted) {
  if (!services.offered()) return fail(not_set_up());
  if (auto wrong = mistakes_of(services, wanted); !wrong.empty()) {
    return fail(invalid("push.device", "Notices cannot be sent to this browser.", std::move(wrong)));
  }
  auto& house = context.house;
  const auto account = context.viewer.account;
  const auto id = call.path_id<PushDeviceId>("device");
  const auto browser = log_in::browser_of(call.request->header("user-agent"));
  TRY_ASSIGN(const auto key, house.keys.key_for(account, call.deadline));
  const auto sealed = seal_device(*key, id,
                                  {wanted.endpoint.str(), wanted.p256dh.str(), wanted.auth.str(), browser.name,
                                   browser.system, to_text(wanted.language)});
  const auto digest = access::keyed_digest(house.root.subkey("pushdevs"), wanted.endpoint.str());
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
    entry.count = 1;
    return save_device(tx, {id, account, sealed, house.clock.now()}, digest);
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> remove_device(Context& context, Call& call) {
  const auto id = call.path_id<PushDeviceId>("device");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    if (!forget_device(tx, context.viewer.account, id, context.house.clock.now())) return fail(not_found());
    entry.count = 1;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> test_device(Context& context, Call& call) {
  const auto id = call.path_id<PushDeviceId>("device");
  const auto now = context.house.clock.now();
  const auto prefix = fmt::format("push_test:{}:{}:", context.viewer.account.text(), id.text());
  using std::chrono::seconds;
  TRY_ASSIGN(const auto wait, context.house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<seconds> {
    const auto device = find_device(tx, id);
    if (!device || device->account != context.viewer.account) return fail(not_found());
    const auto left = wait_before_test(tx, prefix, now);
    if (left == seconds::zero()) queue_push(tx, test_key(prefix, now), *device, Kind::test, now);
    return left;
  }));
  if (wait == seconds::zero()) return Answer<Nothing>{202, {}};
  return fail({ErrorKind::too_many,
               "push.tested",
               "A test was sent to this browser within this minute already. Please wait a moment.",
               {},
               static_cast<int>(wait.count())});
}

}  // namespace

void add_push_routes(Routes& routes, const PushServices& services) {
  routes.get("/api/me/push")
      .says("Which of one's own browsers are told that something waits, and what came of the last notice to each")
      .answers<PushAnswer>()
      .signed_in()
      .not_audited("one's own account")
      .handle([services](Context& context, Call& call) { return read_push(services, context, call); });
  routes.put("/api/me/push/devices/{device}")
      .says("Have a browser of one's own told that something waits")
      .explains(
          "The notice says no more than a mail, and only the browser can read it. `device` is an id of the caller's "
          "choice (UUID version 7); sent again it replaces what was there. Somebody else who used the same browser "
          "is not told there any more.")
      .body<NewPushDevice>()
      .answers<Nothing>(204)
      .signed_in()
      .audits("push_device.save")
      .handle([services](Context& context, Call& call, const NewPushDevice& wanted) {
        return put_device(services, context, call, wanted);
      });
  routes.del("/api/me/push/devices/{device}")
      .says("Have a browser told no more")
      .answers<Nothing>(204)
      .signed_in()
      .audits("push_device.remove")
      .handle(remove_device);
  routes.post("/api/me/push/devices/{device}/test")
      .says("Have a test notice sent to a browser of one's own")
      .explains("What came of it is in GET /api/me/push a moment later. One a minute.")
      .answers<Nothing>(202)
      .signed_in()
      .not_audited("it says nothing, to one's own browser")
      .handle(test_device);
}

}  // namespace rapport::notify
