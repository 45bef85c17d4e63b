#pragma once
/// @file What people are asked to agree to. Each version of a text is a file that is never changed: whoever agreed can
/// read later what they agreed to, and a digest shows that it is the same. The program has a suggestion for each
/// purpose; a practice puts texts of its own beside them.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/permission.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace rapport::consent {

/// Who is asked.
enum class Asked : std::uint8_t { client, therapist, both };

struct Section {
  std::string title;
  std::vector<std::string> paragraphs;
};

/// A text in one language. `when_given` and `when_withdrawn` say what follows from either, and what can no longer be
/// undone; the screens put before them from when on.
struct Wording {
  std::string language;  ///< ISO 639, two letters
  std::string title;
  std::string in_short;
  std::vector<Section> sections;
  std::string when_given;
  std::string when_withdrawn;
};

/// One version of what is asked for one purpose.
struct Text {
  std::string purpose;  ///< "recording"
  std::string version;  ///< "2026-11-29.1": the day, and the number of that day
  Asked asked = Asked::client;
  bool therapist_sees = false;  ///< the therapist of a client may know whether it is given, for the work depends on it
  std::vector<std::string> accepts;  ///< earlier versions that still count
  bool draft = true;                 ///< nobody of the practice has approved it
  std::vector<Wording> wordings;     ///< one at least
};

/// The wording in that language, else in English, else the first.
const Wording& wording_of(const Text& text, std::string_view language);
/// A digest of what was read: the purpose, the version and the whole wording.
Bytes digest_of(const Text& text, const Wording& wording);
bool is_asked(const Text& text, access::Role role);

struct TextFile {
  std::string name;
  std::string_view content;
};

class Texts {
 public:
  /// Those that are part of the program. Throws std::logic_error if they are not well-formed: a defect of this program.
  Texts();

  /// Adds a practice's own; for a purpose of which there is any, the latest of them is the one that is asked.
  /// Errors: invalid "consent.file" with file, line and what is wrong; a version that is there twice or that accepts
  /// one that nobody knows is wrong too.
  Result<void> add(const std::vector<TextFile>& files);

  /// The versions that are asked now, in the order of the program's purposes, then of others by name.
  std::vector<const Text*> asked_now() const;
  /// The one that is asked now; null for a purpose that nobody knows.
  const Text* asked_now(std::string_view purpose) const;
  /// Any version; null when it is not known.
  const Text* find(std::string_view purpose, std::string_view version) const;
  /// Whether consent to this version, as it was read, still counts: it is asked now or accepted, and its words are the
  /// same.
  bool count(std::string_view purpose, std::string_view version, std::string_view language, BytesView digest) const;

 private:
  enum class Origin : std::uint8_t { program, practice };
  struct Known {
    Origin origin;
    Text text;
  };
  Result<void> add(const TextFile& file, Origin origin);
  Result<void> check_accepted() const;

  std::vector<Known> known_;
};

/// Errors: invalid "consent.file", with the line and what is wrong; those of parse_document.
Result<Text> read_text(std::string_view content);

/// As the setting practice.consent_folder says. Errors are for the one who runs the program.
Result<Texts> open_texts(const config::Settings& settings);

/// Those that hold here. `use_texts` before anything else looks at them.
const Texts& texts();
void use_texts(Texts texts);

/// One sentence about texts that are asked and that nobody of the practice has approved; none when there are none.
std::optional<std::string> drafts(const Texts& texts);

}  // namespace rapport::consent
