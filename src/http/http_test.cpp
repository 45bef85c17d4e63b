#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "http/request.hpp"
#include "http/shape.hpp"

namespace rapport::http {
namespace {

enum class Mood { good, Bad, default_ };
BOOST_DESCRIBE_ENUM(Mood, good, Bad, default_)

struct Item {
  int weight = 0;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(Item, (), (weight, note))

struct Everything {
  MessageId id;
  Text<1, 5> text;
  std::string name;
  bool flag = false;
  std::int64_t big = 0;
  double ratio = 0;
  Mood mood = Mood::good;
  std::vector<Item> items;
  std::optional<Item> extra;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (id, text, name, flag, big, ratio, mood, items, extra))

const std::string good_body = R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","text":"h\u00e9\n","name":"\"a\\",)"
                              R"("flag":true,"big":-9007199254740993,"ratio":0.1,"mood":"bad",)"
                              R"("items":[{"weight":1},{"weight":2,"note":"x"}]})";

TEST(Shape, RoundTripsEveryType) {
  const auto first = parse<Everything>(parse_json(good_body).value());
  ASSERT_TRUE(first) << first.error().detail;
  std::string text;
  write(text, *first);
  EXPECT_EQ(boost::json::parse(text), boost::json::parse(good_body));
  EXPECT_EQ(first->big, -9007199254740993);
  EXPECT_EQ(first->mood, Mood::Bad);
}

struct WrongField {
  const char* name;
  const char* body;
  const char* path;
};

TEST(Shape, RepeatsNoNameAtLength) {
  const auto wrong = parse<Item>(parse_json(R"({"weight":1,")" + std::string(500'000, 'k') + "\":1}").value());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fields.at(0).path, "/" + std::string(64, 'k') + "…");
  EXPECT_LT(wrong.error().detail.size(), 200U);
  const auto letters =
      parse<Item>(parse_json(R"({"weight":1,"a)" + std::string("ééééééééééééééééééééééééééééééééé") + "\":1}").value());
  ASSERT_FALSE(letters);
  EXPECT_EQ(letters.error().fields.at(0).path, "/aééééééééééééééééééééééééééééééé…");
}

TEST(Shape, NamesTheFieldThatIsWrong) {
  const WrongField cases[] = {
      {"type", R"({"weight":"1"})", "/weight"},
      {"missing", "{}", "/weight"},
      {"unknown", R"({"weight":1,"a/b~":1})", "/a~1b~0"},
      {"not an object", "[]", ""},
      {"out of range", R"({"weight":2147483648})", "/weight"},
      {"fraction", R"({"weight":1.5})", "/weight"},
      {"huge", R"({"weight":18446744073709551615})", "/weight"},
      {"NUL", R"({"weight":1,"note":"\u0000"})", "/note"},
  };
  for (const auto& wrong : cases) {
    const auto result = parse<Item>(parse_json(wrong.body).value());
    ASSERT_FALSE(result) << wrong.name;
    ASSERT_EQ(result.error().fields.size(), 1U) << wrong.name;
    EXPECT_EQ(result.error().fields[0].path, wrong.path) << wrong.name;
  }
}

TEST(Shape, PointsIntoLists) {
  const auto result = parse<std::vector<Item>>(parse_json(R"([{"weight":1},{"weight":null}])").value());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fields[0].path, "/1/weight");
}

TEST(Shape, AnswersAtMostTwentyMistakes) {
  std::string body = "[0";
  for (int i = 0; i < 1000; ++i) body += ",0";
  EXPECT_EQ(parse<std::vector<Item>>(parse_json(body + "]").value()).error().fields.size(), Reading::max_mistakes);
}

