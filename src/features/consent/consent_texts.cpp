#include "features/consent/consent_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "access/seal.hpp"
#include "base/files.hpp"
#include "consent_files.hpp"
#include "measures/json_fields.hpp"

namespace rapport::consent {
namespace {

using measures::Fields;

constexpr std::size_t kMostLanguages = 30;
constexpr std::size_t kMostSections = 30;
constexpr std::size_t kMostParagraphs = 30;
constexpr std::size_t kMostAccepted = 100;
/// In the order in which a person is asked; what a practice adds comes after.
constexpr std::array<std::string_view, 6> kOrder{"e_therapy", "recording", "transcripts",
                                                 "coding",    "research",  "studied"};

bool is_purpose(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// "2026-11-29.2" as 20261129 and 2.
std::optional<std::pair<int, int>> parts_of(std::string_view version) {
  constexpr std::string_view kShape = "0000-00-00.";
  if (version.size() <= kShape.size() || version.size() > kShape.size() + 3) return std::nullopt;
  std::string digits;
  for (std::size_t at = 0; at < version.size(); ++at) {
    const bool is_digit = version[at] >= '0' && version[at] <= '9';
    if (at < kShape.size() && kShape[at] != '0' ? version[at] != kShape[at] : !is_digit) return std::nullopt;
    if (is_digit) digits += version[at];
  }
  int day = 0;
  int number = 0;
  std::from_chars(digits.data(), digits.data() + 8, day);
  std::from_chars(digits.data() + 8, digits.data() + digits.size(), number);
  return number > 0 ? std::optional(std::pair(day, number)) : std::nullopt;
}

Asked read_asked(Fields& fields) {
  const auto asked = fields.text("asked");
  if (asked == "client") return Asked::client;
  if (asked == "therapist") return Asked::therapist;
  if (asked != "both") fields.wrong("asked", "Say who is asked: client, therapist or both.");
  return Asked::both;
}

bool read_is_draft(Fields& fields) {
  auto review = fields.optional_object("review");
  if (!review) {
    fields.wrong("review", R"(Say whether it was approved: {"state": "draft" or "approved", "note": "by whom"}.)");
    return true;
  }
  review->refuse_all_but({"state", "note"});
  const auto state = review->text("state");
  if (state != "draft" && state != "approved") review->wrong("state", "This must be draft or approved.");
  review->text("note");
  return state != "approved";
}

Wording read_wording(Fields& fields) {
  fields.refuse_all_but({"language", "title", "short", "sections", "when_given", "when_withdrawn"});
  Wording wording;
  wording.language = fields.text("language");
  if (wording.language.size() != 2 || !is_purpose(wording.language))
    fields.wrong("language", "Give two small letters (ISO 639).");
  wording.title = fields.text("title");
  wording.in_short = fields.text("short");
  for (auto& part : fields.objects("sections", kMostSections)) {
    part.refuse_all_but({"title", "paragraphs"});
    wording.sections.push_back({part.text("title"), part.texts("paragraphs", kMostParagraphs)});
    if (wording.sections.back().paragraphs.empty()) part.wrong("paragraphs", "There is no paragraph.");
  }
  if (wording.sections.empty()) fields.wrong("sections", "There is no section.");
  wording.when_given = fields.text("when_given");
  wording.when_withdrawn = fields.text("when_withdrawn");
  return wording;
}

std::vector<Wording> read_wordings(Fields& file) {
  std::vector<Wording> wordings;
  for (auto& fields : file.objects("texts", kMostLanguages)) {
    auto wording = read_wording(fields);
    const auto is_it = [&](const Wording& other) { return other.language == wording.language; };
    if (std::any_of(wordings.begin(), wordings.end(), is_it)) fields.wrong("language", "This language is there twice.");
    wordings.push_back(std::move(wording));
  }
  if (wordings.empty()) file.wrong("texts", "There is no text.");
  return wordings;
}

Error in_file(const TextFile& file, Error error) {
  error.detail = fmt::format("{}: {}", file.name, error.detail);
  return error;
}

std::size_t place_of(std::string_view purpose) {
  return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), purpose) - kOrder.begin());
}

Texts& texts_in_use() {
  static Texts texts;
  return texts;
}

}  // namespace

Result<Text> read_text(std::string_view content) {
  TRY_ASSIGN(const auto document, measures::parse_document(content));
  measures::Mistakes mistakes;
  Fields file(document, "", mistakes);
  file.refuse_all_but({"purpose", "asked", "therapist_sees", "version", "accepts", "review", "texts"});
  Text text;
  text.purpose = file.text("purpose");
  if (!is_purpose(text.purpose)) file.wrong("purpose", "A purpose is a word of small letters and _, at most 40.");
  text.version = file.text("version");
  if (!parts_of(text.version)) file.wrong("version", "A version is a day and a number: 2026-11-29.1.");
  text.asked = read_asked(file);
  text.therapist_sees = file.flag("therapist_sees", false);
  text.accepts = file.texts("accepts", kMostAccepted);
  text.draft = read_is_draft(file);
  text.wordings = read_wordings(file);
  if (!mistakes.none()) return fail(mistakes.error("consent.file", content));
  return text;
}

const Wording& wording_of(const Text& text, std::string_view language) {
  for (const auto wanted : {language, std::string_view("en")}) {
    for (const auto& one : text.wordings) {
      if (one.language == wanted) return one;
    }
  }
  return text.wordings.front();
}

