#include "features/record/record_rules.hpp"

#include <sodium.h>

#include <algorithm>

#include "features/attachments/attachments_rules.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/goals/goals_rules.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record_page.hpp"
#include "features/record/record_terms.hpp"
#include "features/relationship_concern/sealed_words.hpp"
#include "features/signals/signal_words.hpp"
#include "features/therapist_switch/sealed_summary.hpp"

namespace rapport::record {
namespace {

using access::SealKey;
using questionnaires::Answers;
using questionnaires::QuestionText;

AccountId therapist_at(Time at, const StoredEpisode& stored) {
  for (const auto& one : stored.hand_overs) {
    if (one.done_at > at) return one.from;
  }
  return stored.episode.therapist;
}

bool treated(AccountId account, const StoredEpisode& stored) {
  const auto is_from = [&](const people::HandOver& one) { return one.from == account; };
  return account == stored.episode.therapist ||
         std::any_of(stored.hand_overs.begin(), stored.hand_overs.end(), is_from);
}

/// Without a time it is not known whether somebody who was both stood in then.
std::string role_of(AccountId account, std::optional<Time> at, const StoredEpisode& stored) {
  if (account == stored.episode.client) return "client";
  const bool as_therapist = at ? account == therapist_at(*at, stored) : treated(account, stored);
  return as_therapist ? "therapist" : "deputy";
}

std::optional<std::string> name_of(const Names& names, std::optional<AccountId> account) {
  if (!account) return std::nullopt;
  const auto found = names.find(*account);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), as_bytes(bytes).data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the zero at its end
  return text;
}

Result<RecordFile> open_file(const StoredFile& stored, const SealKey& key) {
  TRY_ASSIGN(auto about, attachments::open_about(key, stored.file));
  RecordFile file{std::move(about.name), std::move(about.type), stored.file.bytes, std::move(about.description), {}};
  if (stored.sealed_parts.empty()) return file;
  std::string whole;
  for (std::size_t i = 0; i < stored.sealed_parts.size(); ++i) {
    TRY_ASSIGN(const auto part,
               attachments::open_part(key, stored.file.id, static_cast<std::int64_t>(i), stored.sealed_parts[i]));
    whole += part;
  }
  file.content = to_base64(whole);
  return file;
}

Result<RecordRoom> open_room(const StoredRoom& stored, const SealKey& key, const StoredEpisode& episode,
                             const Names& names) {
  RecordRoom room{stored.room.is_chat ? "chat" : "thread", {}, {}};
  if (stored.room.sealed_subject) {
    TRY_ASSIGN(room.subject, access::unseal(key, stored.room.id.bytes(), *stored.room.sealed_subject));
  }
  for (const auto& one : stored.messages) {
    TRY_ASSIGN(auto message, messages::open_message(key, one));
    const auto is_read = [&](const messages::Receipt& by) { return by.account != one.author && by.read >= one.seq; };
    room.messages.push_back({one.at, role_of(one.author, one.at, episode), name_of(names, one.author),
                             std::move(message.text),
                             std::any_of(stored.receipts.begin(), stored.receipts.end(), is_read)});
    for (const auto& file : stored.files) {
      if (file.file.message != one.id) continue;
      TRY_ASSIGN(auto opened, open_file(file, key));
      room.messages.back().files.push_back(std::move(opened));
    }
  }
  return room;
}

Result<RecordSession> open_session(const StoredSession& stored, const SealKey& key, const StoredEpisode& episode,
                                   const Names& names) {
  const auto& one = stored.encounter;
  RecordSession session{one.id,       one.number, one.status, one.plan.starts_at, one.plan.minutes, one.began_at,
                        one.ended_at, {},         {}};
  for (const auto& use : stored.channels) session.channels.push_back({use.channel, use.from, use.until});
  for (const auto& item : stored.agenda) {
    TRY_ASSIGN(auto text, access::unseal(key, item.id.bytes(), item.sealed_text));
    session.agenda.push_back(
        {role_of(item.author, std::nullopt, episode), name_of(names, item.author), std::move(text), item.done});
  }
  return session;
}

/// `answer` of a mark on a line is the line: the number stands beside it.
RecordItem item_of(const QuestionText& question, const Answers& answers) {
  RecordItem item{question.item, question.text, {}, {}};
  for (const auto& answer : answers.answers) {
    if (answer.item == question.item) item.value = answer.value;
  }
  for (const auto& option : question.options) {
    if (item.value == option.value) item.answer = option.text;
  }
  if (item.value && question.line) item.answer = questionnaires::line_in_words(*question.line, answers.language);
  return item;
}

/// With the wording that was read, where the program still has it.
std::vector<RecordItem> items_of(const measures::Instrument* instrument, const Answers& answers) {
  std::vector<RecordItem> items;
  if (instrument != nullptr) {
    for (const auto& question : questionnaires::text_of(*instrument, answers.language).questions) {
      items.push_back(item_of(question, answers));
    }
    return items;
  }
  for (const auto& answer : answers.answers) items.push_back({answer.item, "", answer.value, {}});
  return items;
}

/// `reader`: the client, or whoever reads it by exception.
Result<RecordForm> open_form(const FormWithVersions& stored, const SealKey& key, AccountId reader) {
  const auto& one = stored.form;
  const auto* instrument = questionnaires::instrument_of(one);
  RecordForm form;
  form.id = one.id;
  form.questionnaire = one.instrument;
  form.name = instrument == nullptr ? one.instrument : instrument->scoring().name;
  if (instrument != nullptr) form.copyright = instrument->questionnaire().copyright;
  form.respondent = one.respondent;
  form.occasion = one.occasion;
  form.session = one.encounter;
  form.asked_at = one.asked_at;
  form.due_at = one.due_at;
  form.items_allowed = one.items_allowed;
  if (questionnaires::is_hidden(one, reader)) return form;
  const bool with_items = questionnaires::sees_items(one, reader);
  for (const auto& version : stored.versions) {
    TRY_ASSIGN(const auto answers, questionnaires::open_answers(key, one.id, version.version, version.sealed_answers));
    TRY_ASSIGN(auto scores, questionnaires::open_scores(key, one.id, version.version, version.sealed_scores));
    // As on the screens: "minimal" beside an answer that a person looks at would say that all is well.
    if (stored.has_raised_concern) scores.band.reset();
    form.versions.push_back({version.version, version.completed_at, answers.language,
                             questionnaires::for_viewer(std::move(scores), one, reader),
                             with_items ? items_of(instrument, answers) : std::vector<RecordItem>{}});
  }
  return form;
}

/// Beside an answer that a person looks at, "reliably better" would say that all is well.
bool would_say_all_is_well(const signals::StoredSignal& signal, const StoredEpisode& episode) {
  if (signal.level != signals::Level::info) return false;
  return std::any_of(episode.forms.begin(), episode.forms.end(),
                     [&](const FormWithVersions& one) { return one.has_raised_concern && one.form.id == signal.form; });
}

/// Without what the therapist noted beside it.
Result<RecordSignal> open_signal(const signals::StoredSignal& stored, const SealKey& key) {
  TRY_ASSIGN(const auto body, signals::open_body(key, stored.id, stored.sealed_body));
  return RecordSignal{stored.kind,
                      stored.rule,
                      stored.version,
                      stored.at,
                      stored.found_at,
                      stored.holds,
                      signals::sentence_of(stored, body, "en"),
                      signals::sentence_of(stored, body, kGerman),
                      stored.outcome,
                      stored.answered_at,
                      stored.deferred_until};
}

Result<RecordCare> open_care(const measurement_plan::StoredCare& stored, const SealKey& key, const Names& names) {
  TRY_ASSIGN(auto care, measurement_plan::open_care(key, stored.episode, stored.number, stored.sealed));
  std::optional<std::int64_t> first_contact;
  if (care.first_contact_hours != 0) first_contact = care.first_contact_hours;
  return RecordCare{stored.decided_at, name_of(names, stored.decided_by), care.sessions,         care.weeks,
                    first_contact,     std::move(care.support),           std::move(care.safety)};
}

Result<RecordGoal> open_goal(const goals::StoredGoal& stored, const StoredEpisode& episode, const SealKey& key) {
  const auto& pair = episode.goals.pair;
  TRY_ASSIGN(auto words, between_sessions::open<goals::GoalWords>(key, stored.id, stored.sealed_words));
  RecordGoal goal{std::move(words.text), std::move(words.sign), stored.state, {}, {}};
  for (const auto& one : episode.goals.steps) {
    if (one.goal == stored.id) goal.steps.push_back({one.state, pair.side_of(one.by), one.at});
  }
  for (const auto& one : episode.goals.ratings) {
    if (one.goal != stored.id) continue;
    TRY_ASSIGN(auto rating, between_sessions::open<goals::RatingWords>(key, one.id, one.sealed_rating));
    goal.ratings.push_back({one.at, rating.progress, std::move(rating.note)});
  }
  return goal;
}

/// In the words of the list, where it still has them.
std::string name_in(const std::vector<between_sessions::Offered>& list, const std::string& key) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.key == key; });
  return found == list.end() ? key : found->name.en;
}

