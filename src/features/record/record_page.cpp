#include "features/record/record_page.hpp"

#include <fmt/format.h>

#include <array>

namespace rapport::record {
namespace {

/// Everything that the page says by itself.
struct Words {
  std::string_view lang, title, synthetic, made, safe, about_times, left_out, therapist, since, until, reply, sessions,
      session, planned_for, minutes, days, agenda, done, forms, asked, due, not_sent, sent, language, score, no_score,
      band, question, answer, not_answered, chat, messages, client, unread, nothing, access, access_about, access_more,
      when, who, role, what, itself;
};

constexpr Words kEnglish{"en",
                         "Your record",
                         "Made up: this practice and everybody in it is invented.",
                         "made on",
                         "Whoever has this file can read it. Keep it where only you can open it, and delete it from "
                         "devices that others use.",
                         "All times are UTC.",
                         "What is not in it",
                         "With",
                         "since",
                         "until",
                         "Agreed reply time in hours",
                         "Sessions",
                         "Session",
                         "planned for",
                         "minutes",
                         "days",
                         "Agenda",
                         "done",
                         "Forms",
                         "asked for",
                         "due",
                         "Not sent.",
                         "Version {}, sent {}",
                         "Wording",
                         "Score",
                         "no score: too much was not answered",
                         "Its authors call this range",
                         "Question",
                         "Answer",
                         "not answered",
                         "Chat",
                         "Messages",
                         "You",
                         "not read yet by the other",
                         "Nothing.",
                         "Who looked at it or changed it",
                         "What others than you did, the latest first. Looking at one page several times within a "
                         "quarter of an hour is one line.",
                         "There is more than these lines; your practice has all of it.",
                         "When",
                         "Who",
                         "As",
                         "What",
                         "Rapport by itself"};

constexpr Words kGermanWords{"de",
                             "Ihre Akte",
                             "Erfunden: Diese Praxis und alle Menschen darin gibt es nicht.",
                             "erstellt am",
                             "Wer diese Datei hat, kann sie lesen. Bewahren Sie sie so auf, dass nur Sie sie öffnen "
                             "können, und löschen Sie sie von Geräten, die auch andere benutzen.",
                             "Alle Zeiten sind Weltzeit (UTC).",
                             "Was nicht darin steht",
                             "Mit",
                             "seit",
                             "bis",
                             "Vereinbarte Antwortzeit in Stunden",
                             "Sitzungen",
                             "Sitzung",
                             "geplant für",
                             "Minuten",
                             "Tage",
                             "Themen",
                             "besprochen",
                             "Fragebögen",
                             "angefragt",
                             "fällig",
                             "Nicht abgeschickt.",
                             "Fassung {}, abgeschickt {}",
                             "Wortlaut",
                             "Wert",
                             "kein Wert: Es fehlten zu viele Antworten",
                             "Die Urheber nennen diesen Bereich",
                             "Frage",
                             "Antwort",
                             "nicht beantwortet",
                             "Chat",
                             "Nachrichten",
                             "Sie",
                             "vom anderen noch nicht gelesen",
                             "Nichts.",
                             "Wer sie angesehen oder verändert hat",
                             "Was andere als Sie getan haben, das Neueste zuerst. Wer dieselbe Seite innerhalb einer "
                             "Viertelstunde mehrmals ansieht, steht einmal da.",
                             "Es gibt mehr als diese Zeilen; Ihre Praxis hat alle.",
                             "Wann",
                             "Wer",
                             "Als",
                             "Was",
                             "Rapport von selbst"};

const Words& words_of(std::string_view language) {
  return language == kGerman ? kGermanWords : kEnglish;
}

/// What the code of the program calls something, and what people do.
struct Term {
  std::string_view code, english, german;
};
constexpr std::array kTerms{
    Term{"client", "client", "Klientin oder Klient"},
    Term{"therapist", "therapist", "Therapeutin oder Therapeut"},
    Term{"supervisor", "supervisor", "Supervision"},
    Term{"neutral_person", "neutral person", "neutrale Person"},
    Term{"nobody", "", ""},
    Term{"planned", "planned", "geplant"},
    Term{"open", "open", "läuft"},
    Term{"closed", "held", "gehalten"},
    Term{"cancelled", "cancelled", "abgesagt"},
    Term{"before_session", "before a session", "vor einer Sitzung"},
    Term{"after_session", "after a session", "nach einer Sitzung"},
    Term{"on_request", "on request", "auf Anfrage"},
    Term{"chat", "in the chat", "im Chat"},
    Term{"messages", "by messages", "über Nachrichten"},
    Term{"caseload.read", "looked at the list of clients", "sah die Liste der Klientinnen und Klienten an"},
    Term{"episodes.read", "looked at who works with whom", "sah an, wer mit wem arbeitet"},
    Term{"rooms.read", "looked at the list of messages", "sah die Liste der Nachrichten an"},
    Term{"room.read", "read messages", "las Nachrichten"},
    Term{"live.open", "was connected, and saw at once what was new", "war verbunden und sah Neues sofort"},
    Term{"message.send", "wrote a message", "schrieb eine Nachricht"},
    Term{"thread.begin", "began a message with a subject", "begann eine Nachricht mit Betreff"},
    Term{"reply_time.propose", "proposed a reply time", "schlug eine Antwortzeit vor"},
    Term{"forms.read", "looked at the forms and their scores", "sah die Fragebögen und ihre Werte an"},
    Term{"form.read", "read a form", "las einen Fragebogen"},
    Term{"form.ask", "asked for a form", "bat um einen Fragebogen"},
    Term{"form.withdraw", "took a form back", "nahm einen Fragebogen zurück"},
    Term{"course.read", "looked at the course", "sah den Verlauf an"},
    Term{"encounters.read", "looked at the sessions", "sah die Sitzungen an"},
    Term{"encounter.read", "looked at a session", "sah eine Sitzung an"},
    Term{"encounter.plan", "planned a session", "plante eine Sitzung"},
    Term{"encounter.change", "changed a session", "änderte eine Sitzung"},
    Term{"encounter.cancel", "cancelled a session", "sagte eine Sitzung ab"},
    Term{"encounter.open", "began a session", "begann eine Sitzung"},
    Term{"encounter.close", "ended a session", "beendete eine Sitzung"},
    Term{"agenda.write", "wrote on the agenda", "schrieb an den Themen"},
    Term{"agenda.remove", "removed a point of the agenda", "entfernte ein Thema"},
    Term{"reply_time.agree", "agreed to a reply time", "stimmte einer Antwortzeit zu"},
    Term{"form.complete", "sent a form", "schickte einen Fragebogen ab"},
    Term{"form.allow_items", "chose who sees single answers", "entschied, wer einzelne Antworten sieht"},
    Term{"concerns.read", "looked at the list of answers that a person must look at",
         "sah die Liste der Antworten an, die ein Mensch ansehen muss"},
    Term{"concern.read", "looked at an answer that a person must look at",
         "sah eine Antwort an, die ein Mensch ansehen muss"},
    Term{"concern.acknowledge", "took on an answer that a person must look at",
         "nahm sich einer Antwort an, die ein Mensch ansehen muss"},
    Term{"concern.close", "said what was done about such an answer",
         "hielt fest, was auf eine solche Antwort hin geschah"},
    Term{"concern.escalate", "the supervisor was told, because nobody had looked yet",
         "die Supervision wurde benachrichtigt, weil noch niemand hingesehen hatte"},
    Term{"record.download", "downloaded the record", "lud die Akte herunter"},
    Term{"email.change", "changed the address for mails", "änderte die Adresse für E-Mails"},
    Term{"session_forms.choose", "chose the forms of the sessions", "wählte die Fragebögen zu den Sitzungen"}};

}  // namespace

std::string_view term_of_action(std::string_view action, std::string_view language) {
  for (const auto& one : kTerms) {
    if (one.code == action) return language == kGerman ? one.german : one.english;
  }
  return action;
}

namespace {

std::string_view term(std::string_view code, std::string_view language) {
  return term_of_action(code, language);
}

template <class E>
std::string_view term_of(E value, std::string_view language) {
  return term(boost::describe::enum_to_string(value, ""), language);
}

std::string number_of(double value) {
  return fmt::format("{:g}", value);
}

constexpr std::string_view kStyle =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 "
    "1rem;color:#1d2827;background:#fff;"
    "overflow-wrap:anywhere}h1,h2,h3,h4{line-height:1.25;margin:1.6em 0 .4em}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;border-bottom:1px solid #bbb;padding:.25rem .5rem .25rem 0}"
    ".w{white-space:pre-wrap;margin:.2rem 0 1rem}.s{color:#54615f}article{break-inside:avoid}"
    "@media print{body{margin:0;max-width:none}}";

class Page {
 public:
  Page(const RecordAnswer& record, std::string_view language)
      : record_(record), words_(words_of(language)), language_(words_.lang) {}