Bytes digest_of(const Text& text, const Wording& wording) {
  std::string read;
  // With its length before each, so that no two texts come to the same.
  const auto put = [&](std::string_view part) { read += fmt::format("{}:{}", part.size(), part); };
  for (const auto& part : {text.purpose, text.version, wording.language, wording.title, wording.in_short}) put(part);
  for (const auto& section : wording.sections) {
    put(section.title);
    put(std::to_string(section.paragraphs.size()));
    for (const auto& paragraph : section.paragraphs) put(paragraph);
  }
  put(wording.when_given);
  put(wording.when_withdrawn);
  return access::plain_digest(as_bytes(read));
}

bool is_asked(const Text& text, access::Role role) {
  switch (text.asked) {
    case Asked::client:
      return role == access::Role::client;
    case Asked::therapist:
      return role == access::Role::therapist;
    case Asked::both:
      return role == access::Role::client || role == access::Role::therapist;
  }
  return false;
}

Texts::Texts() {
  for (const auto& file : consent_files()) {
    const auto added = add({std::string(file.path), file.content}, Origin::program);
    if (!added) throw std::logic_error("consent texts: " + added.error().detail);
  }
  if (const auto accepted = check_accepted(); !accepted) throw std::logic_error(accepted.error().detail);
}

Result<void> Texts::add(const TextFile& file, Origin origin) {
  auto text = read_text(file.content);
  if (!text) return fail(in_file(file, std::move(text.error())));
  if (find(text->purpose, text->version) != nullptr) {
    return fail(
        in_file(file, invalid("consent.file", fmt::format("There is a version {} of {} already; give it the day "
                                                          "of today, or the next number.",
                                                          text->version, text->purpose))));
  }
  known_.push_back({origin, *std::move(text)});
  return {};
}

Result<void> Texts::add(const std::vector<TextFile>& files) {
  for (const auto& file : files) TRY(add(file, Origin::practice));
  return check_accepted();
}

Result<void> Texts::check_accepted() const {
  for (const auto& [origin, text] : known_) {
    for (const auto& version : text.accepts) {
      if (find(text.purpose, version) != nullptr) continue;
      return fail(invalid("consent.file", fmt::format("Version {} of {} accepts {}, which is not there.", text.version,
                                                      text.purpose, version)));
    }
  }
  return {};
}

const Text* Texts::asked_now(std::string_view purpose) const {
  const Known* latest = nullptr;
  const auto rank = [](const Known& one) { return std::pair(one.origin, *parts_of(one.text.version)); };
  for (const auto& one : known_) {
    if (one.text.purpose == purpose && (latest == nullptr || rank(one) > rank(*latest))) latest = &one;
  }
  return latest == nullptr ? nullptr : &latest->text;
}

std::vector<const Text*> Texts::asked_now() const {
  std::vector<const Text*> found;
  for (const auto& one : known_) {
    const auto* text = asked_now(one.text.purpose);
    if (std::find(found.begin(), found.end(), text) == found.end()) found.push_back(text);
  }
  std::sort(found.begin(), found.end(), [](const Text* left, const Text* right) {
    return std::pair(place_of(left->purpose), left->purpose) < std::pair(place_of(right->purpose), right->purpose);
  });
  return found;
}

const Text* Texts::find(std::string_view purpose, std::string_view version) const {
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const Known& one) {
    return one.text.purpose == purpose && one.text.version == version;
  });
  return found == known_.end() ? nullptr : &found->text;
}

bool Texts::count(std::string_view purpose, std::string_view version, std::string_view language,
                  BytesView digest) const {
  const auto* now = asked_now(purpose);
  const auto* agreed = find(purpose, version);
  if (now == nullptr || agreed == nullptr) return false;
  const bool is_accepted = std::find(now->accepts.begin(), now->accepts.end(), version) != now->accepts.end();
  if (agreed != now && !is_accepted) return false;
  const auto& wording = wording_of(*agreed, language);
  return wording.language == language && std::ranges::equal(digest_of(*agreed, wording), digest);
}

Result<Texts> open_texts(const config::Settings& settings) {
  Texts made;
  const auto& folder = settings.practice_consent_folder;
  if (folder.empty()) return made;
  std::error_code problem;
  std::vector<std::pair<std::string, std::string>> read;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".json") continue;
    TRY_ASSIGN(auto content, read_file(entry.path().string(), measures::kMaxDocumentBytes));
    read.emplace_back(entry.path().string(), std::move(content));
  }
  if (problem) {
    return fail(invalid("consent.folder", fmt::format("\"practice.consent_folder\" is wrong: the folder {} cannot be "
                                                      "read: {}.",
                                                      folder, problem.message())));
  }
  std::sort(read.begin(), read.end());
  std::vector<TextFile> files;
  for (const auto& [name, content] : read) files.push_back({name, content});
  TRY(made.add(files));
  return made;
}

const Texts& texts() {
  return texts_in_use();
}

void use_texts(Texts texts) {
  texts_in_use() = std::move(texts);
}

std::optional<std::string> drafts(const Texts& texts) {
  std::vector<std::string_view> found;
  for (const auto* text : texts.asked_now()) {
    if (text->draft) found.push_back(text->purpose);
  }
  if (found.empty()) return std::nullopt;
  return fmt::format("Nobody has approved the texts of these consents yet: {}. See docs/how-to/consent.md.",
                     fmt::join(found, ", "));
}

}  // namespace rapport::consent
