// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/devices.h"

#include <algorithm>

#include "daemon/control/convert.h"
#include "daemon/journal/refusal.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kShownDigits = 8;

std::string id_of(const journal::DeviceRow& row) { return hex(row.id.view()); }

const char* state_of(const journal::DeviceRow& row) {
  if (row.removed) return "removed";
  if (row.frozen) return "frozen";
  return row.live ? "live" : "over";
}

bool is_meant(const journal::DeviceRow& row, std::string_view wanted) {
  return row.name == wanted || (wanted.size() >= kShortestPrefix && id_of(row).starts_with(wanted));
}

std::string moment_of(std::int64_t ms) {
  return ms > 0 ? moment(WallTime(std::chrono::milliseconds(ms))) : std::string();
}

}  // namespace

void fill(OwnDevice& out, const journal::DeviceRow& row, const std::vector<journal::DeviceRow>& all) {
  constexpr std::int64_t kMsPerSecond = 1000;
  constexpr std::uint64_t kLastSecond = 253'402'300'799;  // of year 9999: what is beyond no clock of ours has said
  out.set_id(id_of(row));
  out.set_name(row.name);
  out.set_self(row.self);
  out.set_added_at(moment_of(static_cast<std::int64_t>(std::min(row.created, kLastSecond)) * kMsPerSecond));
  out.set_paired_by(row.paired_by);
  out.set_state(state_of(row));
  out.set_removed_at(moment_of(row.removed_at_ms));
  for (const std::string& journal : row.only_in) out.add_only_in(journal);
  for (const journal::DeviceRow& other : all)
    if (std::ranges::find(row.enrolled, other.id) != row.enrolled.end()) out.add_let_in(other.name);
}

const journal::DeviceRow& find_device(const std::vector<journal::DeviceRow>& all, std::string_view wanted) {
  std::vector<const journal::DeviceRow*> found;
  for (const bool removed : {false, true}) {
    for (const journal::DeviceRow& row : all)
      if (row.removed == removed && is_meant(row, wanted)) found.push_back(&row);
    if (!found.empty()) break;
  }
  if (found.size() == 1) return *found.front();
  std::vector<std::string> there;
  for (const journal::DeviceRow& row : all)
    if (!row.removed) there.push_back(row.name + " (" + id_of(row).substr(0, kShownDigits) + ")");
  throw journal::Refusal::among(journal::Reason::kNoSuchDevice, std::string(wanted), std::move(there));
}

}  // namespace duolog::control
