// day_one_media.h: the photos, videos, recordings and PDF files of an entry of Day One's, as its JSON names them and as
// the archive has them: photos/MD5.TYPE and so on, beside the journal's own file.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "client/import/day_one_text.h"
#include "client/import/formats.h"
#include "client/import/media.h"

namespace duolog::client {

// What is there goes with `found`, in the order in which it stands in the entry; what is not is told. The answer says
// what each is called, by the identifier that the text has. `journal`: the name of the JSON file.
Moments take_day_one_media(const nlohmann::json& entry, std::string_view journal, Found& found, const Reading& reading,
                           Named& named);
// Of what an entry may hold, this is told and taken here.
bool is_day_one_media(std::string_view key);

}  // namespace duolog::client