Result<RecordApproach> open_approach(const goals::StoredApproach& stored, const between_sessions::Pair& pair,
                                     const SealKey& key) {
  TRY_ASSIGN(auto choice, between_sessions::open<goals::ApproachChoice>(key, stored.id, stored.sealed_choice));
  TRY_ASSIGN(const auto* list, goals::approach_list());
  for (auto& one : choice.models) one = name_in(list->models, one);
  return RecordApproach{stored.proposed_at,     pair.side_of(stored.proposed_by), stored.state,
                        stored.answered_at,     std::move(choice.models),         name_in(list->styles, choice.style),
                        std::move(choice.words)};
}

Result<RecordHomework> open_homework(const homework::StoredHomework& stored, const StoredEpisode& episode,
                                     const SealKey& key, bool is_own) {
  TRY_ASSIGN(auto words, between_sessions::open<homework::TaskWords>(key, stored.id, stored.sealed_task));
  RecordHomework one{stored.kind,
                     stored.given_at,
                     episode.goals.pair.side_of(stored.given_by),
                     std::move(words.title),
                     std::move(words.text),
                     stored.due_at,
                     stored.state,
                     {}};
  for (const auto& entry : episode.homework_entries) {
    if (entry.homework != stored.id || (!entry.shared_at && !is_own)) continue;
    TRY_ASSIGN(auto content, between_sessions::open<homework::EntryContent>(key, entry.id, entry.sealed_content));
    one.entries.push_back({entry.saved_at, entry.shared_at.has_value(), std::move(content)});
  }
  return one;
}

