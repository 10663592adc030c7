// practice_file.cc: TOML to Practice, key by key. Whatever is not known, out of limits or without sense is refused with
// file, line and key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/practice_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <limits>

#include "crypto/bytes.h"

namespace duolog::practice {
namespace {

constexpr std::array<std::string_view, 13> kReplies{"answer",  "thank", "boundary", "compromise", "agree",
                                                    "forgive", "later", "accept",   "decline",    "suggest",
                                                    "reflect", "ask",   "validate"};
constexpr std::array<std::string_view, 4> kSteps{"kept", "owned", "done", "cancelled"};
constexpr std::int32_t kScaleLimit = 1000;  // either end, either sign
constexpr std::array<std::string_view, 14> kKeys{"id",      "title",  "why",        "rhythm", "sharing",
                                                 "for",     "before", "afterwards", "gentle", "at_least_one",
                                                 "instead", "fields", "replies",    "steps"};
constexpr std::array<std::string_view, 13> kFieldKeys{"id",       "question",  "kind",       "optional", "low",
                                                      "high",     "low_means", "high_means", "trend",    "choices",
                                                      "at_least", "at_most",   "instead"};

std::string listed(const auto& words) { return fmt::format("{}", fmt::join(words, ", ")); }

bool is_id(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kIdLimit && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), fits);
}

// One table of the file, read key by key; what nobody asked for is unknown.
class Section {
 public:
  Section(const toml::table& table, std::string_view file, std::string where)
      : table_(table), file_(file), where_(std::move(where)) {}

  [[noreturn]] void refuse(const toml::node& node, std::string_view key, std::string_view what) const {
    throw BadPractice(fmt::format("{}:{}: {}{} {}", file_, node.source().begin.line, where_, key, what));
  }
  [[noreturn]] void refuse(std::string_view key, std::string_view what) const {
    const toml::node* node = table_.get(key);
    refuse(node != nullptr ? *node : static_cast<const toml::node&>(table_), key, what);
  }

  const toml::node* take(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
  }

  std::string text(std::string_view key, std::size_t limit, bool wanted) {
    const toml::node* node = take(key);
    if (node == nullptr) {
      if (wanted) refuse(key, "is missing");
      return {};
    }
    auto value = node->value_exact<std::string>();
    if (!value) refuse(*node, key, "must be text");
    if (value->size() > limit) refuse(*node, key, fmt::format("is longer than {} bytes", limit));
    if (wanted && value->find_first_not_of(" \t\r\n") == std::string::npos) refuse(*node, key, "is empty");
    return std::move(*value);
  }

  std::string id(std::string_view key) {
    std::string value = text(key, kIdLimit, true);
    if (!is_id(value)) refuse(key, "must begin with a letter and hold only a-z, 0-9, - and _");
    return value;
  }

  std::string one_of(std::string_view key, const auto& words) {
    std::string value = text(key, kLabelLimit, true);
    if (!is_one_of(value, words)) refuse(key, "must be one of: " + listed(words));
    return value;
  }

  bool flag(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) refuse(*node, key, "must be true or false");
    return *value;
  }

  std::int32_t number(std::string_view key, std::int32_t least, std::int32_t most,
                      std::optional<std::int32_t> otherwise) {
    const toml::node* node = take(key);
    if (node == nullptr) {
      if (!otherwise) refuse(key, "is missing");
      return *otherwise;
    }
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most)
      refuse(*node, key, fmt::format("must be a whole number from {} to {}", least, most));
    return static_cast<std::int32_t>(*value);
  }

  // Calls `each` with every table of a list, and what it is called.
  template <class Each>
  void tables(std::string_view key, std::size_t limit, Each each) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr) refuse(*node, key, "must be a list");
    if (list->size() > limit) refuse(*node, key, fmt::format("has more than {}", limit));
    std::size_t place = 1;
    for (const toml::node& one : *list) {
      const std::string called = fmt::format("{}{} {}: ", where_, key, place++);
      each(one, called);
    }
  }

  // Other words for this relationship: a table of tables, or of texts.
  const toml::node* instead(std::string_view relationship) {
    const toml::node* node = take("instead");
    if (node == nullptr) return nullptr;
    const toml::table* kinds = node->as_table();
    if (kinds == nullptr) refuse(*node, "instead", "must be a table");
    for (const auto& [kind, words] : *kinds)
      if (!is_one_of(kind.str(), kRelationships)) refuse(words, "instead", "is for one of: " + listed(kRelationships));
    return kinds->get(relationship);
  }

  // Before anything is missed: a key that is misspelt is the better word for what is wrong.
  void refuse_unknown(const auto& keys) const {
    for (const auto& [key, node] : table_)
      if (!is_one_of(key.str(), keys)) refuse(node, key.str(), "is not a key that a practice has");
  }

  // At the end: what was there and nobody has asked for.
  void refuse_unknown() const { refuse_unknown(known_); }

  [[nodiscard]] std::string_view file() const { return file_; }
  [[nodiscard]] const toml::table& table() const { return table_; }

 private:
  const toml::table& table_;
  std::string_view file_;
  std::string where_;  // "fields 2: "
  std::vector<std::string> known_;
};

