// devices.h: this person's own devices as the local socket tells of them, and which one is meant by a name.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "daemon/journal/shelf.h"

namespace duolog::control {

class OwnDevice;

// `all`: to name those that it has let in.
void fill(OwnDevice& out, const journal::DeviceRow& row, const std::vector<journal::DeviceRow>& all);

// By its name, or by the beginning of its id, of four digits or more; one that was removed only where no other is
// meant. Throws Refusal(kNoSuchDevice), with those there are.
const journal::DeviceRow& find_device(const std::vector<journal::DeviceRow>& all, std::string_view wanted);

}  // namespace duolog::control
