// said.h: what is said about things: what a reply is about, and whose it is to say something.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "daemon/journal/reading.h"

namespace duolog::control {

class Item;

// Of a remark: the beginning of what it is about, as far as it may be read here, and whose that is.
void quote(Item& out, const journal::Item& remark, journal::Shelf& shelf);

// Does it, and says NOT_YOURS where it is refused because only the other may. `manner`: of a remark; none: it shares.
journal::Saved unless_others(const journal::Shelf& shelf, const journal::Target& about,
                             const std::optional<std::string>& manner, const std::function<journal::Saved()>& does);

}  // namespace duolog::control
