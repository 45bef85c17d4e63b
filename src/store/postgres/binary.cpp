#include "store/postgres/binary.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace rapport::store::postgres {
namespace {

// Fixed by PostgreSQL's catalogue (pg_type.dat); they never change.
constexpr Oid kBool = 16;
constexpr Oid kBytes = 17;
constexpr Oid kName = 19;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kJson = 114;
constexpr Oid kFloat8 = 701;
constexpr Oid kUnknown = 705;
constexpr Oid kVarchar = 1043;
constexpr Oid kNumeric = 1700;
constexpr Oid kUuid = 2950;
constexpr Oid kJsonb = 3802;

constexpr char kJsonbVersion = 1;

bool is_text(Oid type) {
  return type == kText || type == kVarchar || type == kName || type == kJson || type == kUnknown;
}

template <class I>
bool in_range(std::int64_t number) {
  return number >= std::numeric_limits<I>::min() && number <= std::numeric_limits<I>::max();
}

std::string big_endian(std::uint64_t number, std::size_t size) {
  std::string encoded(size, '\0');
  for (std::size_t i = 0; i < size; ++i) encoded[size - 1 - i] = static_cast<char>(number >> (8 * i));
  return encoded;
}

std::uint64_t from_big_endian(std::string_view raw) {
  std::uint64_t number = 0;
  for (const char c : raw) number = number << 8U | static_cast<std::uint8_t>(c);
  return number;
}

std::int16_t int16_at(std::string_view raw, std::size_t index) {
  return static_cast<std::int16_t>(from_big_endian(raw.substr(index * 2, 2)));
}

bool number_fits(std::int64_t number, Oid type) {
  switch (type) {
    case kInt8:
    case kFloat8:
      return true;
    case kInt4:
      return in_range<std::int32_t>(number);
    case kInt2:
      return in_range<std::int16_t>(number);
    case kBool:
      return number == 0 || number == 1;
    default:
      return false;
  }
}

std::string encode(double number) {
  return big_endian(std::bit_cast<std::uint64_t>(number), 8);
}

std::string encode(std::int64_t number, Oid type) {
  const auto bits = static_cast<std::uint64_t>(number);
  switch (type) {
    case kFloat8:
      return encode(static_cast<double>(number));
    case kInt4:
      return big_endian(bits, 4);
    case kInt2:
      return big_endian(bits, 2);
    case kBool:
      return big_endian(bits, 1);
    default:
      return big_endian(bits, 8);
  }
}

[[noreturn]] void wrong_type(const char* wanted) {
  throw std::logic_error(std::string("postgres: a column was read as ") + wanted + " that is none");
}

/// sum() over bigint is numeric on PostgreSQL and an integer on SQLite: the sum of whole numbers must read alike.
/// The format: number of digits, weight, sign, scale, then digits in base 10,000.
struct Numeric {
  explicit Numeric(std::string_view raw_value) : raw(raw_value) {
    if (raw.size() < 8 || raw.size() < 8 + 2 * static_cast<std::size_t>(int16_at(raw, 0))) wrong_type("a number");
    digits = int16_at(raw, 0);
    weight = int16_at(raw, 1);
    sign = static_cast<std::uint16_t>(int16_at(raw, 2));
  }
  int digit(int index) const { return index < digits ? int16_at(raw, static_cast<std::size_t>(index) + 4) : 0; }

  std::string_view raw;
  int digits = 0;
  int weight = 0;
  std::uint16_t sign = 0;
};
constexpr std::uint16_t kNegative = 0x4000;

double numeric_to_real(std::string_view raw) {
  const Numeric numeric(raw);
  if (numeric.sign > kNegative) wrong_type("a finite number");
  double number = 0;
  for (int i = 0; i < numeric.digits; ++i) number += numeric.digit(i) * std::pow(10000.0, numeric.weight - i);
  return numeric.sign == kNegative ? -number : number;
}

std::int64_t numeric_to_int64(std::string_view raw) {
  const Numeric numeric(raw);
  if (numeric.sign > kNegative || numeric.digits > numeric.weight + 1) wrong_type("a whole number");
  std::int64_t number = 0;
  for (int i = 0; i <= numeric.weight; ++i) {
    // Built up on the negative side, which has room for the smallest number.
    if (__builtin_mul_overflow(number, 10000, &number) || __builtin_sub_overflow(number, numeric.digit(i), &number)) {
      wrong_type("a number of 64 bits");
    }
  }
  if (numeric.sign == kNegative) return number;
  if (number == std::numeric_limits<std::int64_t>::min()) wrong_type("a number of 64 bits");
  return -number;
}

}  // namespace

