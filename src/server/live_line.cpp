#include "server/live_line.hpp"

#include "features/log_in/log_in_api.hpp"
#include "features/people/people_shapes.hpp"
#include "http/cookies.hpp"
#include "http/live_frames.hpp"
#include "http/problem_json.hpp"

namespace rapport::server {

namespace {

Error needs_http() {
  return invalid("live.needs_http", "Ask this over HTTP: its answer sets a cookie, which a live connection cannot.");
}

}  // namespace

struct LiveLine::Group {
  http::Match match;
  std::vector<http::LiveRequest> requests;
};

LiveLine::LiveLine(Service& service, const http::Request& request, std::string token, const access::Viewer& viewer,
                   std::shared_ptr<http::LiveSocket> socket)
    : service_(service),
      token_(std::move(token)),
      session_(viewer.session),
      account_(viewer.account),
      socket_(std::move(socket)) {
  request_.method = http::Method::post;
  request_.target = request.target;
  request_.peer = request.peer;
  request_.secure = request.secure;
  // The one thing of a browser that a route asks of its cookies.
  if (http::cookie_value(request.header("cookie"), log_in::kSharedCookie)) {
    request_.headers.emplace_back("cookie", std::string(log_in::kSharedCookie) + "=1");
  }
}

LiveLine::~LiveLine() {
  service_.leave(this);
}

Result<void> LiveLine::prepare(Deadline deadline) {
  // First where a log-out or a new client finds it, then a look whether one has been: so that none is missed.
  service_.enter(this);
  TRY(service_.session_of(token_, deadline, false));
  TRY_ASSIGN(pairs_, service_.house_.db.read(deadline, [&](store::ReadTx& tx) -> Result<std::vector<people::Pair>> {
    return people::list_pairs(tx, account_);
  }));
  return {};
}

void LiveLine::begin() {
  if (service_.house_.hub.add(account_, socket_)) tell_presence();
}

void LiveLine::on_closed() {
  service_.leave(this);
  if (service_.house_.hub.remove(account_, socket_)) tell_presence();
}

void LiveLine::tell_presence() {
  // Two lines of one person may come and go at once.
  const std::lock_guard lock(service_.presence_mutex_);
  std::vector<live::Event> events;
  const people::PresenceEvent event{account_, service_.house_.hub.present(account_)};
  for (const auto& pair : pairs_) {
    const auto other = account_ == pair.client ? pair.therapist : pair.client;
    events.push_back({pair.chat, 0, http::passing_frame(pair.chat, event), {other}});
  }
  if (!events.empty()) service_.house_.hub.publish(std::move(events));
}

void LiveLine::on_frames(std::vector<std::string> frames, std::chrono::steady_clock::time_point arrived) {
  request_.arrived = arrived;
  Frames out;
  out.reserve(frames.size());
  Group group;
  const auto flush = [&] {
    if (!group.requests.empty()) answer_group(group, out);
    group = {};
  };
  for (const auto& frame : frames) {
    auto request = http::parse_live_frame(frame);
    if (!request) {
      flush();
      out.push_back(
          std::make_shared<const std::string>(http::problem_frame(request.error().id, request.error().error)));
      continue;
    }
    const bool joins = !group.requests.empty() && group.match.route != nullptr && group.match.route->takes_batches &&
                       group.requests.front().method == request->method &&
                       group.requests.front().target == request->target;
    if (!joins) {
      flush();
      group.match = service_.routes_.find(request->method, request->target);
    }
    group.requests.push_back(std::move(*request));
  }
  flush();
  socket_->answer(out);
}

void LiveLine::overloaded(const std::vector<std::string>& frames) {
  Frames out;
  out.reserve(frames.size());
  for (const auto& frame : frames) {
    const auto request = http::parse_live_frame(frame);
    const auto id = request ? request->id : request.error().id;
    service_.metrics_.refused();
    out.push_back(std::make_shared<const std::string>(http::problem_frame(id, Service::too_much_to_do())));
  }
  socket_->send_all(out);
}

Result<std::optional<access::Viewer>> LiveLine::viewer(Deadline deadline, bool is_use) {
  const auto now = std::chrono::steady_clock::now();
  if (now < viewer_until_) return viewer_;
  const auto session = service_.session_of(token_, deadline, is_use);
  if (!session && session.error().kind != ErrorKind::unauthenticated) return fail(session.error());
  viewer_ = session ? std::optional(session->viewer) : std::nullopt;
  if (is_use) viewer_until_ = now + std::chrono::seconds(1);
  return viewer_;
}

void LiveLine::answer_group(const Group& group, Frames& out) {
  const auto push = [&](std::size_t i, const http::Response& response) {
    out.push_back(std::make_shared<const std::string>(http::answer_frame(group.requests[i].id, response)));
  };
  if (group.match.route == nullptr) {
    push(0, group.match.refusal());
    return;
  }
  if (group.match.route->sets_cookie) {
    for (std::size_t i = 0; i < group.requests.size(); ++i) push(i, http::problem_response(needs_http()));
    return;
  }
  std::vector<http::BodyInput> inputs;
  for (const auto& request : group.requests) inputs.push_back({{}, request.body ? &*request.body : nullptr});
  const auto deadline = service_.deadline_of(request_);
  // A change is short, and tells this line of itself; what is read may take its time.
  if (group.match.route->method != http::Method::get) socket_->gather(true);
  // What is open to everybody is asked to see whether the line still stands, with nobody there.
  const auto who = viewer(deadline, group.match.route->guard != http::Guard::open);
  if (!who) {
    for (std::size_t i = 0; i < inputs.size(); ++i) push(i, http::problem_response(who.error()));
    return;
  }
  const Service::Caller caller{*who, token_, "live", request_.peer};
  const auto responses = service_.answer(request_, group.match, caller, inputs, deadline);
  for (std::size_t i = 0; i < responses.size(); ++i) push(i, responses[i]);
}

}  // namespace rapport::server
