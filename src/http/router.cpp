#include "http/router.hpp"

#include <set>
#include <stdexcept>

#include "base/bytes.hpp"

namespace rapport::http {

struct RouteTable::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> id;
  std::unique_ptr<Node> text;
  std::array<const Route*, 5> routes{};

  const Route* of(Method method) const { return routes[static_cast<std::size_t>(method)]; }

  /// Literal segments win over ids, ids over text. Without `found`, `allowed` collects what the address takes.
  struct Search {
    Method method;
    std::vector<std::string> segments;
    std::array<bool, 5> allowed{};
    std::vector<std::string> values;
  };
  const Route* search(Search& wanted, std::size_t depth) const {
    if (depth == wanted.segments.size()) {
      for (std::size_t i = 0; i < routes.size(); ++i) wanted.allowed[i] = wanted.allowed[i] || routes[i] != nullptr;
      return of(wanted.method);
    }
    const auto& segment = wanted.segments[depth];
    if (const auto literal = literals.find(segment); literal != literals.end()) {
      if (const auto* route = literal->second->search(wanted, depth + 1)) return route;
    }
    if (id && uuid_from_text(segment)) {
      if (const auto* route = search_value(*id, wanted, depth)) return route;
    }
    return text ? search_value(*text, wanted, depth) : nullptr;
  }
  static const Route* search_value(const Node& child, Search& wanted, std::size_t depth) {
    wanted.values.push_back(wanted.segments[depth]);
    const auto* route = child.search(wanted, depth + 1);
    if (!route) wanted.values.pop_back();
    return route;
  }
};

namespace {

constexpr std::size_t kMaxSegments = 16;  // bounds the search; no pattern comes near it

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  if (!path.starts_with('/')) return parts;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

/// What could mean another place to some program further on is no segment of ours.
bool is_safe_segment(const std::string& segment) {
  if (segment.empty() || segment == "." || segment == ".." || !is_utf8(segment)) return false;
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/' || c == '\\' || byte < 0x20 || byte == 0x7F) return false;
  }
  return true;
}

std::optional<std::vector<std::string>> decode_path(std::string_view path) {
  const auto parts = split(path);
  if (parts.empty() || parts.size() > kMaxSegments) return std::nullopt;
  if (parts.size() == 1 && parts[0].empty()) return std::vector<std::string>();  // "/"
  std::vector<std::string> segments;
  for (const auto part : parts) {
    auto segment = percent_decode(part);
    if (!segment || !is_safe_segment(*segment)) return std::nullopt;
    segments.push_back(std::move(*segment));
  }
  return segments;
}

bool is_parameter(std::string_view part) {
  return part.starts_with('{') && part.ends_with('}');
}

PatternParameter read_parameter(std::string_view part) {
  part = part.substr(1, part.size() - 2);
  const auto colon = part.find(':');
  return {std::string(part.substr(0, colon)), colon == std::string_view::npos};
}

std::string list_allowed(const std::array<bool, 5>& allowed) {
  std::string list;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (!allowed[i]) continue;
    if (!list.empty()) list += ", ";
    list += to_text(static_cast<Method>(i));
  }
  return list;
}

bool has_id(const Route& route, std::string_view name) {
  for (const auto& parameter : pattern_parameters(route.pattern)) {
    if (parameter.is_id && parameter.name == name) return true;
  }
  return false;
}

std::string route_mistakes(const Route& route) {
  std::string mistakes;
  const auto say = [&](std::string_view what) {
    mistakes += "\n  " + std::string(to_text(route.method)) + " " + route.pattern + ": " + std::string(what);
  };
  if (!route.pattern.starts_with('/')) say("the address must start with '/'");
  if (route.guard == Guard::undeclared) say("declares neither needs(permission) nor signed_in() nor open()");
  if (route.guard == Guard::permission && route.permission.empty()) say("the permission has no name");
  if (!route.scope_parameter.empty() && !has_id(route, route.scope_parameter)) {
    say("the permission is about {" + route.scope_parameter + "}, which is no id in the address");
  }
  if (route.audit.empty() == route.not_audited.empty()) say("must say either audits(action) or not_audited(why)");
  if (route.summary.empty()) say("says() nothing about what it does");
  if (route.statuses.empty()) say("does not say what it answers<T>()");
  if (!route.invoke) say("has no handler");
  return mistakes;
}

}  // namespace

std::vector<PatternParameter> pattern_parameters(std::string_view pattern) {
  std::vector<PatternParameter> parameters;
  for (const auto part : split(pattern)) {
    if (is_parameter(part)) parameters.push_back(read_parameter(part));
  }
  return parameters;
}

Response Match::refusal() const {
  auto response = problem_response(error);
  if (!allow.empty()) response.headers.emplace_back("Allow", allow);
  return response;
}

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::~RouteTable() = default;

Route& RouteTable::add(Method method, std::string_view pattern) {
  routes_.push_back(std::make_unique<Route>());
  routes_.back()->method = method;
  routes_.back()->pattern = pattern;
  return *routes_.back();
}

void RouteTable::insert(const Route& route) {
  Node* node = root_.get();
  for (const auto part : split(route.pattern)) {
    if (part.empty()) continue;  // the pattern "/"
    auto& next = !is_parameter(part)          ? node->literals[std::string(part)]
                 : read_parameter(part).is_id ? node->id
                                              : node->text;
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  auto& place = node->routes[static_cast<std::size_t>(route.method)];
  if (place) throw std::logic_error("two routes have one address: " + place->pattern + " and " + route.pattern);
  place = &route;
}

void RouteTable::finish() {
  std::string mistakes;
  for (const auto& route : routes_) mistakes += route_mistakes(*route);
  std::set<std::string_view> kinds;
  for (const auto& event : events_) {
    if (!kinds.insert(event.kind.name).second) mistakes += "\n  two events are named " + std::string(event.kind.name);
  }
  if (!mistakes.empty()) throw std::logic_error("routes are not declared in full:" + mistakes);
  root_ = std::make_unique<Node>();
  for (const auto& route : routes_) insert(*route);
}

Match RouteTable::find(Method method, std::string_view target) const {
  Match match;
  match.error = not_found();
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  auto segments = decode_path(target.substr(0, question));
  if (!segments) return match;
  Node::Search wanted{method, std::move(*segments), {}, {}};
  const auto* route = root_->search(wanted, 0);
  match.allow = route ? "" : list_allowed(wanted.allowed);
  if (!match.allow.empty()) {
    match.error = Error{ErrorKind::invalid, "method_not_allowed", "This address takes only " + match.allow + "."};
  }
  if (!route) return match;
  if (question != std::string_view::npos) match.query = parse_query(target.substr(question + 1));
  const auto names = pattern_parameters(route->pattern);
  for (std::size_t i = 0; i < names.size(); ++i) match.path.emplace_back(names[i].name, wanted.values.at(i));
  match.route = route;
  return match;
}

namespace route {

Result<boost::json::value> read_input(const BodyInput& input) {
  return parse_json(input.text);
}

Response refuse_body() {
  return problem_response(invalid("body.not_wanted", "This address takes no body."));
}

}  // namespace route
}  // namespace rapport::http
