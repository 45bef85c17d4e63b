// What ships is what was checked by hand: the wording to the letter, the answers' weights, the ranges, the licences. A
// change of any of it must be meant, and fails here first.
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "base/bytes.hpp"
#include "measures/instrument_library.hpp"

namespace rapport::measures {
namespace {

const InstrumentLibrary& library() {
  static const auto shipped = InstrumentLibrary::shipped().value();
  return shipped;
}

void collect(const std::vector<Item>& items, std::vector<std::string>& texts) {
  const auto add = [&](const Wording& wording) {
    if (!wording.text.empty()) texts.push_back(wording.text);
    for (const auto& [language, text] : wording.translations) texts.push_back(text);
  };
  for (const auto& item : items) {
    add(item.text);
    for (const auto& option : item.answer_options) add(option.display);
    collect(item.items, texts);
  }
}

/// Everything a respondent reads, in the order of the form, each text with its translations.
std::vector<std::string> wording(const Instrument& instrument) {
  std::vector<std::string> texts;
  collect(instrument.questionnaire().items, texts);
  return texts;
}

std::string sha256(const std::vector<std::string>& texts) {
  std::string joined;
  for (const auto& text : texts) joined += (joined.empty() ? "" : "\n") + text;
  Bytes digest(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), as_bytes(joined).data(), joined.size());
  return to_hex(digest);
}

struct Expected {
  std::string_view id;
  LicenceStatus licence;
  std::vector<std::string> languages;
  std::size_t questions;
  std::size_t texts;
  std::string_view sha256;
  /// In the order in which they are shown; empty: a line from 0 to 10.
  std::vector<double> weights;
  /// key, lowest, highest
  std::vector<std::tuple<std::string, double, double>> scales;
};

const std::vector<double> kZeroToThree{0, 1, 2, 3};
const std::vector<double> kZeroToFour{0, 1, 2, 3, 4};
const std::vector<double> kFourToZero{4, 3, 2, 1, 0};
constexpr auto kNoWording = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// clang-format off
const Expected kExpected[] = {
  {"audit-c", LicenceStatus::free_to_ship, {"en"}, 3, 18, "d6d2bc1ec1db8b1304457ba2f4bab25f858b6f720283f8d7993f2906727a156a", kZeroToFour, {{"total", 0, 12}}},
  {"core-10", LicenceStatus::separate_pack, {"en"}, 10, 63, "664e55dcc575ec9097c3fa1cae7bb2b93a85863168b758ea5e957b01a5200979", kZeroToFour, {{"total", 0, 40}}},
  {"gad-2", LicenceStatus::free_to_ship, {"en", "de"}, 2, 22, "6af6f4cee5f56ae90fd96579de887b902f5709d3b91bbbcfdcd86cb3f816c131", kZeroToThree, {{"total", 0, 6}}},
  {"gad-7", LicenceStatus::free_to_ship, {"en", "de"}, 7, 72, "4c46d0512661c9347928cfc45b6566ecc264ff0954ac039d09e3127a9e5af9cd", kZeroToThree, {{"total", 0, 21}}},
  {"k10", LicenceStatus::free_to_ship, {"en"}, 10, 62, "8a65ec8448d8253c79a797fa2af0a22487c538c388dd8632024096f4b2f7bb7a", kFourToZero, {{"total", 0, 40}}},
  {"k6", LicenceStatus::free_to_ship, {"en"}, 6, 38, "da18edf8f4678bac0a36f29fbd96db1001306826cc85388feeb3c3499dc9f019", kFourToZero, {{"total", 0, 24}}},
  {"ors", LicenceStatus::structure_only, {}, 4, 0, kNoWording, {}, {{"total", 0, 40}}},
  {"pcl-5", LicenceStatus::free_to_ship, {"en"}, 20, 122, "550c8cec323f0f183e1e89992c0d11faf560b19e155e2e8e9c4f8ba90de3236f", kZeroToFour, {{"total", 0, 80}, {"b", 0, 20}, {"c", 0, 8}, {"d", 0, 28}, {"e", 0, 24}}},
  {"phq-2", LicenceStatus::free_to_ship, {"en", "de"}, 2, 22, "e5ad5f6c613da9a5495ff373fb2ddecd5cad69dea1bc5b7de092bd35c70a0119", kZeroToThree, {{"total", 0, 6}}},
  {"phq-9", LicenceStatus::free_to_ship, {"en", "de"}, 10, 102, "c1a2299f2ee3f7e5e80872b00b08dbd8c920c85322bab4344db79b724d5217e5", kZeroToThree, {{"total", 0, 27}}},
  {"risq", LicenceStatus::free_to_ship, {"en"}, 4, 12, "1868740e6d7ffa7e00f20aadf1fae71aa10450dde58505dd60b6df336eb58879", {0, 1}, {{"count", 0, 4}}},
  {"sparq", LicenceStatus::free_to_ship, {"en"}, 8, 48, "59453f4b9ad66c3c1a20a69e22e3fe8c51705e993495fca8c963fd49ded9725c", kZeroToFour, {{"positive", 0, 16}, {"negative", 0, 16}}},
  {"srs", LicenceStatus::structure_only, {}, 4, 0, kNoWording, {}, {{"total", 0, 40}}},
  {"wai-sr", LicenceStatus::structure_only, {}, 12, 0, kNoWording, {1, 2, 3, 4, 5}, {{"total", 12, 60}, {"goal", 4, 20}, {"task", 4, 20}, {"bond", 4, 20}}},
  {"who-5", LicenceStatus::separate_pack, {"en"}, 5, 37, "027c65a4e540151b034e0a7a839a45e7649fa2c92a5296b08182721e73660033", {5, 4, 3, 2, 1, 0}, {{"total", 0, 100}}},
};
// clang-format on

class ShippedInstrument : public ::testing::TestWithParam<Expected> {
 protected:
  const Instrument& instrument() const {
    const auto* found = library().find(GetParam().id);
    if (found == nullptr) throw std::logic_error("not shipped");
    return *found;
  }
};

TEST_P(ShippedInstrument, HasTheCheckedWording) {
  const auto texts = wording(instrument());
  EXPECT_EQ(texts.size(), GetParam().texts);
  EXPECT_EQ(sha256(texts), GetParam().sha256);
  EXPECT_EQ(languages(instrument().questionnaire()), GetParam().languages);
  EXPECT_EQ(has_wording(instrument().questionnaire()), !texts.empty());
}

TEST_P(ShippedInstrument, HasTheCheckedAnswers) {
  EXPECT_EQ(instrument().questions().size(), GetParam().questions);
  for (const auto* item : questions(instrument().questionnaire())) {
    std::vector<double> weights;
    for (const auto& option : item->answer_options) weights.push_back(option.ordinal_value.value());
    EXPECT_EQ(weights, GetParam().weights) << item->link_id;
    if (!weights.empty()) continue;
    EXPECT_EQ(item->min_value, 0) << item->link_id;
    EXPECT_EQ(item->max_value, 10) << item->link_id;
  }
}

TEST_P(ShippedInstrument, HasTheCheckedScales) {
  std::vector<std::tuple<std::string, double, double>> scales;
  for (const auto& scale : instrument().scoring().scales) scales.emplace_back(scale.key, scale.min, scale.max);
  EXPECT_EQ(scales, GetParam().scales);
}

TEST_P(ShippedInstrument, SaysUnderWhichLicenceItIs) {
  const auto& licence = instrument().scoring().licence;
  EXPECT_EQ(licence.status, GetParam().licence);
  EXPECT_EQ(licence.commercial_builds, licence.status != LicenceStatus::separate_pack);
  EXPECT_FALSE(instrument().questionnaire().copyright.empty());
  EXPECT_FALSE(instrument().scoring().citation.empty());
  EXPECT_EQ(instrument().questionnaire().url, "urn:rapport:questionnaire:" + instrument().id());
}

INSTANTIATE_TEST_SUITE_P(All, ShippedInstrument, ::testing::ValuesIn(kExpected), [](const auto& info) {
  std::string name;
  for (const char c : info.param.id) {
    if (c != '-') name += c;
  }
  return name;
});

TEST(ShippedInstruments, AreAllNamedHere) {
  std::vector<std::string_view> shipped;
  std::vector<std::string_view> named;
  for (const auto& instrument : library().all()) shipped.push_back(instrument.id());
  for (const auto& expected : kExpected) named.push_back(expected.id);
  EXPECT_EQ(shipped, named);
}

TEST(ShippedInstruments, HaveTheSafetyItemsThatThePublishedRulesName) {
  const auto safety = [](std::string_view id) {
    std::vector<std::pair<std::string, double>> found;
    for (const auto& item : library().find(id)->scoring().safety) found.emplace_back(item.item, item.min);
    return found;
  };
  using Items = std::vector<std::pair<std::string, double>>;
  EXPECT_EQ(safety("phq-9"), (Items{{"9", 1}}));
  EXPECT_EQ(safety("core-10"), (Items{{"6", 1}}));
  EXPECT_EQ(safety("risq"), (Items{{"2", 1}}));
  EXPECT_EQ(safety("pcl-5"), (Items{{"16", 1}}));
  EXPECT_EQ(library().find("risq")->scoring().review.size(), 4U);
}

TEST(ShippedInstruments, CarryTheNoticeOfLoincWhereTheyCarryItsCodes) {
  EXPECT_EQ(library().find("phq-9")->questionnaire().loinc, "44249-1");
  EXPECT_EQ(library().find("phq-9")->scoring().scales[0].loinc, "44261-6");
  EXPECT_EQ(questions(library().find("phq-9")->questionnaire())[8]->loinc, "44260-8");
  EXPECT_EQ(library().find("pcl-5")->questionnaire().loinc, "101697-1");
  for (const auto& instrument : library().all()) {
    const auto all = questions(instrument.questionnaire());
    const bool has_codes = std::any_of(all.begin(), all.end(), [](const Item* item) { return !item->loinc.empty(); }) ||
                           !instrument.questionnaire().loinc.empty();
    EXPECT_EQ(has_codes, !instrument.scoring().loinc_notice.empty()) << instrument.id();
  }
}

TEST(ShippedInstruments, SayTheirWordsExactly) {
  const auto text = [](std::string_view id, std::size_t place) {
    return questions(library().find(id)->questionnaire()).at(place)->text;
  };
  EXPECT_EQ(text("phq-9", 8).text, "Thoughts that you would be better off dead or of hurting yourself in some way");
  EXPECT_EQ(text("phq-9", 0).in("de"), "Wenig Interesse oder Freude an Ihren Tätigkeiten");
  EXPECT_EQ(text("sparq", 4).text,
            "I felt afraid to spoke my mind, for fear of being judged, criticized, disliked by my therapist.")
      << "printed so";
  const auto& gad = *questions(library().find("gad-7")->questionnaire()).at(0);
  EXPECT_EQ(gad.answer_options[0].display.text, "Not at all") << "\"Not at all sure\" is a known error";
}

}  // namespace
}  // namespace rapport::measures
