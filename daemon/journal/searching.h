// searching.h: which records have what somebody looks for. Goes through all of them: an index may narrow down where it
// has to look, and finds the same.
//
// What is searched is what a list would show: the words and tags of entries, of letters whose day has come, of answers
// that may be read, and remarks. What is sealed is never found, nor that it is there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/journal/reading.h"
#include "daemon/journal/snippet.h"

namespace duolog::journal {

// What a record says, in its parts. The views are as the record was made.
struct Words {
  std::shared_ptr<const Form> form;  // that they are in, where they are no entry's
  std::vector<std::string_view> parts;
  std::size_t tags = 0;  // how many of the last parts are tags: found, and no piece to show
};
Words words_of(const Journal& journal, const Noted& noted);  // empty: nothing to find
// As an index is fed it. Ranges count in the parts one after the other, with a byte between.
Folded fold(const Words& words);

struct Finding {
  Item item;
  Snippet snippet;
};
struct Findings {
  std::vector<Finding> findings;  // the newest first
  std::size_t more = 0;           // older ones that the limit has left out, as far as they were counted
  bool sought = true;             // false: there was nothing in the query to look for, and no filter either
};
// `filter` narrows down what fields in the query may narrow down further; its `oldest` and `after` mean nothing here.
// Throws as each_found() does, and Refusal kTooLong.
Findings search(const Shelf& shelf, std::string_view query, const Filter& filter);

// For whoever finds by an index. Both outlive neither the shelf nor its next change.
FieldTest possible_fields(const Shelf& shelf);  // which values fields can have here
bool field_holds(const Shelf& shelf, const Meant& meant, Field field, std::string_view value);
Finding finding(const Shelf& shelf, const Meant& meant, const Node* query);

}  // namespace duolog::journal
