#include "features/record/record_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "features/homework/homework_rules.hpp"
#include "features/record/record_terms.hpp"
#include "features/signals/signal_words.hpp"

namespace rapport::record {
namespace {

/// What the page says by itself and no screen says likewise.
struct Words {
  std::string_view lang, synthetic, made, safe, about_times, left_out, therapist, since, until, reply, agreed_for, from,
      minutes, days, asked, due, not_sent, version, sent, question, answer, unread, nothing, access, access_about,
      access_more, when, who, what, times, client, handed_over, then, file, no_room, agreed_to, withdrew, put_back,
      text_of, written_down_by, care, care_often, care_first, by_therapist;
};

constexpr Words kEnglishWords{
    .lang = "en",
    .synthetic = "Made up: this practice and everybody in it is invented.",
    .made = "made on",
    .safe =
        "Whoever has this file can read it. Keep it where only you can open it, and delete it from devices that "
        "others use.",
    .about_times = "All times are UTC.",
    .left_out = "What is not in it",
    .therapist = "With",
    .since = "since",
    .until = "until",
    .reply = "Agreed reply time in hours",
    .agreed_for = "Agreed for",
    .from = "from",
    .minutes = "minutes",
    .days = "days",
    .asked = "Asked for",
    .due = "due",
    .not_sent = "Not sent.",
    .version = "Version",
    .sent = "sent",
    .question = "Question",
    .answer = "Answer",
    .unread = "not read yet by the other",
    .nothing = "Nothing.",
    .access = "Who looked at it or changed it",
    .access_about =
        "What others than you did, the latest first. What one person did several times within a quarter of "
        "an hour is one line with the time of the last.",
    .access_more = "There is more than these lines; your practice has all of it.",
    .when = "When",
    .who = "Who",
    .what = "What",
    .times = "{} times",
    .client = "You",
    .handed_over = "Handed over from {} to {}",
    .then = "then",
    .file = "File",
    .no_room = "The files come to more than fits in here. You find this one in Rapport.",
    .agreed_to = "You agreed to it",
    .withdrew = "You took it back",
    .put_back = "It ended, because your practice put back an older copy of its data",
    .text_of = "text of",
    .written_down_by = "written down by",
    .care = "How often you meet",
    .care_often = "Sessions: {}, in weeks: {}",
    .care_first = "A first contact within hours: {}",
    .by_therapist = "a form that your therapist filled in about the work with you"};

constexpr Words kGermanWords{
    .lang = "de",
    .synthetic = "Erfunden: Diese Praxis und alle Menschen darin gibt es nicht.",
    .made = "erstellt am",
    .safe =
        "Wer diese Datei hat, kann sie lesen. Bewahren Sie sie so auf, dass nur Sie sie öffnen können, und löschen "
        "Sie sie von Geräten, die auch andere benutzen.",
    .about_times = "Alle Zeiten sind Weltzeit (UTC).",
    .left_out = "Was nicht darin steht",
    .therapist = "Mit",
    .since = "seit",
    .until = "bis",
    .reply = "Vereinbarte Antwortzeit in Stunden",
    .agreed_for = "Vereinbart für",
    .from = "ab",
    .minutes = "Minuten",
    .days = "Tage",
    .asked = "Angefragt am",
    .due = "fällig",
    .not_sent = "Nicht abgeschickt.",
    .version = "Fassung",
    .sent = "abgeschickt",
    .question = "Frage",
    .answer = "Antwort",
    .unread = "vom anderen noch nicht gelesen",
    .nothing = "Nichts.",
    .access = "Wer sie angesehen oder verändert hat",
    .access_about =
        "Was andere als Sie getan haben, das Neueste zuerst. Was jemand innerhalb einer Viertelstunde "
        "mehrmals getan hat, steht einmal da, mit der Zeit des letzten Mals.",
    .access_more = "Es gibt mehr als diese Zeilen; Ihre Praxis hat alle.",
    .when = "Wann",
    .who = "Wer",
    .what = "Was",
    .times = "{}-mal",
    .client = "Sie",
    .handed_over = "Übergeben von {} an {}",
    .then = "danach",
    .file = "Datei",
    .no_room = "Die Dateien zusammen sind größer, als hier hineinpasst. Diese finden Sie in Rapport.",
    .agreed_to = "Sie haben zugestimmt",
    .withdrew = "Sie haben es zurückgenommen",
    .put_back = "Es endete, weil Ihre Praxis einen älteren Stand ihrer Daten zurückgeholt hat",
    .text_of = "Text vom",
    .written_down_by = "aufgeschrieben von",
    .care = "Wie oft Sie sich treffen",
    .care_often = "Sitzungen: {}, in Wochen: {}",
    .care_first = "Ein erster Kontakt innerhalb von Stunden: {}",
    .by_therapist = "ein Fragebogen, den Ihre Therapeutin oder Ihr Therapeut über die Arbeit mit Ihnen ausgefüllt hat"};

const Words& words_of(std::string_view language) {
  return language == kGerman ? kGermanWords : kEnglishWords;
}

/// "29 November 2026, 01:27", "29. November 2026, 01:27".
std::string spoken(Time at, std::string_view language) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(at - day).count();
  return fmt::format("{}, {:02}:{:02}", day_in_words(day, language), minutes / 60, minutes % 60);
}

/// 1 is Monday.
std::string_view day_of_week(std::int64_t day, std::string_view language) {
  constexpr std::string_view kDays[][2] = {
      {"Monday", "Montag"},  {"Tuesday", "Dienstag"}, {"Wednesday", "Mittwoch"}, {"Thursday", "Donnerstag"},
      {"Friday", "Freitag"}, {"Saturday", "Samstag"}, {"Sunday", "Sonntag"}};
  return kDays[std::clamp<std::int64_t>(day, 1, 7) - 1][language == kGerman ? 1 : 0];
}

/// As exact as the screens are: a score that was prorated may have many digits.
std::string number_of(double value, std::string_view language) {
  auto text = fmt::format("{:g}", std::round(value * 10) / 10);
  if (language == kGerman) std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

/// One line of who looked: what one person did in one quarter of an hour.
struct Looked {
  const RecordAccess* latest;
  std::int64_t count;
};

/// Rows of one kind may lie apart; a line stands where the latest of them did.
std::vector<Looked> gather(const std::vector<RecordAccess>& rows) {
  using QuarterHours = std::chrono::duration<std::int64_t, std::ratio<900>>;
  const auto key_of = [](const RecordAccess& row) {
    return std::tuple(std::chrono::floor<QuarterHours>(row.at), row.name, row.role, row.action);
  };
  std::vector<Looked> lines;
  std::map<decltype(key_of(rows.front())), std::size_t> places;
  for (const auto& row : rows) {
    const auto [place, is_new] = places.try_emplace(key_of(row), lines.size());
    if (is_new) lines.push_back({&row, 0});
    lines[place->second].count += std::max<std::int64_t>(row.count, 1);
  }
  return lines;
}

constexpr std::string_view kStyle =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 "
    "1rem;color:#1d2827;background:#fff;"
    "overflow-wrap:anywhere}h1,h2,h3,h4{line-height:1.25;margin:1.6em 0 .4em}"
    "table{border-collapse:collapse;table-layout:fixed;width:100%}caption{text-align:left;color:#54615f}"
    "th,td{text-align:left;vertical-align:top;border-bottom:1px solid #bbb;padding:.25rem .5rem .25rem 0}"
    "th[scope=row]{font-weight:400}.q{width:58%}.t{width:34%}.p{width:30%}"
    "figure{margin:.4rem 0 1rem}img{max-width:100%;height:auto}audio{width:100%}.w{white-space:pre-wrap;margin:.2rem 0 "
    "1rem}.s{color:#54615f}article{break-inside:avoid}"
    "@media print{body{margin:0;max-width:none}}";

/// Something to be marked as English, whatever the language of the page.
struct English {
  std::string_view words;
};

class Page {
 public:
  Page(const RecordAnswer& record, std::string_view language)
      : record_(record), words_(words_of(language)), language_(words_.lang) {}

  std::string write() {
    add(R"(<!DOCTYPE html><html lang=")", words_.lang,
        R"("><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">)"
        R"(<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:">)"
        R"(<meta name="robots" content="noindex"><title>)",
        named("record"), "</title><style>", kStyle, "</style></head><body><main>");
    add_head();
    for (const auto& episode : record_.episodes) add_episode(episode);
    add_consents();
    add_relationship_concerns();
    add_switches();
    add_wishes();
    add_access();
    add("</main></body></html>\n");
    return std::move(out_);
  }

