#include "features/signals/signal_rules.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rapport::signals {
namespace {

const measures::InstrumentLibrary& library() {
  static const auto instruments = measures::InstrumentLibrary::shipped().value();
  return instruments;
}

TEST(ShippedRules, CanBeReadAndSayWhatTheyRestOn) {
  const auto rules = shipped_rules(library());
  ASSERT_TRUE(rules) << rules.error().detail;
  EXPECT_GE(rules->size(), 15U);
  for (const auto& rule : *rules) {
    EXPECT_FALSE(rule.citation.empty()) << rule.id;
    // A rule that has no source must not be called published.
    if (rule.citation.starts_with("None")) EXPECT_FALSE(rule.is_published) << rule.id;
  }
}

TEST(ShippedRules, SayWhatTheyRestOnInGermanTooAndNameNoFileOfOurs) {
  const auto rules = shipped_rules(library()).value();
  for (const auto& rule : rules) {
    EXPECT_FALSE(rule.citation_de.empty()) << rule.id;
    // Nothing but a work may read the same.
    if (!rule.is_published) EXPECT_NE(rule.citation_de, rule.citation) << rule.id;
    for (const auto* text : {&rule.citation, &rule.citation_de}) {
      EXPECT_EQ(text->find("docs/"), std::string::npos) << *text;
      EXPECT_EQ(text->find(".md"), std::string::npos) << *text;
    }
    for (const auto* english : {"None", " of ours", " the "}) {
      EXPECT_EQ(rule.citation_de.find(english), std::string::npos) << rule.citation_de;
    }
  }
}

/// Of one rule, with `changed` in place of the field of that name.
std::string refused(std::string_view field, std::string_view changed) {
  std::string text = "{\"rules\": [{";
  for (const auto& [key, value] :
       {std::pair{"rule", "\"drop\""},
        {"title", "\"A drop\""},
        {"version", "\"1\""},
        {"signal", "\"rupture-candidate\""},
        {"level", "\"look\""},
        {"basis", "\"our own rule\""},
        {"citation", "\"None.\""},
        {"method", "\"drop\""},
        {"measures", "[{\"instrument\": \"SPARQ\", \"scale\": \"positive\", \"drop\": 4, \"error\": 1}]"},
        {"parameters", "{\"prior_forms\": 2, \"sigmas\": 3, \"sigmas_of_two\": 3, \"share\": 0.5}"}}) {
    text += fmt::format("{}\n\"{}\": {}", text.back() == '{' ? "" : ",", key, key == field ? changed : value);
  }
  const auto rules = read_rules(text + "}]}", library());
  return rules ? "" : rules.error().detail;
}

TEST(ReadRules, NamesTheLineThatIsWrong) {
  EXPECT_EQ(refused("", ""), "");
  EXPECT_NE(refused("signal", "\"rupture\"").find("Line 5"), std::string::npos) << refused("signal", "\"rupture\"");
  EXPECT_NE(refused("level", "\"red\"").find("info, look, act"), std::string::npos);
  EXPECT_NE(refused("method", "\"guess\"").find("no method \"guess\""), std::string::npos);
  EXPECT_NE(refused("parameters", "{\"prior_forms\": 2}"), "");
  EXPECT_NE(
      refused("parameters", "{\"prior_forms\": 2, \"sigmas\": 3, \"sigmas_of_two\": 3, \"share\": 0.5, \"more\": 1}")
          .find("\"more\""),
      std::string::npos);
  EXPECT_NE(refused("parameters", "{\"prior_forms\": 2, \"sigmas\": 30, \"sigmas_of_two\": 3, \"share\": 0.5}")
                .find("from 1 to 5"),
            std::string::npos);
  EXPECT_NE(refused("parameters", "{\"prior_forms\": 2.5, \"sigmas\": 3, \"sigmas_of_two\": 3, \"share\": 0.5}")
                .find("a whole number, not 2.5"),
            std::string::npos);
  EXPECT_NE(refused("measures", "[{\"instrument\": \"nothing\", \"scale\": \"total\", \"drop\": 4, \"error\": 1}]")
                .find("no instrument \"nothing\""),
            std::string::npos);
  EXPECT_NE(refused("measures", "[{\"instrument\": \"sparq\", \"scale\": \"total\", \"drop\": 4, \"error\": 1}]")
                .find("no scale \"total\""),
            std::string::npos);
  EXPECT_NE(refused("measures", "[{\"instrument\": \"sparq\", \"scale\": \"positive\", \"drop\": 0, \"error\": 1}]")
                .find("above 0"),
            std::string::npos);
  EXPECT_NE(refused("citation", "\"\""), "");
}

TEST(ReadRules, RefusesTheSignalOfAnotherMethod) {
  const auto message = refused("signal", "\"repair\"");
  EXPECT_NE(message.find("Line 5"), std::string::npos) << message;
  EXPECT_NE(message.find("The method \"drop\" gives the signal \"rupture-candidate\"."), std::string::npos) << message;
}

TEST(ReadRules, RefusesAScaleTwiceAndALowScoreOutsideIt) {
  const auto twice = refused("measures",
                             "[{\"instrument\": \"sparq\", \"scale\": \"positive\", \"drop\": 4, \"error\": 1},\n"
                             "{\"instrument\": \"SPARQ\", \"scale\": \"positive\", \"drop\": 5, \"error\": 1}]");
  EXPECT_NE(twice.find("Line 11"), std::string::npos) << twice;
  EXPECT_NE(twice.find("in this rule already"), std::string::npos) << twice;
  const auto low = [](int limit) {
    const auto rules =
        read_rules(fmt::format(R"({{"rules": [{{"rule": "l", "title": "L", "version": "1", "signal": "early-alliance",
                    "level": "look", "basis": "our own rule", "citation": "None.", "method": "low-early",
                    "measures": [{{"instrument": "srs", "scale": "total",
                                  "low": {}}}], "parameters": {{"sessions": 7}}}}]}})",
                               limit),
                   library());
    return rules ? "" : rules.error().detail;
  };
  EXPECT_EQ(low(36), "");
  EXPECT_NE(low(41).find("Line 4"), std::string::npos) << low(41);
  EXPECT_NE(low(41).find("from 0 to 40"), std::string::npos) << low(41);
  EXPECT_NE(low(-1), "");
}

