#pragma once
/// @file Who may do what, in one table. A permission says that a role may ever do a thing; whether this viewer
/// may do it to this room or episode is asked of the data, in the same transaction.
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace rapport::access {

enum class Role : std::uint8_t {
  client,
  therapist,
  supervisor,      ///< hears of what a therapist has not looked at in time; reads nothing that the two write
  neutral_person,  ///< hears what a client says about the therapist; reads nothing else
  coordinator,     ///< arranges who begins when
  researcher,      ///< studies what clients have agreed to
  coder,           ///< rates recordings for research
  administrator,   ///< people and settings of the practice; nothing that is a client's
};
inline constexpr std::size_t kRoleCount = 8;

/// A set of roles.
class Roles {
 public:
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) bits_ |= std::uint32_t{1} << static_cast<std::uint32_t>(role);
  }
  /// False for values outside of the enumeration too.
  constexpr bool has(Role role) const {
    const auto place = static_cast<std::uint32_t>(role);
    return place < kRoleCount && (bits_ >> place & 1) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

enum class Permission : std::uint8_t {
  read_episode,   ///< a course of treatment: who with whom, what waits
  read_caseload,  ///< all one's clients, and what of theirs waits
  read_room,      ///< the messages of a room
  send_message,
  write_draft,           ///< keep an unsent reply
  propose_reply_time,    ///< say when the client can expect an answer
  agree_reply_time,      ///< accept that as a client
  read_form,             ///< forms with their scores, and the wording of questionnaires
  ask_form,              ///< ask a client for a form
  fill_form,             ///< answer, send and correct one
  live,                  ///< hold a live connection
  read_encounter,        ///< sessions, and what both mean to talk about
  hold_encounter,        ///< plan, move, cancel, open and close one
  write_agenda,          ///< what to talk about in one
  read_record,           ///< download everything of one's own
  write_notes,           ///< read and write the therapist's own notes of one
  read_concern,          ///< answers that a person has to look at, and what was done about them
  handle_concern,        ///< say that one looks into it, and close it
  give_consent,          ///< read what one is asked to agree to, agree and withdraw
  read_consents,         ///< whether a client agrees to what the work depends on
  invite,                ///< invite somebody by a link, and see what became of it
  manage_people,         ///< who works in the practice, and who stands behind whom
  announce_absence,      ///< say when a therapist is away, and who is to stand in
  stand_in,              ///< agree to that, or decline
  hand_over,             ///< give a treatment to another therapist
  close_own_account,     ///< have one's own account closed
  ask_exception,         ///< ask to read a locked record, and read it once somebody else has confirmed it
  decide_exception,      ///< confirm that
  manage_closings,       ///< close clients' accounts, and see what is kept of them until when
  call_off_closing,      ///< have a client's account stay open that an administrator wanted to close
  read_instruments,      ///< which questionnaires there are, under which licence, and what of them is unverified
  manage_instruments,    ///< bring questionnaires, withdraw them, switch them on and off
  read_signals,          ///< where the course of one's client asks for a look, and why
  answer_signal,         ///< record what one did about it, and what came of that
  watch_signals,         ///< which of them the therapists whom one supervises have not answered
  read_practice_report,  ///< figures about the practice as a whole, with nobody in them
  say_between_us,        ///< say that something between the two is not right, and choose who hears it
  hear_between_us,       ///< read what one was told so, and answer it
  read_between,          ///< goals, homework and what went well, between sessions
  write_between,         ///< work on them
  edit_own_profile,      ///< say what one is like as a therapist, for clients who choose
  state_preferences,     ///< say what one wishes for in the work
  read_preferences,      ///< what one's client wishes for
  choose_therapist,      ///< see who could fit, choose one or ask for somebody to be chosen
  assign_therapist,      ///< which clients wait for a therapist, and choose one for them
  read_opening,          ///< what a client says before a session, and where they are during it
  answer_opening,        ///< say that
  prepare_session,       ///< look through what one's client wrote, before a session
  ask_for_another,       ///< go to another therapist: begin, choose, tell, leave it as it is
  see_switch,            ///< as whom a client leaves, or comes to, once they were told
};
inline constexpr std::size_t kPermissionCount = 50;

inline constexpr Roles kClient{Role::client};
inline constexpr Roles kTherapist{Role::therapist};
inline constexpr Roles kBoth{Role::client, Role::therapist};
inline constexpr Roles kWhoLooksAfter{Role::therapist, Role::supervisor, Role::neutral_person};
inline constexpr Roles kAdministrator{Role::administrator};
inline constexpr Roles kStaff{Role::therapist,  Role::supervisor, Role::neutral_person, Role::coordinator,
                              Role::researcher, Role::coder,      Role::administrator};
inline constexpr Roles kWhoInvites{Role::therapist, Role::administrator};
inline constexpr Roles kEverybody{Role::client,      Role::therapist,  Role::supervisor, Role::neutral_person,
                                  Role::coordinator, Role::researcher, Role::coder,      Role::administrator};

/// The table: a row for every permission, and whose it is.
struct PermissionRow {
  Permission permission;
  std::string_view text;
  Roles roles;
};
inline constexpr std::array<PermissionRow, kPermissionCount> kPermissionTable{{
    {Permission::read_episode, "read_episode", kBoth},
    {Permission::read_caseload, "read_caseload", kTherapist},
    {Permission::read_room, "read_room", kBoth},
    {Permission::send_message, "send_message", kBoth},
    {Permission::write_draft, "write_draft", kBoth},
    {Permission::propose_reply_time, "propose_reply_time", kTherapist},
    {Permission::agree_reply_time, "agree_reply_time", kClient},
    {Permission::read_form, "read_form", kBoth},
    {Permission::ask_form, "ask_form", kTherapist},
    {Permission::fill_form, "fill_form", kClient},
    {Permission::live, "live", kEverybody},
    {Permission::read_encounter, "read_encounter", kBoth},
    {Permission::hold_encounter, "hold_encounter", kTherapist},
    {Permission::write_agenda, "write_agenda", kBoth},
    {Permission::read_record, "read_record", kClient},
    {Permission::write_notes, "write_notes", kTherapist},
    {Permission::read_concern, "read_concern", kWhoLooksAfter},
    {Permission::handle_concern, "handle_concern", kWhoLooksAfter},
    {Permission::give_consent, "give_consent", kBoth},
    {Permission::read_consents, "read_consents", kTherapist},
    {Permission::invite, "invite", kWhoInvites},
    {Permission::manage_people, "manage_people", kAdministrator},
    {Permission::announce_absence, "announce_absence", Roles{Role::therapist, Role::administrator}},
    {Permission::stand_in, "stand_in", kTherapist},
    {Permission::hand_over, "hand_over", Roles{Role::therapist, Role::administrator}},
    {Permission::close_own_account, "close_own_account", kClient},
    {Permission::ask_exception, "ask_exception", Roles{Role::therapist, Role::supervisor}},
    {Permission::decide_exception, "decide_exception", Roles{Role::supervisor, Role::administrator}},
    {Permission::manage_closings, "manage_closings", kAdministrator},
    {Permission::call_off_closing, "call_off_closing", kWhoInvites},
    {Permission::read_instruments, "read_instruments", kStaff},
    {Permission::manage_instruments, "manage_instruments", kAdministrator},
    {Permission::read_signals, "read_signals", kTherapist},
    {Permission::answer_signal, "answer_signal", kTherapist},
    {Permission::watch_signals, "watch_signals", Roles{Role::supervisor}},
    {Permission::read_practice_report, "read_practice_report", Roles{Role::coordinator, Role::administrator}},
    {Permission::say_between_us, "say_between_us", kClient},
    {Permission::hear_between_us, "hear_between_us", Roles{Role::therapist, Role::neutral_person}},
    {Permission::read_between, "read_between", kBoth},
    {Permission::write_between, "write_between", kBoth},
    {Permission::edit_own_profile, "edit_own_profile", kTherapist},
    {Permission::state_preferences, "state_preferences", kClient},
    {Permission::read_preferences, "read_preferences", kTherapist},
    {Permission::choose_therapist, "choose_therapist", kClient},
    {Permission::assign_therapist, "assign_therapist", Roles{Role::coordinator, Role::administrator}},
    {Permission::read_opening, "read_opening", kBoth},
    {Permission::answer_opening, "answer_opening", kClient},
    {Permission::prepare_session, "prepare_session", kTherapist},
    {Permission::ask_for_another, "ask_for_another", kClient},
    {Permission::see_switch, "see_switch", kTherapist},
}};

/// False for values outside of the enumerations too.
constexpr bool allowed(Role role, Permission permission) {
  const auto row = static_cast<std::size_t>(permission);
  return row < kPermissionCount && kPermissionTable[row].roles.has(role);
}

std::string_view to_text(Role role);
std::string_view to_text(Permission permission);
std::optional<Role> role_from_text(std::string_view text);
std::optional<Permission> permission_from_text(std::string_view text);

}  // namespace rapport::access
