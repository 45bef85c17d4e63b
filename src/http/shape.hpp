#pragma once
/// @file One description of a struct (BOOST_DESCRIBE_STRUCT) gives its reading from JSON, its writing as JSON
/// and its JSON Schema, so that the three can never disagree.
///
/// Types: std::string, bool, int, std::int64_t, double, std::optional<U> (absent or null; left out when
/// written), std::vector<U>, described structs, Id<Tag> (UUID text), Time (RFC 3339, written only), GivenTime, enums
/// described with BOOST_DESCRIBE_ENUM (lower-case names), Text<Min, Max>, boost::json::value (anything).
/// `static constexpr std::string_view says` in a struct becomes the schema's description.
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "http/given_time.hpp"
#include "http/text.hpp"

namespace rapport::http {

/// Deeper bodies are refused before they cost anything.
inline constexpr std::size_t kMaxJsonDepth = 16;

/// The text of a body as a JSON value. Errors: invalid "body.missing", "body.not_utf8", "body.too_deep",
/// "body.not_json" (that a field stands twice in an object, too).
Result<boost::json::value> parse_json(std::string_view body);

/// Appends the text as a JSON string. Bytes that are no UTF-8 become U+FFFD: an answer is always valid JSON.
void write_string(std::string& out, std::string_view text);
void write_integer(std::string& out, std::int64_t number);
/// The shortest text that reads back the same; what is no number (NaN, infinity) becomes null.
void write_double(std::string& out, double number);
void write_value(std::string& out, const boost::json::value& value);

/// Where a reader stands and what it found wrong so far.
class Reading {
 public:
  /// Enough to mend a form; a hostile body cannot make the answer large.
  static constexpr std::size_t max_mistakes = 20;

  void wrong(std::string message);
  bool fine() const { return mistakes_.empty(); }
  /// `invalid` "body.invalid" with one entry per mistake.
  Error error() &&;
  /// Steps into a field or element for the life of the object; the path is a JSON pointer.
  class Step {
   public:
    Step(Reading& reading, std::string_view field);
    Step(Reading& reading, std::size_t index);
    ~Step() { reading_.path_.resize(length_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Reading& reading_;
    std::size_t length_;
  };

 private:
  std::string path_;
  std::vector<FieldError> mistakes_;
};

/// The named schemas of a document (`#/components/schemas/NAME`).
class Components {
 public:
  explicit Components(std::string prefix = "#/components/schemas/") : prefix_(std::move(prefix)) {}
  /// The name for a C++ type name; `is_new` when its schema must still be put. Two types of one short name get
  /// different names.
  std::string name_for(std::string_view type, bool& is_new);
  void put(const std::string& name, boost::json::object schema) { schemas_[name] = std::move(schema); }
  boost::json::object reference(const std::string& name) const;
  const boost::json::object& schemas() const { return schemas_; }

 private:
  std::string prefix_;
  std::map<std::string, std::string, std::less<>> names_;
  boost::json::object schemas_;
};

namespace shape {

template <class T>
struct is_optional : std::false_type {};
template <class U>
struct is_optional<std::optional<U>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class U>
struct is_vector<std::vector<U>> : std::true_type {};
template <class T>
struct is_id : std::false_type {};
template <class Tag>
struct is_id<Id<Tag>> : std::true_type {};
template <class T>
struct is_text : std::false_type {};
template <std::size_t Min, std::size_t Max>
struct is_text<Text<Min, Max>> : std::true_type {};

template <class T>
inline constexpr bool is_described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
inline constexpr bool is_described_struct =
    std::is_class_v<T> && boost::describe::has_describe_members<T>::value && !is_optional<T>::value;
template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
template <class T>
inline constexpr bool not_supported = false;

/// The compiler's name of a type, with its namespaces.
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  const auto start = text.find("T = ") + 4;
  return text.substr(start, text.rfind(']') - start);
}

/// Enumerator names in lower case; a trailing '_' (used to step around C++ keywords) is dropped.
std::string enumerator_text(std::string_view name);
std::string_view kind_name(const boost::json::value& value);
void read_string(Reading& reading, const boost::json::value& value, std::string& out);
void read_integer(Reading& reading, const boost::json::value& value, std::int64_t min, std::int64_t max,
                  std::int64_t& out);
void read_double(Reading& reading, const boost::json::value& value, double& out);
void read_time(Reading& reading, const boost::json::value& value, GivenTime& out);
void refuse_unknown(Reading& reading, const boost::json::object& object, const std::vector<std::string_view>& known);
std::string list_names(const std::vector<std::string>& names);

template <class E>
std::vector<std::string> enumerator_names() {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto entry) { names.push_back(enumerator_text(entry.name)); });
  return names;
}

template <class T>
void read(Reading& reading, const boost::json::value& value, T& out);

template <class E>
void read_enum(Reading& reading, const boost::json::value& value, E& out) {
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto entry) {
    if (!found && value.is_string() && std::string_view(value.get_string()) == enumerator_text(entry.name)) {
      out = entry.value;
      found = true;
    }
  });
  if (!found) reading.wrong("Must be one of " + list_names(enumerator_names<E>()) + ".");
}

