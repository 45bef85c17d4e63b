#include "server/service.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "features/log_in/log_in_api.hpp"
#include "http/cookies.hpp"
#include "http/live_frames.hpp"
#include "http/problem_json.hpp"
#include "server/call_audit.hpp"
#include "server/live_line.hpp"

namespace rapport::server {
namespace {

/// What went wrong stays in the log, under a number that the caller is given.
Error defect(std::string_view what) {
  const auto reference = fmt::format("{:08x}", randombytes_random());
  log::error("service.defect", {{"reference", reference}, {"what", what}});
  return {ErrorKind::internal, "internal",
          "Something went wrong on our side. Please try again; if it stays, name the number " + reference + "."};
}

Error nobody_is_logged_in() {
  return {ErrorKind::unauthenticated, "session.none", "You are not logged in, or your log-in has ended."};
}

Error too_many(int seconds) {
  return {ErrorKind::too_many,
          "too_many",
          "That is more than this practice allows at once. Please wait a moment and send it again.",
          {},
          seconds};
}

/// The name in a log-in as it counts, so that those who share an address wait each for themselves. Empty: none is
/// there.
std::string login_in(const std::string& body) {
  constexpr std::size_t longest = 4096;  // it is read on the transport's thread
  if (body.size() > longest) return {};
  const auto value = http::parse_json(body);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* login = object != nullptr ? object->if_contains("login") : nullptr;
  return login != nullptr && login->is_string() ? access::normalise_login(login->get_string()) : std::string();
}

/// What one person is refused leaves a row each time: as many in a second, after so many at once.
constexpr access::RateClass kRefusals{"refusals", 1, 300};
/// Of what keeps something, besides its words: rows, indexes and the audit, about.
constexpr std::size_t kBytesOfOneCall = 512;

/// About: of a frame the texts alone.
std::size_t bytes_of(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return text->size();
  std::size_t bytes = 0;
  if (const auto* list = value.if_array()) {
    for (const auto& one : *list) bytes += 1 + bytes_of(one);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [name, one] : *object) bytes += name.size() + bytes_of(one);
  }
  return bytes;
}

std::size_t bytes_of(const http::BodyInput& input) {
  return input.value != nullptr ? bytes_of(*input.value) : input.text.size();
}

/// One heavy call of a person at a time: whoever has many in hand would keep everybody else from logging in.
class Turn {
 public:
  /// `account`: null when nobody has to wait for their turn.
  Turn(Turns& turns, const AccountId* account) : turns_(turns), account_(account) {
    if (account_ == nullptr) return;
    const std::lock_guard lock(turns_.mutex);
    has_ = turns_.busy.insert(*account_).second;
  }
  ~Turn() {
    if (account_ == nullptr || !has_) return;
    const std::lock_guard lock(turns_.mutex);
    turns_.busy.erase(*account_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  explicit operator bool() const { return has_; }

 private:
  Turns& turns_;
  const AccountId* account_;
  bool has_ = true;
};

/// How long one look at a log-in may take.
constexpr std::chrono::seconds kPatienceForLook{2};

/// The caller is known, or the route is open to everybody.
Result<void> check_guard(const House& house, const http::Route& route, const access::Viewer& viewer) {
  if (route.guard == http::Guard::open) return {};
  if (!route.before_second_factor && lacks_second_factor(house, viewer.role, viewer.has_second_factor)) {
    return fail({ErrorKind::forbidden, "second_factor.needed",
                 "Set up the second step of your log-in first. Until then nothing else is open to you."});
  }
  if (route.guard != http::Guard::permission) return {};
  const auto permission = access::permission_from_text(route.permission);
  if (!permission) throw std::logic_error("no such permission: " + route.permission);
  if (access::allowed(viewer.role, *permission)) return {};
  return fail(forbidden("Your role does not allow this."));
}

/// A page of somewhere else must not speak for the person whose browser it runs in.
bool comes_from_elsewhere(const http::Request& request) {
  const auto origin = request.header("origin");
  if (origin.empty()) return false;
  const auto slashes = origin.find("://");
  return slashes == std::string_view::npos || origin.substr(slashes + 3) != request.header("host");
}

void add_security_headers(const http::Request& request, http::Response& response, bool is_api) {
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  const auto says_itself = [&](std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& header) { return header.first == name; });
  };
  // Unless a route says otherwise: what it answers is the same for everybody.
  if (is_api && !says_itself("Cache-Control")) response.headers.emplace_back("Cache-Control", "no-store");
  // Opened as a page, an answer is nothing that runs or is framed; the screens, and files, bring a policy of their own.
  if (is_api && !says_itself("Content-Security-Policy")) {
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
  if (request.secure) response.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
}

bool is_for_api(std::string_view target) {
  return target.substr(0, target.find('?')) == "/healthz" || target.starts_with("/api/");
}

}  // namespace

Service::Service(House& house, const Routes& routes, ServiceOptions options)
    : house_(house), routes_(routes), options_(options), health_(house.db), metrics_(routes) {
  house_.is_well = [this] { return health_.is_well(); };
  house_.session_ended = [this](SessionId session) {
    const std::lock_guard lock(watch_mutex_);
    ended_.insert(session);
    watch_wakes_.notify_one();
  };
  house_.care_begun = [this](AccountId therapist) {
    cut_lines_of(therapist, http::kClosedForNewClient, "a new client");
  };
  house_.account_closed = [this](AccountId account) {
    cut_lines_of(account, http::kClosedLoggedOut, "account closed");
  };
  watcher_ = std::thread([this] { watch_sessions(); });
}

Service::~Service() {
  {
    const std::lock_guard lock(watch_mutex_);
    stopping_ = true;
    watch_wakes_.notify_one();
  }
  watcher_.join();
  house_.session_ended = [](SessionId /*session*/) {};
  house_.care_begun = [](AccountId /*therapist*/) {};
  house_.account_closed = [](AccountId /*account*/) {};
  house_.is_well = [] { return true; };
}

Deadline Service::deadline_from_now() const {
  return std::chrono::steady_clock::now() + options_.deadline;
}

http::Response Service::handle(const http::Request& request) {
  http::Response response;
  try {
    response = is_for_api(request.target) ? handle_api(request)
               : request.method == http::Method::get
                   ? files_.serve(request)
                   : http::problem_response(not_found("There is nothing here that could be changed."));
  } catch (const std::exception& thrown) {
    response = http::problem_response(defect(thrown.what()));
  }
  add_security_headers(request, response, is_for_api(request.target));
  return response;
}

std::optional<http::Behalf> Service::heavy_for(const http::Request& request) const {
  const auto match = routes_.find(request.method, request.target);
  if (match.route == nullptr || !match.route->heavy) return std::nullopt;
  const auto token = http::cookie_value(request.header("cookie"), log_in::kCookie).value_or("");
  const bool is_logged_in = match.route->guard != http::Guard::open && !token.empty();  // or says so
  return http::Behalf{access::address_to_count(request.peer), is_logged_in ? token : login_in(request.body)};
}

Error Service::too_much_to_do() {
  return {ErrorKind::overloaded,
          "overloaded",
          "The server has too much to do just now. Nothing was done; please try again.",
          {},
          1};
}

http::Response Service::overloaded(const http::Request& request) {
  metrics_.refused();
  auto response = http::problem_response(too_much_to_do());
  add_security_headers(request, response, true);
  return response;
}

http::Response Service::handle_api(const http::Request& request) {
  const auto match = routes_.find(request.method, request.target);
  if (match.route == nullptr) return match.refusal();
  const auto deadline = deadline_of(request);
  const auto identified = identify(request, "web", deadline);
  if (!identified) return http::problem_response(identified.error());
  const auto& caller = *identified;
  const http::BodyInput input{request.body, nullptr};
  return answer(request, match, caller, {&input, 1}, deadline, is_sent_well(request, *match.route, caller)).front();
}

/// What a browser could be made to send by a page of somewhere else.
Result<void> Service::is_sent_well(const http::Request& request, const http::Route& route, const Caller& caller) const {
  if (request.method == http::Method::get) return {};
  if (comes_from_elsewhere(request)) return fail(forbidden("This came from another site."));
  if (route.guard != http::Guard::open && caller.viewer &&
      !house_.csrf.matches(caller.token, request.header("x-csrf-token"))) {
    return fail({ErrorKind::forbidden, "csrf",
                 "The X-CSRF-Token header is missing or wrong. Log in gives it; /api/session too."});
  }
  if (!request.body.empty() && !http::has_media_type(request.header("content-type"), "application/json")) {
    return fail(invalid("body.not_json", "Send the body as application/json."));
  }
  return {};
}

Result<access::FoundSession> Service::session_of(std::string_view token, Deadline deadline, bool is_use) {
  const auto now = house_.clock.now();
  TRY_ASSIGN(auto session, house_.db.read(deadline, [&](store::ReadTx& tx) {
    return access::find_session(tx, token, now, house_.session_rules);
  }));
  if (is_use && access::needs_touch(session, now, house_.session_rules)) {
    // Who could not be noted as seen is noted at the next request.
    (void)house_.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
      access::touch_session(tx, session.viewer.session, now);
      return {};
    });
  }
  return session;
}

