// view_rows.h: how single values stand in the rows of the view.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/noted.h"
#include "daemon/store/query.h"

// The columns that View::line_in() reads.
#define DUOLOG_LINES                                                                                           \
  "SELECT place, at, reached, id, kind, mine, written, offset, civil, practice, period, target, mood, files, " \
  "source, edited FROM record "

namespace duolog::journal {

// Of an id: what a person types of it is the beginning.
std::int64_t name_of(const RecordId& id);
// The names that begin with these hex digits; both ends included.
std::pair<std::int64_t, std::int64_t> names_beginning(std::string_view hex_digits);

bool is_setting(Kind kind);
bool has_words(Kind kind);  // something in its event that no column says

Bytes encode_seen(const std::vector<Seen>& seen);
std::vector<Seen> decode_seen(ByteView bytes);

store::Query& bind_time(store::Query& query, std::int64_t time);      // kNoTime: NULL
store::Query& bind_text(store::Query& query, std::string_view text);  // empty: NULL

}  // namespace duolog::journal
