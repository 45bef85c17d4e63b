// What ships is what was checked by hand: the wording to the letter, the answers' weights, the ranges, the licences. A
// change of any of it must be meant, and fails here first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <tuple>

#include "measures/change.hpp"
#include "measures/digest.hpp"
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
  return digest_of(joined);
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
const std::vector<double> kOneToFive{1, 2, 3, 4, 5};
const std::vector<double> kOneToSix{1, 2, 3, 4, 5, 6};
const std::vector<double> kOneToSeven{1, 2, 3, 4, 5, 6, 7};
constexpr auto kNoWording = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// clang-format off
const Expected kExpected[] = {
  {"arm-5", LicenceStatus::structure_only, {}, 5, 0, kNoWording, kOneToSeven, {{"total", 1, 7}}},
  {"audit-c", LicenceStatus::free_to_ship, {"en"}, 3, 18, "d6d2bc1ec1db8b1304457ba2f4bab25f858b6f720283f8d7993f2906727a156a", kZeroToFour, {{"total", 0, 12}}},
  {"check-in", LicenceStatus::free_to_ship, {"en", "de"}, 4, 50, "aa21f316c941b4857d61401f23fd264ec54d207af858881d157a88caa114e3c3", kZeroToFour, {{"total", 0, 16}, {"goal", 0, 4}, {"task", 0, 4}, {"bond", 0, 8}}},
  {"check-in-therapist", LicenceStatus::free_to_ship, {"en", "de"}, 4, 50, "44f90c3045a99eec8980f8128617d31d8e30eac42795882a6d5f23a049951b5b", kZeroToFour, {{"total", 0, 16}, {"goal", 0, 4}, {"task", 0, 4}, {"bond", 0, 8}}},
  {"core-10", LicenceStatus::separate_pack, {"en"}, 10, 63, "664e55dcc575ec9097c3fa1cae7bb2b93a85863168b758ea5e957b01a5200979", kZeroToFour, {{"total", 0, 40}}},
  {"core-om", LicenceStatus::structure_only, {}, 34, 0, kNoWording, kZeroToFour, {{"total", 0, 40}, {"wellbeing", 0, 40}, {"problems", 0, 40}, {"functioning", 0, 40}, {"risk", 0, 40}}},
  {"gad-2", LicenceStatus::free_to_ship, {"en", "de"}, 2, 22, "6af6f4cee5f56ae90fd96579de887b902f5709d3b91bbbcfdcd86cb3f816c131", kZeroToThree, {{"total", 0, 6}}},
  {"gad-7", LicenceStatus::free_to_ship, {"en", "de"}, 7, 72, "4c46d0512661c9347928cfc45b6566ecc264ff0954ac039d09e3127a9e5af9cd", kZeroToThree, {{"total", 0, 21}}},
  {"haq-ii", LicenceStatus::structure_only, {}, 19, 0, kNoWording, kOneToSix, {{"total", 19, 114}}},
  {"k10", LicenceStatus::free_to_ship, {"en"}, 10, 62, "8a65ec8448d8253c79a797fa2af0a22487c538c388dd8632024096f4b2f7bb7a", kFourToZero, {{"total", 0, 40}}},
  {"k6", LicenceStatus::free_to_ship, {"en"}, 6, 38, "da18edf8f4678bac0a36f29fbd96db1001306826cc85388feeb3c3499dc9f019", kFourToZero, {{"total", 0, 24}}},
  {"oq-45", LicenceStatus::structure_only, {}, 45, 0, kNoWording, kZeroToFour, {{"total", 0, 180}}},
  {"ors", LicenceStatus::structure_only, {}, 4, 0, kNoWording, {}, {{"total", 0, 40}}},
  {"pcl-5", LicenceStatus::free_to_ship, {"en"}, 20, 122, "550c8cec323f0f183e1e89992c0d11faf560b19e155e2e8e9c4f8ba90de3236f", kZeroToFour, {{"total", 0, 80}, {"b", 0, 20}, {"c", 0, 8}, {"d", 0, 28}, {"e", 0, 24}}},
  {"phq-2", LicenceStatus::free_to_ship, {"en", "de"}, 2, 22, "e5ad5f6c613da9a5495ff373fb2ddecd5cad69dea1bc5b7de092bd35c70a0119", kZeroToThree, {{"total", 0, 6}}},
  {"phq-9", LicenceStatus::free_to_ship, {"en", "de"}, 10, 102, "c1a2299f2ee3f7e5e80872b00b08dbd8c920c85322bab4344db79b724d5217e5", kZeroToThree, {{"total", 0, 27}}},
  {"risq", LicenceStatus::free_to_ship, {"en"}, 4, 12, "1868740e6d7ffa7e00f20aadf1fae71aa10450dde58505dd60b6df336eb58879", {0, 1}, {{"count", 0, 4}}},
  {"sparq", LicenceStatus::free_to_ship, {"en"}, 8, 48, "59453f4b9ad66c3c1a20a69e22e3fe8c51705e993495fca8c963fd49ded9725c", kZeroToFour, {{"positive", 0, 16}, {"negative", 0, 16}}},
  {"srs", LicenceStatus::structure_only, {}, 4, 0, kNoWording, {}, {{"total", 0, 40}}},
  {"wai-s", LicenceStatus::structure_only, {}, 12, 0, kNoWording, kOneToSeven, {{"total", 12, 84}, {"task", 4, 28}, {"bond", 4, 28}, {"goal", 4, 28}}},
  {"wai-sr", LicenceStatus::structure_only, {}, 12, 0, kNoWording, {1, 2, 3, 4, 5}, {{"total", 12, 60}, {"goal", 4, 20}, {"task", 4, 20}, {"bond", 4, 20}}},
  {"wai-srt", LicenceStatus::structure_only, {}, 10, 0, kNoWording, kOneToFive, {{"total", 10, 50}}},
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

TEST_P(ShippedInstrument, HasTheDigestOfItsWording) {
  const auto& hash = instrument().wording_hash();
  EXPECT_EQ(hash, GetParam().texts == 0 ? "" : GetParam().sha256);
  EXPECT_EQ(instrument().digest().size(), 64U);
  EXPECT_EQ(library().find_version(instrument().digest()), &instrument());
}

TEST_P(ShippedInstrument, SaysUnderWhichLicenceItIs) {
  const auto& licence = instrument().scoring().licence;
  EXPECT_EQ(licence.status, GetParam().licence);
  const bool is_in_pack = licence.status == LicenceStatus::separate_pack || instrument().id() == "core-om";
  EXPECT_EQ(licence.commercial_builds, !is_in_pack);
  EXPECT_EQ(licence.off_until_confirmed, instrument().id() == "who-5");
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

/// What of an instrument comes from the literature, and not from its own files: which items count the other way round,
/// and which make up a part (all of them, where nothing is said). `scale missing`: how many answers may be left out (0:
/// none; a count takes any).
struct Key {
  std::string_view id;
  std::vector<int> reversed;
  std::map<std::string, std::vector<int>> parts = {};
  std::map<std::string, int> may_be_missing = {};
  std::vector<int> unscored = {};
};
const std::vector<Key> kKeys{
    {"arm-5", {3}},
    {"audit-c", {}},
    {"check-in", {}, {{"goal", {1}}, {"task", {2}}, {"bond", {3, 4}}}},
    {"check-in-therapist", {}, {{"goal", {1}}, {"task", {2}}, {"bond", {3, 4}}}},
    {"core-10", {2, 3}, {}, {{"total", 1}}},
    {"core-om",
     {3, 4, 7, 12, 19, 21, 31, 32},
     {{"wellbeing", {4, 14, 17, 31}},
      {"problems", {2, 5, 8, 11, 13, 15, 18, 20, 23, 27, 28, 30}},
      {"functioning", {1, 3, 7, 10, 12, 19, 21, 25, 26, 29, 32, 33}},
      {"risk", {6, 9, 16, 22, 24, 34}}},
     {{"total", 3}}},
    {"gad-2", {}},
    {"gad-7", {}},
    {"haq-ii", {4, 8, 11, 16, 19}},
    {"k10", {}},
    {"k6", {}},
    {"oq-45", {}},
    {"ors", {}},
    {"pcl-5",
     {},
     {{"b", {1, 2, 3, 4, 5}}, {"c", {6, 7}}, {"d", {8, 9, 10, 11, 12, 13, 14}}, {"e", {15, 16, 17, 18, 19, 20}}}},
    {"phq-2", {}},
    {"phq-9", {}, {}, {}, {10}},
    {"risq", {}},
    {"sparq", {}, {{"positive", {1, 6, 7, 8}}, {"negative", {2, 3, 4, 5}}}, {{"positive", 1}, {"negative", 1}}},
    {"srs", {}},
    {"wai-s", {4, 10}, {{"task", {1, 2, 8, 12}}, {"bond", {3, 5, 7, 9}}, {"goal", {4, 6, 10, 11}}}},
    {"wai-sr",
     {},
     {{"goal", {4, 6, 8, 11}}, {"task", {1, 2, 10, 12}}, {"bond", {3, 5, 7, 9}}},
     {{"goal", 1}, {"task", 1}, {"bond", 1}}},
    {"wai-srt", {}},
    {"who-5", {}},
};

/// Places from 0 as numbers from 1, rising.
std::vector<int> numbers(const std::vector<std::size_t>& places) {
  std::vector<int> found;
  for (const auto place : places) found.push_back(static_cast<int>(place) + 1);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<int> which(const Instrument& instrument, bool (*is_it)(const Question&)) {
  std::vector<int> found;
  for (std::size_t i = 0; i < instrument.questions().size(); ++i) {
    if (is_it(instrument.questions()[i])) found.push_back(static_cast<int>(i) + 1);
  }
  return found;
}

TEST(ShippedInstruments, HaveTheKeysOfTheLiterature) {
  ASSERT_EQ(kKeys.size(), std::size(kExpected));
  for (const auto& key : kKeys) {
    SCOPED_TRACE(key.id);
    const auto& instrument = *library().find(key.id);
    EXPECT_EQ(which(instrument, [](const Question& one) { return one.reversed; }), key.reversed);
    EXPECT_EQ(which(instrument, [](const Question& one) { return !one.scored; }), key.unscored);
    const auto scored = which(instrument, [](const Question& one) { return one.scored; });
    const auto& scales = instrument.scoring().scales;
    for (std::size_t i = 0; i < scales.size(); ++i) {
      SCOPED_TRACE(scales[i].key);
      const auto part = key.parts.find(scales[i].key);
      EXPECT_EQ(numbers(instrument.scale_questions()[i]), part == key.parts.end() ? scored : part->second);
      const auto missing = key.may_be_missing.find(scales[i].key);
      EXPECT_EQ(scales[i].max_missing, missing == key.may_be_missing.end() ? 0 : missing->second);
      EXPECT_EQ(scales[i].missing == MissingRule::count_answered, key.id == "risq");
    }
  }
}

TEST(ShippedInstruments, SayWhatMeansBetter) {
  const std::vector<std::string_view> higher_is_better{
      "arm-5", "check-in", "check-in-therapist", "haq-ii", "ors", "srs", "wai-s", "wai-sr", "wai-srt", "who-5"};
  for (const auto& instrument : library().all()) {
    const bool better =
        std::find(higher_is_better.begin(), higher_is_better.end(), instrument.id()) != higher_is_better.end();
    for (const auto& scale : instrument.scoring().scales) {
      const bool is_positive = instrument.id() == "sparq" && scale.key == "positive";
      EXPECT_EQ(scale.direction == Direction::higher_better, better || is_positive) << instrument.id() << scale.key;
    }
  }
}

TEST(ShippedInstruments, NameAReliableChangeOnlyWhereOneIsKnown) {
  const std::map<std::string_view, double> known{{"phq-9", 6},   {"gad-7", 4},  {"pcl-5", 15}, {"core-10", 6},
                                                 {"core-om", 5}, {"oq-45", 14}, {"ors", 5}};
  for (const auto& instrument : library().all()) {
    const auto* rule = reliable_change_of(instrument);
    const auto found = known.find(instrument.id());
    ASSERT_EQ(rule != nullptr, found != known.end()) << instrument.id();
    if (rule != nullptr) EXPECT_EQ(rule->value, found->second) << instrument.id();
  }
}

/// The lowest scores of the bands of the main scale.
TEST(ShippedInstruments, HaveTheBandsAndClinicalCutOffsOfTheLiterature) {
  const std::map<std::string_view, std::vector<double>> bands{{"phq-9", {0, 5, 10, 15, 20}},
                                                              {"gad-7", {0, 5, 10, 15}},
                                                              {"k6", {0, 5, 13}},
                                                              {"core-10", {0, 6, 11, 15, 20, 25}}};
  const std::map<std::string_view, double> clinical{{"phq-9", 10}, {"gad-7", 10}, {"core-10", 11}, {"core-om", 9.9}};
  for (const auto& instrument : library().all()) {
    std::vector<double> from;
    for (const auto& band : instrument.scoring().bands) from.push_back(band.min);
    const auto expected = bands.find(instrument.id());
    EXPECT_EQ(from, expected == bands.end() ? std::vector<double>{} : expected->second) << instrument.id();
    const auto cut = clinical.find(instrument.id());
    if (cut == clinical.end()) continue;
    const auto& cutoffs = instrument.scoring().cutoffs;
    EXPECT_TRUE(std::any_of(cutoffs.begin(), cutoffs.end(), [&](const Cutoff& one) {
      return one.clinical && one.value == cut->second;
    })) << instrument.id();
  }
}

TEST(ShippedInstruments, OfTheProjectsOwnNothingIsSaidToBeKnown) {
  for (const auto* id : {"check-in", "check-in-therapist"}) {
    const auto& scoring = library().find(id)->scoring();
    EXPECT_TRUE(scoring.bands.empty() && scoring.cutoffs.empty() && scoring.reliable_change.empty()) << id;
    EXPECT_FALSE(scoring.unverified.empty());
    EXPECT_NE(questions(library().find(id)->questionnaire()).size(), 0U);
    const auto& marked = library().find(id)->questionnaire().items.front().text;
    EXPECT_NE(marked.text.find("not validated"), std::string::npos);
    EXPECT_NE(marked.in("de").find("nicht validiert"), std::string::npos);
  }
}

TEST(ShippedInstruments, KnowWhoFillsThemIn) {
  for (const auto& instrument : library().all()) {
    const bool by_therapist = instrument.id() == "check-in-therapist" || instrument.id() == "wai-srt";
    EXPECT_EQ(instrument.is_for(Respondent::therapist), by_therapist) << instrument.id();
    EXPECT_EQ(instrument.is_for(Respondent::client), !by_therapist) << instrument.id();
  }
}

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
  EXPECT_EQ(safety("core-om"), (Items{{"6", 1}, {"9", 1}, {"16", 1}, {"22", 1}, {"24", 1}, {"34", 1}}));
  EXPECT_EQ(library().find("risq")->scoring().review.size(), 4U);
  EXPECT_EQ(library().find("sdq"), nullptr) << "may not be made electronic at all";
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
