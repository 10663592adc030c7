// reply_manner.h: in which ways something can be answered, and which of them is meant.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/output.h"

namespace duolog::control {
class Item;
class Manner;
class Practice;
}  // namespace duolog::control

namespace duolog::client {

class Failure;

// A reply without any manner; `--as reply` says it where something else is waited for.
inline constexpr const char* kPlainManner = "reply";
control::Manner plain_reply();
// What it offers, and always a plain reply.
std::vector<control::Manner> offered_by(const control::Item& item);
// The ways to answer that it waits for; empty: it waits for none.
std::vector<control::Manner> awaited_by(const control::Item& item);
// The one among them that words alone give: an answer.
std::optional<control::Manner> answered_by_words(const control::Item& item);
// What is typed for it, with what it is about: "--as boundary", "--as reply", "".
std::string option_of(const control::Manner& manner, const control::Item& item);

// nullopt: it is not offered.
std::optional<control::Manner> find_manner(const std::vector<control::Manner>& offered, const std::string& wanted);
// Its number is asked for. nullopt: none of them. REQUIRES: can_ask().
std::optional<control::Manner> choose_manner(const std::vector<control::Manner>& offered, const Output& out);

// ---- refusals ----

// `practice`: of the item, where it is known.
Failure not_offered(const control::Item& item, const control::Practice* practice, const std::string& wanted);
Failure which_manner(const control::Item& item);      // it waits for an answer, and there are several ways
Failure nothing_to_reply(const control::Item& item);  // no words
// Of what cannot be read yet, nothing can be said. Throws.
void check_readable(const control::Item& item);

}  // namespace duolog::client
