// Any bytes as a text that is searched and any as what somebody looks for: tokens stand in their order within the text
// and are fit for an index; a query is read or is too long, is answered, and what it found can be shown as a piece of
// the text. A text is found by each of its own words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/refusal.h"
#include "daemon/journal/snippet.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using namespace duolog::journal;
using fuzz::must;

namespace {

void check_stream(const Stream& stream, std::size_t length) {
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < stream.tokens.size(); ++i) {
    const Token& token = stream.tokens[i];
    must(!stream[i].empty() && stream[i].size() <= kTokenLimit, "a token is empty or too long");
    must(token.at.begin <= token.at.end && token.at.end <= length, "a token stands outside of its text");
    must(stream[i] == kBreak || token.at.begin >= begin, "a token stands before the one before it");
    if (stream[i] != kBreak) begin = token.at.begin;
    for (const char c : stream[i])
      must((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80,
           "no token's byte");
  }
}

void check_snippet(const Snippet& snippet) {
  std::uint32_t end = 0;
  for (const ByteRange& range : snippet.matches) {
    must(range.begin < range.end && range.end <= snippet.text.size(), "what was found is outside of what is shown");
    must(end == 0 || range.begin > end, "two ranges touch");
    end = range.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size * 40, 1 << 20);
  fuzz::Script script(data, size);
  const std::size_t query_length = std::size_t{script.byte()} * 5;
  const std::string_view rest = as_text(script.rest());
  const std::string_view typed = rest.substr(0, query_length);
  const std::string_view text = rest.substr(typed.size());
  const Folded folded = fold(text);
  check_stream(folded.words, text.size());
  check_stream(folded.pairs, text.size());
  const auto never = [](Field, std::string_view) { return false; };
  const auto always = [](Field, std::string_view) { return true; };
  for (const FieldTest& fields : {FieldTest(never), FieldTest(always)}) {
    std::optional<Node> query;
    try {
      query = parse_query(typed, fields);
    } catch (const Refusal& refusal) {
      must(refusal.reason == Reason::kTooLong && typed.size() > kQueryLimit, "a query was refused");
    }
    if (!query) continue;
    const bool found = matches(*query, folded, fields);
    must(!match_text(*query).text.empty() || found || !match_text(*query).exact, "an index is asked for nothing");
    check_snippet(cut_snippet(text, hits_in(*query, folded)));
  }
  const Token& token = folded.words.tokens[folded.words.tokens.size() / 2];
  const std::string word(text.substr(token.at.begin, token.at.end - token.at.begin));
  if (!word.empty() && word.size() + 2 <= kQueryLimit && !utf8_fault(as_bytes(text))) {
    const auto again = parse_query("\"" + word + "\"", never);
    must(again && matches(*again, folded, never), "a text lacks a word of its own");
  }
  return 0;
}
