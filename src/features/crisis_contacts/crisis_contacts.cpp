#include "features/crisis_contacts/crisis_contacts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/files.hpp"
#include "crisis_contact_files.hpp"
#include "measures/json_fields.hpp"

namespace rapport::crisis_contacts {
namespace {

using measures::Fields;
using std::chrono::sys_days;

constexpr std::size_t kMostCountries = 300;
constexpr std::size_t kMostEntries = 50;
constexpr std::size_t kMostWays = 5;
constexpr std::string_view kPractice = "practice";

bool is_between(char c, char first, char last) {
  return c >= first && c <= last;
}

bool has_letters(std::string_view text, std::size_t count, char first, char last) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_between(c, first, last); });
}

/// What becomes a link must be nothing but that.
bool is_address(std::string_view text, std::string_view scheme) {
  return text.starts_with(scheme) && text.size() > scheme.size() && text.size() <= 300 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_between(c, '!', '~') && c != '"' && c != '<'; });
}

bool is_number(std::string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return is_between(c, '0', '9'); });
  return digits >= 3 && text.size() <= 24 && text.find_first_not_of("0123456789 +-()/") == std::string_view::npos;
}

std::optional<sys_days> day_of(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto time = from_rfc3339(fmt::format("{}T00:00:00Z", text));
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}

sys_days a_year_after(sys_days day) {
  return sys_days(std::chrono::year_month_day(day) + std::chrono::years(1));
}

/// Reads the entries of one file; each mistake is said with the name of its entry.
class Reader {
 public:
  Reader(Origin origin, sys_days today, measures::Mistakes& mistakes)
      : origin_(origin), today_(today), mistakes_(mistakes) {}

  std::vector<CrisisCountry> countries(const boost::json::value& document) {
    Fields file(document, "", mistakes_);
    file.refuse_all_but({"about", "countries"});
    std::vector<CrisisCountry> found;
    for (auto& fields : file.objects("countries", kMostCountries)) found.push_back(country(fields, found));
    if (found.empty()) file.wrong("countries", "There is no country in this file.");
    return found;
  }

 private:
  CrisisCountry country(Fields& fields, const std::vector<CrisisCountry>& before) {
    fields.refuse_all_but({"country", "emergency", "contacts"});
    CrisisCountry made;
    made.country = fields.text("country");
    if (!has_letters(made.country, 2, 'A', 'Z'))
      fields.wrong("country", fmt::format("\"{}\" is no country: give two capital letters (ISO 3166).", made.country));
    if (std::any_of(before.begin(), before.end(), [&](const auto& one) { return one.country == made.country; }))
      fields.wrong("country", fmt::format("{} is in this file twice.", made.country));
    for (auto& entry : fields.objects("emergency", kMostEntries))
      made.emergency.push_back(emergency(entry, made.country));
    for (auto& entry : fields.objects("contacts", kMostEntries)) made.contacts.push_back(contact(entry, made.country));
    if (made.emergency.empty() && (origin_ == Origin::program || made.contacts.empty()))
      fields.wrong("emergency", fmt::format("{} has no emergency number.", made.country));
    return made;
  }

  EmergencyNumber emergency(Fields& fields, const std::string& country) {
    fields.refuse_all_but(
        {"number", "reaches", "source", "also_seen", "page_date", "verified_by", "seen", "review_by"});
    EmergencyNumber made;
    made.number = fields.text("number");
    entry_ = fmt::format("\"{}\" in {}", made.number, country);
    number(fields, "number", made.number);
    made.reaches = fields.text("reaches");
    if (made.reaches != "all" && made.reaches != "ambulance" && made.reaches != "police")
      wrong(fields, "reaches", "give all, ambulance or police");
    checked(fields, made.source, made.seen, made.review_by);
    return made;
  }

