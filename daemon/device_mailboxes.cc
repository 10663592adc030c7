// device_mailboxes.cc: the mailboxes as a person's tools see them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/convert.h"
#include "daemon/device_state.h"
#include "proto/control.pb.h"

namespace duolog {
namespace {

std::string when(std::int64_t ms) {
  return control::moment(ms > 0 ? std::optional(WallTime(std::chrono::milliseconds(ms))) : std::nullopt);
}

std::uint32_t mebibytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  return control::count(bytes / kMiB + (bytes % kMiB != 0 ? 1 : 0));
}

std::int32_t minutes(std::int64_t ms) {
  constexpr std::int64_t kMinute = 60'000, kFarthest = INT32_MAX;
  return static_cast<std::int32_t>(std::clamp(ms / kMinute, -kFarthest, kFarthest));
}

void fill(control::Mailbox& out, const Post::Told& in) {
  for (const std::string& journal : in.journals) out.add_journals(journal);
  for (const std::string& address : in.addresses) out.add_addresses(address);
  out.set_state(in.state);
  out.set_looked(when(in.looked_ms));
  out.set_put(when(in.put_ms));
  out.set_read(when(in.read_ms));
  out.set_next_try(when(in.next_ms));
  out.set_trouble(in.trouble);
  out.set_trouble_at(in.trouble_at);
  out.set_bundles(in.bundles);
  out.set_held_mib(mebibytes(in.held));
  out.set_quota_mib(mebibytes(in.quota));
  out.set_keeps_days(in.keeps_days);
  out.set_clock_minutes(minutes(in.clock_ahead_ms));
  out.set_own_bundles(in.own_bundles);
}

}  // namespace

void Device::State::furnish_mailboxes() {
  desk.mailboxes.list = [this](control::MailboxReport& report) {
    for (const Post::Told& told : open->post.told()) fill(*report.add_mailboxes(), told);
  };
  desk.mailboxes.changed = [this] { open->post.links_changed(); };
}

void Device::Open::describe_mailboxes(control::StatusReport& report) const {
  for (const Post::Told& told : post.told()) fill(*report.add_mailboxes(), told);
}

void Device::Open::examine_mailboxes(const std::function<void(const char*, const char*, std::string)>& find) const {
  constexpr std::int64_t kClockTolerance = 5 * 60'000;
  for (const Post::Told& told : post.told()) {
    const std::string at = told.addresses.front();
    const std::string code = "mailbox-" + told.trouble;
    if (!told.trouble.empty())
      find(code.c_str(), told.trouble == "disk" || told.trouble == "stranger" ? "warning" : "note",
           told.trouble_at.empty() ? at : told.trouble_at);
    if (told.trouble.empty() && told.looked_ms == 0) find("mailbox-new", "note", at);
    if (told.trouble.empty() && told.looked_ms > 0) find("mailbox", "ok", at);
    if (told.looked_ms > 0 && std::abs(told.clock_ahead_ms) > kClockTolerance) find("mailbox-clock", "note", at);
    if (told.crowded) find("mailbox-crowded", "note", at);
    if (told.quota > 0 && told.held > told.quota / 10 * 9) find("mailbox-nearly-full", "note", at);
  }
}

}  // namespace duolog