template <class T>
void read_members(Reading& reading, const boost::json::value& value, T& out) {
  const auto* object = value.if_object();
  if (!object) return reading.wrong("Must be an object, not " + std::string(kind_name(value)) + ".");
  std::vector<std::string_view> known;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    known.emplace_back(member.name);
    using Field = std::remove_reference_t<decltype(out.*member.pointer)>;
    const Reading::Step step(reading, std::string_view(member.name));
    if (const auto* field = object->if_contains(member.name)) {
      read(reading, *field, out.*member.pointer);
    } else if (!is_optional<Field>::value) {
      reading.wrong("Is missing.");
    }
  });
  refuse_unknown(reading, *object, known);
}

template <class U>
void read_elements(Reading& reading, const boost::json::value& value, std::vector<U>& out) {
  const auto* array = value.if_array();
  if (!array) return reading.wrong("Must be a list, not " + std::string(kind_name(value)) + ".");
  out.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    const Reading::Step step(reading, i);
    U element{};
    read(reading, (*array)[i], element);
    out.push_back(std::move(element));
  }
}

template <class I>
void read_id(Reading& reading, const boost::json::value& value, I& out) {
  const auto* text = value.if_string();
  const auto id = text ? I::from_text(std::string_view(*text)) : std::nullopt;
  if (!id) return reading.wrong("Must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057.");
  out = *id;
}

template <class T>
void read_text(Reading& reading, const boost::json::value& value, T& out) {
  const auto* text = value.if_string();
  if (!text) return reading.wrong("Must be text, not " + std::string(kind_name(value)) + ".");
  auto made = T::from(std::string(std::string_view(*text)));
  if (!made) return reading.wrong(made.error().detail);
  out = std::move(*made);
}

template <class T>
void read_number(Reading& reading, const boost::json::value& value, T& out) {
  std::int64_t number = 0;
  read_integer(reading, value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), number);
  out = static_cast<T>(number);
}

template <class T>
void read(Reading& reading, const boost::json::value& value, T& out) {
  static_assert(!std::is_same_v<T, Time>, "Time is written only: the server's clock decides, not the sender's");
  if constexpr (std::is_same_v<T, boost::json::value>) {
    out = value;
  } else if constexpr (std::is_same_v<T, std::string>) {
    read_string(reading, value, out);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_bool()) return reading.wrong("Must be true or false, not " + std::string(kind_name(value)) + ".");
    out = value.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    read_number(reading, value, out);
  } else if constexpr (std::is_same_v<T, double>) {
    read_double(reading, value, out);
  } else if constexpr (std::is_same_v<T, GivenTime>) {
    read_time(reading, value, out);
  } else if constexpr (is_optional<T>::value) {
    if (value.is_null()) return out.reset();
    read(reading, value, out.emplace());
  } else if constexpr (is_vector<T>::value) {
    read_elements(reading, value, out);
  } else if constexpr (is_id<T>::value) {
    read_id(reading, value, out);
  } else if constexpr (is_text<T>::value) {
    read_text(reading, value, out);
  } else if constexpr (is_described_enum<T>) {
    read_enum(reading, value, out);
  } else if constexpr (is_described_struct<T>) {
    read_members(reading, value, out);
  } else {
    static_assert(not_supported<T>, "describe the type with BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_ENUM");
  }
}

template <class T>
boost::json::object schema_of(Components& components);

template <class T>
boost::json::object struct_schema(Components& components) {
  boost::json::object properties;
  boost::json::array required;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
    properties[member.name] = schema_of<Field>(components);
    if constexpr (!is_optional<Field>::value) required.emplace_back(member.name);
  });
  boost::json::object schema{{"type", "object"}, {"additionalProperties", false}};
  if constexpr (requires { T::says; }) schema["description"] = std::string_view(T::says);
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

template <class T>
boost::json::object enum_schema() {
  boost::json::array names;
  for (const auto& name : enumerator_names<T>()) names.emplace_back(std::string_view(name));
  return {{"type", "string"}, {"enum", std::move(names)}};
}

template <class T>
boost::json::object named_schema(Components& components) {
  bool is_new = false;
  const auto name = components.name_for(type_name<T>(), is_new);
  if (is_new) {
    if constexpr (is_described_enum<T>) {
      components.put(name, enum_schema<T>());
    } else {
      components.put(name, struct_schema<T>(components));
    }
  }
  return components.reference(name);
}

