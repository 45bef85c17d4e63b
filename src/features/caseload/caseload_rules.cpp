#include "features/caseload/caseload_rules.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::caseload {
namespace {

using encounters::Status;

/// The earliest of those that are there.
template <class Member>
std::optional<Time> earliest(const std::vector<RoomNews>& news, Member member) {
  std::optional<Time> first;
  for (const auto& room : news) {
    const auto& at = room.*member;
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

Reason reason(ReasonKind kind, std::optional<Time> at) {
  Reason made;
  made.kind = kind;
  made.at = at;
  return made;
}

void add_session(const Standing& standing, Time now, std::vector<Reason>& reasons) {
  if (!standing.next) return;
  const auto& next = *standing.next;
  if (next.status == Status::open) {
    reasons.push_back(reason(ReasonKind::session_open, next.starts_at));
  } else if (next.starts_at <= now) {
    reasons.push_back(reason(ReasonKind::session_not_begun, next.starts_at));
  } else if (next.starts_at - now <= kSessionIsSoon) {
    reasons.push_back(reason(ReasonKind::session_soon, next.starts_at));
  }
}

void add_messages(const Standing& standing, Time now, std::vector<Reason>& reasons) {
  if (const auto since = earliest(standing.news, &RoomNews::waiting_since)) {
    auto waits = reason(ReasonKind::reply_due, {});
    waits.since = since;
    if (const auto hours = standing.client.reply_hours) {
      waits.at = *since + std::chrono::hours(*hours);
      if (*waits.at < now) waits.kind = ReasonKind::reply_overdue;
    }
    reasons.push_back(std::move(waits));
  }
  std::int64_t unread = 0;
  for (const auto& room : standing.news) unread += room.unread;
  if (unread == 0) return;
  auto one = reason(ReasonKind::unread, earliest(standing.news, &RoomNews::unread_since));
  one.count = unread;
  reasons.push_back(std::move(one));
}

void add_first_contact(const Standing& standing, Time now, std::vector<Reason>& reasons) {
  const auto& by = standing.contact_by;
  if (!by || *by - now > kContactIsSoon) return;
  reasons.push_back(reason(*by < now ? ReasonKind::contact_overdue : ReasonKind::contact_due, by));
}

void name(Reason& about, const std::string& instrument) {
  const auto* known = questionnaires::instruments().find(instrument);
  about.questionnaire = instrument;
  about.name = known == nullptr ? instrument : known->scoring().name;
}

void add_concerns(const Standing& standing, std::vector<Reason>& reasons) {
  for (const auto& concern : standing.concerns) {
    if (concern.kind == safety::Kind::rift) continue;  // never for the therapist
    auto one = reason(concern.kind == safety::Kind::safety ? ReasonKind::concern : ReasonKind::concern_unanswered,
                      concern.raised_at);
    one.concern = concern.id;
    const bool is_told_later = concern.supervisor && !concern.acknowledged_at && !concern.escalated_at;
    if (is_told_later) one.until = concern.acknowledge_by;
    name(one, concern.instrument);
    reasons.push_back(std::move(one));
  }
}

/// Whether the list says it by itself, of this very moment.
bool is_said_otherwise(const signals::StoredSignal& signal) {
  return signal.kind == signals::Kind::missing || signal.kind == signals::Kind::late_reply;
}

void add_signals(const Standing& standing, Time now, std::vector<Reason>& reasons) {
  if (const auto* signal = gravest(standing, now)) {
    auto one =
        reason(signal->level == signals::Level::act ? ReasonKind::signal_act : ReasonKind::signal_look, signal->at);
    one.signal = signal->id;
    one.count = std::count_if(standing.signals.begin(), standing.signals.end(), [&](const auto& other) {
      return signals::waits(other, now) && !is_said_otherwise(other);
    });
    if (const auto words = standing.words.find(signal->id); words != standing.words.end()) one.words = words->second;
    if (standing.later) {
      one.latest = standing.later->value;
      one.latest_at = standing.later->at;
    }
    reasons.push_back(std::move(one));
  }
  if (standing.follow_ups.empty()) return;
  const auto& due = standing.follow_ups.front();
  auto one = reason(ReasonKind::follow_up, due.at);
  one.signal = due.signal;
  if (const auto words = standing.words.find(due.signal); words != standing.words.end()) one.words = words->second;
  reasons.push_back(std::move(one));
}

/// Of those that `respondent` did not send.
void add_missing(const Standing& standing, questionnaires::Respondent respondent, ReasonKind kind,
                 std::vector<Reason>& reasons) {
  std::int64_t count = 0;
  const MissingForm* latest = nullptr;
  for (const auto& form : standing.missing) {
    const auto* instrument = questionnaires::instruments().find(form.instrument);
    // That it did not come would tell of it, too.
    if (instrument == nullptr || questionnaires::is_for_neutral_person(*instrument)) continue;
    if (form.respondent != respondent) continue;
    if (count++ == 0) latest = &form;
  }
  if (latest == nullptr) return;
  auto one = reason(kind, latest->due_at);
  one.count = count;
  name(one, latest->instrument);
  reasons.push_back(std::move(one));
}

void add_forms(const Standing& standing, std::vector<Reason>& reasons) {
  add_missing(standing, questionnaires::Respondent::client, ReasonKind::form_missing, reasons);
  add_missing(standing, questionnaires::Respondent::therapist, ReasonKind::own_form_missing, reasons);
}

/// The order of the kinds, but that a reply which has time waits behind what is to be looked at.
int gravity(const Reason& reason, Time now) {
  const bool has_time = reason.kind == ReasonKind::reply_due && (!reason.at || *reason.at - now > kReplyIsSoon);
  return 2 * static_cast<int>(has_time ? ReasonKind::follow_up : reason.kind) + (has_time ? 1 : 0);
}

}  // namespace

const signals::StoredSignal* gravest(const Standing& standing, Time now) {
  const signals::StoredSignal* found = nullptr;
  for (const auto& one : standing.signals) {
    if (!signals::waits(one, now) || is_said_otherwise(one)) continue;
    if (found == nullptr || std::tie(one.level, one.at, one.id) > std::tie(found->level, found->at, found->id)) {
      found = &one;
    }
  }
  return found;
}

std::optional<Time> last_contact(const Standing& standing) {
  std::optional<Time> last;
  for (const auto& room : standing.news) {
    if (!last || room.last_at > *last) last = room.last_at;
  }
  return last;
}

std::vector<Reason> reasons_of(const Standing& standing, Time now) {
  std::vector<Reason> reasons;
  add_concerns(standing, reasons);
  if (standing.urgent_at) reasons.push_back(reason(ReasonKind::urgent, standing.urgent_at));
  add_signals(standing, now, reasons);
  add_session(standing, now, reasons);
  add_messages(standing, now, reasons);
  add_first_contact(standing, now, reasons);
  add_forms(standing, reasons);
  const auto key = [&](const Reason& one) { return std::tuple(gravity(one, now), one.questionnaire, one.at); };
  std::sort(reasons.begin(), reasons.end(), [&](const Reason& a, const Reason& b) { return key(a) < key(b); });
  return reasons;
}

void sort_by_need(std::vector<CaseloadClient>& clients, Time now) {
  std::sort(clients.begin(), clients.end(), [&](const CaseloadClient& a, const CaseloadClient& b) {
    if (a.reasons.empty() != b.reasons.empty()) return b.reasons.empty();
    if (a.reasons.empty()) return std::tie(b.last_contact, a.episode) < std::tie(a.last_contact, b.episode);
    const auto& first = a.reasons.front();
    const auto& second = b.reasons.front();
    const auto when = [](const Reason& one) { return one.at.value_or(one.since.value_or(Time{})); };
    return std::tuple(gravity(first, now), when(first), a.episode) <
           std::tuple(gravity(second, now), when(second), b.episode);
  });
}

std::vector<Standing> put_together(std::vector<Client> clients, const std::vector<RoomNews>& news,
                                   const std::vector<Ahead>& ahead, const std::vector<MissingForm>& missing) {
  std::vector<Standing> standings;
  std::unordered_map<EpisodeId, std::size_t> places;
  for (auto& client : clients) {
    places.emplace(client.episode, standings.size());
    standings.push_back({std::move(client), {}, {}, {}, {}, {}, {}, {}, {}});
  }
  const auto with = [&](EpisodeId episode, auto then) {
    if (const auto found = places.find(episode); found != places.end()) then(standings[found->second]);
  };
  for (const auto& one : news) with(one.episode, [&](Standing& of) { of.news.push_back(one); });
  for (const auto& one : ahead) {
    with(one.episode, [&](Standing& of) {
      if (!of.next) of.next = one;
    });
  }
  for (const auto& one : missing) with(one.episode, [&](Standing& of) { of.missing.push_back(one); });
  return standings;
}

}  // namespace rapport::caseload
