#include "features/demo/demo_course.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "features/check_in/check_in_rules.hpp"
#include "features/demo/demo_file.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/recap/recap.hpp"

namespace rapport::demo {
namespace {

using encounters::Channel;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kMinutes = 50;
constexpr std::int64_t kMinutesOfDay = 24 * 60;
constexpr days kPlannedAhead{3};
constexpr minutes kBegunBefore{1};  ///< the first word
constexpr minutes kEndedAfter{2};   ///< the last word
constexpr hours kCheckedInBefore{3};
constexpr minutes kNotedAfter{12};  ///< the end
constexpr minutes kRecapStep{1};    ///< between writing, proposing and confirming it
constexpr hours kRecapLasts{24};

/// From the first to the last word of a session.
struct Talk {
  Time first = Time::max();
  Time last = Time::min();
};

void add_to(Talk& talk, const WrittenMessage& message, Time now) {
  const Time at = time_of(now, message.days, message.minutes);
  talk.first = std::min(talk.first, at);
  talk.last = std::max(talk.last, at);
}

/// What was said in the chat that day, or written in letters from that day on.
Result<Talk> talk_of(const WrittenClient& written, const HeldSession& session, Time now) {
  const auto last_day = session.days - session.over_days.value_or(0);
  Talk talk;
  for (const auto& room : written.rooms) {
    if (room.subject.has_value() != session.over_days.has_value()) continue;
    for (const auto& message : room.messages) {
      if (message.days <= session.days && message.days >= last_day) add_to(talk, message, now);
    }
  }
  if (talk.first <= talk.last) return talk;
  return fail(
      broken_script(fmt::format("Nothing was said in the session of {}, {} days ago.", written.login, session.days)));
}

/// Stores one client's sessions and what belongs to them.
class CourseStorer {
 public:
  CourseStorer(store::WriteTx& tx, const access::SealKey& key, FormPaper paper, Time now)
      : tx_(tx), key_(key), paper_(std::move(paper)), pair_(paper_.pair), now_(now) {}

  Result<void> store_held(const HeldSession& session, const Talk& talk, Time opened) {
    const auto began = talk.first - kBegunBefore;
    const auto ended = talk.last + kEndedAfter;
    const auto planned = std::min(began, std::max(opened, began - kPlannedAhead));
    const auto id = EncounterId::make(began);
    const auto channel = session.over_days ? Channel::messages : Channel::chat;
    const auto length = session.over_days ? (*session.over_days + 1) * kMinutesOfDay : kMinutes;
    TRY(encounters::plan_encounter(tx_, pair_.therapist, pair_.episode, id, {began, length, channel, ""}, planned));
    if (session.agenda) {
      TRY(store_agenda(id, *session.agenda, true, planned));
    }
    if (session.check_in) {
      TRY(store_check_in(id, *session.check_in, std::max(planned, began - kCheckedInBefore)));
    }
    TRY(encounters::open_encounter(tx_, pair_.therapist, id, began));
    TRY(encounters::close_encounter(tx_, pair_.therapist, id, ended));
    if (session.notes) {
      TRY(store_notes(id, *session.notes, ended + kNotedAfter));
    }
    if (session.recap) {
      TRY(store_recap(id, *session.recap, ended + kRecapStep));
    }
    return store_session_forms(tx_, key_, paper_, session.forms, {id, planned, began, ended});
  }

  Result<void> store_planned(const PlannedSession& session) {
    const auto id = EncounterId::make(now_);
    const Time starts = std::chrono::floor<days>(now_) + days(session.in_days) + hours(session.hour);
    TRY(encounters::plan_encounter(tx_, pair_.therapist, pair_.episode, id,
                                   {starts, session.minutes, session.channel, ""}, now_));
    TRY(store_agenda(id, session.agenda, false, now_));
    return store_session_forms(tx_, key_, paper_, session.forms, {id, now_ - kAskedBeforeNow, starts, std::nullopt});
  }

  Result<void> store_check_in(EncounterId id, const check_in::CheckInContent& content, Time at) {
    TRY(check_in::check_content(content));
    const check_in::ToSend answer{0, content, {}, 0, between_sessions::seal(key_, id, content)};
    TRY(check_in::send(
        tx_, pair_.client, id, answer, [](const Bytes&) { return false; },
        [&](const check_in::CheckInTopic& topic) { return access::seal(key_, topic.id.bytes(), topic.text); }, at));
    return {};
  }