Result<Service::Caller> Service::identify(const http::Request& request, std::string_view origin, Deadline deadline) {
  Caller caller{std::nullopt, http::cookie_value(request.header("cookie"), log_in::kCookie).value_or(""), origin,
                request.peer};
  if (caller.token.empty()) return caller;
  const bool is_use = origin != "live" && request.header(log_in::kUnattended).empty();
  const auto session = session_of(caller.token, deadline, is_use);
  if (session) caller.viewer = session->viewer;
  // Who cannot be looked up just now is not logged out.
  if (!session && session.error().kind != ErrorKind::unauthenticated) return fail(session.error());
  return caller;
}

void Service::count_refusals(const Caller& caller, std::int64_t refused) {
  if (refused == 0 || !caller.viewer || options_.messages_per_second == 0) return;
  limits_.take(kRefusals, caller.viewer->account.text(), std::chrono::steady_clock::now(),
               static_cast<double>(refused));
}

int Service::seconds_to_wait(const http::Route& route, const Caller& caller) {
  if (route.limit == http::kUnlimited) return 0;
  const auto now = std::chrono::steady_clock::now();
  const double rate = options_.messages_per_second;
  if (rate == 0) return 0;
  const auto who = caller.viewer ? caller.viewer->account.text() : access::address_to_count(caller.peer);
  if (caller.viewer) {
    if (const int wait = limits_.take(kRefusals, who, now, 0); wait > 0) return wait;
  }
  return limits_.take({route.limit == "messages" ? "messages" : "general", rate, 4 * rate}, who, now);
}

