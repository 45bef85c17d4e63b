#include "http/shape.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "base/bytes.hpp"

namespace rapport::http {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

struct Span {
  char32_t first, last;
};
/// What leaves no mark on a screen: Unicode's White_Space and Default_Ignorable_Code_Point, and the empty braille cell.
constexpr Span kUnseen[] = {
    {0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},       {0xAD, 0xAD},       {0x34F, 0x34F},    {0x61C, 0x61C},
    {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x2000, 0x200F},  {0x2028, 0x202F},
    {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3000, 0x3000},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},  {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

/// Of well-formed UTF-8: the code point that begins at `at`, which moves on behind it.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  char32_t point = lead & (lead >= 0xF0 ? 0x07U : lead >= 0xE0 ? 0x0FU : 0x1FU);
  for (; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; ++at) {
    point = (point << 6U) | (static_cast<unsigned char>(text[at]) & 0x3FU);
  }
  return point;
}

/// Whether nobody could see anything of it.
bool is_unseen(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto point = next_code_point(text, at);
    const auto hides = [point](const Span& span) { return span.first <= point && point <= span.last; };
    if (std::none_of(std::begin(kUnseen), std::end(kUnseen), hides)) return false;
  }
  return true;
}

void append_escaped(std::string& out, unsigned char byte) {
  constexpr char digits[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

/// Length of the longest run from the start (at most four bytes) that is one well-formed code point; 0 if none.
std::size_t code_point_length(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    if (is_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

std::string mend_utf8(std::string_view text) {
  std::string mended;
  while (!text.empty()) {
    const auto length = code_point_length(text);
    if (length == 0) {
      mended += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      mended += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return mended;
}

/// Names come from outside, too: an answer does not repeat them at any length.
std::string shortened(std::string_view name) {
  constexpr std::size_t longest = 64;
  if (name.size() <= longest) return std::string(name);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;  // not within a letter
  return std::string(name.substr(0, end)) + "…";
}

void write_well_formed(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F) continue;
    out.append(text, start, i - start);
    append_escaped(out, byte);
    start = i + 1;
  }
  out.append(text, start);
  out += '"';
}

/// Fields that well-formed JSON spells: outside of strings a colon stands behind each of them and nowhere else.
std::size_t fields_spelt(std::string_view json) {
  std::size_t count = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (in_string && json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && json[i] == ':') {
      ++count;
    }
  }
  return count;
}

/// Fields that were kept; of two with one name the parser keeps the last.
std::size_t fields_kept(const boost::json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += fields_kept(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) count += fields_kept(element);
  }
  return count;
}

}  // namespace

std::optional<std::string> text_mistake(std::string_view text, std::size_t min, std::size_t max) {
  if (!is_utf8(text)) return "Must be well-formed UTF-8.";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool allowed = byte == '\n' || byte == '\t' || byte == '\r';
    const bool second_block = byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;  // U+0080 to U+009F
    if ((byte < 0x20 && !allowed) || byte == 0x7F || second_block) return "Must not contain control characters.";
  }
  const auto length = count_code_points(text);
  if (length < min && min == 1) return "Must not be empty.";
  if (length < min) return "Must have at least " + std::to_string(min) + " characters.";
  if (length > max) {
    return "Must have at most " + std::to_string(max) + " characters, not " + std::to_string(length) + ".";
  }
  if (min > 0 && is_unseen(text)) return "Must have something to read in it, not only blanks.";
  return std::nullopt;
}

Result<boost::json::value> parse_json(std::string_view body) {
  if (is_blank(body)) return fail(invalid("body.missing", "A JSON body is needed here, but the body is empty."));
  if (!is_utf8(body)) return fail(invalid("body.not_utf8", "The body is not well-formed UTF-8."));
  boost::json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  boost::json::error_code problem;
  auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), problem, {}, options);
  if (problem == boost::json::error::too_deep) {
    return fail(invalid("body.too_deep", "The body is nested deeper than 16 levels."));
  }
  if (problem) return fail(invalid("body.not_json", "The body is not valid JSON: " + problem.message() + "."));
  // Whoever else reads it (a proxy, a log) may take the other one.
  if (fields_kept(value) != fields_spelt(body)) return fail(invalid("body.not_json", "The body names a field twice."));
  return value;
}

void write_string(std::string& out, std::string_view text) {
  if (is_utf8(text)) return write_well_formed(out, text);
  write_well_formed(out, mend_utf8(text));
}

void write_integer(std::string& out, std::int64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
}