 private:
  /// As it is: for the page's own marks alone.
  template <class... Parts>
  void add(const Parts&... parts) {
    (out_.append(parts), ...);
  }
  /// For everything that a person may have written, and all else that is read.
  void put(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '&':
          out_ += "&amp;";
          break;
        case '<':
          out_ += "&lt;";
          break;
        case '>':
          out_ += "&gt;";
          break;
        case '"':
          out_ += "&quot;";
          break;
        case '\'':
          out_ += "&#39;";
          break;
        default:
          out_ += c;
      }
    }
  }
  /// A program finds the time in it, and may say it in the zone of whoever reads.
  void put(Time at) { add(R"(<time datetime=")", to_rfc3339(at), R"(">)", spoken(at, language_), "</time>"); }
  void put(English english) {
    add(R"(<span lang="en">)");
    put(english.words);
    add("</span>");
  }
  template <class... Parts>
  void put_all(const Parts&... parts) {
    (put(parts), ...);
  }
  /// `start` is the name of an element, and its attributes.
  template <class... Parts>
  void tag(std::string_view start, const Parts&... parts) {
    add("<", start, ">");
    put_all(parts...);
    add("</", start.substr(0, start.find(' ')), ">");
  }
  template <class... Parts>
  void soft(const Parts&... parts) {
    tag(R"(p class="s")", parts...);
  }
  std::string_view named(std::string_view code) const { return term(code, language_); }

  void add_head() {
    tag("h1", named("record"), ": ", record_.name);
    if (record_.synthetic) tag("p", words_.synthetic);
    tag("p", record_.practice, ", ", words_.made, " ", record_.made_at);
    tag(R"(p id="zone")", words_.about_times);
    tag("p", words_.safe);
    tag("h2", words_.left_out);
    add("<ul>");
    for (const auto& one : what_is_left_out(language_)) tag("li", one);
    add("</ul>");
  }

  void add_episode(const RecordEpisode& episode) {
    add("<h2>");
    put_all(words_.therapist, " ");
    for (const auto& one : episode.hand_overs) put_all(named_or_gone(one.from), ", ", words_.then, " ");
    put_all(episode.therapist, ", ", words_.since, " ", episode.opened_at);
    if (episode.closed_at) put_all(", ", words_.until, " ", *episode.closed_at);
    add("</h2>");
    add_hand_overs(episode);
    if (episode.reply_hours) tag("p", words_.reply, ": ", std::to_string(*episode.reply_hours));
    add_care(episode);
    tag("h3", named("sessions"));
    if (episode.sessions.empty()) tag("p", words_.nothing);
    for (const auto& one : episode.sessions) add_session(one);
    tag("h3", named("forms"));
    if (episode.forms.empty()) tag("p", words_.nothing);
    for (const auto& one : episode.forms) add_form(one, episode);
    if (!episode.signals.empty()) add_signals(episode);
    add_goals(episode);
    add_approaches(episode);
    add_homework(episode);
    add_achievements(episode);
    add_check_ins(episode);
    add_whereabouts(episode);
    add_recaps(episode);
    for (const auto& one : episode.rooms) add_room(one);
  }

  void add_signals(const RecordEpisode& episode) {
    tag("h3", named("signals.title"));
    soft(named("signals.about"));
    add("<ul>");
    for (const auto& one : episode.signals) {
      add("<li>");
      put_all(one.found_at, ": ", signals::title_of(one.kind, language_), ". ",
              language_ == kGerman ? one.reason_de : one.reason_en);
      if (!one.holds) put_all(" ", named("signals.over"));
      if (one.outcome && one.answered_at) {
        put_all(" ", named(code_of(*one.outcome)), ", ", *one.answered_at, ".");
        if (one.deferred_until) put_all(" ", named("signals.until"), ": ", *one.deferred_until, ".");
      }
      add("</li>");
    }
    add("</ul>");
  }

  std::string_view named_by(between_sessions::Side side) const {
    return named(side == between_sessions::Side::client ? "between.by_client" : "between.by_therapist");
  }
  template <class E>
  std::string_view named_state(std::string_view kind, E state) const {
    return named(std::string(kind) + "." + between_sessions::text_of(state));
  }
  std::string_view named_shown(bool shown) const { return named(shown ? "between.shown" : "between.private"); }
  void add_words(std::string_view words) {
    if (!words.empty()) tag(R"(p class="w" dir="auto")", words);
  }

  void add_goals(const RecordEpisode& episode) {
    if (episode.goals.empty()) return;
    tag("h3", named("between.goals"));
    for (const auto& goal : episode.goals) {
      add("<article>");
      tag(R"(h4 dir="auto")", goal.text);
      add_words(goal.sign);
      for (const auto& step : goal.steps)
        soft(named_state("goal_state", step.state), " ", named_by(step.by), ", ", step.at);
      for (const auto& rating : goal.ratings) {
        soft(named("between.progress"), ": ", std::to_string(rating.progress), "/10, ", rating.at);
        add_words(rating.note);
      }
      add("</article>");
    }
  }

  void add_approaches(const RecordEpisode& episode) {
    if (episode.approaches.empty()) return;
    tag("h3", named("between.approach"));
    for (const auto& one : episode.approaches) {
      soft(one.at, ", ", named_by(one.by), ", ", named_state("approach_state", one.state));
      add("<p>");
      for (const auto& model : one.models) put_all(English{model}, ". ");
      put_all(English{one.style}, ".");
      add("</p>");
      add_words(one.words);
    }
  }

  void add_homework(const RecordEpisode& episode) {
    if (episode.homework.empty()) return;
    tag("h3", named("between.homework"));
    for (const auto& one : episode.homework) {
      add("<article>");
      tag(R"(h4 dir="auto")", one.title);
      soft(one.given_at, ", ", named_by(one.by), ", ", named_state("homework_state", one.state));
      if (one.due_at) soft(named("between.due"), ": ", *one.due_at);
      add_words(one.text);
      for (const auto& entry : one.entries) add_entry(entry);
      add("</article>");
    }
  }

  /// What has no name of its own is the text that was written.
  void add_entry(const RecordEntry& entry) {
    soft(entry.at, ", ", named_shown(entry.shown));
    boost::mp11::mp_for_each<boost::describe::describe_members<homework::EntryContent, boost::describe::mod_public>>(
        [&](auto member) {
          const auto& value = entry.content.*member.pointer;
          if (!value) return;
          const auto words = words_in(*value);
          if (words.empty()) return;
          if (std::string_view(member.name) != "text") soft(named(std::string("entry.") + member.name));
          add_words(words);
        });
  }
  static std::string words_in(const std::string& text) { return text; }
  static std::string words_in(std::int64_t number) { return std::to_string(number); }
  std::string words_in(bool yes) const { return std::string(named(yes ? "entry.yes" : "entry.no")); }
  std::string words_in(const std::vector<std::string>& keys) const {
    std::string list;
    const auto known = homework::thinking_errors();
    for (const auto& key : keys) {
      if (!list.empty()) list += "; ";
      list += name_of_thinking_error(known, key);
    }
    return list;
  }
  std::string name_of_thinking_error(const Result<const std::vector<homework::ThinkingError>*>& known,
                                     const std::string& key) const {
    if (!known) return key;
    const auto found =
        std::find_if((*known)->begin(), (*known)->end(), [&](const auto& one) { return one.key == key; });
    if (found == (*known)->end()) return key;
    return language_ == kGerman ? found->name.de : found->name.en;
  }

  void add_achievements(const RecordEpisode& episode) {
    if (episode.achievements.empty()) return;
    tag("h3", named("between.achievements"));
    for (const auto& one : episode.achievements) {
      const bool noticed = one.kind == achievements::AchievementKind::noticed;
      soft(one.at, ", ", noticed ? named("between.by_therapist") : named_shown(one.shown));
      if (one.mood) tag("p", named("between.mood"), ": ", std::to_string(*one.mood), "/10");
      add_words(one.text);
    }
  }

  void add_check_ins(const RecordEpisode& episode) {
    if (episode.check_ins.empty()) return;
    tag("h3", named("check_in.title"));
    for (const auto& one : episode.check_ins) {
      const auto& said = one.content;
      soft(one.at, ", ", named(one.version ? "between.shown" : "between.private"));
      if (said.feeling) tag("p", named("check_in.feeling"), ": ", std::to_string(*said.feeling), "/10");
      add_said("check_in.feeling", said.feeling_words);
      if (said.urgent) tag("p", named("check_in.urgent"), ": ", named(*said.urgent ? "entry.yes" : "entry.no"));
      add_said("check_in.urgent", said.urgent_words);
      add_said("check_in.went_well", said.went_well);
      add_said("check_in.went_badly", said.went_badly);
      for (const auto& topic : said.topics) add_said("check_in.topic", topic.text);
    }
  }
  void add_said(std::string_view what, const std::optional<std::string>& words) {
    if (!words || words->empty()) return;
    soft(named(what));
    add_words(*words);
  }

  void add_whereabouts(const RecordEpisode& episode) {
    if (episode.whereabouts.empty() && !episode.usual_place) return;
    tag("h3", named("whereabouts.title"));
    for (const auto& one : episode.whereabouts) {
      soft(one.at);
      if (!one.answers) {
        tag("p", named("whereabouts.skipped"));
        continue;
      }
      add_place(*one.answers);
      add_said("whereabouts.backup", one.answers->backup_words);
    }
    if (!episode.usual_place) return;
    soft(named("whereabouts.usual"));
    add_place(*episode.usual_place);
  }
  template <class P>
  void add_place(const P& at) {
    add_words(at.place);
    tag("p", at.country, " ", at.region.value_or(""), " ", at.phone);
  }

  void add_recaps(const RecordEpisode& episode) {
    for (const auto& one : episode.recaps) {
      tag("h3", named("recap.title"), ", ", named("session"), " ", std::to_string(one.session));
      for (const auto& version : one.versions) {
        soft(named("recap.confirmed"), ", ", version.confirmed_at);
        add_recap(version.content);
      }
      for (const auto& back : one.sent_back) {
        soft(named("recap.sent_back"), " (", named_by(back.by), "), ", back.at);
        add_words(back.words);
      }
      if (one.content) {
        soft(named("recap.as_it_stands"));
        add_recap(*one.content);
      }
      if (!one.feedback) continue;
      soft(named("recap.said"), ", ", one.feedback->at);
      add_words(one.feedback->words);
    }
  }

  void add_recap(const recap::RecapContent& content) {
    for (const auto& line : content.lines) {
      soft(named_state("recap", line.source), ", ", named_by(line.by));
      add_words(line.text);
      if (line.from && line.to) tag("p", std::to_string(*line.from), " → ", std::to_string(*line.to));
    }
    if (!content.with_us.empty()) soft(named("recap.with_us"));
    add_words(content.with_us);
    if (!content.homework.empty()) soft(named("recap.until_next"));
    for (const auto& one : content.homework) add_words(one.title);
    if (content.next) soft(named("recap.next"), ": ", content.next->starts_at.at);
  }

  void add_care(const RecordEpisode& episode) {
    if (episode.care.empty()) return;
    tag("h3", words_.care);
    for (const auto& one : episode.care) {
      soft(one.at, ", ", named_or_gone(one.by));
      tag("p", fmt::format(fmt::runtime(words_.care_often), one.sessions, one.weeks), ".",
          one.first_contact_hours
              ? fmt::format(" {}.", fmt::format(fmt::runtime(words_.care_first), *one.first_contact_hours))
              : "");
      for (const auto* text : {&one.support, &one.safety}) {
        if (!text->empty()) tag(R"(p class="w" dir="auto")", *text);
      }
    }
  }

  void add_hand_overs(const RecordEpisode& episode) {
    if (episode.hand_overs.empty()) return;
    add("<ul>");
    for (const auto& one : episode.hand_overs) {
      const auto words = fmt::format(fmt::runtime(words_.handed_over), named_or_gone(one.from), named_or_gone(one.to));
      tag("li", words, ", ", one.at);
    }
    add("</ul>");
  }

  std::string_view named_or_gone(const std::optional<std::string>& name) const {
    return name ? std::string_view(*name) : term(kGone, language_);
  }
  /// Whoever wrote it, by their own name.
  template <class Written>
  std::string who(const Written& one) const {
    if (one.by == "client") return std::string(words_.client);
    std::string name(named_or_gone(one.name));
    if (one.by == "deputy") name.append(", ").append(named("role.deputy"));
    return name;
  }
  std::string name_of(const RecordSession& session) const {
    return session.number ? fmt::format(fmt::runtime(named("session_numbered")), fmt::arg("number", *session.number))
                          : std::string(named("session"));
  }
  std::string length_of(std::int64_t minutes) const {
    constexpr std::int64_t kDay = 24 * 60;
    return minutes > kDay ? fmt::format("{} {}", minutes / kDay, words_.days)
                          : fmt::format("{} {}", minutes, words_.minutes);
  }

  void add_session(const RecordSession& session) {
    add("<article>");
    tag("h4", name_of(session), ", ", session.began_at.value_or(session.starts_at));
    add(R"(<p class="s">)");
    put(named(code_of(session.status)));
    if (session.ended_at) put_all(" ", *session.ended_at);
    put_all(". ", words_.agreed_for, " ", session.starts_at, ", ", length_of(session.minutes), ".");
    for (const auto& use : session.channels) {
      put_all(" ", named(code_of(use.channel)), ", ", words_.from, " ", use.from, ".");
    }
    add("</p>");
    if (!session.agenda.empty()) {
      tag("p", named("agenda"), ":");
      add("<ul>");
      for (const auto& point : session.agenda) {
        tag(R"(li dir="auto")", point.text, " (", who(point), point.done ? ", " : "",
            point.done ? named("agenda_done") : "", ")");
      }
      add("</ul>");
    }
    add("</article>");
  }

  void add_form(const RecordForm& form, const RecordEpisode& episode) {
    tag("h4", name_of_questionnaire(form.questionnaire, form.name, language_));
    add(R"(<p class="s">)");
    put_all(words_.asked, " ", form.asked_at, ", ", named(code_of(form.occasion)));
    for (const auto& session : episode.sessions) {
      if (form.session == session.id) put_all(" (", name_of(session), ")");
    }
    if (form.due_at) put_all(", ", words_.due, " ", *form.due_at);
    if (form.respondent == questionnaires::Respondent::therapist) put_all(", ", words_.by_therapist);
    add("</p>");
    if (form.versions.empty()) tag("p", words_.not_sent);
    for (const auto& version : form.versions) add_version(version);
    if (form.copyright && !form.versions.empty()) add_rights(*form.copyright);
  }

  /// What we wrote ourselves is in the language of the page; the words of a rights holder stay as they are.
  void add_rights(std::string_view words) {
    if (words == term("rights_ours", "en"))
      soft(named("rights_ours"));
    else
      soft(English{words});
  }

  /// The label of a scale or a band that no screen has a word for is that of its file, which is in English.
  void add_scale(const questionnaires::ScaleResult& scale) {
    const auto name = name_of_scale(scale.key, "", language_);
    add("<p>");
    if (name.empty())
      put(English{scale.label});
    else
      put(name);
    put(": ");
    if (scale.value) {
      put(fmt::format("{} ({}–{})", number_of(*scale.value, language_), number_of(scale.min, language_),
                      number_of(scale.max, language_)));
    } else {
      put(named("form_no_score"));
    }
    if (scale.prorated) put_all(". ", named("form_prorated"));
    add("</p>");
  }

  void add_version(const RecordVersion& version) {
    tag("p", words_.version, " ", std::to_string(version.version), ", ", words_.sent, " ", version.completed_at);
    for (const auto& scale : version.scores.scales) add_scale(scale);
    if (version.scores.band) tag("p", named("form_band"), " ", English{version.scores.band->label});
    add("<table>");
    tag("caption", named("form_answers"));
    add("<thead><tr>");
    tag(R"(th scope="col" class="q")", words_.question);
    tag(R"(th scope="col")", words_.answer);
    add(R"(</tr></thead><tbody lang=")");
    put(version.language);
    add(R"(">)");
    for (const auto& item : version.answers) add_answer(item, version.scores.not_asked);
    add("</tbody></table>");
  }

  void add_answer(const RecordItem& item, const std::optional<std::vector<std::string>>& not_asked) {
    add("<tr>");
    tag(R"(th scope="row")", item.question.empty() ? item.item : item.question);
    if (item.value) {
      const auto value = number_of(*item.value, language_);
      tag("td", item.answer ? fmt::format("{} ({})", *item.answer, value) : value);
    } else {
      const bool asked = !not_asked || std::find(not_asked->begin(), not_asked->end(), item.item) == not_asked->end();
      add(R"(<td lang=")", words_.lang, R"(">)", named(asked ? "form_unanswered" : "form_not_asked"), "</td>");
    }
    add("</tr>");
  }

  void add_room(const RecordRoom& room) {
    if (room.subject)
      tag(R"(h3 dir="auto")", named("messages"), ": ", *room.subject);
    else
      tag("h3", named("chat"));
    if (room.messages.empty()) tag("p", words_.nothing);
    for (const auto& message : room.messages) {
      add("<article>");
      soft(who(message), ", ", message.at, message.read ? "" : ", ", message.read ? "" : words_.unread);
      // With its lines, and in the direction of its script.
      if (!message.text.empty()) tag(R"(p class="w" dir="auto")", message.text);
      for (const auto& file : message.files) add_file(file);
      add("</article>");
    }
  }

  /// In the page itself, so that it needs nothing else; what the program has not shown by itself is to be saved.
  void add_file(const RecordFile& file) {
    add("<figure>");
    if (file.content && file.type.starts_with("image/")) {
      add(R"(<img src="data:)", file.type, ";base64,", *file.content, R"(" alt=")");
      put(file.description.value_or(""));
      add(R"(">)");
    } else if (file.content && file.type.starts_with("audio/")) {
      add(R"(<audio controls src="data:)", file.type, ";base64,", *file.content, R"("></audio>)");
    }
    add(R"(<figcaption dir="auto">)");
    put_all(words_.file, ": ");
    if (file.content && file.type == "application/pdf") {
      add(R"(<a href="data:application/pdf;base64,)", *file.content, R"(" download=")");
      put(file.name);
      add(R"(">)");
      put(file.name);
      add("</a>");
    } else {
      put(file.name);
    }
    if (file.description) put_all(". ", *file.description);
    if (!file.content) put_all(". ", words_.no_room);
    add("</figcaption></figure>");
  }

  void add_consents() {
    tag("h2", named("consents"));
    if (record_.consents.empty()) return tag("p", words_.nothing);
    add("<ul>");
    for (const auto& one : record_.consents) {
      add(R"(<li><span lang=")");
      put(one.language);
      add(R"(">)");
      put(one.title);
      add("</span>: ");
      // "2026-11-29.1": people read the day; the number after it tells two of one day apart.
      const auto& ended = one.put_back_to ? words_.put_back : words_.withdrew;
      put_all(one.given ? words_.agreed_to : ended, ", ", one.at, " (", words_.text_of, " ", one.version);
      if (one.by) put_all(", ", words_.written_down_by, " ", *one.by);
      put(")");
      if (one.note) tag(R"(p class="w" dir="auto")", *one.note);
      add("</li>");
    }
    add("</ul>");
  }

  void add_said(const relationship_concern::SaidEntry& said, const std::string& other) {
    soft(said.mine ? named("relationship_concern.you") : std::string_view(other), ", ", said.at);
    if (said.answer) tag("p", named("relationship_concern.asked"), " ", answer_in_words(*said.answer));
    if (said.text) tag(R"(p class="w" dir="auto")", *said.text);
  }

  std::string_view answer_in_words(relationship_concern::IsItBetter answer) const {
    switch (answer) {
      case relationship_concern::IsItBetter::better:
        return named("relationship_concern.better");
      case relationship_concern::IsItBetter::same:
        return named("relationship_concern.same");
      case relationship_concern::IsItBetter::worse:
        return named("relationship_concern.worse");
    }
    return "";
  }

  void add_relationship_concern(const relationship_concern::OwnConcern& one) {
    add("<article>");
    soft(one.kept_at, ", ", named(one.tellings.empty() ? "relationship_concern.kept" : "relationship_concern.you"));
    tag(R"(p class="w" dir="auto")", one.words ? std::string_view(*one.words) : named("relationship_concern.none"));
    for (const auto& telling : one.tellings) {
      soft(named("relationship_concern.told"), " ", named_or_gone(telling.name), ", ", telling.told_at);
      if (telling.words) tag(R"(p class="w" dir="auto")", *telling.words);
      if (telling.asks_for_another) tag("p", named("relationship_concern.another"));
      for (const auto& said : telling.said) add_said(said, telling.name);
    }
    for (const auto& agreement : one.agreements) {
      soft(named(agreement.agrees == true ? "relationship_concern.agreed" : "relationship_concern.proposed"), ", ",
           named_or_gone(agreement.by), ", ", agreement.at);
      tag(R"(p class="w" dir="auto")", agreement.text);
    }
    for (const auto& asked : one.follow_ups) {
      if (!asked.answer) continue;
      soft(named("relationship_concern.asked"), " ", answer_in_words(*asked.answer), ", ", *asked.answered_at);
      if (asked.words) tag(R"(p class="w" dir="auto")", *asked.words);
    }
    if (one.ended_at) {
      const bool is_taken_back = one.state == relationship_concern::State::withdrawn;
      soft(named(is_taken_back ? "relationship_concern.withdrawn" : "relationship_concern.closed"), ", ",
           *one.ended_at);
    }
    add("</article>");
  }

  void add_switch(const RecordSwitch& one) {
    add("<article>");
    soft(one.started_at, ", ", one.from);
    if (one.to) soft(named("therapist_switch.to"), " ", *one.to);
    if (one.told_at) soft(named("therapist_switch.told"), ", ", *one.told_at);
    if (one.ended_at) {
      const bool is_done = one.state == therapist_switch::SwitchState::done;
      soft(named(is_done ? "therapist_switch.done" : "therapist_switch.withdrawn"), ", ", *one.ended_at);
    }
    if (one.summary) {
      for (const auto& [name, text] : std::initializer_list<std::pair<std::string_view, const std::string&>>{
               {"therapist_switch.goals", one.summary->goals},
               {"therapist_switch.approach", one.summary->approach},
               {"therapist_switch.reached", one.summary->reached},
               {"therapist_switch.helped", one.summary->helped},
               {"therapist_switch.not_helped", one.summary->not_helped},
               {"therapist_switch.more", one.summary->more}}) {
        if (text.empty()) continue;
        soft(named(name));
        tag(R"(p class="w" dir="auto")", text);
      }
    }
    add("</article>");
  }

  void add_switches() {
    if (record_.switches.empty()) return;
    tag("h2", named("therapist_switch.title"));
    for (const auto& one : record_.switches) add_switch(one);
  }

  void add_relationship_concerns() {
    if (record_.relationship_concerns.empty()) return;
    tag("h2", named("relationship_concern.title"));
    for (const auto& one : record_.relationship_concerns) add_relationship_concern(one);
  }

  void add_wishes() {
    if (record_.wishes.empty()) return;
    tag("h2", named("wishes.title"));
    for (const auto& [version, at, wishes] : record_.wishes) {
      tag("h3", words_.version, " ", std::to_string(version), ", ", at);
      add("<ul>");
      add_degree("wishes.talk", wishes.way.talk);
      add_degree("wishes.lead", wishes.way.lead);
      add_degree("wishes.time", wishes.way.time);
      add_degree("wishes.tasks", wishes.way.tasks);
      if (wishes.gender) add_gender(*wishes.gender, wishes.gender_needed);
      if (wishes.language) tag("li", named("wishes.language"), ": ", *wishes.language);
      if (!wishes.times.empty()) tag("li", named("wishes.times"), ": ", spoken_times(wishes.times));
      add("</ul>");
      if (!wishes.words.empty()) tag(R"(p class="w" dir="auto")", wishes.words);
    }
  }

  void add_degree(std::string_view code, const std::optional<std::int64_t>& degree) {
    if (degree) tag("li", named(code), ": ", std::to_string(*degree));
  }

  void add_gender(therapist_profiles::Gender gender, bool is_needed) {
    const auto* code = boost::describe::enum_to_string(gender, "");
    const auto name = named(std::string("wishes.") + code);
    if (is_needed) return tag("li", named("wishes.gender"), ": ", name, ", ", named("wishes.needed"));
    tag("li", named("wishes.gender"), ": ", name);
  }

  std::string spoken_times(const std::vector<therapist_profiles::WeekTime>& times) const {
    std::string text;
    for (const auto& one : times) {
      const auto* part = boost::describe::enum_to_string(one.part, "");
      if (!text.empty()) text += ", ";
      text += fmt::format("{} {}", day_of_week(one.day, language_), named(std::string("wishes.") + part));
    }
    return text;
  }

  void add_access() {
    tag("h2", words_.access);
    if (record_.access.empty()) return tag("p", words_.nothing);
    if (record_.more_access) tag("p", words_.access_more);
    add("<table>");
    tag("caption", words_.access_about);
    add("<thead><tr>");
    tag(R"(th scope="col" class="t")", words_.when);
    tag(R"(th scope="col" class="p")", words_.who);
    tag(R"(th scope="col")", words_.what);
    add("</tr></thead><tbody>");
    for (const auto& line : gather(record_.access)) add_looked(line);
    add("</tbody></table>");
  }

  void add_looked(const Looked& line) {
    const auto& one = *line.latest;
    add("<tr>");
    tag("td", one.at);
    add("<td>");
    if (one.role == "nobody") {
      put(named(kItself));
    } else {
      put_all(one.name.value_or(std::string(term(kGone, language_))), ", ", named("role." + one.role));
    }
    add("</td><td>");
    put(named(one.action));
    if (line.count > 1) put_all(", ", fmt::format(fmt::runtime(words_.times), line.count));
    add("</td></tr>");
  }

  const RecordAnswer& record_;
  const Words& words_;
  std::string_view language_;
  std::string out_;
};

}  // namespace

