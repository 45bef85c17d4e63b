#pragma once
/// @file Which instruments are offered as forms, what may be answered, what the answers give, who sees what of it, and
/// how it is sealed. No database and no route.
#include "access/seal.hpp"
#include "features/questionnaires/questionnaires_shapes.hpp"
#include "measures/instrument_library.hpp"
#include "measures/score.hpp"

namespace rapport::questionnaires {

/// Those that forms can be given out of now. What was taken from it stays, whatever comes in its place.
const measures::InstrumentLibrary& instruments();
/// Those that the program and its folder bring.
const measures::InstrumentLibrary& instruments_of_program();
/// In the place of both, at any time: calls that are under way go on with what they took.
void use_instruments(measures::InstrumentLibrary library);
/// What the practice has stored together with those of the program, in the place of what was stored before.
void use_stored_instruments(measures::InstrumentLibrary library);

/// The version that the form was asked with. Null when this program cannot read that version: then nothing of it is
/// known but what was stored. A form from before versions were kept has the one of now.
const measures::Instrument* instrument_of(const StoredForm& form);
const measures::Instrument* instrument_of(std::string_view id, std::string_view digest);

/// Whether somebody can be asked for it: it is not switched off, its wording is here in a language that
/// is known, and every question has answers to choose from or a line to mark.
bool is_offered(const measures::Instrument& instrument);
/// Why nobody can fill it in here, in a sentence; empty where somebody can.
std::string why_no_screen(const measures::Instrument& instrument);
bool can_be_filled_in(const measures::Instrument& instrument);
/// Error: invalid "form.not_offered".
Result<const measures::Instrument*> find_offered(std::string_view id);

Questionnaires list_offered();
/// The wording in that language, or in the instrument's own where it has no official one in that language.
QuestionnaireText text_of(const measures::Instrument& instrument, const std::string& language);

/// A line in words, whatever the language: "0 low … 10 high", or "0 … 10" where its ends have no names.
std::string line_in_words(const LineText& line, std::string_view language);
/// An answer in the words of the form; of a mark on a line its place: "6.4 (0 low … 10 high)", with the decimal sign of
/// the language. Nothing where it is no answer to the question.
std::optional<std::string> answer_in_words(const QuestionText& question, double value, std::string_view language);

/// Errors: invalid "form.answer" (an item that is not there or twice, a value that is no answer, a language in which
/// there is no wording), with a pointer.
Result<void> check_answers(const measures::Instrument& instrument, const Answers& answers);
/// Without the answers to questions that the others make needless: somebody answered one and then went back. Those may
/// be kept while a form is filled in, and are no part of what is sent. `answers` as check_answers lets them pass.
Answers only_asked(const measures::Instrument& instrument, Answers answers);
/// Whether the question is asked after these answers.
bool is_asked(const measures::Instrument& instrument, const Answers& answers, std::string_view item);
/// `answers` as check_answers lets them pass.
Result<Scores> score_answers(const measures::Instrument& instrument, const Answers& answers);
/// Nothing where one of the two has no main score or no threshold is published.
std::optional<ChangeResult> change_since(const measures::Instrument& instrument, const Scores& before, Time since,
                                         const Scores& now);

/// Whether its answers are about the therapist and go to the neutral person first (RISQ). Without such a person nobody
/// can be asked for it.
bool is_for_neutral_person(const measures::Instrument& instrument);
/// Whether it is the therapist who fills it in; what has left the program is nobody's to fill in.
bool is_for_therapists(std::string_view id);
/// Whether a client can choose ahead that the therapist sees single answers: where it is theirs to choose, and not of
/// what goes to the neutral person, which is decided form by form once it is filled in.
bool can_show_items(const measures::Instrument& instrument);
/// Whether this viewer sees nothing of the form but whether it was sent: of one that goes to the neutral person, while
/// the client does not allow the therapist more; whoever stands in is allowed nothing by that. No score, time or number
/// may let them guess the answers. Of a therapist's own form everybody but that therapist, unless they show the client.
bool is_hidden(const StoredForm& form, AccountId viewer);

/// Whether the names of its ranges are shown where nobody has published them. Not where it asks about harm: "healthy"
/// would be a green light that nobody answers for.
bool names_unpublished_ranges(const measures::Instrument& instrument);

/// Whether single answers are for this viewer's eyes; what the client allows the therapist is allowed to nobody who
/// stands in. Of an instrument that has left the program only the client sees them.
bool sees_items(const StoredForm& form, AccountId viewer);
/// What of its scores this viewer is given; everything that is read passes here. Whoever does not see single answers
/// learns from the scores neither how many are missing nor which, and is given no scale of one question: it is the
/// answer to it. The client is given the name of a range only where
/// a published source gives it, and no question about harm was left out or answered so that a person has to look:
/// beside such an answer "Minimal" would say that all is well.
Scores for_viewer(Scores scores, const StoredForm& form, AccountId viewer);
/// The same of scores as they are reckoned, for what is told to everybody who treats.
void hide_single_answers(const measures::Instrument& instrument, std::vector<measures::ScaleScore>& scores);
/// Leaves out the scales of one question alone, for where forms whose single answers are shown stand beside others.
void leave_out_single_answers(const measures::Instrument& instrument, Scores& scores);

/// What is authenticated together with either, so that no version opens in another's place, nor scores in that of
/// answers.
enum class SealedPart : std::uint8_t { answers = 'a', scores = 's' };
Bytes bound_to(FormId form, std::int64_t version, SealedPart what);
/// Sealed under the client's key, tied to form and version (0: the draft).
Bytes seal_answers(const access::SealKey& key, FormId form, std::int64_t version, const Answers& answers);
Bytes seal_scores(const access::SealKey& key, FormId form, std::int64_t version, const Scores& scores);
/// An internal error when the row was altered or the key is not the client's.
Result<Answers> open_answers(const access::SealKey& key, FormId form, std::int64_t version, BytesView sealed);
Result<Scores> open_scores(const access::SealKey& key, FormId form, std::int64_t version, BytesView sealed);

}  // namespace rapport::questionnaires
