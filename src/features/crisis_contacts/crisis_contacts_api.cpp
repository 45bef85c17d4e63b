#include "features/crisis_contacts/crisis_contacts_api.hpp"

#include <algorithm>

namespace rapport::crisis_contacts {

struct CrisisContactsAnswer {
  std::optional<std::string> practice_country;  ///< to be shown first; absent: the practice has not said
  std::vector<CrisisCountry> countries;
};
BOOST_DESCRIBE_STRUCT(CrisisContactsAnswer, (), (practice_country, countries))

namespace {

using http::Answer;
using http::Call;

/// They change with the program or its settings only.
constexpr std::string_view kKeptFor = "public, max-age=3600";

Result<Answer<CrisisContactsAnswer>> tell(const CrisisContacts& contacts, const Call& call) {
  Answer<CrisisContactsAnswer> answer;
  answer.value.practice_country = contacts.first();
  answer.headers.emplace_back("Cache-Control", kKeptFor);
  const auto code = call.query_text("country");
  if (!code) {
    answer.value.countries = contacts.countries();
    return answer;
  }
  const bool is_code =
      code->size() == 2 && std::all_of(code->begin(), code->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_code) return fail(Call::query_error("country", "Must be two capital letters (ISO 3166)."));
  const auto* country = contacts.find(*code);
  if (country == nullptr) return fail(not_found("No crisis contacts are known for this country."));
  answer.value.countries = {*country};
  return answer;
}

}  // namespace

void add_crisis_contacts_routes(Routes& routes, CrisisContacts contacts) {
  routes.get("/api/crisis-contacts")
      .says("Whom someone in danger can call, by country")
      .explains(
          "All countries, or the one that `country` asks for (404 when nothing is known of it). The same for "
          "everybody, "
          "so it may be kept; keep it where it can be read without a connection, and show what is past `review_by` "
          "too. "
          "There is no limit on how often it is asked: whoever is in danger must not be refused because others behind "
          "the same address asked before, and the answer costs no more than a page.")
      .query("country", "string", "ISO 3166 code, or EU")
      .answers<CrisisContactsAnswer>()
      .open()
      .not_audited("it is for everybody to see, and that someone looked for help is nobody's business")
      .limit(http::kUnlimited)
      .handle([contacts = std::move(contacts)](Context&, Call& call) { return tell(contacts, call); });
}

}  // namespace rapport::crisis_contacts
