// everything.h: whatever a person can be told, through every door for reading, as one text to be compared.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/journal/two_people.h"

namespace duolog::journal {

std::string everything(Person& who);

}  // namespace duolog::journal
