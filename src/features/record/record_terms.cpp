#include "features/record/record_terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace rapport::record {
namespace {

using encounters::Channel;
using encounters::Status;
using questionnaires::Occasion;

// An array whose length is deduced would not compile beyond 256 of them.
constexpr auto kTerms = std::to_array<Term>(
    {Term{"record", "Your record", "Ihre Akte"},
     Term{"sessions", "Sessions", "Sitzungen"},
     Term{"session", "Session", "Sitzung"},
     Term{"session_numbered", "Session {number}", "Sitzung {number}"},
     Term{"session_planned", "Planned", "Geplant"},
     Term{"session_is_open", "Open", "Läuft"},
     Term{"session_closed", "Ended", "Beendet"},
     Term{"session_cancelled", "Cancelled", "Abgesagt"},
     Term{"session_by_chat", "In the chat", "Im Chat"},
     Term{"session_by_messages", "By messages, over days", "Per Nachricht, über mehrere Tage"},
     Term{"agenda", "What we want to talk about", "Worüber wir sprechen möchten"},
     Term{"agenda_done", "done", "besprochen"},
     Term{"forms", "Forms", "Fragebögen"},
     Term{"form_name_sparq", "Relationship (SPARQ)", "Beziehung (SPARQ)"},
     Term{"form_name_risq", "What did not feel right (RISQ)", "Was sich nicht gut angefühlt hat (RISQ)"},
     Term{"form_name_check_in", "Relationship check-in", "Kurze Frage nach der Zusammenarbeit"},
     Term{"form_name_check_in_therapist", "Relationship check-in (therapist)",
          "Kurze Frage nach der Zusammenarbeit (therapeutisch)"},
     Term{"rights_ours",
          "Written for Rapport, 2026. CC0 1.0: everybody may use, change and pass it on. It has not been validated; "
          "nothing is known about its reliability, and there are no norms.",
          "Für Rapport geschrieben, 2026. CC0 1.0: Alle dürfen ihn verwenden, ändern und weitergeben. Er ist nicht "
          "validiert; über seine Zuverlässigkeit ist nichts bekannt, und es gibt keine Normen."},
     Term{"scale_total", "Total", "Gesamtwert"},
     Term{"scale_positive", "Positive feelings", "Positive Gefühle"},
     Term{"scale_negative", "Negative feelings", "Negative Gefühle"},
     Term{"scale_goal", "Goals", "Ziele"},
     Term{"scale_task", "Tasks", "Aufgaben"},
     Term{"scale_bond", "Bond", "Bindung"},
     Term{"scale_count", "Number of yes", "Anzahl Ja"},
     Term{"occasion_before", "before a session", "vor einer Sitzung"},
     Term{"occasion_after", "after a session", "nach einer Sitzung"},
     Term{"occasion_request", "in between", "zwischendurch"},
     Term{"form_answers", "Answers", "Antworten"},
     Term{"form_unanswered", "Not answered", "Nicht beantwortet"},
     Term{"form_not_asked", "Not asked", "Nicht gefragt"},
     Term{"form_no_score", "No score: too much, or a question that it needs, is unanswered.",
          "Kein Wert: Zu viel oder eine Frage, die dafür nötig ist, ist nicht beantwortet."},
     Term{"form_prorated", "Unanswered questions count here as the mean of the others.",
          "Nicht beantwortete Fragen zählen hier wie das Mittel der anderen."},
     Term{"form_band", "Its authors call this range:", "Die Autoren nennen diesen Bereich:"},
     Term{"consents", "What you have agreed to", "Womit Sie einverstanden sind"},
     Term{"chat", "Chat", "Chat"},
     Term{"messages", "Messages", "Nachrichten"},
     Term{"role.client", "client", "Klientin oder Klient"},
     Term{"role.therapist", "therapist", "Therapeutin oder Therapeut"},
     Term{"role.deputy", "deputy", "Vertretung"},
     Term{"role.supervisor", "supervisor", "Supervision"},
     Term{"role.neutral_person", "neutral person", "neutrale Person"},
     Term{kItself, "Rapport by itself", "Rapport von selbst"},
     Term{kGone, "somebody whose account is gone", "jemand, dessen Konto es nicht mehr gibt"},
     Term{"access.read", "looked at who had looked", "sah nach, wer etwas angesehen hat"},
     Term{"role.administrator", "administrator", "Verwaltung"},
     Term{"role.coordinator", "coordinator", "Koordination"},
     Term{"caseload.read", "looked at the list of clients", "sah die Liste der Klientinnen und Klienten an"},
     Term{"episodes.read", "looked at who works with whom", "sah an, wer mit wem arbeitet"},
     Term{"rooms.read", "looked at the list of messages", "sah die Liste der Nachrichten an"},
     Term{"room.read", "read messages", "las Nachrichten"},
     Term{"live.open", "was connected, and saw at once what was new", "war verbunden und sah Neues sofort"},
     Term{"message.send", "wrote a message", "schrieb eine Nachricht"},
     Term{"attachment.add", "attached a file", "hängte eine Datei an"},
     Term{"attachment.read", "opened or saved a file", "öffnete oder speicherte eine Datei"},
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
     Term{"signals.title", "What the rules have pointed out", "Worauf die Regeln hingewiesen haben"},
     Term{"signals.about",
          "Rules read scores and times and point out where a look may be worth while. They know nothing else of you.",
          "Regeln lesen Werte und Zeiten und weisen darauf hin, wo ein Blick lohnen kann. Mehr wissen sie nicht von "
          "Ihnen."},
     Term{"signals.over", "That does not hold any more.", "Das gilt nicht mehr."},
     Term{"signals.discussed", "Spoken about", "Besprochen"},
     Term{"signals.acted", "Something was done", "Etwas wurde getan"},
     Term{"signals.deferred", "Put off", "Aufgeschoben"},
     Term{"signals.until", "Put off until", "Aufgeschoben bis"},
     Term{"signals.false_alarm", "The hint did not fit", "Der Hinweis traf nicht zu"},
     Term{"signals.read", "looked at what the rules point out", "sah an, worauf die Regeln hinweisen"},
     Term{"signal.read", "looked at something that a rule points out", "sah etwas an, worauf eine Regel hinweist"},
     Term{"signal.answer", "recorded what was done about something that a rule points out",
          "hielt fest, was auf den Hinweis einer Regel hin geschah"},
     Term{"signal.follow_up", "recorded what came of something that a rule had pointed out",
          "hielt fest, was aus dem Hinweis einer Regel wurde"},
     Term{"signals.watch", "looked, as supervisor, at which hints of the rules wait for the therapist",
          "sah als Supervision an, welche Hinweise der Regeln auf die Therapeutin oder den Therapeuten warten"},
     Term{"reply_time.agree", "agreed to a reply time", "stimmte einer Antwortzeit zu"},
     Term{"form.complete", "sent a form", "schickte einen Fragebogen ab"},
     Term{"form.allow_items", "chose who sees single answers", "entschied, wer einzelne Antworten sieht"},
     Term{"concerns.read", "looked at the list of answers that a person must look at",
          "sah die Liste der Antworten an, die ein Mensch ansehen muss"},
     Term{"concern.read", "looked at an answer that a person must look at",
          "sah eine Antwort an, die ein Mensch ansehen muss"},
     Term{"concern.acknowledge", "took on an answer that a person must look at",
          "nahm sich einer Antwort an, die ein Mensch ansehen muss"},
     Term{"concern.take_over", "took on an answer that a person must look at, instead of somebody else",
          "nahm sich statt jemand anderem einer Antwort an, die ein Mensch ansehen muss"},
     Term{"concern.reopen", "nobody looks into such an answer any more: whoever did can no longer see it",
          "um eine solche Antwort kümmert sich niemand mehr: wer es tat, kann sie nicht mehr sehen"},
     Term{"concern.close", "said what was done about such an answer",
          "hielt fest, was auf eine solche Antwort hin geschah"},
     Term{"concern.escalate", "the supervisor was told, because nobody had looked yet",
          "die Supervision wurde benachrichtigt, weil noch niemand hingesehen hatte"},
     Term{"therapist_switch.title", "Another therapist", "Eine andere Therapeutin oder ein anderer Therapeut"},
     Term{"therapist_switch.to", "To", "Zu"},
     Term{"therapist_switch.told", "Both were told", "Beiden gesagt"},
     Term{"therapist_switch.done", "Changed", "Gewechselt"},
     Term{"therapist_switch.withdrawn", "Left as it was", "Dabei gelassen"},
     Term{"therapist_switch.goals", "Goals", "Ziele"},
     Term{"therapist_switch.approach", "How you worked", "Wie Sie gearbeitet haben"},
     Term{"therapist_switch.reached", "What went well", "Was gelungen ist"},
     Term{"therapist_switch.helped", "What helped", "Was geholfen hat"},
     Term{"therapist_switch.not_helped", "What did not help", "Was nicht geholfen hat"},
     Term{"therapist_switch.more", "What else matters", "Was sonst wichtig ist"},
     Term{"relationship_concern.title", "Something between us", "Etwas zwischen uns"},
     Term{"relationship_concern.none", "Without words", "Ohne Worte"},
     Term{"relationship_concern.kept", "Kept for yourself", "Für sich behalten"},
     Term{"relationship_concern.told", "Told to", "Gesagt an"},
     Term{"relationship_concern.another", "You asked for another therapist.",
          "Sie haben um eine andere Therapeutin oder einen anderen Therapeuten gebeten."},
     Term{"relationship_concern.you", "You", "Sie"},
     Term{"relationship_concern.agreed", "Agreed", "Vereinbart"},
     Term{"relationship_concern.proposed", "Written down, not agreed to", "Aufgeschrieben, nicht zugestimmt"},
     Term{"relationship_concern.asked", "Is it better?", "Ist es besser?"},
     Term{"relationship_concern.better", "Better", "Besser"},
     Term{"relationship_concern.same", "About the same", "Etwa gleich"},
     Term{"relationship_concern.worse", "Worse", "Schlechter"},
     Term{"relationship_concern.closed", "Closed", "Abgeschlossen"},
     Term{"relationship_concern.withdrawn", "Taken back", "Zurückgenommen"},
     Term{"relationship_concerns.read", "looked at what clients have told them about working together",
          "sah an, was ihr oder ihm über die Zusammenarbeit gesagt wurde"},
     Term{"relationship_concern.read", "read what you told them about working together",
          "las, was Sie ihr oder ihm über die Zusammenarbeit gesagt haben"},
     Term{"relationship_concern.hear", "told you that they read it", "gab Ihnen Bescheid, es gelesen zu haben"},
     Term{"relationship_concern.reply", "wrote to you about working together", "schrieb Ihnen zur Zusammenarbeit"},
     Term{"relationship_concern.propose", "wrote down what you agreed on", "schrieb auf, was Sie vereinbart haben"},
     Term{"relationship_concern.tell", "told somebody that something between you is not right",
          "sagte jemandem, dass zwischen Ihnen etwas nicht stimmt"},
     Term{"relationship_concern.write", "wrote about working together", "schrieb zur Zusammenarbeit"},
     Term{"relationship_concern.agree", "said whether something was agreed", "sagte, ob etwas vereinbart ist"},
     Term{"relationship_concern.mediate", "chose whether those who hear it know of each other",
          "entschied, ob die Hörenden voneinander wissen"},
     Term{"relationship_concern.answer", "said whether it is better", "sagte, ob es besser ist"},
     Term{"relationship_concern.end", "closed it or took it back", "schloss es ab oder nahm es zurück"},
     Term{"consents.read", "looked at what you agree to", "sah an, womit Sie einverstanden sind"},
     Term{"consent.decide", "agreed to something or took it back", "stimmte etwas zu oder nahm es zurück"},
     Term{"record.download", "downloaded the record", "lud die Akte herunter"},
     Term{"invitation.make", "invited you", "lud Sie ein"},
     Term{"invitation.withdraw", "withdrew an invitation", "zog eine Einladung zurück"},
     Term{"invitation.accept", "came by an invitation", "kam durch eine Einladung"},
     Term{"therapist_switch.tell", "told both therapists that another one is to treat you",
          "sagte beiden, dass jemand anderes Sie behandeln soll"},
     Term{"therapist_switch.withdraw", "left it as it is, with the same therapist", "blieb dann doch, wo Sie waren"},
     Term{"therapist_switch.carry_out", "you changed to another therapist, as was arranged",
          "Sie wechselten wie vereinbart zu jemand anderem"},
     Term{"therapist_switches.read", "looked at who comes from or goes to another therapist",
          "sah nach, wer von jemand anderem kommt oder zu jemand anderem geht"},
     Term{"therapist_switch.read", "looked at your change to another therapist", "sah sich Ihren Wechsel an"},
     Term{"therapist_switch.take_over", "took over what was still to be looked into",
          "übernahm, was noch anzusehen war"},
     Term{"hand_overs.read", "looked at the list of treatments to hand over",
          "sah die Liste der Behandlungen an, die zu übergeben sind"},
     Term{"hand_over.plan", "handed the treatment over to another therapist",
          "übergab die Behandlung an eine andere Therapeutin oder einen anderen Therapeuten"},
     Term{"hand_over.call_off", "called off that another therapist treats you",
          "nahm zurück, dass Sie jemand anderes behandelt"},
     Term{"hand_over.carry_out", "the treatment was handed over, as was arranged",
          "die Behandlung wurde übergeben, wie es verabredet war"},
     Term{"account.close_own", "asked to close the account", "ließ das Konto schließen"},
     Term{"account.keep_own", "took back that the account is to be closed",
          "nahm zurück, dass das Konto zu schließen ist"},
     Term{"account.close_client", "wanted the account to be closed a day later",
          "wollte das Konto einen Tag später schließen"},
     Term{"account.keep_client", "called off that the account is closed", "sagte ab, dass das Konto geschlossen wird"},
     Term{"account.lock", "the account was closed and the record locked",
          "das Konto wurde geschlossen, die Akte gesperrt"},
     Term{"account.erase", "the record was erased", "die Akte wurde gelöscht"},
     Term{"practice_report.read", "looked at figures about the practice as a whole",
          "sah Zahlen über die Praxis als Ganzes an"},
     Term{"closings.read", "looked at the list of closed accounts", "sah die Liste der geschlossenen Konten an"},
     Term{"closing.date", "said until when the record is kept", "legte fest, bis wann die Akte bleibt"},
     Term{"locked_records.read", "looked at the list of locked records", "sah die Liste der gesperrten Akten an"},
     Term{"exception.ask", "asked to read the locked record", "bat darum, die gesperrte Akte zu lesen"},
     Term{"exceptions.read", "looked at who asked to read the locked record",
          "sah an, wer darum bat, die gesperrte Akte zu lesen"},
     Term{"exception.decide", "decided who may read the locked record", "entschied, wer die gesperrte Akte lesen darf"},
     Term{"exception.refuse", "refused that somebody reads the locked record",
          "lehnte ab, dass jemand die gesperrte Akte liest"},
     Term{"exception.read", "read the locked record by exception", "las die gesperrte Akte ausnahmsweise"},
     Term{"email.change", "changed the address for mails", "änderte die Adresse für E-Mails"},
     Term{"session_forms.choose", "chose the forms of the sessions", "wählte die Fragebögen zu den Sitzungen"},
     Term{"measurement_plan.choose", "planned which forms are asked for", "legte fest, welche Fragebögen kommen"},
     Term{"measurement_plan.choose_usual", "went back to the usual forms of the practice",
          "kehrte zu den üblichen Fragebögen der Praxis zurück"},
     Term{"measurement_plan.end", "said whether the end of the treatment is near",
          "sagte, ob das Ende der Behandlung nah ist"},
     Term{"measurement_plan.reminders", "chose whether to be reminded of forms",
          "entschied über Erinnerungen an Fragebögen"},
     Term{"missed_forms.read", "looked at which forms were not sent", "sah an, welche Fragebögen nicht kamen"},
     Term{"form.show_items", "chose ahead who sees single answers", "entschied vorab, wer einzelne Antworten sieht"},
     Term{"goals.read", "looked at the goals", "sah die Ziele an"},
     Term{"goal.add", "proposed a goal", "schlug ein Ziel vor"},
     Term{"goal.step", "accepted a goal, set it aside or took it up again",
          "nahm ein Ziel an, legte es beiseite oder nahm es wieder auf"},
     Term{"goal.rate", "said how far a goal is", "sagte, wie weit ein Ziel ist"},
     Term{"approach.read", "looked at how you want to work", "sah an, wie Sie arbeiten wollen"},
     Term{"approach.propose", "proposed how to work", "schlug vor, wie Sie arbeiten"},
     Term{"approach.answer", "answered how to work", "antwortete darauf, wie Sie arbeiten wollen"},
     Term{"homework.read", "looked at the homework", "sah die Aufgaben für zwischen den Sitzungen an"},
     Term{"homework.give", "gave homework", "gab eine Aufgabe"},
     Term{"homework.take_back", "took homework back", "nahm eine Aufgabe zurück"},
     Term{"homework.outcome", "said what became of homework", "sagte, was aus einer Aufgabe wurde"},
     Term{"homework.reminder", "chose whether to be reminded of homework",
          "entschied über die Erinnerung an eine Aufgabe"},
     Term{"homework.write", "wrote for homework", "schrieb etwas zu einer Aufgabe"},
     Term{"homework.share", "chose who sees what was written for homework",
          "entschied, wer sieht, was zu einer Aufgabe geschrieben ist"},
     Term{"homework.remove", "removed what was written for homework",
          "entfernte, was zu einer Aufgabe geschrieben war"},
     Term{"achievements.read", "looked at what went well", "sah an, was gut war"},
     Term{"achievement.add", "wrote down what they noticed", "schrieb auf, was aufgefallen ist"},
     Term{"achievement.share", "chose who sees what went well", "entschied, wer sieht, was gut war"},
     Term{"achievement.remove", "removed something of what went well", "entfernte etwas von dem, was gut war"},
     Term{"check_in.read", "looked at what you said before a session", "sah an, was Sie vor einer Sitzung sagten"},
     Term{"check_in.write", "wrote something before a session", "schrieb etwas vor einer Sitzung"},
     Term{"check_in.send", "sent something before a session", "schickte etwas vor einer Sitzung"},
     Term{"check_in.reminder", "chose whether to be reminded before sessions",
          "entschied über Erinnerungen vor Sitzungen"},
     Term{"whereabouts.read", "looked at where you are during a session", "sah an, wo Sie in einer Sitzung sind"},
     Term{"whereabouts.say", "said where they are during a session", "sagte, wo sie oder er in einer Sitzung ist"},
     Term{"whereabouts.skip", "went on without saying where they are", "machte weiter, ohne den Ort zu sagen"},
     Term{"whereabouts.forget", "had the usual place forgotten", "ließ den üblichen Ort vergessen"},
     Term{"preparation.read", "prepared a session", "bereitete eine Sitzung vor"},
     Term{"earlier_examples.read", "read earlier examples", "las frühere Beispiele"},
     Term{"check_in.title", "What you said before sessions", "Was Sie vor Sitzungen gesagt haben"},
     Term{"check_in.feeling", "How you were", "Wie es Ihnen ging"},
     Term{"check_in.urgent", "Urgent", "Dringend"},
     Term{"check_in.went_well", "What went well", "Was gut war"},
     Term{"check_in.went_badly", "What went badly", "Was schlecht war"},
     Term{"check_in.topic", "To talk about", "Zu besprechen"},
     Term{"whereabouts.title", "Where you were in sessions", "Wo Sie in Sitzungen waren"},
     Term{"whereabouts.skipped", "You went on without saying it.", "Sie haben es nicht gesagt."},
     Term{"whereabouts.backup", "If the line breaks", "Falls die Verbindung abbricht"},
     Term{"whereabouts.usual", "Usual place", "Üblicher Ort"},
     Term{"recap.read", "looked at the recap of a session", "sah einen Rückblick auf eine Sitzung an"},
     Term{"recap.write", "wrote on the recap of a session", "schrieb am Rückblick auf eine Sitzung"},
     Term{"recap.step", "proposed, confirmed or sent back the recap of a session",
          "schlug den Rückblick auf eine Sitzung vor, bestätigte ihn oder gab ihn zurück"},
     Term{"recap.feedback", "said something of a session", "sagte etwas zu einer Sitzung"},
     Term{"recaps.read", "looked at the recaps", "sah die Rückblicke an"},
     Term{"recap.title", "Recap", "Rückblick"},
     Term{"recap.confirmed", "confirmed", "bestätigt"},
     Term{"recap.as_it_stands", "as it stands, not confirmed", "wie er gerade dasteht, nicht bestätigt"},
     Term{"recap.own", "Achieved", "Geschafft"},
     Term{"recap.achievement", "What went well", "Was gut war"},
     Term{"recap.check_in", "What you said went well", "Was nach Ihren Worten gut lief"},
     Term{"recap.homework", "Homework done", "Aufgabe gemacht"},
     Term{"recap.homework_partly", "Homework done in part", "Aufgabe zum Teil gemacht"},
     Term{"recap.goal_rated", "Further with a goal", "Bei einem Ziel weiter"},
     Term{"recap.goal_reached", "Goal reached", "Ziel erreicht"},
     Term{"recap.with_us", "What you take with you", "Was Sie mitnehmen"},
     Term{"recap.until_next", "Until the next session", "Bis zur nächsten Sitzung"},
     Term{"recap.next", "Next session", "Nächste Sitzung"},
     Term{"recap.sent_back", "Not like this", "So nicht"},
     Term{"recap.said", "What you said of this session", "Was Sie zu dieser Sitzung gesagt haben"},
     Term{"between.goals", "Goals", "Ziele"},
     Term{"between.approach", "How you want to work", "Wie Sie arbeiten wollen"},
     Term{"between.homework", "Homework", "Aufgaben für zwischen den Sitzungen"},
     Term{"between.achievements", "What went well, and how it was", "Was gut war, und wie es war"},
     Term{"between.by_client", "by you", "von Ihnen"},
     Term{"between.by_therapist", "by your therapist", "von Ihrer Therapeutin oder Ihrem Therapeuten"},
     Term{"between.private", "seen by you alone", "nur für Sie sichtbar"},
     Term{"between.shown", "shown to your therapist", "Ihrer Therapeutin oder Ihrem Therapeuten gezeigt"},
     Term{"between.due", "Due", "Fällig"},
     Term{"between.progress", "How far", "Wie weit"},
     Term{"between.mood", "Mood", "Stimmung"},
     Term{"goal_state.proposed", "proposed", "vorgeschlagen"},
     Term{"goal_state.active", "agreed", "vereinbart"},
     Term{"goal_state.reached", "reached", "erreicht"},
     Term{"goal_state.set_aside", "set aside", "beiseitegelegt"},
     Term{"approach_state.proposed", "proposed", "vorgeschlagen"},
     Term{"approach_state.agreed", "agreed", "vereinbart"},
     Term{"approach_state.declined", "declined", "abgelehnt"},
     Term{"approach_state.replaced", "replaced by another proposal", "durch einen anderen Vorschlag ersetzt"},
     Term{"homework_state.open", "open", "offen"},
     Term{"homework_state.done", "done", "gemacht"},
     Term{"homework_state.partly", "partly done", "teilweise gemacht"},
     Term{"homework_state.not_done", "not done", "nicht gemacht"},
     Term{"homework_state.taken_back", "taken back", "zurückgenommen"},
     Term{"entry.situation", "Situation", "Situation"},
     Term{"entry.thought", "Thought", "Gedanke"},
     Term{"entry.feeling", "Feeling", "Gefühl"},
     Term{"entry.strength", "How strong, 0 to 10", "Wie stark, 0 bis 10"},
     Term{"entry.thinking_errors", "Habits of thinking", "Denkgewohnheiten"},
     Term{"entry.other_view", "Another view", "Eine andere Sicht"},
     Term{"entry.feeling_after", "Feeling afterwards", "Gefühl danach"},
     Term{"entry.strength_after", "How strong afterwards, 0 to 10", "Wie stark danach, 0 bis 10"},
     Term{"entry.day", "Day", "Tag"},
     Term{"entry.activity", "Activity", "Aktivität"},
     Term{"entry.done", "Done", "Gemacht"},
     Term{"entry.how", "How it was", "Wie es war"},
     Term{"entry.yes", "yes", "ja"},
     Term{"entry.no", "no", "nein"},
     Term{"wishes.title", "What you wish for in the work", "Was Sie sich für die Arbeit wünschen"},
     Term{"wishes.talk", "From solutions (-2) to open talk (2)", "Von Lösungen (-2) bis offenes Gespräch (2)"},
     Term{"wishes.lead", "Who leads: the therapist (-2) or you (2)", "Wer führt: die andere Person (-2) oder Sie (2)"},
     Term{"wishes.time", "From what was (-2) to what is now (2)", "Von früher (-2) bis heute (2)"},
     Term{"wishes.tasks", "With tasks between sessions (-2) or without (2)",
          "Mit Aufgaben zwischen den Sitzungen (-2) oder ohne (2)"},
     Term{"wishes.gender", "Gender of the therapist", "Geschlecht der Therapeutin oder des Therapeuten"},
     Term{"wishes.woman", "a woman", "eine Frau"},
     Term{"wishes.man", "a man", "ein Mann"},
     Term{"wishes.diverse", "diverse", "divers"},
     Term{"wishes.needed", "no other", "niemand anderes"},
     Term{"wishes.language", "Language (code)", "Sprache (Kürzel)"},
     Term{"wishes.times", "Times", "Zeiten"},
     Term{"wishes.morning", "morning", "vormittags"},
     Term{"wishes.afternoon", "afternoon", "nachmittags"},
     Term{"wishes.evening", "evening", "abends"},
     Term{"therapist_profile.change", "changed what they say of themselves", "änderte, was sie von sich selbst sagen"},
     Term{"preferences.change", "changed what you wish for in the work",
          "änderte, was Sie sich für die Arbeit wünschen"},
     Term{"preferences.read", "looked at what you wish for in the work",
          "sah an, was Sie sich für die Arbeit wünschen"},
     Term{"therapist.choose", "chose a therapist", "wählte eine Therapeutin oder einen Therapeuten"},
     Term{"therapist.assign", "chose a therapist for you", "wählte für Sie eine Therapeutin oder einen Therapeuten"},
     Term{"assignment.ask", "asked for a therapist to be chosen", "bat darum, dass jemand gewählt wird"},
     Term{"clients_waiting.read", "looked at who waits for a therapist, or for a first contact, without names",
          "sah ohne Namen an, wer auf eine Therapeutin, einen Therapeuten oder einen ersten Kontakt wartet"},
     Term{"care.read", "looked at how often you meet", "sah an, wie oft Sie sich treffen"},
     Term{"care.decide", "decided with you how often you meet", "legte mit Ihnen fest, wie oft Sie sich treffen"}});

std::string_view own_or_term(std::string_view code, std::string_view own, std::string_view language) {
  const auto name = term(code, language);
  return name == code ? own : name;
}

}  // namespace

