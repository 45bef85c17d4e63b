#pragma once
/// @file Reading a JSON document that a person wrote, field by field, so that what is wrong can be mended: every
/// mistake has the place (a JSON pointer) and a sentence.
#include <boost/json/value.hpp>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rapport::measures {

inline constexpr std::size_t kMaxDocumentBytes = 1'000'000;
inline constexpr std::size_t kMaxDocumentDepth = 32;
/// Longest text of a field, in code points.
inline constexpr std::size_t kMaxTextLength = 10'000;

/// A byte order mark is passed over. Errors: invalid "document.too_large", "document.not_utf8", "document.not_json"
/// (deeper than kMaxDocumentDepth too); the sentence names the line.
Result<boost::json::value> parse_document(std::string_view text);

/// The line, from 1, where the value of a JSON pointer begins. The text must have passed `parse_document`; a
/// pointer that leads nowhere gives the line of the last value on the way.
std::size_t line_of(std::string_view text, std::string_view pointer);

/// What is wrong with a document, collected while it is read.
class Mistakes {
 public:
  /// Enough to mend a file; a hostile one cannot make the answer large.
  static constexpr std::size_t kMost = 20;

  /// A place has one mistake, the first: what is found there or below it afterwards follows from that.
  void add(std::string path, std::string message);
  bool none() const { return found_.empty(); }
  const std::vector<FieldError>& all() const { return found_; }
  /// `invalid`, with the first mistake and its line in `text` as the sentence and all of them as fields.
  Error error(std::string code, std::string_view text) const;

 private:
  std::vector<FieldError> found_;
};

/// One object of the document. A field that is missing or of another type is noted as a mistake and read as empty, so
/// that one reading finds all mistakes.
class Fields {
 public:
  Fields(const boost::json::value& value, std::string path, Mistakes& mistakes);

  /// Not empty.
  std::string text(std::string_view key);
  /// Absent, or null: nothing.
  std::optional<std::string> optional_text(std::string_view key);
  double number(std::string_view key);
  std::optional<double> optional_number(std::string_view key);
  bool flag(std::string_view key, bool when_absent);
  /// Absent: none.
  std::vector<std::string> texts(std::string_view key, std::size_t at_most);
  std::vector<double> numbers(std::string_view key, std::size_t at_most);
  std::optional<Fields> optional_object(std::string_view key);
  /// The objects of a list. Absent: none.
  std::vector<Fields> objects(std::string_view key, std::size_t at_most);

  /// A misspelt field must not be passed over in silence.
  void refuse_all_but(std::initializer_list<std::string_view> known) {
    refuse_all_but(std::span(known.begin(), known.size()));
  }
  void refuse_all_but(std::span<const std::string_view> known);
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Of this object, a JSON pointer.
  const std::string& path() const { return path_; }
  void wrong(std::string_view key, std::string message);

 private:
  const boost::json::value* find(std::string_view key) const;
  std::string path_of(std::string_view key) const;
  std::string text_of(const boost::json::value& value, std::string path);
  const boost::json::array* list(std::string_view key, std::size_t at_most);

  const boost::json::object* object_ = nullptr;
  std::string path_;
  Mistakes* mistakes_;
};

}  // namespace rapport::measures
