// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/changing.h"

#include "daemon/control/convert.h"
#include "daemon/journal/attachments.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr std::size_t kItemsShown = 1000;
constexpr std::size_t kItemBytes = 2 << 20;
constexpr std::size_t kHistoryBytes = 1 << 20;  // of versions in a reply, and one more
constexpr std::size_t kBesideWords = 4 << 10;   // ids, tags, names

Reply edit(journal::Shelf& shelf, const Edit& asked, ByteView request) {
  journal::Rewording wanted{{asked.id(), asked.journal()}};
  if (asked.has_text()) wanted.text = asked.text();
  if (asked.set_tags()) wanted.tags.emplace(asked.tags().begin(), asked.tags().end());
  if (asked.has_mood()) wanted.mood = asked.mood();
  if (asked.has_on()) wanted.on = asked.on();
  wanted.replaces.assign(asked.replaces().begin(), asked.replaces().end());
  const journal::Changed changed = shelf.edit(wanted, request);
  Reply reply;
  Changed& out = *reply.mutable_changed();
  out.set_id(hex(changed.id.view()));
  out.set_journal(changed.journal);
  out.set_unchanged(changed.unchanged);
  out.set_edited_at(changed.edited_at);
  out.set_shared_with(changed.shared_with);
  out.set_repeated(changed.repeated);
  return reply;
}

void history(const journal::Shelf& shelf, const History& asked, const Answering& answers) {
  journal::History found = journal::history(shelf, {asked.id(), asked.journal()});
  if (asked.shown_only()) std::erase_if(found.versions, [](const auto& version) { return !version.shown; });
  answers.in_steps([&shelf, answers, found = std::move(found), at = std::size_t{0}]() mutable {
    Reply reply;
    HistoryReport& report = *reply.mutable_history();
    if (at == 0) fill(*report.mutable_item(), found.item);
    std::size_t bytes = 0;
    while (at < found.versions.size() && bytes < kHistoryBytes) {
      const journal::ItemVersion version = journal::with_words(shelf, found, found.versions[at++]);
      bytes += kBesideWords + version.text.size();
      fill(*report.add_versions(), version);
    }
    const bool more = at < found.versions.size();
    more ? answers.send(std::move(reply)) : answers.finish(std::move(reply));
    return more;
  });
}

Reply take_back(journal::Shelf& shelf, const TakeBack& asked, ByteView request) {
  journal::TakingBack wanted{
      {asked.ids().begin(), asked.ids().end()}, asked.journal(), asked.confirmed(), asked.look_only()};
  const journal::TakenAway taken = shelf.take_back(wanted, request);
  Reply reply;
  TakenBack& out = *reply.mutable_taken_back();
  journal::Page page(kItemsShown, kItemBytes);
  for (const auto& item : taken.items) {
    out.add_ids(hex(item.id.view()));
    if (page.takes(item)) fill(*out.add_items(), item);
  }
  for (const auto& person : taken.shared_with) out.add_shared_with(person);
  return reply;
}

}  // namespace

bool answer_changing(journal::Shelf& shelf, const std::function<journal::Attachments&()>& attachments,
                     const Request& request, const Answering& answers) {
  const ByteView id = as_bytes(request.request_id());
  switch (request.body_case()) {
    case Request::kEdit:
      answers.finish(edit(shelf, request.edit(), id));
      return true;
    case Request::kHistory:
      history(shelf, request.history(), answers);
      return true;
    case Request::kTakeBack:
      answers.finish(take_back(shelf, request.take_back(), id));
      attachments().folded();
      return true;
    default:
      return false;
  }
}

}  // namespace duolog::control
