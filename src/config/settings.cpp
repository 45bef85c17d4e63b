#include "config/settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "base/address.hpp"
#include "base/log.hpp"

namespace rapport::config {
namespace {

Setting text_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  return {name, meaning,
          [member](Settings& settings, std::string_view text) -> std::optional<std::string> {
            settings.*member = std::string(text);
            return std::nullopt;
          },
          [member](const Settings& settings) { return settings.*member; }};
}

Setting number_setting(std::string_view name, std::int64_t Settings::* member, std::int64_t least, std::int64_t most,
                       std::string_view meaning) {
  return {name, meaning,
          [=](Settings& settings, std::string_view text) -> std::optional<std::string> {
            std::int64_t number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
              return fmt::format("it must be a whole number from {} to {}, not \"{}\"", least, most, text);
            }
            settings.*member = number;
            return std::nullopt;
          },
          [member](const Settings& settings) { return std::to_string(settings.*member); }};
}

Setting level_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    if (!log::level_from_text(text)) {
      return fmt::format("it must be debug, info, warning or error, not \"{}\"", text);
    }
    return take(settings, text);
  };
  return setting;
}

Setting country_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    const bool is_code =
        text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_code && !text.empty()) {
      return fmt::format("it must be the two capital letters of a country (ISO 3166), not \"{}\"", text);
    }
    return take(settings, text);
  };
  return setting;
}

/// The password that a database address may hold is not said again.
/// An address, or what libpq takes instead of one (host=… user=…); empty: none.
bool is_postgres(std::string_view text) {
  if (text.find("://") == std::string_view::npos) return text.empty() || text.find('=') != std::string_view::npos;
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

Setting database_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    if (!is_postgres(text)) {
      return "it must be an address that begins with postgresql://";
    }
    return take(settings, text);
  };
  setting.get = [member](const Settings& settings) { return without_password(settings.*member); };
  return setting;
}

/// The first entry of a list that is no address.
std::optional<std::string_view> no_address_in(std::string_view list) {
  if (list.empty()) return std::nullopt;
  for (;;) {
    const auto comma = list.find(',');
    auto entry = list.substr(0, comma);
    entry.remove_prefix(std::min(entry.find_first_not_of(' '), entry.size()));
    if (!canonical_address(entry)) return entry;
    if (comma == std::string_view::npos) return std::nullopt;
    list.remove_prefix(comma + 1);
  }
}

Setting addresses_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    if (const auto wrong = no_address_in(text)) {
      return fmt::format("it must be IP addresses with commas between, and \"{}\" is none", *wrong);
    }
    return take(settings, text);
  };
  return setting;
}

/// One of two words.
Setting choice_setting(std::string_view name, std::string Settings::* member, std::string_view one,
                       std::string_view other, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [=, take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    if (text != one && text != other) return fmt::format("it must be {} or {}, not \"{}\"", one, other, text);
    return take(settings, text);
  };
  return setting;
}

/// What is scanned crosses no network, because it would in clear.
Setting scanner_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    static const std::regex form(R"(|unix:/[^\0]{1,100}|tcp:127(\.[0-9]{1,3}){3}:[1-9][0-9]{0,4})");
    if (!std::regex_match(text.begin(), text.end(), form)) {
      return fmt::format("it must be unix:/PATH or tcp:127.0.0.1:PORT, on this computer, not \"{}\"", text);
    }
    return take(settings, text);
  };
  return setting;
}

Setting retention_setting(std::string_view name, std::string Settings::* member, std::string_view meaning) {
  auto setting = text_setting(name, member, meaning);
  setting.set = [take = setting.set](Settings& settings, std::string_view text) -> std::optional<std::string> {
    if (text != "law" && text != "none") return fmt::format("it must be law or none, not \"{}\"", text);
    return take(settings, text);
  };
  return setting;
}

/// "https://host:1234/" taken apart; only what people may write there.
struct Url {
  std::string scheme;
  std::string host;
};
std::optional<Url> parse_url(const std::string& text) {
  static const std::regex form(R"(([a-z]+)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?)");
  std::smatch parts;
  if (!std::regex_match(text, parts, form)) return std::nullopt;
  return Url{parts[1], parts[2]};
}

