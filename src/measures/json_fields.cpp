#include "measures/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parser.hpp>
#include <cmath>

#include "base/bytes.hpp"

namespace rapport::measures {
namespace {

std::size_t line_at(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

/// Line ends and tabs are none here.
bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
}

/// Walks over JSON that is known to be well-formed.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::size_t offset() const { return at_; }

  /// Steps to the value of the key (of an object) or at the index (of a list); false leaves it where it was.
  bool enter(std::string_view step) {
    const auto start = at_;
    const bool object = text_[at_] == '{';
    if (!object && text_[at_] != '[') return false;
    ++at_;
    for (std::size_t index = 0;; ++index) {
      skip_blank();
      if (text_[at_] == '}' || text_[at_] == ']') break;
      const auto name = object ? std::string(key()) : fmt::to_string(index);
      if (name == step) return true;
      skip_value();
      skip_blank();
      if (text_[at_] == ',') ++at_;
    }
    at_ = start;
    return false;
  }

  void skip_blank() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

 private:
  std::string_view string() {
    const auto start = ++at_;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    return text_.substr(start, at_++ - start);
  }
  std::string_view key() {
    const auto name = string();
    at_ = text_.find(':', at_) + 1;
    skip_blank();
    return name;
  }
  void skip_value() {
    std::size_t open = 0;
    do {
      if (text_[at_] == '"') {
        string();
        continue;
      }
      if (text_[at_] == '{' || text_[at_] == '[') ++open;
      if (text_[at_] == '}' || text_[at_] == ']') --open;
      ++at_;
    } while (open > 0 || std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<boost::json::value> parse_document(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) {
    return fail(invalid("document.too_large", fmt::format("The file is larger than {} bytes.", kMaxDocumentBytes)));
  }
  text = without_byte_order_mark(text);
  if (!is_utf8(text)) return fail(invalid("document.not_utf8", "The file is not UTF-8 text."));
  boost::json::parse_options options;
  options.max_depth = kMaxDocumentDepth;
  boost::json::parser parser({}, options);
  boost::json::error_code code;
  const auto read = parser.write_some(text, code);
  const auto after = text.find_first_not_of(" \t\r\n", read);
  if (code || after != std::string_view::npos) {
    return fail(
        invalid("document.not_json", fmt::format("Line {}: this is no well-formed JSON ({}).", line_at(text, read),
                                                 code ? code.message() : "something follows the end")));
  }
  return parser.release();
}

std::size_t line_of(std::string_view text, std::string_view pointer) {
  text = without_byte_order_mark(text);
  Walker walker(text);
  walker.skip_blank();
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto step = pointer.substr(0, pointer.find('/'));
    if (!walker.enter(step)) break;
    pointer.remove_prefix(step.size());
  }
  return line_at(text, walker.offset());
}

void Mistakes::add(std::string path, std::string message) {
  const auto covers = [&](const FieldError& told) {
    return path.starts_with(told.path) && (path.size() == told.path.size() || path[told.path.size()] == '/');
  };
  if (std::any_of(found_.begin(), found_.end(), covers)) return;
  if (found_.size() < kMost) found_.push_back({std::move(path), std::move(message)});
}

Error Mistakes::error(std::string code, std::string_view text) const {
  const auto& first = found_.at(0);
  return invalid(std::move(code),
                 fmt::format("Line {}, {}: {}", line_of(text, first.path),
                             first.path.empty() ? "the document" : first.path, first.message),
                 found_);
}

Fields::Fields(const boost::json::value& value, std::string path, Mistakes& mistakes)
    : object_(value.if_object()), path_(std::move(path)), mistakes_(&mistakes) {
  if (object_ == nullptr) mistakes.add(path_, "This must be an object.");
}

const boost::json::value* Fields::find(std::string_view key) const {
  const auto* value = object_ == nullptr ? nullptr : object_->if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Fields::path_of(std::string_view key) const {
  return fmt::format("{}/{}", path_, key);
}

void Fields::wrong(std::string_view key, std::string message) {
  mistakes_->add(path_of(key), std::move(message));
}

std::string Fields::text_of(const boost::json::value& value, std::string path) {
  const auto* text = value.if_string();
  if (text == nullptr) {
    mistakes_->add(std::move(path), "This must be a text.");
  } else if (count_code_points({text->data(), text->size()}) > kMaxTextLength) {
    mistakes_->add(std::move(path), fmt::format("This text is longer than {} characters.", kMaxTextLength));
  } else if (has_control_character({text->data(), text->size()})) {
    mistakes_->add(std::move(path), "This text holds a control character, which nobody can read.");
  } else {
    return {text->data(), text->size()};
  }
  return {};
}

std::string Fields::text(std::string_view key) {
  const auto found = optional_text(key);
  if (!found || found->empty()) wrong(key, fmt::format("The text \"{}\" is missing.", key));
  return found.value_or("");
}

std::optional<std::string> Fields::optional_text(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  return text_of(*value, path_of(key));
}

double Fields::number(std::string_view key) {
  if (find(key) == nullptr) wrong(key, fmt::format("The number \"{}\" is missing.", key));
  return optional_number(key).value_or(0);
}

std::optional<double> Fields::optional_number(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    const auto number = value->to_number<double>();
    if (std::isfinite(number) && std::abs(number) <= 1e9) return number;
  }
  wrong(key, "This must be a number of at most 1,000,000,000.");
  return std::nullopt;
}

bool Fields::flag(std::string_view key, bool when_absent) {
  const auto* value = find(key);
  if (value == nullptr) return when_absent;
  if (!value->is_bool()) {
    wrong(key, "This must be true or false.");
    return when_absent;
  }
  return value->get_bool();
}

const boost::json::array* Fields::list(std::string_view key, std::size_t at_most) {
  const auto* value = find(key);
  if (value == nullptr) return nullptr;
  const auto* array = value->if_array();
  if (array == nullptr) {
    wrong(key, "This must be a list.");
  } else if (array->size() > at_most) {
    wrong(key, fmt::format("This list has {} entries; at most {} are read.", array->size(), at_most));
    return nullptr;
  }
  return array;
}

std::vector<std::string> Fields::texts(std::string_view key, std::size_t at_most) {
  std::vector<std::string> found;
  const auto* array = list(key, at_most);
  if (array == nullptr) return found;
  for (const auto& value : *array) found.push_back(text_of(value, fmt::format("{}/{}", path_of(key), found.size())));
  return found;
}

std::vector<double> Fields::numbers(std::string_view key, std::size_t at_most) {
  std::vector<double> found;
  const auto* array = list(key, at_most);
  if (array == nullptr) return found;
  for (const auto& value : *array) {
    if (!value.is_number()) mistakes_->add(fmt::format("{}/{}", path_of(key), found.size()), "This must be a number.");
    found.push_back(value.is_number() ? value.to_number<double>() : 0);
  }
  return found;
}

std::optional<Fields> Fields::optional_object(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Fields(*value, path_of(key), *mistakes_);
}

std::vector<Fields> Fields::objects(std::string_view key, std::size_t at_most) {
  std::vector<Fields> found;
  const auto* array = list(key, at_most);
  if (array == nullptr) return found;
  for (const auto& value : *array)
    found.emplace_back(value, fmt::format("{}/{}", path_of(key), found.size()), *mistakes_);
  return found;
}

void Fields::refuse_all_but(std::span<const std::string_view> known) {
  if (object_ == nullptr) return;
  for (const auto& field : *object_) {
    const std::string_view key(field.key().data(), field.key().size());
    if (std::find(known.begin(), known.end(), key) == known.end())
      wrong(key, fmt::format("\"{}\" is not a known field.", key));
  }
}

}  // namespace rapport::measures
