// changing.h: entries that are changed, what they were, and words that are taken back.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/practices.h"

namespace duolog::journal {
class Attachments;
}

namespace duolog::control {

// As answer_practices(). What is taken back takes its files along.
bool answer_changing(journal::Shelf& shelf, const std::function<journal::Attachments&()>& attachments,
                     const Request& request, const Answering& answers);

}  // namespace duolog::control