int Service::seconds_to_wait_for_words(const http::Route& route, const Caller& caller, const http::BodyInput& input) {
  const bool is_kept = route.method == http::Method::post || route.method == http::Method::put;
  if (!is_kept || !caller.viewer || options_.words_per_day == 0 || route.limit == http::kFiles) return 0;
  const auto most = static_cast<double>(options_.words_per_day);
  constexpr double day = 24 * 60 * 60;
  // What takes the place of what was before takes no room; a row about it in the audit does, as with everything.
  const auto bytes = kBytesOfOneCall + (route.limit == http::kReplaces ? 0 : bytes_of(input));
  return limits_.take({"words", most / day, most}, caller.viewer->account.text(), std::chrono::steady_clock::now(),
                      static_cast<double>(bytes));
}

std::vector<http::Response> Service::answer(const http::Request& request, const http::Match& match,
                                            const Caller& caller, std::span<const http::BodyInput> inputs,
                                            Deadline deadline, const Result<void>& sent_well) {
  auto responses = answer_known(request, match, caller, inputs, deadline, sent_well);
  const auto took = std::chrono::steady_clock::now() - (deadline - options_.deadline);
  for (const auto& response : responses) metrics_.answered(*match.route, response.status, took);
  return responses;
}

std::vector<http::Response> Service::answer_known(const http::Request& request, const http::Match& match,
                                                  const Caller& caller, std::span<const http::BodyInput> inputs,
                                                  Deadline deadline, const Result<void>& sent_well) {
  if (match.route->guard != http::Guard::open && !caller.viewer) {
    return std::vector<http::Response>(inputs.size(), http::problem_response(nobody_is_logged_in()));
  }
  // What is over the limit is at the end: the first ones go through, in order. The limit comes before every check that
  // leaves an audit row, so that nobody can fill the audit.
  std::size_t within = 0;
  int wait = 0;
  while (within < inputs.size() && (wait = seconds_to_wait(*match.route, caller)) == 0 &&
         (wait = seconds_to_wait_for_words(*match.route, caller, inputs[within])) == 0) {
    ++within;
  }
  std::vector<http::Response> responses;
  const Turn turn(turns_, match.route->heavy && caller.viewer ? &caller.viewer->account : nullptr);
  if (!turn) {
    within = 0;
    wait = 1;
  }
  if (within > 0) responses = answer_within(request, match, caller, inputs.first(within), deadline, sent_well);
  if (within < inputs.size()) {
    responses.resize(inputs.size(), http::problem_response(too_many(wait)));
  }
  return responses;
}

