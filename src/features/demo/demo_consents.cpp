#include "features/demo/demo_consents.hpp"

#include <algorithm>

#include "features/consent/consent.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/demo/demo_file.hpp"

namespace rapport::demo {
namespace {

/// How long `days` are where nothing can lie before the text.
std::chrono::microseconds one_day(const consent::Text& text, const WrittenConsent& written, Time now) {
  const auto day = from_rfc3339(text.version.substr(0, 10) + "T00:00:00Z");
  constexpr std::chrono::microseconds kDay = std::chrono::days(1);
  if (!day || *day >= now || written.days <= 0) return kDay;
  return std::min(kDay, std::chrono::duration_cast<std::chrono::microseconds>(now - *day) / written.days);
}

}  // namespace

Result<void> store_consents(store::WriteTx& tx, const access::SealKey& key, const std::vector<WrittenConsent>& written,
                            const DemoConsenter& who, Time now) {
  for (const auto& one : written) {
    const auto* text = consent::texts().asked_now(one.purpose);
    if (text == nullptr) return fail(broken_script("There is no consent to " + one.purpose + "."));
    const auto day = one_day(*text, one, now);
    consent::Decision decision{.id = consent::ConsentId::make(now),
                               .person = who.person,
                               .purpose = one.purpose,
                               .version = text->version,
                               .language = consent::wording_of(*text, who.language).language,
                               .given = true,
                               .by = one.note ? who.writer : who.person,
                               .at = now - one.days * day};
    if (one.note) decision.sealed_note = access::seal(key, decision.id.bytes(), *one.note);
    TRY(consent::decide(tx, decision, {}));
    if (!one.withdrawn_days) continue;
    decision.id = consent::ConsentId::make(now);
    decision.given = false;
    decision.by = who.person;
    decision.sealed_note.reset();
    decision.at = now - *one.withdrawn_days * day;
    TRY(consent::decide(tx, decision, {}));
  }
  return {};
}

}  // namespace rapport::demo
