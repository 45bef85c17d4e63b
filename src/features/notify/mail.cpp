#include "features/notify/mail.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>

namespace rapport::notify {
namespace {

struct Words {
  std::string_view subject;  ///< ASCII
  std::string_view text;     ///< UTF-8, {} is Mail::address
};

/// For each kind: English, German.
constexpr std::array<std::array<Words, 2>, 11> kWords{{
    {{{"Rapport: something is waiting for you",
       "Something in Rapport is waiting for you. Please log in:\n\n{}\n\n"
       "This mail says no more, so that nobody else learns anything from it.\n"
       "A program sent it; nobody reads answers to it.\n"
       "You change or remove your address in Rapport under Settings.\n"},
      {"Rapport: Es wartet etwas auf Sie",
       "In Rapport wartet etwas auf Sie. Bitte melden Sie sich an:\n\n{}\n\n"
       "Mehr steht hier nicht, damit niemand sonst etwas daraus erfährt.\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"
       "Ihre Adresse ändern oder entfernen Sie in Rapport unter „Einstellungen“.\n"}}},
    {{{"Rapport: you are invited",
       "Somebody invites you to Rapport. Open this page; there you read who it is, and choose a log-in name and a "
       "password:\n\n{}\n\n"
       "It works once, and only for a short time. It is for you alone: please do not pass it on.\n"
       "If you do not know what this is about, delete this mail; then nothing happens.\n"
       "A program sent it; nobody reads answers to it.\n"},
      {"Rapport: Sie sind eingeladen",
       "Jemand lädt Sie zu Rapport ein. Öffnen Sie diese Seite; dort lesen Sie, wer es ist, und wählen einen "
       "Anmeldenamen und ein Passwort:\n\n{}\n\n"
       "Sie funktioniert nur einmal und nur für kurze Zeit. Sie ist für Sie allein: Bitte geben Sie sie nicht weiter.\n"
       "Wenn Sie nicht wissen, worum es geht, löschen Sie diese Mail; dann geschieht nichts.\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: your log-in was changed",
       "The second step with which you log in to Rapport was set up, changed or removed.\n\n"
       "If that was you, there is nothing to do. If it was not, somebody else may be able to log in as you: please "
       "tell your practice at once, by telephone.\n\n{}\n\n"
       "A program sent this mail; nobody reads answers to it.\n"},
      {"Rapport: Ihre Anmeldung ist anders als bisher",
       "Der zweite Schritt, mit dem Sie sich bei Rapport anmelden, wurde eingerichtet, geändert oder entfernt.\n\n"
       "Wenn Sie das waren, ist nichts zu tun. Wenn nicht, kann sich vielleicht jemand anders als Sie anmelden: Bitte "
       "sagen Sie es sofort Ihrer Praxis, am Telefon.\n\n{}\n\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: your password was changed",
       "The password with which you log in to Rapport was changed, and all other log-ins were ended.\n\n"
       "If that was you, there is nothing to do. If it was not, somebody else may be able to log in as you: please "
       "tell your practice at once, by telephone.\n\n{}\n\n"
       "A program sent this mail; nobody reads answers to it.\n"},
      {"Rapport: Ihr Passwort ist neu",
       "Das Passwort, mit dem Sie sich bei Rapport anmelden, wurde geändert; alle anderen Anmeldungen wurden "
       "beendet.\n\n"
       "Wenn Sie das waren, ist nichts zu tun. Wenn nicht, kann sich vielleicht jemand anders als Sie anmelden: Bitte "
       "sagen Sie es sofort Ihrer Praxis, am Telefon.\n\n{}\n\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: your address was changed",
       "Mails from Rapport do not come to this address any more: another was given, or none.\n\n"
       "If that was you, there is nothing to do. If it was not, somebody else may be able to log in as you: please "
       "tell your practice at once, by telephone.\n\n{}\n\n"
       "A program sent this mail; nobody reads answers to it.\n"},
      {"Rapport: Ihre Adresse ist eine andere",
       "An diese Adresse kommen keine Mails von Rapport mehr: Es wurde eine andere angegeben oder keine.\n\n"
       "Wenn Sie das waren, ist nichts zu tun. Wenn nicht, kann sich vielleicht jemand anders als Sie anmelden: Bitte "
       "sagen Sie es sofort Ihrer Praxis, am Telefon.\n\n{}\n\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: choose a new password",
       "Somebody, probably you, asked for a new password for your log-in to Rapport. Choose it on this page:\n\n{}\n\n"
       "The page works once, within 30 minutes. If you did not ask for it, delete this mail; then nothing changes.\n"
       "Please do not pass it on. A program sent it; nobody reads answers to it.\n"},
      {"Rapport: ein neues Passwort",
       "Jemand, vermutlich Sie, hat um ein neues Passwort für Ihre Anmeldung bei Rapport gebeten. Wählen Sie es auf "
       "dieser Seite:\n\n{}\n\n"
       "Die Seite funktioniert einmal, 30 Minuten lang. Wenn Sie nicht darum gebeten haben, löschen Sie diese Mail; "
       "dann ändert sich nichts.\n"
       "Bitte geben Sie sie nicht weiter. Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: your second step ends tomorrow",
       "Somebody, probably you, has said that the phone for your second step at the log-in to Rapport is lost. In 24 "
       "hours the second step ends; from then on your password alone logs you in.\n\n"
       "If that was not you, stop it on this page, or by logging in as always:\n\n{}\n\n"
       "Then please tell your practice, by telephone. A program sent this mail; nobody reads answers to it.\n"},
      {"Rapport: Ihr zweiter Schritt endet morgen",
       "Jemand, vermutlich Sie, hat angegeben, dass das Telefon für Ihren zweiten Schritt bei der Anmeldung bei "
       "Rapport "
       "verloren ist. In 24 Stunden endet der zweite Schritt; von da an genügt Ihr Passwort.\n\n"
       "Wenn Sie das nicht waren, halten Sie es auf dieser Seite auf, oder melden Sie sich an wie immer:\n\n{}\n\n"
       "Sagen Sie es dann bitte auch Ihrer Praxis, am Telefon. Diese Mail hat ein Programm verschickt; Antworten "
       "darauf "
       "liest niemand.\n"}}},
    {{{"Rapport: who is responsible for what was changed",
       "Who is responsible for what was changed in Rapport, and it concerns you.\n\n"
       "If you do not know why, please ask those who run Rapport where you work.\n\n{}\n\n"
       "This mail says no more, so that nobody else learns anything from it.\n"
       "A program sent it; nobody reads answers to it.\n"},
      {"Rapport: andere Aufgaben",
       "Wer in Rapport wofür zuständig ist, wurde geändert, und es betrifft Sie.\n\n"
       "Wenn Sie nicht wissen, warum, fragen Sie bitte die Verwaltung, dort wo Sie arbeiten.\n\n{}\n\n"
       "Mehr steht hier nicht, damit niemand sonst etwas daraus erfährt.\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: a passkey was refused",
       "Somebody tried to log in to Rapport as you with a passkey that may be a copy of yours. It was refused.\n\n"
       "Please log in, remove that passkey under \"Log-in and security\" and make a new one. If you have copied no "
       "passkey, tell your practice, by telephone.\n\n{}\n\n"
       "A program sent this mail; nobody reads answers to it.\n"},
      {"Rapport: Ein Passkey wurde abgelehnt",
       "Jemand wollte sich bei Rapport als Sie anmelden, mit einem Passkey, der eine Kopie des Ihren sein kann. Er "
       "wurde "
       "abgelehnt.\n\n"
       "Bitte melden Sie sich an, entfernen Sie diesen Passkey unter „Anmeldung und Sicherheit“ und legen Sie einen "
       "neuen "
       "an. Wenn Sie keinen Passkey kopiert haben, sagen Sie es Ihrer Praxis, am Telefon.\n\n{}\n\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: your account is to be closed tomorrow",
       "Your practice wants to close your account in Rapport, in 24 hours.\n\n"
       "If you asked for that, there is nothing to do. If it is not your wish, please log in before then and choose "
       "\"Keep my account\"; it is the first thing you see:\n\n{}\n\n"
       "A program sent this mail; nobody reads answers to it.\n"},
      {"Rapport: Ihr Konto soll morgen geschlossen werden",
       "Ihre Praxis möchte Ihr Konto in Rapport schließen, in 24 Stunden.\n\n"
       "Wenn Sie darum gebeten haben, ist nichts zu tun. Wenn Sie das nicht wünschen, melden Sie sich bitte vorher an "
       "und wählen Sie „Konto behalten“; Sie sehen es als Erstes:\n\n{}\n\n"
       "Diese Mail hat ein Programm verschickt; Antworten darauf liest niemand.\n"}}},
    {{{"Rapport: test mail",
       "This is the test mail that you asked for: mails from Rapport reach you at this address.\n\n{}\n"},
      {"Rapport: Testmail",
       "Dies ist die Testmail, um die Sie gebeten haben: Mails von Rapport erreichen Sie unter dieser Adresse.\n\n"
       "{}\n"}}},
}};

/// English, German; before everything else.
constexpr std::array<std::string_view, 2> kMadeUp{
    "This is a demonstration: everybody in it is made up.\n\n",
    "Dies ist eine Vorführung: Alle darin sind erfunden.\n\n",
};

/// RFC 2045, 6.7; lines end in CRLF.
std::string quoted_printable(std::string_view text) {
  constexpr std::size_t longest_line = 76;
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool plain = c >= ' ' && c <= '~' && c != '=';
    const auto piece = plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
    if (column + piece.size() >= longest_line) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  return out;
}

}  // namespace

std::string message_id(const access::SealKey& root, std::string_view notice_key, std::string_view from) {
  constexpr std::size_t digest_bytes = 16;
  const auto digest = access::keyed_digest(root.subkey("mail--id"), notice_key);
  return fmt::format("<{}@{}>", to_hex(BytesView(digest).first(digest_bytes)), from.substr(from.find('@') + 1));
}

std::string write_mail(const Mail& mail) {
  const auto& words = kWords[static_cast<std::size_t>(mail.kind)][mail.german ? 1 : 0];
  const auto text = std::string(mail.synthetic ? kMadeUp[mail.german ? 1 : 0] : "") +
                    fmt::format(fmt::runtime(words.text), mail.address);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(mail.queued_at);
  return fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\n"
      "From: Rapport <{}>\r\n"
      "To: <{}>\r\n"
      "Subject: {}\r\n"
      "Message-ID: {}\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Language: {}\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "{}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), mail.from, mail.to, words.subject, mail.message_id,
      mail.german ? "de" : "en", quoted_printable(text));
}

}  // namespace rapport::notify