/// What the client said of a session is in their own record alone.
Result<RecordRecap> open_recap(std::int64_t number, const recap::WholeRecap& stored, const between_sessions::Pair& pair,
                               const SealKey& key, bool is_own) {
  using recap::RecapContent;
  RecordRecap one;
  one.session = number;
  for (const auto& version : stored.versions) {
    TRY_ASSIGN(auto content, between_sessions::open<RecapContent>(key, version.id, version.sealed_content));
    one.versions.push_back({version.version, version.confirmed_at, std::move(content)});
  }
  for (const auto& step : stored.sent_back) {
    RecordSentBack back{step.at, pair.side_of(step.by), ""};
    if (step.sealed_words) {
      TRY_ASSIGN(back.words, access::unseal(key, step.id.bytes(), *step.sealed_words));
    }
    one.sent_back.push_back(std::move(back));
  }
  if (stored.recap) {
    one.state = stored.recap->state;
    if (one.state != recap::RecapState::confirmed) {
      TRY_ASSIGN(one.content,
                 between_sessions::open<RecapContent>(key, stored.recap->id, stored.recap->sealed_content));
    }
  }
  if (stored.feedback && is_own) {
    TRY_ASSIGN(auto words, access::unseal(key, stored.feedback->id.bytes(), stored.feedback->sealed_words));
    one.feedback = RecordSessionFeedback{stored.feedback->at, std::move(words)};
  }
  return one;
}