Context Service::context_of(const Caller& caller) const {
  return {house_, caller.viewer.value_or(access::Viewer{}), caller.token, caller.origin};
}

std::vector<http::Response> Service::answer_within(const http::Request& request, const http::Match& match,
                                                   const Caller& caller, std::span<const http::BodyInput> inputs,
                                                   Deadline deadline, const Result<void>& sent_well) {
  auto context = context_of(caller);
  http::Call call{&request, match.route, match.path, {}, deadline};
  auto may = sent_well;
  if (may) may = check_guard(house_, *match.route, context.viewer);
  auto responses = may ? call_handler(context, call, match, inputs)
                       : std::vector<http::Response>(inputs.size(), http::problem_response(may.error()));
  count_refusals(caller, settle_audit(context, call, responses, deadline_from_now()));
  return responses;
}

std::vector<http::Response> Service::call_handler(Context& context, http::Call& call, const http::Match& match,
                                                  std::span<const http::BodyInput> inputs) const {
  try {
    return routes_.answer(match, context, call, inputs);
  } catch (const std::exception& thrown) {
    return std::vector<http::Response>(inputs.size(), http::problem_response(defect(thrown.what())));
  }
}

std::unique_ptr<http::LiveSession> Service::open_live(const http::Request& request,
                                                      std::shared_ptr<http::LiveSocket> socket,
                                                      http::Response& refusal) {
  const auto refuse = [&](http::Response response) {
    refusal = std::move(response);
    add_security_headers(request, refusal, true);
    return nullptr;
  };
  try {
    const auto match = routes_.find(request.method, request.target);
    if (match.route == nullptr || !match.route->opens_live) return refuse(http::problem_response(not_found()));
    const auto deadline = deadline_of(request);
    const auto identified = identify(request, "live", deadline);
    if (!identified) return refuse(http::problem_response(identified.error()));
    const auto& caller = *identified;
    if (!caller.viewer) return refuse(http::problem_response(nobody_is_logged_in()));
    // Before every check that leaves an audit row, here as well.
    if (const int wait = seconds_to_wait(*match.route, caller); wait > 0) {
      return refuse(http::problem_response(too_many(wait)));
    }
    auto context = context_of(caller);
    const http::Call call{&request, match.route, match.path, {}, deadline};
    auto line = begin_line(context, call, std::move(socket));
    if (line) return std::move(*line);
    std::vector<http::Response> responses{http::problem_response(line.error())};
    count_refusals(caller, settle_audit(context, call, responses, deadline_from_now()));
    return refuse(std::move(responses.front()));
  } catch (const std::exception& thrown) {
    return refuse(http::problem_response(defect(thrown.what())));
  }
}