template <class T>
boost::json::object integer_schema() {
  boost::json::object schema{{"type", "integer"}};
  schema["format"] = sizeof(T) == 8 ? "int64" : "int32";
  return schema;
}

template <class U>
boost::json::object optional_schema(Components& components) {
  boost::json::array either;
  either.emplace_back(schema_of<U>(components));
  either.emplace_back(boost::json::object{{"type", "null"}});
  boost::json::object schema;
  schema["anyOf"] = std::move(either);
  return schema;
}

template <class T>
boost::json::object schema_of(Components& components) {
  if constexpr (std::is_same_v<T, boost::json::value>) {
    return {};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return integer_schema<T>();
  } else if constexpr (std::is_same_v<T, double>) {
    return {{"type", "number"}};
  } else if constexpr (std::is_same_v<T, Time> || std::is_same_v<T, GivenTime>) {
    return {{"type", "string"}, {"format", "date-time"}};
  } else if constexpr (is_optional<T>::value) {
    return optional_schema<typename T::value_type>(components);
  } else if constexpr (is_vector<T>::value) {
    return {{"type", "array"}, {"items", schema_of<typename T::value_type>(components)}};
  } else if constexpr (is_id<T>::value) {
    return {{"type", "string"}, {"format", "uuid"}};
  } else if constexpr (is_text<T>::value) {
    boost::json::object text{{"type", "string"}, {"minLength", T::min_length}, {"maxLength", T::max_length}};
    if (T::min_length > 0) text["pattern"] = R"(\S)";
    return text;
  } else {
    static_assert(is_described_enum<T> || is_described_struct<T>);
    return named_schema<T>(components);
  }
}

}  // namespace shape

/// A T from JSON. The error is `invalid` "body.invalid" with a FieldError for every mistake.
template <class T>
Result<T> parse(const boost::json::value& value) {
  Reading reading;
  T out{};
  shape::read(reading, value, out);
  if (!reading.fine()) return fail(std::move(reading).error());
  return out;
}

/// Appends the JSON text of `value`.
template <class T>
void write(std::string& out, const T& value);

namespace shape {

template <class T>
void write_members(std::string& out, const T& value) {
  char before = '{';
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    const auto& field = value.*member.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>::value) {
      if (!field) return;
    }
    out += before;
    out += '"';
    out += member.name;  // a C++ name: nothing to escape
    out += "\":";
    http::write(out, field);
    before = ',';
  });
  if (before == '{') out += '{';
  out += '}';
}

template <class U>
void write_elements(std::string& out, const std::vector<U>& elements) {
  out += '[';
  bool first = true;
  for (const auto& element : elements) {
    if (!first) out += ',';
    first = false;
    http::write<U>(out, element);
  }
  out += ']';
}

template <class E>
void write_enum(std::string& out, E value) {
  const char* name = boost::describe::enum_to_string(value, "");
  write_string(out, enumerator_text(name));
}

}  // namespace shape

template <class T>
void write(std::string& out, const T& value) {
  using namespace shape;
  if constexpr (std::is_same_v<T, boost::json::value>) {
    write_value(out, value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    write_string(out, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    write_integer(out, static_cast<std::int64_t>(value));
  } else if constexpr (std::is_same_v<T, double>) {
    write_double(out, value);
  } else if constexpr (std::is_same_v<T, Time>) {
    write_string(out, to_rfc3339(value));
  } else if constexpr (std::is_same_v<T, GivenTime>) {
    write_string(out, to_rfc3339(value.at));
  } else if constexpr (is_optional<T>::value) {
    if (!value) return void(out += "null");
    write(out, *value);
  } else if constexpr (is_vector<T>::value) {
    write_elements(out, value);
  } else if constexpr (is_id<T>::value) {
    write_string(out, value.text());
  } else if constexpr (is_text<T>::value) {
    write_string(out, value.str());
  } else if constexpr (is_described_enum<T>) {
    write_enum(out, value);
  } else {
    static_assert(is_described_struct<T>, "describe the type with BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_ENUM");
    write_members(out, value);
  }
}

/// The schema of T; named types are collected in `components` and referred to.
template <class T>
boost::json::object schema(Components& components) {
  return shape::schema_of<T>(components);
}

/// A document of its own: the schema of T with the named types under "$defs".
template <class T>
boost::json::object schema() {
  Components components("#/$defs/");
  boost::json::object document = shape::schema_of<T>(components);
  document["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  if (!components.schemas().empty()) document["$defs"] = components.schemas();
  return document;
}

}  // namespace rapport::http