bool is_this_computer(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

Error wrong_mail(std::string sentence) {
  return invalid("settings.mail", std::move(sentence));
}

Result<void> check_mail_server(const Settings& settings) {
  const auto server = parse_url(settings.mail_server);
  if (!server || (server->scheme != "smtp" && server->scheme != "smtps")) {
    return fail(wrong_mail(fmt::format(
        "\"mail.server\" must be smtp://HOST:PORT or smtps://HOST:PORT, not \"{}\"; user and password are settings of "
        "their own.",
        without_password(settings.mail_server))));
  }
  if (settings.mail_encryption == "none" && (server->scheme == "smtps" || !is_this_computer(server->host))) {
    return fail(
        wrong_mail("\"mail.encryption\" can be none only with an smtp:// server on this computer: addresses and the "
                   "password would "
                   "cross a network in clear."));
  }
  return {};
}

/// Mail is sent wholly or not at all: what belongs to it is there together.
Result<void> check_mail(const Settings& settings) {
  if (!settings.practice_address.empty()) {
    const auto address = parse_url(settings.practice_address);
    if (!address || (address->scheme != "https" && (address->scheme != "http" || !is_this_computer(address->host)))) {
      return fail(invalid("settings.address",
                          fmt::format("\"practice.address\" must be https://HOST, as people type it, not \"{}\".",
                                      settings.practice_address)));
    }
  }
  if (settings.mail_user.empty() != settings.mail_password_file.empty()) {
    return fail(wrong_mail("A log-in to the mail server needs both \"mail.user\" and \"mail.password_file\"."));
  }
  if (settings.mail_server.empty()) {
    if (settings.mail_from.empty() && settings.mail_user.empty() && settings.mail_authorities.empty()) return {};
    return fail(wrong_mail("There are settings for mail, and no \"mail.server\"."));
  }
  TRY(check_mail_server(settings));
  if (!is_mail_address(settings.mail_from)) {
    return fail(
        wrong_mail(fmt::format("\"mail.from\" must be the address that mails come from (name@example.org), not "
                               "\"{}\".",
                               settings.mail_from)));
  }
  if (settings.practice_address.empty()) {
    return fail(wrong_mail("Mail needs \"practice.address\": it says where to log in."));
  }
  return {};
}

std::string environment_name(std::string_view setting) {
  std::string name = "RAPPORT_";
  for (const char c : setting) name.push_back(c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c)));
  return name;
}

const Setting* find_setting(std::string_view name) {
  const auto& all = all_settings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Error unknown_setting(std::string_view name) {
  return invalid("settings.unknown", fmt::format("There is no setting \"{}\".", name));
}

Result<void> collect(const toml::table& table, const std::string& prefix, Values& values) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      TRY(collect(*inner, name + ".", values));
      continue;
    }
    if (find_setting(name) == nullptr) return fail(unknown_setting(name));
    if (const auto text = node.value_exact<std::string>()) {
      values[name] = *text;
    } else if (const auto number = node.value_exact<std::int64_t>()) {
      values[name] = std::to_string(*number);
    } else {
      return fail(invalid("settings.type", fmt::format("\"{}\" (line {}) must be a text or a whole number.", name,
                                                       node.source().begin.line)));
    }
  }
  return {};
}

/// What is wrong with a line of a settings file before its library reads it.
std::optional<std::string_view> line_mistake(std::string_view line) {
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0) {
      if (c == '\\' && quote == '"') {
        ++at;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '#') {
      return std::nullopt;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return "Letters beyond ASCII stand between quotation marks, or in a comment";
    } else if (c == '"' || c == '\'') {
      if (line.substr(at, 3) == std::string(3, c)) return "A text stands between single quotation marks, on one line";
      quote = c;
    }
  }
  return std::nullopt;
}

