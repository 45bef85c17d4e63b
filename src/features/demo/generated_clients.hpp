#pragma once
/// @file Clients beyond the written ones, for trying a practice of any size.
#include <random>
#include <set>

#include "features/demo/written_course.hpp"

namespace rapport::demo {

struct GeneratedClient {
  WrittenClient client;
  WrittenCourse course;
};

/// The same stock and seed give the same clients in the same order, on every platform: the standard's distributions
/// are not used, because each library has its own.
class GeneratedClients {
 public:
  /// `stock` must outlive this, and none of its lists may be empty.
  GeneratedClients(const Stock& stock, std::uint64_t seed) : stock_(stock), random_(seed) {}

  /// `number` makes the log-in unlike all others. A session for each conversation, a week or so apart, with its forms.
  GeneratedClient next(std::int64_t number, std::string therapist);

 private:
  /// 0 to below `end`.
  std::int64_t below(std::int64_t end);
  /// Minutes before the end of a day, see time_of: between morning and evening.
  std::int64_t before_evening();
  template <class T>
  const T& one_of(const std::vector<T>& many);
  /// Nobody has it yet; two last names once every one of them is taken with this first name.
  std::string name_with(const std::string& first);
  void add_conversations(GeneratedClient& made, std::int64_t count);
  void add_latest(GeneratedClient& made, const std::vector<MessageText>& lines);
  void add_forms(WrittenCourse& course);
  WrittenForms forms_at(Course course, std::int64_t start, std::int64_t place, std::int64_t count);
  /// One digit for each question: about `tenths` tenths, from 0 to `highest`.
  std::string answers(std::int64_t questions, std::int64_t tenths, std::int64_t highest);

  const Stock& stock_;
  std::mt19937_64 random_;
  std::set<std::string> names_;  ///< that were given
};

}  // namespace rapport::demo