const toml::table& as_table(const Section& section, const toml::node& node, const std::string& called) {
  const toml::table* table = node.as_table();
  if (table == nullptr)
    throw BadPractice(fmt::format("{}:{}: {}must be a table", section.file(), node.source().begin.line, called));
  return *table;
}

// ---- fields ----

void read_scale(Section& section, FormField& field) {
  field.low = section.number("low", -kScaleLimit, kScaleLimit, std::nullopt);
  field.high = section.number("high", -kScaleLimit, kScaleLimit, std::nullopt);
  if (field.high <= field.low) section.refuse("high", "must be above low");
  field.low_means = section.text("low_means", kLabelLimit, false);
  field.high_means = section.text("high_means", kLabelLimit, false);
  field.trend = section.text("trend", kLabelLimit, false);
}

Choice read_choice(const Section& section, const toml::node& node, const std::string& called) {
  if (const auto plain = node.value_exact<std::string>()) {  // a word that stands for itself
    if (plain->empty() || plain->size() > kLabelLimit) {
      throw BadPractice(fmt::format("{}:{}: {}must be text of 1 to {} bytes", section.file(), node.source().begin.line,
                                    called, kLabelLimit));
    }
    return {*plain, *plain};
  }
  Section one(as_table(section, node, called), section.file(), called);
  Choice choice{one.id("id"), one.text("label", kLabelLimit, true)};
  one.refuse_unknown();
  return choice;
}

void read_choices(Section& section, FormField& field) {
  section.tables("choices", kChoiceLimit, [&](const toml::node& node, const std::string& called) {
    Choice choice = read_choice(section, node, called);
    const auto same = [&](const Choice& other) { return other.id == choice.id; };
    if (std::any_of(field.choices.begin(), field.choices.end(), same)) section.refuse("choices", "names one twice");
    field.choices.push_back(std::move(choice));
  });
}

void read_list(Section& section, FormField& field) {
  constexpr auto kMost = static_cast<std::int32_t>(kFieldItemLimit);
  read_choices(section, field);
  field.at_least = static_cast<std::uint32_t>(section.number("at_least", 0, kMost, 0));
  field.at_most = static_cast<std::uint32_t>(section.number("at_most", 1, kMost, kMost));
  if (field.at_most < field.at_least) section.refuse("at_most", "must not be below at_least");
  if (!field.choices.empty() && field.at_least > field.choices.size())
    section.refuse("at_least", "wants more than there are choices");
}

FormField read_field(const Section& outer, const toml::node& node, const std::string& called,
                     std::string_view relationship) {
  constexpr std::array<std::string_view, 6> kKinds{"text", "scale", "list", "choice", "day", "time"};  // as FieldKind
  Section section(as_table(outer, node, called), outer.file(), called);
  section.refuse_unknown(kFieldKeys);
  FormField field;
  field.id = section.id("id");
  field.question = section.text("question", kWordsLimit, true);
  field.optional = section.flag("optional");
  const std::string kind = section.one_of("kind", kKinds);
  field.kind = static_cast<FieldKind>(std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin());
  if (field.kind == FieldKind::kScale) read_scale(section, field);
  if (field.kind == FieldKind::kList) read_list(section, field);
  if (field.kind == FieldKind::kChoice) read_choices(section, field);
  if (field.kind == FieldKind::kChoice && field.choices.size() < 2) section.refuse("choices", "wants two or more");
  if (const toml::node* words = section.instead(relationship)) {
    const auto text = words->value_exact<std::string>();
    if (!text || text->empty() || text->size() > kWordsLimit)
      section.refuse(*words, "instead", fmt::format("must be text of 1 to {} bytes", kWordsLimit));
    field.question = *text;
  }
  section.refuse_unknown();
  return field;
}

void read_fields(Section& section, Practice& practice, std::string_view relationship) {
  section.tables("fields", kFieldLimit, [&](const toml::node& node, const std::string& called) {
    FormField field = read_field(section, node, called, relationship);
    const auto same = [&](const FormField& other) { return other.id == field.id; };
    if (std::any_of(practice.fields.begin(), practice.fields.end(), same))
      section.refuse(node, "fields", "has two called " + field.id);
    practice.fields.push_back(std::move(field));
  });
  if (practice.fields.empty()) section.refuse("fields", "is missing: a practice asks something");
  if (!practice.at_least_one) return;
  for (const FormField& field : practice.fields)
    if (!field.optional) section.refuse("at_least_one", "has no sense where a field must be filled anyway");
}

// ---- the whole ----