  std::string write() {
    add(R"(<!DOCTYPE html><html lang=")", words_.lang,
        R"("><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">)"
        R"(<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">)"
        R"(<meta name="robots" content="noindex"><title>)",
        words_.title, "</title><style>", kStyle, "</style></head><body><main>");
    add_head();
    for (const auto& episode : record_.episodes) add_episode(episode);
    add_access();
    add("</main></body></html>\n");
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void add(const Parts&... parts) {
    (out_.append(parts), ...);
  }
  /// For everything that is not the page's own.
  void text(std::string_view written) {
    for (const char c : written) {
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
  void tag(std::string_view name, std::string_view written) {
    add("<", name, ">");
    text(written);
    add("</", name, ">");
  }
  /// What a person wrote: with its lines, and in the direction of its script.
  void written(std::string_view words) {
    add(R"(<p class="w" dir="auto">)");
    text(words);
    add("</p>");
  }
  void soft(std::string_view words) {
    add(R"(<p class="s">)");
    text(words);
    add("</p>");
  }
  static std::string time(Time at) {
    const auto full = to_rfc3339(at);
    return full.substr(0, 10) + " " + full.substr(11, 5);
  }

  void add_head() {
    tag("h1", fmt::format("{}: {}", words_.title, record_.name));
    if (record_.synthetic) tag("p", words_.synthetic);
    tag("p", fmt::format("{}, {} {}. {}", record_.practice, words_.made, time(record_.made_at), words_.about_times));
    tag("p", words_.safe);
    tag("h2", words_.left_out);
    add("<ul>");
    for (const auto& one : what_is_left_out(language_)) tag("li", one);
    add("</ul>");
  }

  void add_episode(const RecordEpisode& episode) {
    auto span = fmt::format("{} {}, {} {}", words_.therapist, episode.therapist, words_.since, time(episode.opened_at));
    if (episode.closed_at) span += fmt::format(", {} {}", words_.until, time(*episode.closed_at));
    tag("h2", span);
    if (episode.reply_hours) tag("p", fmt::format("{}: {}", words_.reply, *episode.reply_hours));
    tag("h3", words_.sessions);
    if (episode.sessions.empty()) tag("p", words_.nothing);
    for (const auto& one : episode.sessions) add_session(one, episode);
    tag("h3", words_.forms);
    if (episode.forms.empty()) tag("p", words_.nothing);
    for (const auto& one : episode.forms) add_form(one, episode);
    for (const auto& one : episode.rooms) add_room(one, episode);
  }

  std::string who(std::string_view by, const RecordEpisode& episode) const {
    return std::string(by == "client" ? words_.client : std::string_view(episode.therapist));
  }
  std::string name_of(const RecordSession& session) const {
    return session.number ? fmt::format("{} {}", words_.session, *session.number) : std::string(words_.session);
  }

  std::string length_of(std::int64_t minutes) const {
    constexpr std::int64_t kDay = 24 * 60;
    return minutes > kDay ? fmt::format("{} {}", minutes / kDay, words_.days)
                          : fmt::format("{} {}", minutes, words_.minutes);
  }

  void add_session(const RecordSession& session, const RecordEpisode& episode) {
    add("<article>");
    tag("h4", fmt::format("{}, {}", name_of(session), time(session.began_at.value_or(session.starts_at))));
    auto about = fmt::format("{}, {} {}, {}", term_of(session.status, language_), words_.planned_for,
                             time(session.starts_at), length_of(session.minutes));
    if (session.ended_at) about += fmt::format(", {} {}", words_.until, time(*session.ended_at));
    for (const auto& use : session.channels) about += fmt::format(", {}", term_of(use.channel, language_));
    soft(about);
    if (!session.agenda.empty()) {
      tag("p", fmt::format("{}:", words_.agenda));
      add("<ul>");
      for (const auto& point : session.agenda) {
        add(R"(<li dir="auto">)");
        text(fmt::format("{} ({}{})", point.text, who(point.by, episode),
                         point.done ? fmt::format(", {}", words_.done) : ""));
        add("</li>");
      }
      add("</ul>");
    }
    add("</article>");
  }

  void add_form(const RecordForm& form, const RecordEpisode& episode) {
    tag("h4", form.name);
    auto about = fmt::format("{}, {} {}", term_of(form.occasion, language_), words_.asked, time(form.asked_at));
    for (const auto& session : episode.sessions) {
      if (form.session == session.id) about += fmt::format(", {}", name_of(session));
    }
    if (form.due_at) about += fmt::format(", {} {}", words_.due, time(*form.due_at));
    soft(about);
    if (form.versions.empty()) tag("p", words_.not_sent);
    for (const auto& version : form.versions) add_version(version);
    if (form.copyright && !form.versions.empty()) soft(*form.copyright);
  }

  /// `label` is from the file of an instrument, which is in English.
  void named(std::string_view what, std::string_view label, std::string_view rest) {
    add("<p>", what, R"( <span lang="en">)");
    text(label);
    add("</span>");
    text(rest);
    add("</p>");
  }

  void add_version(const RecordVersion& version) {
    tag("p", fmt::format(fmt::runtime(words_.sent), version.version, time(version.completed_at)));
    for (const auto& scale : version.scores.scales) {
      const auto value =
          scale.value ? fmt::format("{} ({}–{})", number_of(*scale.value), number_of(scale.min), number_of(scale.max))
                      : std::string(words_.no_score);
      named(words_.score, scale.label, fmt::format(": {}", value));
    }
    if (version.scores.band) named(words_.band, version.scores.band->label, "");
    add("<table><thead><tr>");
    tag("th", words_.question);
    tag("th", words_.answer);
    add(R"(</tr></thead><tbody lang=")");
    text(version.language);
    add(R"(">)");
    for (const auto& item : version.answers) {
      add("<tr>");
      tag("td", item.question.empty() ? item.item : item.question);
      if (item.value) {
        tag("td", item.answer ? fmt::format("{} ({})", *item.answer, number_of(*item.value)) : number_of(*item.value));
      } else {
        add(R"(<td lang=")", words_.lang, R"(">)", words_.not_answered, "</td>");
      }
      add("</tr>");
    }
    add("</tbody></table>");
  }

  void add_room(const RecordRoom& room, const RecordEpisode& episode) {
    add(R"(<h3 dir="auto">)");
    text(room.subject ? fmt::format("{}: {}", words_.messages, *room.subject) : std::string(words_.chat));
    add("</h3>");
    if (room.messages.empty()) tag("p", words_.nothing);
    for (const auto& message : room.messages) {
      add("<article>");
      soft(fmt::format("{}, {}{}", who(message.by, episode), time(message.at),
                       message.read ? "" : fmt::format(", {}", words_.unread)));
      written(message.text);
      add("</article>");
    }
  }

  void add_access() {
    tag("h2", words_.access);
    tag("p", words_.access_about);
    if (record_.more_access) tag("p", words_.access_more);
    add("<table><thead><tr>");
    for (const auto head : {words_.when, words_.who, words_.role, words_.what}) tag("th", head);
    add("</tr></thead><tbody>");
    for (const auto& one : record_.access) {
      add("<tr>");
      tag("td", time(one.at));
      tag("td", one.name.value_or(std::string(words_.itself)));
      tag("td", term(one.role, language_));
      tag("td", term(one.action, language_));
      add("</tr>");
    }
    add("</tbody></table>");
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
        "Was Ihre Therapeutin oder Ihr Therapeut für sich selbst notieren kann. Das gehört nicht zu dem, was Sie beide "
        "teilen; ob es etwas gibt, steht hier nicht.",
        "Wie andere mit Ihren Hinweisen umgegangen sind. Ihre eigenen Antworten stehen vollständig darin."};
  }
  return {"Drafts: messages and answers that were not sent yet. You find them in Rapport.",
          "What your therapist may note for themselves. It is not part of what you two share, and nothing here says "
          "whether there is any.",
          "How others handled what you pointed out to them. Your own answers are all in it."};
}

std::string write_page(const RecordAnswer& record, std::string_view language) {
  return Page(record, language).write();
}

}  // namespace rapport::record
