#pragma once
/// @file Values going into a statement and rows coming out of it.
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

namespace rapport::store {

/// A parameter. Texts and bytes are borrowed: they must live until the call returns.
class Value {
 public:
  Value(std::nullptr_t) {}
  Value(std::int64_t number) : held_(number) {}
  Value(int number) : held_(static_cast<std::int64_t>(number)) {}
  Value(bool flag) : held_(static_cast<std::int64_t>(flag ? 1 : 0)) {}
  Value(double number) : held_(number) {}
  Value(std::string_view text) : held_(text) {}
  Value(const std::string& text) : held_(std::string_view(text)) {}
  Value(const char* text) : held_(std::string_view(text)) {}
  Value(BytesView bytes) : held_(bytes) {}
  Value(const Bytes& bytes) : held_(BytesView(bytes)) {}
  Value(Time time) : held_(to_micros(time)) {}
  /// 16 bytes: BLOB on SQLite, uuid on PostgreSQL.
  template <class Tag>
  Value(const Id<Tag>& id) : held_(id.uuid()) {}
  template <class T>
  Value(const std::optional<T>& maybe) {
    if (maybe) *this = Value(*maybe);
  }

  using Held = std::variant<std::monostate, std::int64_t, double, std::string_view, BytesView, Uuid>;
  const Held& held() const { return held_; }

 private:
  Held held_;
};

/// One row; columns count from 0. Views are valid until the next row is fetched. Reading a column as a type
/// that it does not have is a defect and throws std::logic_error.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t int64(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual BytesView bytes(int column) const = 0;
  virtual Uuid uuid(int column) const = 0;

  template <class I>
  I id(int column) const {
    return I(uuid(column));
  }
  std::optional<std::int64_t> maybe_int64(int column) const {
    return is_null(column) ? std::nullopt : std::optional(int64(column));
  }
  std::optional<Bytes> maybe_bytes(int column) const {
    return is_null(column) ? std::nullopt : std::optional(copy_of(bytes(column)));
  }
  template <class I>
  std::optional<I> maybe_id(int column) const {
    return is_null(column) ? std::nullopt : std::optional(id<I>(column));
  }
  Time time(int column) const { return from_micros(int64(column)); }
  std::optional<Time> maybe_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional<Time>(time(column));
  }
};

}  // namespace rapport::store