/// What the two keep between sessions; what the client shows nobody is in their own record alone.
Result<void> open_between(RecordEpisode& episode, const StoredEpisode& stored, const SealKey& key, bool is_own) {
  for (const auto& one : stored.goals.goals) {
    TRY_ASSIGN(auto goal, open_goal(one, stored, key));
    episode.goals.push_back(std::move(goal));
  }
  for (const auto& one : stored.approaches) {
    TRY_ASSIGN(auto approach, open_approach(one, stored.goals.pair, key));
    episode.approaches.push_back(std::move(approach));
  }
  for (const auto& one : stored.homework) {
    TRY_ASSIGN(auto homework, open_homework(one, stored, key, is_own));
    episode.homework.push_back(std::move(homework));
  }
  for (const auto& one : stored.achievements) {
    if (!one.shared_at && !is_own) continue;
    TRY_ASSIGN(auto words, between_sessions::open<achievements::AchievementWords>(key, one.id, one.sealed_words));
    episode.achievements.push_back(
        {one.kind, one.happened_at, one.shared_at.has_value(), std::move(words.text), words.mood});
  }
  for (const auto& [number, whole] : stored.recaps) {
    if (!whole.recap && !is_own) continue;
    TRY_ASSIGN(auto recap, open_recap(number, whole, stored.goals.pair, key, is_own));
    episode.recaps.push_back(std::move(recap));
  }
  return {};
}

Result<void> open_check_ins(RecordEpisode& episode, const StoredEpisode& stored, const SealKey& key, bool is_own) {
  using check_in::CheckInContent;
  for (const auto& one : stored.check_ins) {
    TRY_ASSIGN(auto content, between_sessions::open<CheckInContent>(key, one.encounter, one.sealed_answers));
    episode.check_ins.push_back({one.encounter, one.sent_at, one.version, std::move(content)});
  }
  for (const auto& one : stored.check_in_drafts) {
    if (!is_own) continue;
    TRY_ASSIGN(auto content, between_sessions::open<CheckInContent>(key, one.encounter, *one.sealed_draft));
    episode.check_ins.push_back({one.encounter, one.draft_at.value_or(Time()), {}, std::move(content)});
  }
  return {};
}

/// With what sessions open; what is not sent, and the usual place, are in the client's own record alone.
Result<void> open_openings(RecordEpisode& episode, const StoredEpisode& stored, const SealKey& key, bool is_own) {
  TRY(open_check_ins(episode, stored, key, is_own));
  for (const auto& one : stored.whereabouts) {
    RecordWhereabouts said{one.encounter, one.gate.at, {}};
    if (one.gate.sealed_answers) {
      TRY_ASSIGN(said.answers,
                 between_sessions::open<safety_gate::Whereabouts>(key, one.encounter, *one.gate.sealed_answers));
    }
    episode.whereabouts.push_back(std::move(said));
  }
  if (!stored.usual_place || !is_own) return {};
  TRY_ASSIGN(episode.usual_place,
             between_sessions::open<safety_gate::UsualPlace>(key, stored.episode.client, *stored.usual_place));
  return {};
}

Result<RecordEpisode> open_episode(const StoredEpisode& stored, const SealKey& key, const Names& names,
                                   AccountId reader) {
  RecordEpisode episode;
  episode.id = stored.episode.id;
  episode.therapist = name_of(names, stored.episode.therapist).value_or("");
  for (const auto& one : stored.hand_overs) {
    episode.hand_overs.push_back({*one.done_at, name_of(names, one.from), name_of(names, one.to)});
  }
  episode.opened_at = stored.opened_at;
  episode.closed_at = stored.closed_at;
  episode.reply_hours = stored.episode.reply_hours;
  for (const auto& one : stored.care) {
    TRY_ASSIGN(auto care, open_care(one, key, names));
    episode.care.push_back(std::move(care));
  }
  for (const auto& one : stored.sessions) {
    TRY_ASSIGN(auto session, open_session(one, key, stored, names));
    episode.sessions.push_back(std::move(session));
  }
  for (const auto& one : stored.forms) {
    TRY_ASSIGN(auto form, open_form(one, key, reader));
    episode.forms.push_back(std::move(form));
  }
  for (const auto& one : stored.rooms) {
    TRY_ASSIGN(auto room, open_room(one, key, stored, names));
    episode.rooms.push_back(std::move(room));
  }
  for (const auto& one : stored.signals) {
    if (would_say_all_is_well(one, stored)) continue;
    TRY_ASSIGN(auto signal, open_signal(one, key));
    episode.signals.push_back(std::move(signal));
  }
  TRY(open_between(episode, stored, key, reader == stored.episode.client));
  TRY(open_openings(episode, stored, key, reader == stored.episode.client));
  return episode;
}