Result<std::unique_ptr<http::LiveSession>> Service::begin_line(Context& context, const http::Call& call,
                                                               std::shared_ptr<http::LiveSocket> socket) {
  if (comes_from_elsewhere(*call.request)) return fail(forbidden("This came from another site."));
  TRY(check_guard(house_, *call.route, context.viewer));
  auto line =
      std::make_unique<LiveLine>(*this, *call.request, context.session_token, context.viewer, std::move(socket));
  TRY(line->prepare(call.deadline));
  // What comes over the line is read by the person: one row for each client whose words may come.
  std::vector<AccountId> clients;
  for (const auto& pair : line->pairs()) clients.push_back(pair.client);
  TRY(audit_reads(context, call, clients, std::nullopt, "live"));
  line->begin();
  return line;
}

void Service::enter(LiveLine* line) {
  std::shared_ptr<http::LiveSocket> oldest;
  {
    const std::lock_guard lock(lines_mutex_);
    auto& own = lines_[line->account()];
    own.push_back(line);
    const auto most = options_.live_connections;
    if (most > 0 && own.size() > most) oldest = own[own.size() - 1 - most]->socket();
  }
  if (oldest) oldest->close(http::kClosedTooMany, "too many live connections");
}

void Service::leave(LiveLine* line) {
  const std::lock_guard lock(lines_mutex_);
  const auto own = lines_.find(line->account());
  if (own == lines_.end()) return;
  std::erase(own->second, line);
  if (own->second.empty()) lines_.erase(own);
}

std::size_t Service::live_lines() {
  const std::lock_guard lock(lines_mutex_);
  std::size_t count = 0;
  for (const auto& [account, lines] : lines_) count += lines.size();
  return count;
}

bool Service::stops() {
  const std::lock_guard lock(watch_mutex_);
  return stopping_;
}

void Service::watch_sessions() {
  auto next_look = std::chrono::steady_clock::now() + options_.look_at_sessions;
  std::unique_lock lock(watch_mutex_);
  while (!stopping_) {
    watch_wakes_.wait_until(lock, next_look, [this] { return stopping_ || !ended_.empty(); });
    if (stopping_) return;
    const auto ended = std::exchange(ended_, {});
    lock.unlock();
    cut_lines_of(ended);
    if (std::chrono::steady_clock::now() >= next_look) {
      cut_ended_sessions();
      next_look = std::chrono::steady_clock::now() + options_.look_at_sessions;
    }
    lock.lock();
  }
}

void Service::cut_lines_of(const std::set<SessionId>& sessions) {
  std::vector<std::shared_ptr<http::LiveSocket>> sockets;
  if (!sessions.empty()) {
    const std::lock_guard lock(lines_mutex_);
    for (const auto& [account, lines] : lines_) {
      for (const auto* line : lines) {
        if (sessions.contains(line->session())) sockets.push_back(line->socket());
      }
    }
  }
  for (const auto& socket : sockets) socket->close_once_answered(http::kClosedLoggedOut, "logged out");
}

void Service::cut_lines_of(AccountId account, int code, std::string_view why) {
  std::vector<std::shared_ptr<http::LiveSocket>> sockets;
  {
    const std::lock_guard lock(lines_mutex_);
    const auto own = lines_.find(account);
    if (own == lines_.end()) return;
    for (const auto* line : own->second) sockets.push_back(line->socket());
  }
  for (const auto& socket : sockets) socket->close_once_answered(code, why);
}

std::map<SessionId, std::string> Service::live_sessions() {
  const std::lock_guard lock(lines_mutex_);
  std::map<SessionId, std::string> tokens;
  for (const auto& [account, lines] : lines_) {
    for (const auto* line : lines) tokens.emplace(line->session(), line->token());
  }
  return tokens;
}

/// Each log-in is looked up once, however many lines it has; that a line is open is no use of it. A database that does
/// not answer cuts nobody off; it is left alone until the next look, because log-outs and the end of the server wait.
void Service::cut_ended_sessions() {
  std::set<SessionId> ended;
  for (const auto& [id, token] : live_sessions()) {
    if (stops()) return;
    const auto session = session_of(token, std::chrono::steady_clock::now() + kPatienceForLook, false);
    if (session) continue;
    if (session.error().kind != ErrorKind::unauthenticated) break;
    ended.insert(id);
  }
  cut_lines_of(ended);
}

}  // namespace rapport::server
