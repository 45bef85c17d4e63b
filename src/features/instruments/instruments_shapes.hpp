#pragma once
/// @file What of instruments crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/questionnaires/questionnaires_shapes.hpp"
#include "http/text.hpp"

namespace rapport::instruments {

enum class FilledInBy { client, therapist };
BOOST_DESCRIBE_ENUM(FilledInBy, client, therapist)

enum class InstrumentState { ready, off, withdrawn, no_wording, no_screen, unreadable };
BOOST_DESCRIBE_ENUM(InstrumentState, ready, off, withdrawn, no_wording, no_screen, unreadable)

struct InstrumentVersion {
  static constexpr std::string_view says =
      "One that was uploaded. `number` is the practice's own count, `version` what the file calls itself. "
      "`unreadable`: "
      "why this program cannot read it; its forms are kept, and neither shown nor filled in.";
  std::int64_t number = 0;
  std::string version;
  std::string digest;
  std::string wording_hash;
  Time saved_at;
  std::optional<std::string> unreadable;
};
BOOST_DESCRIBE_STRUCT(InstrumentVersion, (), (number, version, digest, wording_hash, saved_at, unreadable))

struct InstrumentEntry {
  static constexpr std::string_view says =
      "`state`: `ready` can be asked for; `off` waits for an administrator who confirms `wants_confirmation`; "
      "`withdrawn` "
      "is asked for no more; `no_wording` is structure and scoring, the licence holder's file is uploaded; `no_screen` "
      "cannot be filled in here (`why`); `unreadable`: see its latest version. `licence_letter`: A part of the "
      "program, B "
      "in a pack with its own licence, C structure only; empty: the practice brought it and answers for it. `own`: it "
      "was "
      "uploaded, or its wording was. `wording_hash` is the SHA-256 of every text that is read, `digest` that of both "
      "files. `unverified`: what was not found in two independent sources, with the reason; nothing is claimed of it. "
      "`scales` are their keys; empty where there is no scoring: it is answered and read, and nothing is reckoned.";
  std::string id;
  std::string name;
  std::string title;
  FilledInBy filled_in_by = FilledInBy::client;
  InstrumentState state = InstrumentState::ready;
  std::optional<std::string> why;
  bool own = false;
  bool wants_confirmation = false;
  std::string licence_letter;
  std::optional<std::string> licence;  ///< SPDX
  std::optional<std::string> licence_url;
  std::optional<std::string> notice;
  std::optional<std::string> changes_allowed;
  bool commercial_use = true;
  std::string citation;
  std::string copyright;
  std::string printed_form;
  std::string version;
  std::string scoring_version;
  std::string wording_hash;
  std::string digest;
  std::vector<std::string> languages;
  std::int64_t questions = 0;
  std::vector<std::string> scales;
  std::vector<std::string> unverified;
  std::vector<InstrumentVersion> versions;
};
BOOST_DESCRIBE_STRUCT(InstrumentEntry, (),
                      (id, name, title, filled_in_by, state, why, own, wants_confirmation, licence_letter, licence,
                       licence_url, notice, changes_allowed, commercial_use, citation, copyright, printed_form, version,
                       scoring_version, wording_hash, digest, languages, questions, scales, unverified, versions))

struct Instruments {
  static constexpr std::string_view says = "By id. Those without wording are here, too.";
  std::vector<InstrumentEntry> instruments;
};
BOOST_DESCRIBE_STRUCT(Instruments, (), (instruments))

struct InstrumentUpload {
  static constexpr std::string_view says =
      "The files as text. `instrument` is the id that it is to have, small letters, digits and hyphens; left out it is "
      "that "
      "of the scoring file, or made of the questionnaire's own. Without `scoring` it is answered and read, and nothing "
      "is "
      "reckoned; where the program has the scoring of a `no_wording` instrument, that holds.";
  std::optional<http::Text<2, 40>> instrument;
  http::Text<1, 400000> questionnaire;
  std::optional<http::Text<1, 100000>> scoring;
};
BOOST_DESCRIBE_STRUCT(InstrumentUpload, (), (instrument, questionnaire, scoring))

struct UploadMistake {
  static constexpr std::string_view says =
      "`file` is `questionnaire`, `scoring`, or `instrument` for the id; `line` counts from 1, absent where the "
      "sentence "
      "names it or there is none; `place` is a JSON pointer, which may be empty.";
  std::string file;
  std::optional<std::int64_t> line;
  std::string place;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(UploadMistake, (), (file, line, place, message))

enum class Becomes { instrument, version, wording, nothing_new };
BOOST_DESCRIBE_ENUM(Becomes, instrument, version, wording, nothing_new)

struct CheckedScale {
  std::string key;
  std::string label;
  double min = 0;
  double max = 0;
  bool higher_is_worse = true;
};
BOOST_DESCRIBE_STRUCT(CheckedScale, (), (key, label, min, max, higher_is_worse))

struct CheckedUpload {
  static constexpr std::string_view says =
      "With `mistakes` nothing else is there. Otherwise: what it `becomes` when it is saved, under which id; "
      "`preview`, as "
      "the respondent sees it, in the language that was asked for; `left_out`, the texts of items that are not asked "
      "here "
      "(free text, dates, several answers at once). Nothing was saved.";
  std::vector<UploadMistake> mistakes;
  std::string instrument;
  Becomes becomes = Becomes::instrument;
  std::vector<CheckedScale> scales;
  std::vector<std::string> left_out;
  std::optional<std::string> cannot_be_asked;
  std::optional<questionnaires::QuestionnaireText> preview;
};
BOOST_DESCRIBE_STRUCT(CheckedUpload, (), (mistakes, instrument, becomes, scales, left_out, cannot_be_asked, preview))

struct SavedInstrument {
  std::string instrument;
  std::int64_t number = 0;
  std::string digest;
};
BOOST_DESCRIBE_STRUCT(SavedInstrument, (), (instrument, number, digest))

struct SwitchWanted {
  static constexpr std::string_view says =
      "`on` false withdraws: no new forms, what was asked and answered stays. `non_commercial` confirms that the use "
      "of it "
      "here is non-commercial; it is needed where `wants_confirmation`.";
  bool on = false;
  std::optional<bool> non_commercial;
};
BOOST_DESCRIBE_STRUCT(SwitchWanted, (), (on, non_commercial))

}  // namespace rapport::instruments
