#pragma once
/// @file Every setting of the program, what it means and where it may come from: the default here, then the
/// TOML file, then the environment (RAPPORT_DATA for "data", RAPPORT_LIMITS_MESSAGES_PER_SECOND for
/// "limits.messages_per_second"), then the command line. Secrets are given as the paths of
/// files; the one that a database address may hold is never printed.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rapport::config {

struct Settings {
  std::string data = "./data";            ///< folder of the embedded database, the keys and the master key
  std::string database;                   ///< postgresql://… ; empty: the embedded database in `data`
  std::string listen = "localhost:8080";  ///< HOST:PORT
  std::string metrics_listen;             ///< HOST:PORT of this computer alone for /metrics; empty: there is none
  /// Addresses of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas between.
  std::string trusted_proxy;
  std::string master_key_file;  ///< empty: `data`/master.key
  std::string tls_cert;         ///< PEM chain; needs tls_key
  std::string tls_key;          ///< PEM key
  std::int64_t io_threads = 1;
  std::int64_t workers = 16;
  std::int64_t password_workers = 2;  ///< threads that check passwords; each takes 19 MiB while it does
  std::int64_t readers = 2;           ///< reading connections of the embedded database
  std::int64_t postgres_connections = 8;
  std::int64_t connections_max = 20'000;
  std::int64_t log_in_hours = 12;                 ///< how long a log-in lasts at the most
  std::int64_t log_in_idle_minutes = 240;         ///< and how long one that nobody uses; an open live line is a use
  std::string second_factor = "staff";            ///< who must have one: "staff", or nobody: "offered"
  std::int64_t invitation_hours = 72;             ///< how long the link of an invitation works
  std::int64_t recap_days = 7;                    ///< so long after a session its recap can be written
  std::int64_t limits_messages_per_second = 500;  ///< per person; 0 switches the limit off
  std::int64_t limits_words_per_day = 64;         ///< MiB of one person; 0 switches the limit off
  std::int64_t limits_live_connections = 20;      ///< per person; 0 switches the limit off
  std::int64_t limits_log_ins_per_minute = 60;    ///< wrong ones from one address; 0 switches the limit off
  /// Wrong log-ins of one person at one address, or in one browser of theirs; 0 switches the limit off.
  std::int64_t limits_wrong_log_ins_per_hour = 10;
  /// Wrong log-ins of one person from all browsers that never were theirs; 0 switches the limit off.
  std::int64_t limits_strangers_log_ins_per_hour = 100;
  /// ISO 3166 code of the country whose crisis contacts are shown first; empty: none.
  std::string practice_country;
  std::string practice_retention = "law";     ///< "law" or "none": whether a law may want records kept
  std::string practice_address;               ///< https://… under which people reach the practice; stands in mails
  std::string practice_crisis_contacts_file;  ///< contacts of the practice's own; empty: none
  std::string practice_instruments_folder;    ///< instruments of the practice's own; empty: none
  std::string practice_consent_folder;        ///< texts of consents of the practice's own; empty: none
  /// Ids of the instruments that go with every session where a therapist chose no others, with commas between.
  std::string practice_forms_before_session = "phq-9,gad-7";
  std::string practice_forms_after_session = "sparq,risq";
  /// Whom a client can turn to who felt that the therapist might harm them, in words for the client; empty: nobody.
  std::string practice_complaint_contact;
  std::string practice_safeguarding_contact;
  /// Within which somebody has to say that they look into a concern; then the supervisor is told.
  std::int64_t safety_acknowledge_minutes = 30;
  /// Of fewer people than these the practice's report shows nothing, 5 at the least.
  std::int64_t practice_smallest_group = 5;
  std::int64_t safety_ask_again_hours = 12;  ///< then a client is asked again where they are during a session
  std::int64_t safety_place_days = 30;       ///< then what they said of it is erased
  std::int64_t signals_unanswered_days = 7;  ///< then the supervisor sees that a therapist has not answered a signal
  std::string mail_server;                   ///< smtp://HOST[:PORT] or smtps://HOST[:PORT]; empty: no mail is sent
  std::string mail_from;                     ///< the address that mails come from
  std::string mail_user;                     ///< empty: the server asks for no log-in
  std::string mail_password_file;            ///< needs mail_user
  std::string mail_authorities;              ///< PEM file of who vouches for the server; empty: those of the system
  std::string mail_encryption = "required";  ///< or "none", to a server on this computer alone
  /// Computers that notices to browsers may be handed to, with commas between; empty: none.
  std::string push_services =
      "fcm.googleapis.com,updates.push.services.mozilla.com,*.notify.windows.com,web.push.apple.com";
  std::string push_authorities;                ///< PEM file of who vouches for them; empty: those of the system
  std::string audit_heads;                     ///< file of the audit's signed heads; empty: `data`/audit-heads.log
  std::int64_t attachments_largest_mib = 10;   ///< one file at the most
  std::int64_t attachments_of_message = 5;     ///< files of one message at the most
  std::int64_t attachments_mib_per_day = 100;  ///< of one person within 24 hours
  std::string attachments_clamd;               ///< unix:/PATH or tcp:127.0.0.1:PORT; empty: files are not scanned
  std::int64_t backup_keys_kept_days = 30;     ///< how long backups of the keys are kept; said where keys are deleted
  std::string log_level = "info";              ///< debug, info, warning or error
};

/// One setting: its name in the file, what it means, and how its text is taken over.
struct Setting {
  std::string_view name;
  std::string_view meaning;
  /// A sentence about what is wrong, or nothing.
  std::function<std::optional<std::string>(Settings&, std::string_view)> set;
  std::function<std::string(const Settings&)> get;
};

/// A database address with its password, if any, replaced by "***": what may be printed.
std::string without_password(std::string_view database);

/// All of them, in the order in which they are documented.
const std::vector<Setting>& all_settings();

/// Where each layer's values stand, by the setting's name.
using Values = std::map<std::string, std::string, std::less<>>;

/// The settings of a TOML text. Errors name the line, or the key that is unknown or of the wrong type.
Result<Values> read_toml(std::string_view text);
/// Those of `environment` ("RAPPORT_…=…" entries) that are settings; an unknown RAPPORT_ name is an error, but for
/// those that begin with RAPPORT_TEST_.
Result<Values> read_environment(std::span<const std::string_view> environment);
/// Defaults overlaid by the layers, the later ones stronger. Errors name the setting.
Result<Settings> combine(std::span<const Values> layers);

}  // namespace rapport::config