  CrisisContact contact(Fields& fields, const std::string& country) {
    fields.refuse_all_but({"name", "phones", "text", "web", "hours", "languages", "audience", "free_of_charge",
                           "source", "also_seen", "page_date", "verified_by", "seen", "review_by"});
    CrisisContact made;
    made.name = fields.text("name");
    entry_ = fmt::format("\"{}\" in {}", made.name, country);
    ways(fields, made);
    made.hours = fields.optional_text("hours");
    made.audience = fields.optional_text("audience");
    if (fields.has("free_of_charge")) made.free_of_charge = fields.flag("free_of_charge", false);
    made.languages = fields.texts("languages", kMostEntries);
    if (made.languages.empty() || !std::all_of(made.languages.begin(), made.languages.end(),
                                               [](const auto& one) { return has_letters(one, 2, 'a', 'z'); }))
      wrong(fields, "languages", "give the languages that are spoken there, two small letters each (ISO 639)");
    checked(fields, made.source, made.seen, made.review_by);
    return made;
  }

  void ways(Fields& fields, CrisisContact& made) {
    made.phones = fields.texts("phones", kMostWays);
    for (const auto& phone : made.phones) number(fields, "phones", phone);
    if (auto text = fields.optional_object("text")) {
      text->refuse_all_but({"number", "word"});
      made.text = TextLine{text->text("number"), text->optional_text("word")};
      number(*text, "number", made.text->number);
    }
    made.web = fields.optional_text("web");
    if (made.web && !is_address(*made.web, "https://"))
      wrong(fields, "web", "give an address that begins with https://");
    if (made.phones.empty() && !made.text && !made.web)
      wrong(fields, "phones", "there is no way to reach it: give phones, text or web");
  }

  void checked(Fields& fields, std::string& source, std::string& seen, std::string& review_by) {
    source = fields.optional_text("source").value_or("");
    if (source == kPractice) {
      if (origin_ == Origin::program) wrong(fields, "source", "only a practice can be the source of its own file");
      if (fields.optional_text("verified_by").value_or("").empty())
        wrong(fields, "verified_by", "say who called there or looked it up");
    } else if (!is_address(source, "https://") && !is_address(source, "http://")) {
      wrong(fields, "source", "give the address of the page on which it was seen");
    }
    for (const auto& page : fields.texts("also_seen", kMostWays)) {
      if (!is_address(page, "https://") && !is_address(page, "http://")) wrong(fields, "also_seen", "give addresses");
    }
    if (const auto dated = fields.optional_text("page_date"); dated && !day_of(*dated))
      wrong(fields, "page_date", "give a day, YYYY-MM-DD");
    seen = fields.optional_text("seen").value_or("");
    review_by = fields.optional_text("review_by").value_or("");
    days(fields, day_of(seen), day_of(review_by));
  }

  void days(Fields& fields, std::optional<sys_days> seen, std::optional<sys_days> review_by) {
    if (!seen) wrong(fields, "seen", "give the day on which it was seen, YYYY-MM-DD");
    if (!review_by) wrong(fields, "review_by", "give the day by which it is to be seen again, YYYY-MM-DD");
    if (!seen || !review_by) return;
    if (*seen > today_) wrong(fields, "seen", "this day is still to come");
    if (*review_by <= *seen) wrong(fields, "review_by", "this must be after it was seen");
    if (*review_by > a_year_after(*seen))
      wrong(fields, "review_by", "this must be at most twelve months after it was seen");
  }

  void number(Fields& fields, std::string_view key, std::string_view text) {
    if (!is_number(text)) wrong(fields, key, fmt::format("\"{}\" is no number to call or to write to", text));
  }

  void wrong(Fields& fields, std::string_view key, std::string_view what) {
    fields.wrong(key, fmt::format("{}: {}.", entry_, what));
  }

  Origin origin_;
  sys_days today_;
  measures::Mistakes& mistakes_;
  std::string entry_;  ///< that is being read, as a person would name it
};

