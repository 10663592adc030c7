// search_query.cc: from a person's words to a tree, in two steps: lexemes, then a recursive descent that is never lost.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/search_query.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "daemon/journal/refusal.h"

namespace duolog::journal {
namespace {

// ---- lexemes ----

struct Lexeme {
  enum class What { kOpen, kClose, kMinus, kAnd, kOr, kNot, kWords, kField };
  What what = What::kWords;
  std::string_view text;  // as it was typed, without quotes
  bool prefix = false;
  Field field = Field::kTag;
};

constexpr std::array<std::pair<std::string_view, Field>, 7> kFields{{{"tag", Field::kTag},
                                                                     {"from", Field::kFrom},
                                                                     {"kind", Field::kKind},
                                                                     {"mood", Field::kMood},
                                                                     {"since", Field::kSince},
                                                                     {"until", Field::kUntil},
                                                                     {"in", Field::kIn}}};

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

class Lexer {
 public:
  Lexer(std::string_view text, const FieldTest& possible) : rest_(text), possible_(possible) {}

  std::vector<Lexeme> all() && {
    while (skip_spaces(), !rest_.empty()) {
      if (take("(")) {
        add({Lexeme::What::kOpen, {}});
      } else if (take(")")) {
        add({Lexeme::What::kClose, {}});
      } else if (is_minus()) {
        rest_.remove_prefix(1);
        add({Lexeme::What::kMinus, {}});
      } else if (const auto quoted = take_quoted()) {
        add({Lexeme::What::kWords, *quoted, take("*")});
      } else if (!take_field()) {
        take_chunk();
      }
    }
    return std::move(lexemes_);
  }

 private:
  void add(Lexeme lexeme) { lexemes_.push_back(lexeme); }

  bool take(std::string_view sign) {
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(sign.size());
    return true;
  }

  // How many bytes of white space begin here.
  static std::size_t space_at(std::string_view text) {
    if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) return 1;
    utf8proc_int32_t point = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &point);
    if (length <= 1) return 0;
    const auto category = utf8proc_category(point);
    const bool space =
        category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
    return space ? static_cast<std::size_t>(length) : 0;
  }

  void skip_spaces() {
    while (!rest_.empty()) {
      const std::size_t length = space_at(rest_);
      if (length == 0) return;
      rest_.remove_prefix(length);
    }
  }

  static std::size_t quote_at(std::string_view text) {
    constexpr std::array<std::string_view, 8> kQuotes{"\"", "“", "”", "„", "‟", "«", "»", "＂"};
    for (const std::string_view quote : kQuotes)
      if (text.starts_with(quote)) return quote.size();
    return 0;
  }

  [[nodiscard]] bool is_minus() const {
    return rest_.size() > 1 && rest_.front() == '-' && rest_[1] != '-' && space_at(rest_.substr(1)) == 0;
  }

  // Nothing is taken where the quote is never closed.
  std::optional<std::string_view> take_quoted() {
    const std::size_t opening = quote_at(rest_);
    if (opening == 0) return std::nullopt;
    for (std::size_t end = opening; end < rest_.size(); ++end) {
      const std::size_t closing = quote_at(rest_.substr(end));
      if (closing == 0) continue;
      const std::string_view inside = rest_.substr(opening, end - opening);
      rest_.remove_prefix(end + closing);
      return inside;
    }
    return std::nullopt;
  }

  // Up to white space, without the parentheses at its end that were not opened in it.
  [[nodiscard]] std::string_view chunk() const {
    std::size_t end = 0;
    while (end < rest_.size() && space_at(rest_.substr(end)) == 0) ++end;
    std::string_view text = rest_.substr(0, end);
    auto closed = std::count(text.begin(), text.end(), ')') - std::count(text.begin(), text.end(), '(');
    while (text.size() > 1 && text.back() == ')' && closed-- > 0) text.remove_suffix(1);
    return text;
  }

  bool take_field() {
    for (const auto& [name, field] : kFields) {
      if (rest_.size() <= name.size() + 1 || rest_[name.size()] != ':') continue;
      if (!same_letters(rest_.substr(0, name.size()), name)) continue;
      const std::string_view before = rest_;
      rest_.remove_prefix(name.size() + 1);
      std::optional<std::string_view> value = take_quoted();
      if (!value) {
        value = chunk();
        rest_.remove_prefix(value->size());
      }
      if (!value->empty() && possible_(field, *value)) {
        add({Lexeme::What::kField, *value, false, field});
        return true;
      }
      rest_ = before;
    }
    return false;
  }

  void take_chunk() {
    const std::string_view text = chunk();
    rest_.remove_prefix(text.size());
    const auto is = [&](std::string_view word) { return text == word; };
    const auto what = is("AND")   ? Lexeme::What::kAnd
                      : is("OR")  ? Lexeme::What::kOr
                      : is("NOT") ? Lexeme::What::kNot
                                  : Lexeme::What::kWords;
    add({what, text, text.ends_with('*')});
  }

  std::string_view rest_;
  const FieldTest& possible_;
  std::vector<Lexeme> lexemes_;
};

// ---- the tree ----