std::vector<Manner> read_manners(Section& section, std::string_view key, const auto& known) {
  std::vector<Manner> manners;
  section.tables(key, kMannerLimit, [&](const toml::node& node, const std::string& called) {
    Section one(as_table(section, node, called), section.file(), called);
    manners.push_back({one.one_of("manner", known), one.text("label", kLabelLimit, true),
                       one.text("ask", kWordsLimit, true), one.flag("optional")});
    one.refuse_unknown();
  });
  return manners;
}

// What it says, and may say otherwise to friends or in a family.
void read_words(Section& section, Practice& practice, bool wanted) {
  const auto take = [&](std::string& into, std::string_view key, std::size_t limit, bool must) {
    std::string words = section.text(key, limit, must);
    if (!words.empty()) into = std::move(words);
  };
  take(practice.title, "title", kLabelLimit, wanted);
  take(practice.why, "why", kWordsLimit, wanted);
  take(practice.before, "before", kWordsLimit, false);
  take(practice.afterwards, "afterwards", kWordsLimit, false);
  take(practice.gentle, "gentle", kWordsLimit, false);
}

bool is_meant_for(Section& section, std::string_view relationship) {
  const toml::node* node = section.take("for");
  if (node == nullptr) return true;
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty()) section.refuse(*node, "for", "must be a list of: " + listed(kRelationships));
  bool found = !is_one_of(relationship, kRelationships);  // alone: everything can be tried
  for (const toml::node& one : *list) {
    const auto word = one.value_exact<std::string>();
    if (!word || !is_one_of(*word, kRelationships))
      section.refuse(one, "for", "holds one of: " + listed(kRelationships));
    found = found || *word == relationship;
  }
  return found;
}

Rhythm read_rhythm(Section& section) {
  constexpr std::array kAll{Rhythm::kDaily, Rhythm::kWeekly, Rhythm::kMonthly, Rhythm::kQuarterly, Rhythm::kWhenNeeded};
  std::array<std::string_view, kAll.size()> names;
  std::transform(kAll.begin(), kAll.end(), names.begin(), [](Rhythm rhythm) { return name(rhythm); });
  const std::string word = section.one_of("rhythm", names);
  return kAll[static_cast<std::size_t>(std::find(names.begin(), names.end(), word) - names.begin())];
}

Sharing read_sharing(Section& section) {
  constexpr std::array kAll{Sharing::kOpen, Sharing::kSealedUntilBoth, Sharing::kInTurns, Sharing::kPrivate};
  std::array<std::string_view, kAll.size()> names;
  std::transform(kAll.begin(), kAll.end(), names.begin(), [](Sharing sharing) { return name(sharing); });
  const std::string word = section.one_of("sharing", names);
  return kAll[static_cast<std::size_t>(std::find(names.begin(), names.end(), word) - names.begin())];
}

// A key of ten thousand parts is ten thousand tables, one within the other: the parser follows them all.
void require_flat(std::string_view text, std::string_view file) {
  constexpr std::ptrdiff_t kDotsInALine = 64;
  std::size_t number = 1;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (std::count(line.begin(), line.end(), '.') > kDotsInALine)
      throw BadPractice(fmt::format("{}:{}: the line has more than {} dots", file, number, kDotsInALine));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
  }
}

toml::table parsed(std::string_view text, std::string_view file) {
  if (text.size() > kFileLimit)
    throw BadPractice(fmt::format("{}:1: the file holds more than {} bytes", file, kFileLimit));
  require_flat(text, file);
  if (utf8_fault(as_bytes(text))) throw BadPractice(fmt::format("{}:1: the file is not UTF-8", file));
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    std::string what(error.description());  // quotes what stands there, line ends and all
    std::replace_if(what.begin(), what.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    throw BadPractice(fmt::format("{}:{}: {}", file, error.source().begin.line, what));
  }
}

}  // namespace

std::optional<Practice> read_practice(std::string_view toml, std::string_view file, std::string_view relationship) {
  const toml::table table = parsed(toml, file);
  Section section(table, file, "");
  section.refuse_unknown(kKeys);
  Practice practice;
  practice.id = section.id("id");
  read_words(section, practice, true);
  practice.rhythm = read_rhythm(section);
  practice.sharing = read_sharing(section);
  practice.at_least_one = section.flag("at_least_one");
  const bool ours = is_meant_for(section, relationship);
  if (const toml::node* node = section.instead(relationship)) {
    Section words(as_table(section, *node, "instead: "), file, "instead: ");
    read_words(words, practice, false);
    words.refuse_unknown();
  }
  read_fields(section, practice, relationship);
  practice.replies = read_manners(section, "replies", kReplies);
  practice.steps = read_manners(section, "steps", kSteps);
  section.refuse_unknown();
  if (!ours) return std::nullopt;
  return practice;
}

}  // namespace duolog::practice