TEST(Shape, RefusesBodiesThatAreNoJson) {
  EXPECT_EQ(parse_json("").error().code, "body.missing");
  EXPECT_EQ(parse_json(" \n").error().code, "body.missing");
  EXPECT_EQ(parse_json("\"\xC3\"").error().code, "body.not_utf8");
  EXPECT_EQ(parse_json("\"\xED\xA0\x80\"").error().code, "body.not_utf8");
  EXPECT_EQ(parse_json("{").error().code, "body.not_json");
  EXPECT_EQ(parse_json("{} {}").error().code, "body.not_json");
  EXPECT_EQ(parse_json(R"("\ud800")").error().code, "body.not_json");
  for (const char* twice : {R"({"a":1,"a":1})", R"({"a":{"b":1,"c":2,"b":3}})", R"([{"a":1},{"a":1,"\u0061":2}])"}) {
    EXPECT_EQ(parse_json(twice).error().code, "body.not_json") << twice;
  }
  EXPECT_TRUE(parse_json(R"([{"a\":\\":":"},{"a\":\\":{"b":"\\"}}])"));
  EXPECT_EQ(parse_json(std::string(17, '[') + std::string(17, ']')).error().code, "body.too_deep");
  EXPECT_TRUE(parse_json(std::string(16, '[') + std::string(16, ']')));
}

TEST(Shape, TextCountsCodePointsAndRefusesControlCharacters) {
  using Short = Text<1, 2>;
  EXPECT_TRUE(Short::from("\xF0\x9F\x98\x80\xC3\xA9"));
  for (const char* wrong : {"", "abc", "\x01", "\x7F", "\xC2\x85", "\xFF"}) EXPECT_FALSE(Short::from(wrong)) << wrong;
  EXPECT_FALSE(Short::from(std::string(1, '\0')));
  EXPECT_TRUE(Short::from("\na"));
}

TEST(Shape, TextThatMustNotBeEmptyHasSomethingToReadInIt) {
  using Words = Text<1, 9>;
  // Space, newline, no-break space, zero-width space, joiner, byte order mark, ideographic space, Hangul filler, a tag.
  for (const char* blank :
       {" ", " \n\t ", "\u00A0", "\u200B", "\u200B\u200D \uFEFF", "\u3000", "\u3164", "\U000E0020"}) {
    const auto made = Words::from(blank);
    ASSERT_FALSE(made) << blank;
    EXPECT_EQ(made.error().detail, "Must have something to read in it, not only blanks.");
    EXPECT_TRUE((Text<0, 9>::from(blank)));
  }
  for (const char* seen :
       {" a ", ".", "\u200Bé", "\u2764\uFE0F", "\U0001F469\u200D\U0001F467", "\u0928\u0940", "\u2060\n?"}) {
    EXPECT_TRUE(Words::from(seen)) << seen;
  }
}

TEST(MediaType, IsComparedWholeWithoutItsParametersAndInAnyCase) {
  for (const auto* same :
       {"application/json", "Application/JSON", "application/json;charset=utf-8", " application/json ; a=b"}) {
    EXPECT_TRUE(has_media_type(same, "application/json")) << same;
  }
  for (const auto* other :
       {"application/jsonfoo", "application/json foo", "application/json+x", "text/json", "", ";application/json"}) {
    EXPECT_FALSE(has_media_type(other, "application/json")) << other;
  }
}

TEST(Shape, WritesValidJsonWhateverTheBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    std::string text;
    write_string(text, std::string(1, static_cast<char>(byte)));
    EXPECT_TRUE(parse_json(text)) << byte;
  }
}

TEST(Shape, SchemaShowsConstraints) {
  const auto document = schema<Everything>();
  const auto text = boost::json::serialize(document);
  EXPECT_NE(text.find(R"("minLength":1,"maxLength":5)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("format":"uuid")"), std::string::npos);
  EXPECT_NE(text.find(R"(["good","bad","default"])"), std::string::npos);
  EXPECT_NE(text.find(R"("$ref":"#/$defs/Item")"), std::string::npos);
}

}  // namespace
}  // namespace rapport::http