using What = Lexeme::What;
using MaybeNode = std::optional<Node>;

// Of what there is of the two.
MaybeNode joined(Node::What what, MaybeNode a, MaybeNode b) {
  if (!a || !b) return a ? std::move(a) : std::move(b);
  if (a->what == what) {
    a->children.push_back(std::move(*b));
    return a;
  }
  Node node;
  node.what = what;
  node.children.push_back(std::move(*a));
  node.children.push_back(std::move(*b));
  return node;
}

class Parser {
 public:
  explicit Parser(std::vector<Lexeme> lexemes) : lexemes_(std::move(lexemes)) {}

  // A parenthesis that closes nothing is overlooked.
  MaybeNode all() && {
    MaybeNode node;
    while (at_ < lexemes_.size()) {
      node = joined(Node::What::kAnd, std::move(node), either());
      if (at_ < lexemes_.size()) ++at_;
    }
    return node;
  }

 private:
  [[nodiscard]] bool is(What what) const { return at_ < lexemes_.size() && lexemes_[at_].what == what; }
  [[nodiscard]] bool operand_follows() const {
    if (at_ + 1 >= lexemes_.size()) return false;
    const What next = lexemes_[at_ + 1].what;
    return next != What::kClose && next != What::kAnd && next != What::kOr;
  }

  MaybeNode either() {
    MaybeNode node = all_of();
    while (is(What::kOr) && operand_follows()) {
      ++at_;
      node = joined(Node::What::kOr, std::move(node), all_of());
    }
    return node;
  }

  MaybeNode all_of() {
    MaybeNode node = one();
    while (at_ < lexemes_.size() && !is(What::kClose)) {
      if (is(What::kOr) && operand_follows()) break;
      if (is(What::kAnd) && operand_follows()) ++at_;
      node = joined(Node::What::kAnd, std::move(node), one());
    }
    return node;
  }

  MaybeNode one() {
    if (at_ >= lexemes_.size() || is(What::kClose)) return std::nullopt;
    if (is(What::kOpen)) return group();
    if (is(What::kMinus) || (is(What::kNot) && operand_follows())) return negation();
    const Lexeme& lexeme = lexemes_[at_++];
    if (lexeme.what == What::kField) {
      Node node;
      node.what = Node::What::kField;
      node.field = lexeme.field;
      node.value = lexeme.text;
      return node;
    }
    return phrase(lexeme);
  }

  MaybeNode group() {
    ++at_;
    if (depth_ >= kQueryDepth) return std::nullopt;
    ++depth_;
    MaybeNode node = either();
    --depth_;
    if (is(What::kClose)) ++at_;
    return node;
  }

  MaybeNode negation() {
    ++at_;
    if (depth_ >= kQueryDepth) return std::nullopt;
    ++depth_;
    MaybeNode of = one();
    --depth_;
    if (!of) return std::nullopt;
    Node node;
    node.what = Node::What::kNot;
    node.children.push_back(std::move(*of));
    return node;
  }

  // Characters of a script without spaces that stand in one run are looked for by pairs.
  MaybeNode phrase(const Lexeme& lexeme) {
    const Folded folded = fold(lexeme.text);
    const std::size_t words = folded.words.tokens.size() - 1;  // without the break
    const std::size_t pairs = folded.pairs.tokens.size() - 1;
    if (words == 0) return std::nullopt;
    const auto is_gap = [](const Token& token) { return token.at.begin == token.at.end; };
    Node node;
    node.in_pairs = pairs > 0 && pairs == words - 1 &&
                    std::none_of(folded.pairs.tokens.begin() + 1, folded.pairs.tokens.end(), is_gap);
    const Stream& stream = node.in_pairs ? folded.pairs : folded.words;
    for (std::size_t i = 1; i < stream.tokens.size(); ++i) node.tokens.emplace_back(stream[i]);
    node.prefix = lexeme.prefix && !node.in_pairs;
    node.phrase_no = phrases_++;
    return node;
  }

  std::vector<Lexeme> lexemes_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::uint32_t phrases_ = 0;
};

// ---- looking for it ----

// Where it begins next, from `from` on; npos: nowhere.
std::size_t next_place(const Node& phrase, const Stream& stream, std::size_t from) {
  const std::size_t length = phrase.tokens.size();
  for (std::size_t at = from; at + length <= stream.tokens.size(); ++at) {
    std::size_t same = 0;
    while (same + 1 < length && stream[at + same] == phrase.tokens[same]) ++same;
    if (same + 1 < length) continue;
    const std::string_view last = stream[at + same];
    if (phrase.prefix ? last.starts_with(phrase.tokens[same]) : last == phrase.tokens[same]) return at;
  }
  return std::string_view::npos;
}

const Stream& stream_of(const Node& phrase, const Folded& text) { return phrase.in_pairs ? text.pairs : text.words; }

