// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/let_back_in.h"

#include "daemon/journal/items.h"

namespace duolog::journal {
namespace {

constexpr std::string_view kCode = "let-back-in:";
constexpr std::int64_t kToldFor = std::int64_t{31} * 24 * 3600 * 1000;  // ms
constexpr std::size_t kShownDigits = 8;

}  // namespace

bool is_homecoming(const AddedFact& added) { return added.by == added.device; }

// Only a chain that the words alone can make: whoever was let in cannot pass for one who came with them.
bool came_home(const std::vector<const Journal*>& journals, const DeviceId& device) {
  return std::ranges::any_of(journals, [&](const Journal* journal) {
    return std::ranges::any_of(journal->facts().added, [&](const AddedFact& added) {
      return added.device == device && is_homecoming(added) && journal->membership().was_enrolled(device) &&
             journal->membership().ever().at(device).path.size() == 1 && !journal->membership().founded_by(device);
    });
  });
}

std::string let_back_in(const DeviceId& device) { return std::string(kCode) + hex(device.bytes); }

std::optional<std::string> spelled_out(const Journal& journal, const std::string& alarm, std::int64_t since_ms,
                                       const Zone& here) {
  if (!alarm.starts_with(kCode)) return alarm;
  const std::string id = alarm.substr(kCode.size());
  for (const auto& [device, known] : journal.membership().ever()) {
    if (hex(device.bytes) != id) continue;
    const bool mine = journal.is_mine(device);
    return std::string(kCode) + (mine ? "mine:" : "theirs:") + rfc3339(since_ms, here.offset_minutes(since_ms)) + ":" +
           id.substr(0, kShownDigits) + ":" + (mine ? known.name : author_name(journal, device));
  }
  return std::nullopt;
}

std::optional<std::int64_t> told_since(store::LocalState& state, const Journal& journal, const std::string& alarm,
                                       std::int64_t now_ms) {
  if (!alarm.starts_with(kCode)) return now_ms;
  const std::string mark = "told/" + hex(journal.id().bytes) + "/" + alarm.substr(kCode.size());
  const auto noted = state.get(mark);
  if (!noted || noted->size() != sizeof(std::uint64_t)) {
    Bytes now;
    append_u64(now, static_cast<std::uint64_t>(now_ms));
    state.put_soon(mark, now);
    return now_ms;
  }
  const auto since = static_cast<std::int64_t>(read_u64(*noted));
  return now_ms - since > kToldFor ? std::nullopt : std::optional(since);
}

}  // namespace duolog::journal
