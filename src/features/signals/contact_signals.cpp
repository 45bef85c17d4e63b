#include "features/signals/contact_signals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rapport::signals {
namespace {

Signal begin(const Rule& rule) {
  Signal signal;
  signal.kind = rule.signal;
  signal.rule = rule.id;
  signal.version = rule.version;
  signal.level = rule.level;
  return signal;
}

std::optional<ContactSignal> no_contact(const Rule& rule, const Contact& contact, Time now) {
  if (contact.is_session_ahead) return std::nullopt;
  auto since = contact.opened_at;
  for (const auto& at : {contact.wrote_at, contact.sent_at, contact.met_at}) {
    if (at) since = std::max(since, *at);
  }
  const auto days = std::chrono::floor<std::chrono::days>(now - since).count();
  if (static_cast<double>(days) < rule.parameter("weeks") * 7) return std::nullopt;
  auto signal = begin(rule);
  signal.reason = fmt::format(
      "Neither a message nor a form of the client's nor a session for {} days, and no session is planned; the rule "
      "asks for {:.0f}.",
      days, rule.parameter("weeks") * 7);
  signal.values = {{"days", static_cast<double>(days)}, {"limit", rule.parameter("weeks") * 7}};
  return ContactSignal{std::move(signal), since};
}

std::optional<ContactSignal> reply_late(const Rule& rule, const Contact& contact, Time now) {
  if (!contact.waits_since || !contact.reply_hours) return std::nullopt;
  const auto waits = std::chrono::floor<std::chrono::hours>(now - *contact.waits_since).count();
  const auto late = static_cast<double>(waits - *contact.reply_hours);
  if (late < rule.parameter("hours")) return std::nullopt;
  auto signal = begin(rule);
  signal.reason =
      fmt::format("The client has waited {} hours for an answer; {} were agreed.", waits, *contact.reply_hours);
  signal.values = {{"hours", static_cast<double>(waits)}, {"agreed", static_cast<double>(*contact.reply_hours)}};
  return ContactSignal{std::move(signal), *contact.waits_since};
}

}  // namespace

std::vector<ContactSignal> find_contact_signals(const Contact& contact, std::span<const Rule> rules, Time now) {
  std::vector<ContactSignal> found;
  for (const auto& rule : rules) {
    auto one = rule.method == Method::no_contact   ? no_contact(rule, contact, now)
               : rule.method == Method::reply_late ? reply_late(rule, contact, now)
                                                   : std::nullopt;
    if (one) found.push_back(std::move(*one));
  }
  return found;
}

}  // namespace rapport::signals