void collect(const Node& node, const Folded& text, std::vector<Hit>& hits) {
  if (node.what == Node::What::kAnd || node.what == Node::What::kOr)
    for (const Node& child : node.children) collect(child, text, hits);
  if (node.what != Node::What::kPhrase) return;
  const Stream& stream = stream_of(node, text);
  for (std::size_t at = next_place(node, stream, 0); at != std::string_view::npos && hits.size() < kMostHits;
       at = next_place(node, stream, at + 1)) {
    const Token& first = stream.tokens[at];
    const Token& last = stream.tokens[at + node.tokens.size() - 1];
    hits.push_back({{first.at.begin, last.at.end}, node.phrase_no});
  }
}

// ---- as an index takes it ----

// What surely holds more than the node, and what surely holds less. Of the first nothing means everything, of the
// second nothing. They differ by what the index does not know, or is better not asked for.
enum class Side { kMore, kLess };
using Text = std::optional<std::string>;

class Printer {
 public:
  explicit Printer(const IsBroad& is_broad) : is_broad_(is_broad) {}

  Text print(const Node& node, Side side) {
    switch (node.what) {
      case Node::What::kPhrase:
        return phrase(node, side);
      case Node::What::kField:
        exact_ = false;
        return std::nullopt;
      case Node::What::kNot: {
        const Text without = negated(node, side);
        return without ? joined(std::nullopt, without) : std::nullopt;
      }
      case Node::What::kAnd:
        return all_of(node, side);
      case Node::What::kOr:
        return any_of(node, side);
    }
    return std::nullopt;
  }
  [[nodiscard]] bool exact() const { return exact_; }

 private:
  // Of a phrase with a broad end more is what stands before that.
  Text phrase(const Node& node, Side side) {
    std::size_t count = node.tokens.size();
    const bool broad = node.prefix && is_broad_ && is_broad_(node.tokens.back());
    if (broad) {
      exact_ = false;
      if (--count == 0 || side == Side::kLess) return std::nullopt;
    }
    std::string text = node.in_pairs ? "pairs : \"" : "words : \"";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + node.tokens[i];
    return text + (node.prefix && !broad ? "\" *" : "\"");
  }

  Text negated(const Node& no, Side side) {
    return print(no.children.front(), side == Side::kMore ? Side::kLess : Side::kMore);
  }

  static void append(Text& list, const char* by, const std::string& one) { list = list ? *list + by + one : one; }

  // Every row has the break.
  static Text joined(const Text& with, const Text& without) {
    if (!without) return with ? "(" + *with + ")" : with;
    const std::string all = "words : \"" + std::string(kBreak) + "\"";
    return "((" + with.value_or(all) + ") NOT (" + *without + "))";
  }

  // What is unknown of one side leaves out one child, of the other it settles the whole. What is asked without stands
  // at the end: only rows that hold the rest are compared with it, else all.
  Text all_of(const Node& node, Side side) {
    Text with;
    Text without;
    for (const Node& child : node.children) {
      const bool is_not = child.what == Node::What::kNot;
      const Text one = is_not ? negated(child, side) : print(child, side);
      if (!one && side == Side::kLess) return std::nullopt;
      if (one) append(is_not ? without : with, is_not ? " OR " : " AND ", *one);
    }
    return joined(with, without);
  }

  Text any_of(const Node& node, Side side) {
    Text all;
    for (const Node& child : node.children) {
      const Text one = print(child, side);
      if (!one && side == Side::kMore) return std::nullopt;
      if (one) append(all, " OR ", *one);
    }
    return joined(all, std::nullopt);
  }

  const IsBroad& is_broad_;
  bool exact_ = true;
};

}  // namespace

std::optional<Node> parse_query(std::string_view text, const FieldTest& possible) {
  if (text.size() > kQueryLimit) throw Refusal::too_long("query", kQueryLimit);
  return Parser(Lexer(text, possible).all()).all();
}

bool matches(const Node& query, const Folded& text, const FieldTest& holds) {
  const auto one = [&](const Node& child) { return matches(child, text, holds); };
  switch (query.what) {
    case Node::What::kAnd:
      return std::all_of(query.children.begin(), query.children.end(), one);
    case Node::What::kOr:
      return std::any_of(query.children.begin(), query.children.end(), one);
    case Node::What::kNot:
      return !one(query.children.front());
    case Node::What::kField:
      return holds(query.field, query.value);
    case Node::What::kPhrase:
      return next_place(query, stream_of(query, text), 0) != std::string_view::npos;
  }
  return false;
}

std::vector<Hit> hits_in(const Node& query, const Folded& text) {
  std::vector<Hit> hits;
  collect(query, text, hits);
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.at.begin < b.at.begin; });
  return hits;
}

MatchText match_text(const Node& query, const IsBroad& is_broad) {
  Printer printer(is_broad);
  const Text text = printer.print(query, Side::kMore);
  return {text.value_or(""), printer.exact() && text};
}

std::string match_tag(std::string_view tag) {
  const Folded folded = fold(tag.substr(tag.starts_with('#') ? 1 : 0));
  std::string text;
  for (std::size_t i = 1; i < folded.words.tokens.size(); ++i)
    text += (i == 1 ? "" : " ") + std::string(folded.words[i]);
  return text.empty() ? text : "words : \"" + text + "\"";
}

}  // namespace duolog::journal