/// toml++ 3 knows no way on from some letters where a key or a space may be (is_non_ascii_horizontal_whitespace), nor
/// after the end of a line within three quotation marks: these never reach it. No setting needs them.
Result<void> check_letters(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    if (const auto mistake = line_mistake(line)) {
      return fail(invalid("settings.toml", fmt::format("Line {}: {}.", number, *mistake)));
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

}  // namespace

std::string without_password(std::string_view database) {
  static const std::regex in_url("^([a-z]+://[^:/?#]*):.*@", std::regex::icase);
  static const std::regex in_words("(password\\s*=\\s*)('[^']*'|[^&\\s]*)", std::regex::icase);
  return std::regex_replace(std::regex_replace(std::string(database), in_url, "$1:***@"), in_words, "$1***");
}

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> all{
      text_setting("data", &Settings::data, "folder of the embedded database and of the keys"),
      database_setting("database", &Settings::database, "postgresql://… instead of the embedded database"),
      text_setting("listen", &Settings::listen, "HOST:PORT to serve on"),
      text_setting("metrics_listen", &Settings::metrics_listen,
                   "HOST:PORT of this computer on which /metrics is read (Prometheus); empty: nowhere"),
      addresses_setting("trusted_proxy", &Settings::trusted_proxy,
                        "addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed (ADDR[,ADDR…])"),
      text_setting("master_key_file", &Settings::master_key_file, "file of the master key (default: DATA/master.key)"),
      text_setting("tls.cert", &Settings::tls_cert, "certificate chain (PEM)"),
      text_setting("tls.key", &Settings::tls_key, "private key (PEM)"),
      number_setting("io_threads", &Settings::io_threads, 1, 64, "threads that serve sockets"),
      number_setting("workers", &Settings::workers, 1, 512, "threads that answer requests"),
      number_setting("password_workers", &Settings::password_workers, 1, 64, "threads that check passwords"),
      number_setting("readers", &Settings::readers, 1, 128, "reading connections of the embedded database"),
      number_setting("postgres_connections", &Settings::postgres_connections, 1, 512, "connections to PostgreSQL"),
      number_setting("connections_max", &Settings::connections_max, 1, 1'000'000, "sockets open at once"),
      number_setting("log_in_hours", &Settings::log_in_hours, 1, 24 * 30, "how long a log-in lasts at the most"),
      number_setting("log_in_idle_minutes", &Settings::log_in_idle_minutes, 1, 24 * 60 * 30,
                     "how long a log-in lasts that nobody uses"),
      choice_setting("second_factor", &Settings::second_factor, "staff", "offered",
                     "staff: everybody but clients must have a second factor; offered: nobody must"),
      number_setting("invitation_hours", &Settings::invitation_hours, 1, 24 * 30,
                     "how long the link of an invitation works"),
      number_setting("recap_days", &Settings::recap_days, 1, 60,
                     "how many days after a session its recap can be written"),
      number_setting("limits.messages_per_second", &Settings::limits_messages_per_second, 0, 1'000'000,
                     "messages per person and second; 0: no limit"),
      number_setting("limits.words_per_day", &Settings::limits_words_per_day, 0, 1'000'000,
                     "MiB that one person may write within a day, files apart; 0: no limit"),
      number_setting("limits.live_connections", &Settings::limits_live_connections, 0, 1'000'000,
                     "live connections of one person at once; 0: no limit"),
      number_setting("limits.log_ins_per_minute", &Settings::limits_log_ins_per_minute, 0, 1'000'000,
                     "wrong log-ins per address and minute; 0: no limit"),
      number_setting("limits.wrong_log_ins_per_hour", &Settings::limits_wrong_log_ins_per_hour, 0, 1'000'000,
                     "wrong log-ins per hour of one person at one address, or in a browser of theirs; 0: no limit"),
      number_setting("limits.strangers_log_ins_per_hour", &Settings::limits_strangers_log_ins_per_hour, 0, 1'000'000,
                     "wrong log-ins per hour of one person in browsers that never were theirs; 0: no limit"),
      country_setting(
          "practice.country", &Settings::practice_country,
          "country whose crisis contacts are shown first and whose law says how long records are kept: DE, AT, GB, …"),
      retention_setting("practice.retention", &Settings::practice_retention,
                        "law: what the law of practice.country says; none: no law wants this practice to keep records"),
      text_setting("practice.address", &Settings::practice_address,
                   "address under which people reach the practice (https://…); stands in mails"),
      text_setting("practice.crisis_contacts_file", &Settings::practice_crisis_contacts_file,
                   "further crisis contacts, of the practice's own (JSON)"),
      text_setting("practice.instruments_folder", &Settings::practice_instruments_folder,
                   "folder of further questionnaires, of the practice's own"),
      text_setting("practice.consent_folder", &Settings::practice_consent_folder,
                   "folder of texts that people are asked to agree to, of the practice's own"),
      text_setting("practice.forms_before_session", &Settings::practice_forms_before_session,
                   "forms that are asked for before every session (ID[,ID…]; empty: none)"),
      text_setting("practice.forms_after_session", &Settings::practice_forms_after_session,
                   "forms that are asked for after every session (ID[,ID…]; empty: none)"),
      text_setting("mail.server", &Settings::mail_server,
                   "mail server: smtp://HOST:PORT (STARTTLS) or smtps://HOST:PORT; empty: no mail is sent"),
      text_setting("mail.from", &Settings::mail_from, "address that mails come from"),
      text_setting("mail.user", &Settings::mail_user, "log-in at the mail server"),
      text_setting("mail.password_file", &Settings::mail_password_file,
                   "file with the password of it, readable by its owner alone"),
      text_setting("mail.authorities", &Settings::mail_authorities,
                   "certificates of those who vouch for the mail server (PEM; default: the system's)"),
      choice_setting("mail.encryption", &Settings::mail_encryption, "required", "none",
                     "required: nothing is sent in clear; none: to a server on this computer alone"),
      text_setting("push.services", &Settings::push_services,
                   "push services that notices to browsers may be handed to (HOST[,HOST…]; empty: none)"),
      text_setting("push.authorities", &Settings::push_authorities,
                   "certificates of those who vouch for them (PEM; default: the system's)"),
      text_setting("practice.complaint_contact", &Settings::practice_complaint_contact,
                   "whom a client can complain to: name and number, as the client reads it"),
      text_setting("practice.safeguarding_contact", &Settings::practice_safeguarding_contact,
                   "who protects a client from harm: name and number, as the client reads it"),
      number_setting("safety.acknowledge_minutes", &Settings::safety_acknowledge_minutes, 1, 24 * 60,
                     "minutes after which a supervisor is told of an answer that nobody looks into"),
      number_setting("safety.ask_again_hours", &Settings::safety_ask_again_hours, 1, 24 * 30,
                     "hours after which a client is asked again where they are during a session"),
      number_setting("safety.place_days", &Settings::safety_place_days, 1, 365,
                     "days after which what they said of it is erased"),
      number_setting("practice.smallest_group", &Settings::practice_smallest_group, 5, 1000,
                     "the practice's report shows nothing of fewer people than these; 5 at the least"),
      number_setting("signals.unanswered_days", &Settings::signals_unanswered_days, 1, 60,
                     "days after which a supervisor sees that a therapist has not answered a signal"),
      text_setting("audit.heads", &Settings::audit_heads,
                   "file to which the ends of the audit's chain are added (default: DATA/audit-heads.log)"),
      number_setting("attachments.largest_mib", &Settings::attachments_largest_mib, 1, 25,
                     "MiB of one file that goes with a message"),
      number_setting("attachments.of_message", &Settings::attachments_of_message, 1, 20, "files of one message"),
      number_setting("attachments.mib_per_day", &Settings::attachments_mib_per_day, 1, 10'000,
                     "MiB of files of one person within 24 hours"),
      scanner_setting(
          "attachments.clamd", &Settings::attachments_clamd,
          "ClamAV's daemon that scans files: unix:/PATH or tcp:127.0.0.1:PORT; empty: they are not scanned"),
      number_setting("backup.keys_kept_days", &Settings::backup_keys_kept_days, 1, 3650,
                     "how long backups of the keys are kept; said to whoever is erased"),
      level_setting("log_level", &Settings::log_level, "what is logged at least: debug, info, warning or error"),
  };
  return all;
}