/// With the title that was read, where the program still has it.
Result<RecordConsent> open_consent(const consent::Record& stored, const SealKey& key, const Names& names) {
  RecordConsent one{stored.purpose,
                    stored.purpose,
                    stored.version,
                    stored.language,
                    to_hex(stored.digest),
                    stored.given,
                    stored.at,
                    {},
                    {},
                    stored.put_back_to};
  if (const auto* text = consent::texts().find(stored.purpose, stored.version)) {
    one.title = consent::wording_of(*text, stored.language).title;
  }
  if (stored.by != stored.person) one.by = name_of(names, stored.by).value_or("");
  if (stored.sealed_note) {
    TRY_ASSIGN(one.note, access::unseal(key, stored.id.bytes(), *stored.sealed_note));
  }
  return one;
}

Result<RecordAnswer> open_treatments(const StoredRecord& stored, const SealKey& key, const Names& names, Time now,
                                     AccountId reader) {
  RecordAnswer record;
  record.made_at = now;
  record.practice = stored.practice.name;
  record.synthetic = stored.practice.synthetic;
  record.name = name_of(names, stored.person.id).value_or("");
  for (const auto& one : stored.episodes) {
    TRY_ASSIGN(auto episode, open_episode(one, key, names, reader));
    record.episodes.push_back(std::move(episode));
  }
  return record;
}

}  // namespace

Result<RecordAnswer> open_for_exception(const StoredRecord& stored, const SealKey& key, const Names& names, Time now,
                                        AccountId reader) {
  TRY_ASSIGN(auto record, open_treatments(stored, key, names, now, reader));
  record.left_out = {"Drafts, what was agreed to or wished for, what was said of the relationship, and who looked.",
                     "What the therapist noted for themselves, or answered on forms of their own.",
                     "Answers that the client did not show the therapist.",
                     "What the client wrote for homework and of what went well, and did not show the therapist.",
                     "What the client said of a session to the therapist of then."};
  return record;
}

Result<RecordAnswer> open_record(const StoredRecord& stored, const SealKey& key, const Names& names, Time now) {
  TRY_ASSIGN(auto record, open_treatments(stored, key, names, now, stored.person.id));
  for (const auto& one : stored.consents) {
    TRY_ASSIGN(auto decided, open_consent(one.record, key, names));
    record.consents.push_back(std::move(decided));
  }
  const auto name_of_hearer = [&](AccountId who) -> Result<std::string> { return name_of(names, who).value_or(""); };
  for (const auto& one : stored.relationship_concerns) {
    TRY_ASSIGN(auto concern, relationship_concern::open_own(key, one, name_of_hearer));
    record.relationship_concerns.push_back(std::move(concern));
  }
  for (const auto& one : stored.switches) {
    RecordSwitch entry;
    entry.started_at = one.started_at;
    entry.state = one.state;
    entry.from = name_of(names, one.from).value_or("");
    if (one.to) entry.to = name_of(names, *one.to);
    entry.told_at = one.told_at;
    entry.at = one.due_at;
    entry.ended_at = one.ended_at;
    entry.history = one.history;
    if (one.sealed_summary) {
      TRY_ASSIGN(entry.summary, therapist_switch::open_summary(key, one));
    }
    record.switches.push_back(std::move(entry));
  }
  for (const auto& one : stored.wishes) {
    TRY_ASSIGN(auto wishes, preferences::open_wishes(key, one));
    record.wishes.push_back({one.version, one.at, std::move(wishes)});
  }
  for (const auto& one : stored.access) {
    record.access.push_back({one.at, name_of(names, one.viewer), one.role, one.action,
                             one.view.empty() ? std::nullopt : std::optional(one.view), one.count});
  }
  record.more_access = stored.more_access;
  record.left_out = what_is_left_out("en");
  return record;
}

AccessLine describe_access(const StoredAccess& stored, const Names& names, std::string_view language) {
  AccessLine line{stored.id,   stored.at, "", {}, stored.action, std::string(term(stored.action, language)),
                  stored.count};
  const bool is_program = !stored.viewer;
  line.who = name_of(names, stored.viewer).value_or(std::string(term(is_program ? kItself : kGone, language)));
  if (!is_program) line.role = term("role." + stored.role, language);
  return line;
}

}  // namespace rapport::record