  /// As the therapist found it right at the end of the first session, whatever had been proposed.
  Result<void> store_care(Time at) {
    TRY_ASSIGN(const auto* rule, measurement_plan::shipped_intake_rule());
    const auto& step = rule->steps.at(1);
    const measurement_plan::Care care{
        step.sessions, step.weeks, 0, 0, step.support.in(paper_.language), step.safety.in(paper_.language),
        rule->version, false};
    TRY(measurement_plan::agree(tx_,
                                {pair_.episode, 1, pair_.client, at, pair_.therapist,
                                 measurement_plan::seal_care(key_, pair_.episode, 1, care)},
                                [](const measurement_plan::StoredCare&) { return false; }));
    return {};
  }

  Result<void> store_between(const FormsBetween& forms) {
    return store_forms_between(tx_, key_, paper_, forms.forms, time_of(now_, forms.days, forms.minutes));
  }

 private:
  Result<void> store_agenda(EncounterId id, const std::vector<WrittenPoint>& points, bool done, Time at) {
    std::int64_t place = 0;
    for (const auto& point : points) {
      const auto item = encounters::AgendaItemId::make(at);
      const auto author = point.by == Author::client ? pair_.client : pair_.therapist;
      TRY(encounters::put_agenda_item(tx_, author, id, item, place++, done,
                                      access::seal(key_, item.bytes(), point.text.str()), at));
    }
    return {};
  }

  /// Proposed by the therapist and confirmed by the client, whose it is.
  Result<void> store_recap(EncounterId id, const WrittenRecap& written, Time at) {
    recap::RecapContent content;
    content.with_us = written.with_us;
    for (const auto& line : written.lines) {
      const auto by = line.by == Author::client ? recap::Side::client : recap::Side::therapist;
      content.lines.push_back({recap::RecapStepId::make(at).text(), recap::RecapSource::own, by, line.text.str()});
    }
    const auto first = recap::RecapId::make(at);
    TRY(recap::save(tx_, pair_.therapist,
                    {recap::RecapStepId::make(at), first, id, 0, between_sessions::seal(key_, first, content)},
                    kRecapLasts, at));
    const auto proposed = at + kRecapStep;
    TRY(recap::take_step(tx_, pair_.therapist, {recap::RecapStepId::make(proposed), id, recap::RecapStep::propose, 1},
                         kRecapLasts, proposed));
    const auto confirmed = proposed + kRecapStep;
    const auto version = recap::RecapStepId::make(confirmed);
    TRY(recap::take_step(
        tx_, pair_.client,
        {version, id, recap::RecapStep::confirm, 1, {}, between_sessions::seal(key_, version, content)}, kRecapLasts,
        confirmed));
    return {};
  }

  Result<void> store_notes(EncounterId id, const std::vector<encounters::WrittenSection>& sections, Time at) {
    TRY_ASSIGN(const auto kinds, encounters::section_kinds());
    TRY(encounters::check_sections(sections, kinds, {}));
    TRY(encounters::save_note(tx_, pair_.therapist, id, encounters::SittingId::make(at),
                              access::seal(key_, id.bytes(), encounters::write_sections(sections)), at));
    return {};
  }

  static constexpr hours kAskedBeforeNow{20};

  store::WriteTx& tx_;
  const access::SealKey& key_;
  const FormPaper paper_;
  const DemoPair& pair_;
  const Time now_;
};

}  // namespace

Result<void> store_course(store::WriteTx& tx, const access::SealKey& key, const WrittenClient& written,
                          const WrittenCourse& course, const DemoPair& pair, Time now) {
  CourseStorer storer(tx, key, {pair, course.language, course.items_allowed, now}, now);
  std::optional<Time> first_ended;
  for (const auto& session : course.held) {
    TRY_ASSIGN(const auto talk, talk_of(written, session, now));
    first_ended = std::min(first_ended.value_or(talk.last), talk.last);
    TRY(storer.store_held(session, talk, now - days(written.opened_days)));
  }
  if (first_ended) TRY(storer.store_care(*first_ended));
  for (const auto& forms : course.between) TRY(storer.store_between(forms));
  for (const auto& session : course.planned) TRY(storer.store_planned(session));
  return {};
}

}  // namespace rapport::demo