void write_double(std::string& out, double number) {
  if (!std::isfinite(number)) return void(out += "null");
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
}

void write_value(std::string& out, const boost::json::value& value) {
  out += boost::json::serialize(value);
}

void Reading::wrong(std::string message) {
  if (mistakes_.size() < max_mistakes) mistakes_.push_back({path_, std::move(message)});
}

Error Reading::error() && {
  const auto& first = mistakes_.at(0);
  std::string detail =
      "The body is not as it should be: " + first.path + (first.path.empty() ? "" : ": ") + first.message;
  return invalid("body.invalid", std::move(detail), std::move(mistakes_));
}

Reading::Step::Step(Reading& reading, std::string_view field) : reading_(reading), length_(reading.path_.size()) {
  reading.path_ += '/';
  for (const char c : shortened(field)) {
    if (c == '~') {
      reading.path_ += "~0";
    } else if (c == '/') {
      reading.path_ += "~1";
    } else {
      reading.path_ += c;
    }
  }
}

Reading::Step::Step(Reading& reading, std::size_t index) : reading_(reading), length_(reading.path_.size()) {
  reading.path_ += '/' + std::to_string(index);
}

std::string Components::name_for(std::string_view type, bool& is_new) {
  for (const auto& [name, owner] : names_) {
    if (owner == type) {
      is_new = false;
      return name;
    }
  }
  std::string full(type);
  const auto colon = full.rfind("::");
  std::string name = colon == std::string::npos ? full : full.substr(colon + 2);
  if (names_.contains(name)) name = full;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  for (char& c : name) c = is_plain(c) ? c : '_';
  names_[name] = std::string(type);
  is_new = true;
  return name;
}

boost::json::object Components::reference(const std::string& name) const {
  boost::json::object reference;
  reference["$ref"] = prefix_ + name;
  return reference;
}

namespace shape {

std::string enumerator_text(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  std::string text(name);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string_view kind_name(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "true or false";
    case boost::json::kind::string:
      return "text";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

void read_time(Reading& reading, const boost::json::value& value, GivenTime& out) {
  const auto* text = value.if_string();
  const auto time = text ? from_rfc3339(std::string_view(*text)) : std::nullopt;
  if (!time) return reading.wrong("Must be a date and time with its offset, such as 2027-01-31T09:30:00Z.");
  out.at = *time;
}

void read_string(Reading& reading, const boost::json::value& value, std::string& out) {
  const auto* text = value.if_string();
  if (!text) return reading.wrong("Must be text, not " + std::string(kind_name(value)) + ".");
  const std::string_view view(*text);
  if (!is_utf8(view)) return reading.wrong("Must be well-formed UTF-8.");
  // One of the two databases cannot store it, and both must behave the same.
  if (view.find('\0') != std::string_view::npos) return reading.wrong("Must not contain the character U+0000.");
  out = view;
}

void read_integer(Reading& reading, const boost::json::value& value, std::int64_t min, std::int64_t max,
                  std::int64_t& out) {
  if (!value.is_number()) return reading.wrong("Must be a whole number, not " + std::string(kind_name(value)) + ".");
  constexpr double exact = 9007199254740992.0;  // 2^53: beyond it a double no longer tells whole numbers apart
  if (value.is_int64()) {
    out = value.get_int64();
  } else if (value.is_double() && std::floor(value.get_double()) == value.get_double() &&
             std::fabs(value.get_double()) <= exact) {
    out = static_cast<std::int64_t>(value.get_double());  // 1.0 and 1e3 are whole numbers to JSON Schema
  } else if (value.is_double() && std::fabs(value.get_double()) <= exact) {
    return reading.wrong("Must be a whole number.");
  } else {
    return reading.wrong("Is too large a number.");
  }
  if (out < min || out > max) {
    reading.wrong("Must be between " + std::to_string(min) + " and " + std::to_string(max) + ".");
    out = 0;
  }
}

void read_double(Reading& reading, const boost::json::value& value, double& out) {
  if (!value.is_number()) return reading.wrong("Must be a number, not " + std::string(kind_name(value)) + ".");
  out = value.to_number<double>();
  if (!std::isfinite(out)) reading.wrong("Is too large a number.");
}

void refuse_unknown(Reading& reading, const boost::json::object& object, const std::vector<std::string_view>& known) {
  for (const auto& field : object) {
    const std::string_view name(field.key().data(), field.key().size());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const Reading::Step step(reading, name);
    reading.wrong("There is no such field.");
  }
}

std::string list_names(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace shape
}  // namespace rapport::http