std::vector<std::string> what_is_left_out(std::string_view language) {
  if (language == kGerman) {
    return {
        "Entwürfe: Nachrichten und Antworten, die noch nicht abgeschickt sind. Sie sehen sie in Rapport.",
        ("Was Ihre Therapeutin oder Ihr Therapeut für sich selbst notieren oder auf eigenen Fragebögen antworten kann, "
         "ohne es Ihnen zu zeigen. Das gehört nicht zu dem, was Sie "
         "beide "
         "teilen; ob es etwas gibt, steht hier nicht."),
        "Wie andere mit Ihren Hinweisen umgegangen sind. Ihre eigenen Antworten stehen vollständig darin.",
        ("Wie die Autoren eines Fragebogens einen Wert nennen, wenn eine der Antworten Gefahr bedeuten kann: Ein "
         "mildes "
         "Wort stünde daneben falsch."),
        "Ihr Anmeldename, Ihre E-Mail-Adresse und Ihre Einstellungen. Sie finden sie in Rapport."};
  }
  return {
      "Drafts: messages and answers that were not sent yet. You find them in Rapport.",
      ("What your therapist may note for themselves, or answer on forms of their own without showing it. It is not "
       "part of what you two share, and nothing here says "
       "whether there is any."),
      "How others handled what you pointed out to them. Your own answers are all in it.",
      ("What the authors of a form call a score, where one of the answers may mean danger: a mild word would be wrong "
       "beside it."),
      "Your log-in name, your e-mail address and your settings. You find them in Rapport."};
}

std::string write_page(const RecordAnswer& record, std::string_view language) {
  return Page(record, language).write();
}

}  // namespace rapport::record