Result<Values> read_toml(std::string_view text) {
  TRY(check_letters(text));
  try {
    Values values;
    TRY(collect(toml::parse(text), "", values));
    return values;
  } catch (const toml::parse_error& error) {
    return fail(invalid("settings.toml", fmt::format("Line {}: {}", error.source().begin.line, error.description())));
  }
}

Result<Values> read_environment(std::span<const std::string_view> environment) {
  Values values;
  for (const auto entry : environment) {
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    if (equals == std::string_view::npos || !name.starts_with("RAPPORT_") || name.starts_with("RAPPORT_TEST_"))
      continue;
    const auto& all = all_settings();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Setting& s) { return environment_name(s.name) == name; });
    if (found == all.end()) return fail(unknown_setting(name));
    values[std::string(found->name)] = std::string(entry.substr(equals + 1));
  }
  return values;
}

Result<Settings> combine(std::span<const Values> layers) {
  Settings settings;
  for (const auto& layer : layers) {
    for (const auto& [name, text] : layer) {
      const auto* setting = find_setting(name);
      if (setting == nullptr) return fail(unknown_setting(name));
      if (auto mistake = setting->set(settings, text)) {
        return fail(invalid("settings.value", fmt::format("\"{}\" is wrong: {}.", name, *mistake)));
      }
    }
  }
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    return fail(invalid("settings.tls", "TLS needs both \"tls.cert\" and \"tls.key\"."));
  }
  TRY(check_mail(settings));
  return settings;
}

}  // namespace rapport::config