Oid strict_type(const Value& value) {
  struct Visitor {
    Oid operator()(std::monostate) const { return 0; }
    Oid operator()(std::int64_t) const { return kInt8; }
    Oid operator()(double) const { return kFloat8; }
    Oid operator()(std::string_view) const { return kText; }
    Oid operator()(BytesView) const { return kBytes; }
    Oid operator()(const Uuid&) const { return kUuid; }
  };
  return std::visit(Visitor{}, value.held());
}

Oid loose_type(const Value& value) {
  const Oid type = strict_type(value);
  return type == kText ? 0 : type;
}

bool fits(const Value& value, Oid type) {
  struct Visitor {
    Oid type;
    bool operator()(std::monostate) const { return true; }
    bool operator()(std::int64_t number) const { return number_fits(number, type); }
    bool operator()(double) const { return type == kFloat8; }
    bool operator()(std::string_view) const { return is_text(type) || type == kJsonb; }
    bool operator()(BytesView) const { return type == kBytes; }
    bool operator()(const Uuid&) const { return type == kUuid; }
  };
  return std::visit(Visitor{type}, value.held());
}

Parameters::Parameters(const Values& values, const std::vector<Oid>& types) {
  if (values.size() != types.size()) {
    throw std::logic_error("postgres: a statement has " + std::to_string(types.size()) + " parameters, " +
                           std::to_string(values.size()) + " were given");
  }
  owned_.reserve(values.size());  // short strings hold their bytes inside: they must not move
  for (std::size_t i = 0; i < values.size(); ++i) add(values[i], types[i]);
}

void Parameters::add(const Value& value, Oid type) {
  if (!fits(value, type)) {
    throw std::logic_error("postgres: a value does not fit a parameter of type " + std::to_string(type));
  }
  formats_.push_back(1);
  const auto& held = value.held();
  if (const auto* number = std::get_if<std::int64_t>(&held)) return own(encode(*number, type));
  if (const auto* real = std::get_if<double>(&held)) return own(encode(*real));
  if (const auto* bytes = std::get_if<BytesView>(&held)) return borrow(bytes->data(), bytes->size());
  if (const auto* uuid = std::get_if<Uuid>(&held)) return borrow(uuid->data(), uuid->size());
  if (const auto* text = std::get_if<std::string_view>(&held)) {
    if (type == kJsonb) return own(std::string(1, kJsonbVersion).append(*text));
    return borrow(text->data(), text->size());
  }
  pointers_.push_back(nullptr);
  lengths_.push_back(0);
}

void Parameters::borrow(const void* data, std::size_t size) {
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::logic_error("postgres: a value is too long for one parameter");
  }
  // An empty view may have no address, which libpq would take for null.
  pointers_.push_back(data == nullptr ? "" : static_cast<const char*>(data));
  lengths_.push_back(static_cast<int>(size));
}

void Parameters::own(std::string encoded) {
  owned_.push_back(std::move(encoded));
  borrow(owned_.back().data(), owned_.back().size());
}

bool ResultRow::is_null(int column) const {
  if (column < 0 || column >= PQnfields(result_)) throw std::logic_error("postgres: there is no such column");
  return PQgetisnull(result_, row_, column) != 0;
}

std::string_view ResultRow::raw(int column) const {
  if (is_null(column)) throw std::logic_error("postgres: a column that is null was read as a value");
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::int64_t ResultRow::int64(int column) const {
  const auto value = raw(column);
  switch (PQftype(result_, column)) {
    case kInt8:
      return static_cast<std::int64_t>(from_big_endian(value));
    case kInt4:
      return static_cast<std::int32_t>(from_big_endian(value));
    case kInt2:
      return static_cast<std::int16_t>(from_big_endian(value));
    case kBool:
      return value.front() != 0 ? 1 : 0;
    case kNumeric:
      return numeric_to_int64(value);
    default:
      wrong_type("a whole number");
  }
}

double ResultRow::real(int column) const {
  const auto value = raw(column);
  switch (PQftype(result_, column)) {
    case kFloat8:
      return std::bit_cast<double>(from_big_endian(value));
    case kNumeric:
      return numeric_to_real(value);
    default:
      wrong_type("a number");
  }
}

std::string_view ResultRow::text(int column) const {
  const auto value = raw(column);
  const Oid type = PQftype(result_, column);
  if (type == kJsonb) return value.substr(1);
  if (!is_text(type)) wrong_type("a text");
  return value;
}

BytesView ResultRow::bytes(int column) const {
  const auto value = raw(column);
  if (PQftype(result_, column) != kBytes) wrong_type("bytes");
  return as_bytes(value);
}

Uuid ResultRow::uuid(int column) const {
  const auto value = raw(column);
  Uuid uuid{};
  if (PQftype(result_, column) != kUuid || value.size() != uuid.size()) wrong_type("an id");
  std::memcpy(uuid.data(), value.data(), uuid.size());
  return uuid;
}

}  // namespace rapport::store::postgres
