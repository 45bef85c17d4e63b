#include "features/preparation/earlier_examples_rules.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "http/shape.hpp"
#include "preparation_files.hpp"

namespace rapport::preparation {
namespace {

/// Small letters, of ASCII and of the German alphabet; everything else as it is. An apostrophe is the straight one, and
/// what is no letter, digit or apostrophe is one blank; there is one before and after all.
std::string plain(std::string_view text) {
  std::string out = " ";
  const auto blank = [&out] {
    if (out.back() != ' ') out += ' ';
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto rest = text.substr(at);
    if (rest.starts_with("\xE2\x80\x99")) {
      out += '\'';
      at += 2;
    } else if (rest.starts_with("\xE2\x80") || rest.starts_with("\xC2")) {  // dashes, quotes, dots, spaces that hold
      blank();
      at += byte == 0xE2 ? 2 : 1;
    } else if (rest.starts_with("\xC3\x84") || rest.starts_with("\xC3\x96") || rest.starts_with("\xC3\x9C")) {
      out += text[at];
      out += static_cast<char>(static_cast<unsigned char>(text[at + 1]) + 0x20);
      ++at;
    } else if (byte >= 'A' && byte <= 'Z') {
      out += static_cast<char>(byte + ('a' - 'A'));
    } else if (byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '\'') {
      out += text[at];
    } else {
      blank();
    }
  }
  blank();
  return out;
}

bool has(const std::string& plain_text, const std::string& phrase) {
  return plain_text.find(plain(phrase)) != std::string::npos;
}

/// The pieces between full stops, question and exclamation marks and line ends, without blanks around them. A dot
/// within a number or an abbreviation makes a shorter piece, which does no harm.
std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const auto end = text.find_first_of(".!?\n\r");
    auto piece = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto from = piece.find_first_not_of(" \t");
    if (from == std::string_view::npos) continue;
    piece.remove_prefix(from);
    piece = piece.substr(0, piece.find_last_not_of(" \t") + 1);
    found.push_back(piece);
  }
  return found;
}

const std::string* first_in(const std::vector<std::string>& phrases, const std::string& plain_text) {
  const auto found = std::ranges::find_if(phrases, [&](const auto& phrase) { return has(plain_text, phrase); });
  return found == phrases.end() ? nullptr : &*found;
}

/// A phrase of change may have a "not" of its own ("not as bad").
bool is_taken_back(const ChangePhrases& list, const std::string& sentence, const std::string& phrase) {
  if (first_in(list.no_change, sentence) != nullptr) return true;
  auto rest = sentence;
  const auto words = plain(phrase);
  rest.replace(rest.find(words), words.size(), " ");
  return first_in(list.not_words, rest) != nullptr;
}

double newness(Time at, Time now) {
  if (at >= now) return 1;
  const auto age = std::chrono::duration<double>(now - at);
  const auto old = std::chrono::duration<double>(kIsOld);
  return std::max(0.0, 1 - age.count() / old.count());
}

/// How much each kind differs from "nothing", 0 to 1, where no number says it.
constexpr double kAchievementDiffers = 0.6;
constexpr double kMessageDiffers = 0.5;
constexpr double kHomeworkDiffers = 0.4;
constexpr double kWholeScale = 10;

Example example_of(const Reported& one, double differs, Time now) {
  Example made{one.kind, one.at, one.source, one.place, one.text, one.value};
  made.weight = differs + newness(one.at, now);
  return made;
}

class Finder {
 public:
  Finder(const ChangeWords& words, Time now) : words_(words), now_(now) {}

  void look(const Reported& one) {
    switch (one.kind) {
      case ExampleKind::achievement:
        found_.push_back(example_of(one, kAchievementDiffers, now_));
        break;
      case ExampleKind::homework:
        found_.push_back(example_of(one, kHomeworkDiffers, now_));
        break;
      case ExampleKind::mood:
        look_at_mood(one);
        break;
      case ExampleKind::goal:
        look_at_goal(one);
        break;
      case ExampleKind::message:
        look_at_message(one);
        break;
    }
  }
  std::vector<Example> found() && { return std::move(found_); }