/// YYYY-MM-DD sorts as days do.
void find_review(CrisisCountry& country) {
  country.review_by.clear();
  const auto note = [&](const std::string& day) {
    if (country.review_by.empty() || day < country.review_by) country.review_by = day;
  };
  for (const auto& entry : country.emergency) note(entry.review_by);
  for (const auto& entry : country.contacts) note(entry.review_by);
}

}  // namespace

Result<std::vector<CrisisCountry>> read_contacts(std::string_view text, Origin origin, sys_days today) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  auto found = Reader(origin, today, mistakes).countries(document);
  if (!mistakes.none()) return fail(mistakes.error("crisis_contacts.file", text));
  for (auto& country : found) find_review(country);
  return found;
}

std::string_view shipped_text() {
  return crisis_contact_files().front().content;
}

CrisisContacts::CrisisContacts() {
  // A computer whose clock is wrong must still show them: whether a day is to come is asked by the tests.
  auto shipped = read_contacts(shipped_text(), Origin::program, sys_days::max());
  if (!shipped) throw std::logic_error("crisis contacts: " + shipped.error().detail);
  add(std::move(*shipped));
}

const CrisisCountry* CrisisContacts::find(std::string_view country) const {
  const auto found =
      std::find_if(countries_.begin(), countries_.end(), [&](const auto& one) { return one.country == country; });
  return found == countries_.end() ? nullptr : &*found;
}

Result<void> CrisisContacts::set_first(std::string_view country) {
  if (find(country) == nullptr) {
    return fail(invalid("crisis_contacts.country",
                        fmt::format("practice.country is {}, and no crisis contacts are known there: give them with "
                                    "practice.crisis_contacts_file (see docs/how-to/crisis-contacts.md).",
                                    country)));
  }
  first_ = country;
  return {};
}

void CrisisContacts::add(std::vector<CrisisCountry> own) {
  for (auto& country : own) {
    const auto known = std::find_if(countries_.begin(), countries_.end(),
                                    [&](const auto& one) { return one.country == country.country; });
    if (known == countries_.end()) {
      countries_.push_back(std::move(country));
      continue;
    }
    known->emergency.insert(known->emergency.end(), country.emergency.begin(), country.emergency.end());
    known->contacts.insert(known->contacts.begin(), country.contacts.begin(), country.contacts.end());
    find_review(*known);
  }
  std::sort(countries_.begin(), countries_.end(),
            [](const auto& left, const auto& right) { return left.country < right.country; });
}

Result<CrisisContacts> open_contacts(const config::Settings& settings, Time now) {
  CrisisContacts contacts;
  if (const auto& path = settings.practice_crisis_contacts_file; !path.empty()) {
    TRY_ASSIGN(const auto text, read_file(path, measures::kMaxDocumentBytes));
    auto own = read_contacts(text, Origin::practice, std::chrono::floor<std::chrono::days>(now));
    if (!own) {
      own.error().detail = fmt::format("{}: {}", path, own.error().detail);
      return fail(std::move(own.error()));
    }
    contacts.add(std::move(*own));
  }
  if (!settings.practice_country.empty()) TRY(contacts.set_first(settings.practice_country));
  return contacts;
}

std::optional<std::string> overdue(const CrisisContacts& contacts, Time now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  std::size_t count = 0;
  std::string first;
  const auto note = [&](const std::string& review_by) {
    if (*day_of(review_by) >= today) return;
    ++count;
    if (first.empty() || review_by < first) first = review_by;
  };
  for (const auto& country : contacts.countries()) {
    for (const auto& entry : country.emergency) note(entry.review_by);
    for (const auto& entry : country.contacts) note(entry.review_by);
  }
  if (count == 0) return std::nullopt;
  return fmt::format(
      "Crisis contacts past their review: {}, the first since {}. They are shown all the same; see "
      "docs/how-to/crisis-contacts.md.",
      count, first);
}

}  // namespace rapport::crisis_contacts