std::span<const Term> terms() {
  return kTerms;
}

std::string_view term(std::string_view code, std::string_view language) {
  // Every sentence of a signal asks for names.
  static const auto known = [] {
    std::unordered_map<std::string_view, const Term*> all;
    for (const auto& one : kTerms) all.emplace(one.code, &one);
    return all;
  }();
  const auto found = known.find(code);
  if (found == known.end()) return code;
  return language == kGerman ? found->second->german : found->second->english;
}

std::string_view name_of_questionnaire(std::string_view key, std::string_view own, std::string_view language) {
  auto code = "form_name_" + std::string(key);
  std::replace(code.begin(), code.end(), '-', '_');  // as the screens' texts are named
  return own_or_term(code, own, language);
}

std::string_view name_of_scale(std::string_view key, std::string_view own, std::string_view language) {
  return own_or_term("scale_" + std::string(key), own, language);
}

std::string day_in_words(std::chrono::sys_days day, std::string_view language) {
  constexpr std::string_view kMonths[][2] = {
      {"January", "Januar"},  {"February", "Februar"},  {"March", "März"},
      {"April", "April"},     {"May", "Mai"},           {"June", "Juni"},
      {"July", "Juli"},       {"August", "August"},     {"September", "September"},
      {"October", "Oktober"}, {"November", "November"}, {"December", "Dezember"}};
  const auto german = language == kGerman;
  const std::chrono::year_month_day date{day};
  return fmt::format("{}{} {} {}", unsigned{date.day()}, german ? "." : "",
                     kMonths[unsigned{date.month()} - 1][german ? 1 : 0], int{date.year()});
}

std::string_view code_of(Status status) {
  switch (status) {
    case Status::planned:
      return "session_planned";
    case Status::open:
      return "session_is_open";
    case Status::closed:
      return "session_closed";
    case Status::cancelled:
      return "session_cancelled";
  }
  return "";
}

std::string_view code_of(Channel channel) {
  return channel == Channel::chat ? "session_by_chat" : "session_by_messages";
}

std::string_view code_of(Occasion occasion) {
  switch (occasion) {
    case Occasion::before_session:
      return "occasion_before";
    case Occasion::after_session:
      return "occasion_after";
    case Occasion::on_request:
      return "occasion_request";
  }
  return "";
}

std::string_view code_of(signals::Outcome outcome) {
  switch (outcome) {
    case signals::Outcome::discussed:
      return "signals.discussed";
    case signals::Outcome::acted:
      return "signals.acted";
    case signals::Outcome::deferred:
      return "signals.deferred";
    case signals::Outcome::false_alarm:
      return "signals.false_alarm";
  }
  return "";
}

}  // namespace rapport::record