 private:
  void look_at_mood(const Reported& one) {
    if (!one.value) return;
    const auto mean = moods_ == 0 ? 0 : sum_ / static_cast<double>(moods_);
    const auto value = static_cast<double>(*one.value);
    if (moods_ >= kMoodsForMean && value > mean) {
      found_.push_back(example_of(one, (value - mean) / kWholeScale, now_));
      found_.back().mean_before = mean;
    }
    sum_ += value;
    ++moods_;
  }
  void look_at_goal(const Reported& one) {
    if (!one.value) return;
    const auto before = goals_.find(one.place);
    if (before != goals_.end() && *one.value > before->second) {
      found_.push_back(example_of(one, static_cast<double>(*one.value - before->second) / kWholeScale, now_));
      found_.back().before = before->second;
    }
    goals_[one.place] = *one.value;
  }
  void look_at_message(const Reported& one) {
    auto sentence = find_better(words_, one.text);
    if (!sentence) return;
    found_.push_back(example_of(one, kMessageDiffers, now_));
    found_.back().text = std::move(*sentence);
  }

  const ChangeWords& words_;
  Time now_;
  std::vector<Example> found_;
  double sum_ = 0;
  std::size_t moods_ = 0;
  std::map<std::string, std::int64_t> goals_;
};

std::vector<Example> best_first(std::vector<Example> examples) {
  std::ranges::sort(examples, [](const Example& a, const Example& b) {
    return std::tie(b.weight, b.at, b.source) < std::tie(a.weight, a.at, a.source);
  });
  return examples;
}

}  // namespace

Result<const ChangeWords*> change_words() {
  static const auto read = []() -> Result<ChangeWords> {
    for (const auto& file : preparation_files()) {
      TRY_ASSIGN(const auto value, http::parse_json(file.content));
      return http::parse<ChangeWords>(value);
    }
    return fail({ErrorKind::internal, "internal", "This program was built without resources/preparation."});
  }();
  if (!read) return fail(read.error());
  return &*read;
}

std::optional<NoChange> find_no_change(const ChangeWords& words, std::string_view text) {
  for (const auto sentence : sentences_of(text)) {
    const auto plain_sentence = plain(sentence);
    for (const auto& list : words.languages) {
      const auto* phrase = first_in(list.no_change, plain_sentence);
      if (phrase != nullptr) return NoChange{*phrase, std::string(sentence)};
    }
  }
  return std::nullopt;
}

std::optional<std::string> find_better(const ChangeWords& words, std::string_view text) {
  const auto plain_text = plain(text);
  for (const auto sentence : sentences_of(text)) {
    const auto plain_sentence = plain(sentence);
    for (const auto& list : words.languages) {
      if (first_in(list.dying, plain_text) != nullptr) continue;
      const auto* phrase = first_in(list.better, plain_sentence);
      if (phrase != nullptr && !is_taken_back(list, plain_sentence, *phrase)) return std::string(sentence);
    }
  }
  return std::nullopt;
}

std::vector<Example> find_examples(const ChangeWords& words, std::vector<Reported> reported, Time now) {
  std::ranges::sort(reported, [](const Reported& a, const Reported& b) {
    return std::tie(a.at, a.source) < std::tie(b.at, b.source);
  });
  Finder finder(words, now);
  for (const auto& one : reported) finder.look(one);
  const auto all = best_first(std::move(finder).found());
  // Of each kind the best one first: five of one kind would say less.
  std::set<ExampleKind> seen;
  std::vector<Example> found;
  std::vector<Example> others;
  for (const auto& one : all) (seen.insert(one.kind).second ? found : others).push_back(one);
  found.insert(found.end(), others.begin(), others.end());
  if (found.size() > kMostExamples) found.resize(kMostExamples);
  return best_first(std::move(found));
}

}  // namespace rapport::preparation
