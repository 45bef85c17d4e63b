#pragma once
/// @file Values in the binary format of the protocol: no number or id is printed and parsed on the way.
#include <libpq-fe.h>

#include <string>
#include <vector>

#include "store/transaction.hpp"

namespace rapport::store::postgres {

/// The type to name when a statement is prepared; 0 leaves it to the server. Texts are left to the server as long
/// as that works, because a text may be meant for a jsonb column.
Oid loose_type(const Value& value);
/// As loose_type, but texts are texts.
Oid strict_type(const Value& value);
/// Whether the value can be sent for a parameter of that type.
bool fits(const Value& value, Oid type);

/// The parameters of one call in the shape libpq wants. Borrows texts and bytes of the values.
class Parameters {
 public:
  /// `types` are what the server made of the statement; every value must fit.
  Parameters(const Values& values, const std::vector<Oid>& types);
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(const Value& value, Oid type);
  void borrow(const void* data, std::size_t size);
  void own(std::string encoded);

  std::vector<std::string> owned_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

/// One row of a result in binary format.
class ResultRow final : public Row {
 public:
  explicit ResultRow(const PGresult* result) : result_(result) {}
  void move_to(int row) { row_ = row; }

  bool is_null(int column) const override;
  std::int64_t int64(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  BytesView bytes(int column) const override;
  Uuid uuid(int column) const override;

 private:
  /// The bytes of a column that is there and not null.
  std::string_view raw(int column) const;

  const PGresult* result_;
  int row_ = 0;
};

}  // namespace rapport::store::postgres