TEST(ReadRules, TakesAStrengthFromOneToNine) {
  const auto read = [](std::string_view strength) {
    return read_rules(fmt::format(R"({{"rules": [{{"rule": "s", "title": "S", "version": "1", "signal": "safety",
                      "level": "act",{} "basis": "our own rule", "citation": "None.", "method": "safety-answer"}}]}})",
                                  strength),
                      library());
  };
  EXPECT_EQ(read("")->front().strength, 5);
  EXPECT_EQ(read("\n\"strength\": 9,")->front().strength, 9);
  for (const auto* wrong : {"\n\"strength\": 0,", "\n\"strength\": 10,", "\n\"strength\": 1.5,"}) {
    const auto refused = read(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().detail.find("Line 3"), std::string::npos) << refused.error().detail;
    EXPECT_NE(refused.error().detail.find("from 1 to 9"), std::string::npos) << refused.error().detail;
  }
}

TEST(ReadRules, TakesWholeNumbersOfTreatmentsFormsAndWeeks) {
  const auto refused_with = [](std::string_view cases, std::string_view forms, std::string_view weeks) {
    const auto rules =
        read_rules(fmt::format(R"({{"rules": [{{"rule": "e", "title": "E", "version": "1", "signal": "not-on-track",
                    "level": "look", "basis": "our own rule", "citation": "None.", "method": "expected-course",
                    "parameters": {{"cases": {}, "share": 0.8, "forms": {}, "quiet_weeks": {}}}}}]}})",
                               cases, forms, weeks),
                   library());
    return rules ? "" : rules.error().detail;
  };
  EXPECT_EQ(refused_with("100", "2", "13"), "");
  EXPECT_NE(refused_with("100.5", "2", "13").find("a whole number, not 100.5"), std::string::npos);
  EXPECT_NE(refused_with("100", "1.5", "13").find("a whole number, not 1.5"), std::string::npos);
  EXPECT_NE(refused_with("100", "2", "13.5").find("a whole number, not 13.5"), std::string::npos);
}

TEST(ReadRules, RefusesTwoOfOneName) {
  constexpr auto kRule =
      R"({"rule": "s", "title": "S", "version": "1", "signal": "safety", "level": "act", "basis": "our own rule",
          "citation": "None.", "method": "safety-answer"})";
  EXPECT_TRUE(read_rules(fmt::format("{{\"rules\": [{}]}}", kRule), library()));
  EXPECT_FALSE(read_rules(fmt::format("{{\"rules\": [{}, {}]}}", kRule, kRule), library()));
  EXPECT_FALSE(read_rules("[]", library()));
  EXPECT_FALSE(read_rules("{", library()));
}

}  // namespace
}  // namespace rapport::signals
